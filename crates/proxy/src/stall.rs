//! A deadline for whoever asks for much and reads nothing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream whose writes fail when the other side takes nothing for so long. hyper has no such deadline: a client that
/// asks for a large file and does not read it would hold its connection for ever.
pub(crate) struct Unstalled<I> {
    stream: I,
    patience: Duration,
    /// Since a write had to wait; most never do, so that a session costs no timer.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<I> Unstalled<I> {
    pub(crate) fn new(stream: I, patience: Duration) -> Self {
        Unstalled {
            stream,
            patience,
            waiting: None,
        }
    }

    /// Passes on what a write came to, unless it has been waiting for too long.
    fn bounded<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(context));
        self.waiting = None;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Unstalled<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Unstalled<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.bounded(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.bounded(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.bounded(context, outcome)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn a_write_that_nobody_takes_fails() {
        let (near, _far) = duplex(8);
        let mut near = Unstalled::new(near, PATIENCE);
        near.write_all(b"12345678").await.unwrap();
        let start = tokio::time::Instant::now();
        let error = near.write_all(b"9").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_is_slow_and_reads_is_waited_for() {
        let (near, mut far) = duplex(8);
        let mut near = Unstalled::new(near, PATIENCE);
        let read = async {
            let mut all = Vec::new();
            while all.len() < 80 {
                sleep(PATIENCE - Duration::from_secs(1)).await;
                let mut some = [0; 8];
                let count = far.read(&mut some).await.unwrap();
                all.extend_from_slice(&some[..count]);
            }
            all
        };
        let (all, written) = tokio::join!(read, near.write_all(&[7; 80]));
        written.unwrap();
        assert_eq!(all, [7; 80]);
    }
}
