//! Copies of requests for mirrors.
//!
//! Owns the tee: frames of a body are handed to the copy while they pass, up to a limit. Must not delay or
//! change the original. Invariant: the copy ends whole only where the original did; over the limit, or where
//! the original breaks off, the mirror's request breaks off too.

use std::{
    future::poll_fn,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use dp_policy::Mirror;
use dp_upstream::pool::Protocol;
use http::{
    HeaderValue, Request,
    header::{CONTENT_LENGTH, HOST},
    request::Parts,
};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::sync::mpsc;

use crate::{
    attempt,
    exchange::Exchange,
    fault::Fault,
    record::UpstreamFacts,
    request_body::{BodyError, RequestBody},
    response_body::Upstream,
    served::Active,
    worker::Worker,
};

/// A mirror that takes longer is given up.
const TIME: Duration = Duration::from_secs(60);

/// How much of a body is copied; a larger one is not mirrored.
const LIMIT: usize = 2 << 20;

/// Starts the copies of a request that its route asks for; the tee goes into the original's body.
pub(crate) fn start(
    exchange: &Exchange<'_>,
    mirrors: &[Mirror],
    head: &Parts,
    body: &Incoming,
) -> Option<Copy> {
    if mirrors.is_empty() {
        return None;
    }
    let worker = &exchange.client.worker;
    let selected: Vec<&Mirror> = mirrors
        .iter()
        // The upper half of 64 random bits.
        .filter(|mirror| mirror.selects(u32::try_from(worker.upstream.random() >> 32).unwrap_or(0)))
        .collect();
    let (copy, copies) = tee(selected.len());
    let has_body = !body.is_end_stream();
    for (mirror, copied) in selected.into_iter().zip(copies) {
        let body = if has_body {
            RequestBody::Copied(copied)
        } else {
            RequestBody::Empty
        };
        let head = head_for(mirror, head);
        let sent = send(
            worker.clone(),
            exchange.active.clone(),
            mirror.cluster.clone(),
            head,
            body,
        );
        // Ends with its response, at the latest after `TIME`.
        tokio::task::spawn_local(async move {
            if tokio::time::timeout(TIME, sent).await.is_err() {
                tracing::debug!("a mirror took too long");
            }
        });
    }
    has_body.then_some(copy)
}

fn head_for(mirror: &Mirror, original: &Parts) -> Box<Parts> {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = original.method.clone();
    head.uri = original.uri.clone();
    head.headers = original.headers.clone();
    // The copy is framed anew; where the original breaks off, a length would be a lie.
    head.headers.remove(CONTENT_LENGTH);
    let authority = match (&mirror.authority, original.headers.get(HOST)) {
        (Some(own), _) => HeaderValue::from_str(own.as_str()).ok(),
        (None, Some(host)) if mirror.shadow_suffix => {
            HeaderValue::from_bytes(&shadow(host.as_bytes())).ok()
        }
        (None, _) => None,
    };
    if let Some(authority) = authority {
        head.headers.insert(HOST, authority);
    }
    Box::new(head)
}

/// `host:port` with `-shadow` behind the host, as Envoy names mirrored traffic.
fn shadow(host: &[u8]) -> Vec<u8> {
    let at = host
        .iter()
        .rposition(|&byte| byte == b':')
        .unwrap_or(host.len());
    let (name, port) = host.split_at(at);
    [name, b"-shadow", port].concat()
}

/// Sends one copy and reads its response to the end, so that the connection can be used again.
async fn send(
    worker: Rc<Worker>,
    active: Arc<Active>,
    cluster: Arc<str>,
    head: Box<Parts>,
    body: RequestBody,
) {
    let Some(cluster) = active.config.cluster(&cluster) else {
        return;
    };
    let now = std::time::Instant::now();
    let outcome = async {
        let client = Protocol::Http1;
        let picked = worker
            .upstream
            .pick(&active.config, cluster, client, now)
            .await?;
        let mut facts = UpstreamFacts::default();
        let never = worker.timers.deadline(None);
        let (response, lease) = attempt::send(&picked, head, body, never, &mut facts).await?;
        let mut rest = Upstream::new(response.into_body(), lease, None);
        while let Some(frame) = poll_fn(|cx| rest.poll(cx)).await {
            if frame.is_err() {
                break;
            }
        }
        Ok::<_, Fault>(())
    };
    if let Err(fault) = outcome.await {
        tracing::debug!(kind = ?fault.kind, detail = fault.detail(), "a mirror failed");
    }
}

/// The end that sees the original pass.
pub(crate) struct Copy {
    // Unbounded in frames, bounded in bytes by `LIMIT`: a slow mirror must not hold the original up.
    frames: Vec<mpsc::UnboundedSender<Piece>>,
    copied: usize,
}

/// The end that the mirror's request reads.
pub(crate) struct Copied {
    pieces: mpsc::UnboundedReceiver<Piece>,
    is_over: bool,
}

enum Piece {
    Data(Bytes),
    Trailers(http::HeaderMap),
    End,
}

/// A tee with `count` copies.
pub(crate) fn tee(count: usize) -> (Copy, Vec<Copied>) {
    let (frames, copies) = (0..count)
        .map(|_| {
            let (sender, pieces) = mpsc::unbounded_channel();
            (
                sender,
                Copied {
                    pieces,
                    is_over: false,
                },
            )
        })
        .unzip();
    (Copy { frames, copied: 0 }, copies)
}

// === impl Copy ===

impl Copy {
    /// Copies a frame; bytes are shared, not copied.
    pub(crate) fn frame(&mut self, frame: &Frame<Bytes>) {
        if let Some(data) = frame.data_ref() {
            self.copied = self.copied.saturating_add(data.len());
            if self.copied > LIMIT {
                // Dropped without `End`: the mirrors break off.
                self.frames.clear();
            }
            self.send(|| Piece::Data(data.clone()));
        } else if let Some(trailers) = frame.trailers_ref() {
            self.send(|| Piece::Trailers(trailers.clone()));
        }
    }

    /// The original ended whole.
    pub(crate) fn end(self) {
        self.send(|| Piece::End);
    }

    fn send(&self, piece: impl Fn() -> Piece) {
        for sender in &self.frames {
            let _ = sender.send(piece());
        }
    }
}

// === impl Copied ===

impl Copied {
    /// The next frame for the mirror.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(cx).map(|piece| match piece {
            Some(Piece::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Piece::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Piece::End) => {
                self.is_over = true;
                None
            }
            None => {
                self.is_over = true;
                Some(Err(BodyError::MirrorLimit))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn drain(mut copied: Copied) -> (usize, bool) {
        let mut length = 0;
        loop {
            match poll_fn(|cx| copied.poll(cx)).await {
                Some(Ok(frame)) => length += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) => return (length, false),
                None => return (length, true),
            }
        }
    }

    #[tokio::test]
    async fn each_copy_is_whole() {
        let (mut copy, copies) = tee(2);
        copy.frame(&Frame::data(Bytes::from_static(b"abc")));
        copy.frame(&Frame::data(Bytes::from_static(b"de")));
        copy.end();
        for copied in copies {
            assert_eq!(drain(copied).await, (5, true));
        }
    }

    #[tokio::test]
    async fn a_broken_original_breaks_the_copy() {
        let (mut copy, mut copies) = tee(1);
        copy.frame(&Frame::data(Bytes::from_static(b"abc")));
        drop(copy);
        assert_eq!(drain(copies.remove(0)).await, (3, false));
    }

    #[tokio::test]
    async fn a_copy_over_the_limit_breaks_off() {
        let (mut copy, mut copies) = tee(1);
        copy.frame(&Frame::data(Bytes::from(vec![0; LIMIT])));
        copy.frame(&Frame::data(Bytes::from_static(b"x")));
        copy.end();
        assert_eq!(drain(copies.remove(0)).await, (LIMIT, false));
    }
}
