//! Connections that stop being HTTP: WebSocket.
//!
//! Owns what such a request may be, the handshake with the upstream, and the splice of both sides after it. Must not
//! look at frames: a session with a model reads along by itself. Invariant: the client gets 101 only where the upstream gave it; any other answer passes as an
//! ordinary response.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use dp_policy::hop_by_hop;
use dp_upstream::{Picked, pool::Lease};
use http::{Response, StatusCode, request::Parts};
use hyper::{
    body::{Body as _, Incoming},
    upgrade::OnUpgrade,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    sync::watch,
};

use crate::{
    ai::Session,
    bind::Phase,
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    forward::{Limits, answered, passed, send},
    record::{Ending, Record},
    request_body::RequestBody,
    response_body::ResponseBody,
    stall::{Progress, Stall},
};

mod tapped;
mod watched;

use tapped::{End, Paying, Reader, Reads, Tapped};
use watched::{Taken, Watched};

/// Both sides of an agreed upgrade.
pub(crate) struct Splice {
    client: OnUpgrade,
    upstream: OnUpgrade,
    phase: watch::Receiver<Phase>,
    idle: Option<Duration>,
    /// Reads along where the upstream is a model.
    pub(crate) session: Option<Box<Session>>,
    /// How long a session may last.
    pub(crate) lifetime: Option<Duration>,
    /// Keeps the endpoint's load right.
    _lease: Lease<RequestBody>,
}

/// Refuses a body beside the wish for an upgrade. None is sent on: the upstream would take what the connection carries
/// next, which after a refused upgrade is another client's request, for the body that the head announces.
pub(crate) fn check(body: &Incoming) -> Result<(), Fault> {
    if body.is_end_stream() {
        Ok(())
    } else {
        Err(Kind::UpgradeWithBody.into())
    }
}

/// Asks the upstream for the upgrade that the client asks for.
pub(crate) async fn forward(
    exchange: &mut Exchange<'_>,
    picked: &Picked<RequestBody>,
    mut head: Box<Parts>,
    limits: Limits,
) -> Result<Reply, Fault> {
    let client = head.extensions.remove::<OnUpgrade>();
    let asked = exchange.inspected.upgrade.as_ref().ok_or(Kind::Bug)?;
    asked.restore(&mut head.headers);
    let due = limits.due(exchange.record.start);
    let (response, lease) = send(exchange, picked, head, RequestBody::Empty, due).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let response = answered(response, lease, limits)?;
        return Ok(response.map(ResponseBody::upstream).into());
    }
    agree(exchange, client, (response, lease), limits)
}

/// Passes an upstream's agreement on; `client` is the other side of what it agreed to.
pub(crate) fn agree(
    exchange: &Exchange<'_>,
    client: Option<OnUpgrade>,
    (mut response, lease): (Response<Incoming>, Lease<RequestBody>),
    limits: Limits,
) -> Result<Reply, Fault> {
    let asked = exchange.inspected.upgrade.as_ref().ok_or(Kind::Bug)?;
    let upstream = hyper::upgrade::on(&mut response);
    let agreed = hop_by_hop::strip(response.headers_mut());
    let agreed = agreed
        .filter(|agreed| {
            agreed
                .protocol
                .as_bytes()
                .eq_ignore_ascii_case(asked.protocol.as_bytes())
        })
        .ok_or(Kind::UpgradeFailed)?;
    let mut response = passed(response.map(|_| ResponseBody::empty()));
    agreed.restore(response.headers_mut());
    let phase = exchange.client.phase.clone();
    let client = client.ok_or(Kind::UpgradeFailed)?;
    Ok(Reply {
        response: Box::new(response),
        splice: Some(Box::new(Splice {
            client,
            upstream,
            phase,
            idle: limits.idle,
            session: None,
            lifetime: None,
            _lease: lease,
        })),
    })
}

// === impl Splice ===

impl Splice {
    /// Copies both ways until either side closes, both are silent for too long, or the listener's connections are over.
    pub(crate) async fn run(mut self, mut record: Box<Record>) {
        let sent = Taken::default();
        let mut reader = self.session.as_deref_mut().map(|session| Paying {
            session,
            record: &mut record,
        });
        let ending = match tokio::try_join!(self.client, self.upstream) {
            Err(error) => {
                tracing::debug!(%error, "an agreed upgrade failed");
                Ending::Dropped
            }
            Ok((client, upstream)) => {
                let over = async {
                    // An error means that the sender is gone, which is as much as over.
                    let _ = self.phase.wait_for(|phase| *phase == Phase::Over).await;
                };
                let reader = reader.as_mut().map(|reader| reader as &mut dyn Reads);
                let sides = (TokioIo::new(client), TokioIo::new(upstream));
                tokio::select! {
                    ending = splice(sides, self.idle, reader, sent.clone()) => ending,
                    () = over => Ending::Dropped,
                }
            }
        };
        record.bytes_sent = sent.bytes();
        let ending = match self.session {
            None => ending,
            Some(session) => session.close(&mut record, ending),
        };
        record.close(ending);
    }
}

/// Copies both ways between a client and an upstream; `sent` counts what the client took.
async fn splice<C, U>(
    (client, upstream): (C, U),
    idle: Option<Duration>,
    reader: Reader<'_>,
    sent: Taken,
) -> Ending
where
    C: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    let progress = Progress::default();
    let end = End::new(reader);
    let mut client = Watched::new(client, progress.clone(), sent);
    let upstream = Tapped::new(upstream, end.clone());
    let mut upstream = Watched::new(upstream, progress.clone(), Taken::default());
    let mut copying = pin!(copy_bidirectional(&mut client, &mut upstream));
    let mut stall = Stall::new(idle);
    let copied = poll_fn(|cx| {
        end.poll_reader(cx);
        if let Poll::Ready(copied) = copying.as_mut().poll(cx) {
            return Poll::Ready(Some(copied));
        }
        if end.poll_cut(cx).is_ready() {
            return Poll::Ready(None);
        }
        if progress.take() {
            stall.progress();
        }
        stall.poll_stalled(cx).map(|()| None)
    });
    match copied.await {
        Some(Ok(_)) => Ending::Complete,
        Some(Err(_)) | None => Ending::Dropped,
    }
}

#[cfg(test)]
mod tests;
