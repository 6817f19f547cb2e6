//! A connection to a pool, with TLS or without.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_rustls::client::TlsStream;

/// A connection to a pool.
pub(crate) enum Upstream {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The half that reads. An enum and not a box of a trait: without TLS nothing is locked or allocated.
pub(crate) enum FromPool {
    Tcp(OwnedReadHalf),
    Tls(ReadHalf<Box<TlsStream<TcpStream>>>),
}

/// The half that writes. What is written must be flushed: TLS keeps what the socket did not take.
pub(crate) enum ToPool {
    Tcp(OwnedWriteHalf),
    Tls(WriteHalf<Box<TlsStream<TcpStream>>>),
}

impl Upstream {
    pub(crate) fn into_split(self) -> (FromPool, ToPool) {
        match self {
            Upstream::Tcp(stream) => {
                let (from, to) = stream.into_split();
                (FromPool::Tcp(from), ToPool::Tcp(to))
            }
            Upstream::Tls(stream) => {
                let (from, to) = tokio::io::split(stream);
                (FromPool::Tls(from), ToPool::Tls(to))
            }
        }
    }
}

impl AsyncRead for FromPool {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            FromPool::Tcp(half) => Pin::new(half).poll_read(context, into),
            FromPool::Tls(half) => Pin::new(half).poll_read(context, into),
        }
    }
}

impl AsyncWrite for ToPool {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            ToPool::Tcp(half) => Pin::new(half).poll_write(context, bytes),
            ToPool::Tls(half) => Pin::new(half).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            ToPool::Tcp(half) => Pin::new(half).poll_flush(context),
            ToPool::Tls(half) => Pin::new(half).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            ToPool::Tcp(half) => Pin::new(half).poll_shutdown(context),
            ToPool::Tls(half) => Pin::new(half).poll_shutdown(context),
        }
    }
}
