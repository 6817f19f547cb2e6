//! One tab's session on a shared connection.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use stratum::line::to_line;
use stratum::protocol::{CLIENT_BUFFER_LIMIT, is_supported_version};
use stratum::{Authorize, Call, Id, Request, Submit};

use crate::client_end::{CALL_LIMIT, Inbox, Outbox};
use crate::metrics::Direction;
use crate::shared::Shared;
use crate::{EndReason, Limits, PoolEntry};

use super::connection::{Authorizing, Worker};
use super::hub::Place;

/// Why a session is not, or no longer, on a shared connection.
pub(crate) enum Leave {
    /// It gets a connection of its own, which begins with this call.
    Alone(Call),
    Ended(EndReason),
}

impl From<EndReason> for Leave {
    fn from(end: EndReason) -> Self {
        Leave::Ended(end)
    }
}

/// What a session needs to share a connection.
pub(crate) struct Sharing<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) pool: &'a PoolEntry,
    /// All pools, for one that sends its clients to another.
    pub(crate) pools: &'a [PoolEntry],
    pub(crate) limits: &'a Limits,
}

/// A line that waits for its turn to go to the pool.
type Sending = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Sharing<'_> {
    /// Carries messages until the session ends.
    ///
    /// A tab names its worker after it was told its extraNonce1, so it first sits down where there is room. Where that
    /// turns out to be another worker's connection it changes over before it has heard of any job, and is told by
    /// `mining.set_extranonce`.
    pub(crate) async fn carry(
        &self,
        inbox: &mut Inbox<'_>,
        outbox: &mut Outbox<'_>,
    ) -> Result<Infallible, Leave> {
        let first = loop {
            tokio::select! {
                call = inbox.call() => break call?,
                () = outbox.ping_due() => outbox.ping().await?,
            }
        };
        let Call {
            id,
            request: Request::Subscribe(subscribe),
        } = &first
        else {
            return Err(Leave::Alone(first));
        };
        if subscribe
            .version()
            .is_some_and(|version| !is_supported_version(version))
        {
            // The pool's own words are the answer to that.
            return Err(Leave::Alone(first));
        }
        let Some(mut place) = Box::pin(self.place(None)).await? else {
            return Err(Leave::Alone(first));
        };
        subscribed(&place, id.clone(), outbox).await?;

        let mut sending: Option<Sending> = None;
        loop {
            let call = tokio::select! {
                call = inbox.call(), if sending.is_none() => call?,
                () = sent(&mut sending) => {
                    sending = None;
                    continue;
                }
                line = place.seat.lines.recv() => {
                    match line {
                        Some(line) => {
                            self.shared.metrics.line(Direction::ToClient, line.len());
                            outbox.line(line).await?;
                        }
                        None => return Err(over(&place).into()),
                    }
                    continue;
                }
                () = outbox.ping_due() => {
                    outbox.ping().await?;
                    continue;
                }
            };
            let line = match call.request {
                Request::Subscribe(_) => {
                    subscribed(&place, call.id, outbox).await?;
                    None
                }
                Request::ExtranonceSubscribe => Some(
                    place
                        .hub
                        .connection()
                        .extranonce_subscribe(place.seat.tab, call.id),
                ),
                Request::Authorize(authorize) => {
                    self.authorize(&mut place, call.id, &authorize, outbox).await?;
                    None
                }
                Request::Submit(submit) => Some(self.submit(&place, call.id, submit)?),
            };
            if let Some(line) = line {
                if line.len() > CLIENT_BUFFER_LIMIT {
                    return Err(EndReason::TooLong { limit: CALL_LIMIT }.into());
                }
                let outgoing = place.hub.outgoing.clone();
                // Where the other end is gone, the connection is over and the queue says so.
                sending = Some(Box::pin(async move { drop(outgoing.send(line).await) }));
            }
        }
    }

    async fn place(&self, worker: Option<&Worker>) -> Result<Option<Place>, EndReason> {
        self.shared.hubs.place(self, worker).await
    }

    async fn authorize(
        &self,
        place: &mut Place,
        id: Id,
        authorize: &Authorize,
        outbox: &mut Outbox<'_>,
    ) -> Result<(), Leave> {
        // Under an id as long as any. Too long a line would end the connection for all.
        let longest = to_line(&Call {
            id: Id::new(u64::MAX),
            request: Request::Authorize(authorize.clone()),
        });
        if longest.len() > CLIENT_BUFFER_LIMIT {
            return Err(EndReason::TooLong { limit: CALL_LIMIT }.into());
        }
        loop {
            let answer = place
                .hub
                .connection()
                .authorize(place.seat.tab, id.clone(), authorize);
            match answer {
                Authorizing::Ask(line) => {
                    // Others wait for the answer too, so the line goes out even where this tab leaves before its turn.
                    let outgoing = place.hub.outgoing.clone();
                    tokio::spawn(async move { drop(outgoing.send(line).await) });
                    return Ok(());
                }
                Authorizing::Answered => return Ok(()),
                Authorizing::Elsewhere if place.hub.connection().has_spoken_for(place.seat.tab) => {
                    return Err(EndReason::NotShared("a second worker").into());
                }
                Authorizing::Elsewhere => {
                    let worker = Worker::from(authorize);
                    let found = Box::pin(self.place(Some(&worker))).await?;
                    // A pool that left room before and does not now.
                    let found = found.ok_or(EndReason::PoolUnreachable(
                        "its extraNonce1 leaves no room to share",
                    ))?;
                    *place = found;
                    let line = place.hub.connection().extra_nonce1_line(place.seat.prefix);
                    outbox.line(line.ok_or_else(|| over(place))?).await?;
                }
            }
        }
    }

    fn submit(&self, place: &Place, id: Id, submit: Submit) -> Result<String, EndReason> {
        let (tab, prefix) = (place.seat.tab, place.seat.prefix);
        if !place.hub.connection().may_submit(tab, &submit.worker) {
            return Err(EndReason::NotShared(
                "a submit of a worker that is not authorized",
            ));
        }
        let check = &place.hub.check;
        if self.pool.verify_shares {
            check.judge(&submit, &prefix)?;
        } else {
            check.judge_form(&submit, &prefix)?;
        }
        self.shared.metrics.share_submitted();
        Ok(place.hub.connection().submit(tab, prefix, id, submit))
    }
}

/// Answers a subscribe with what the pool answered.
async fn subscribed(place: &Place, id: Id, outbox: &mut Outbox<'_>) -> Result<(), EndReason> {
    let reply = place.hub.connection().subscribe_reply(place.seat.prefix, id);
    outbox.line(reply.ok_or_else(|| over(place))?).await
}

async fn sent(sending: &mut Option<Sending>) {
    match sending {
        Some(sending) => sending.await,
        None => std::future::pending().await,
    }
}

/// Why a tab lost its seat: the connection is over, or the tab did not read.
fn over(place: &Place) -> EndReason {
    let ended = place.hub.connection().ended().cloned();
    ended.unwrap_or(EndReason::ClientStuck)
}
