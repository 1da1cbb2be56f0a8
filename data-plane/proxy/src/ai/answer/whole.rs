//! An answer that is read to its end before the client gets any of it.
//!
//! Owns the limit of what is held, and what guards leave of it. Must not know formats. Invariant: what is too large to be judged
//! goes to nobody.

use std::{
    cell::Cell,
    mem,
    pin::pin,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use dp_llm::{observed::Observed, relay::Relay, tap::Ending};
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_LENGTH, response};

use super::{Answer, Body, Said, WHOLE_LIMIT, broke, lost, too_large};
use crate::{
    ai::{
        Call, Tried,
        guard::{self, Guards, Tallies},
        wait::{Silent, Wait},
    },
    exchange::Exchange,
    fault::{Fault, Kind},
    respond::{Dialect, respond},
    response_body::{BodyError, Upstream},
    timer::{Deadline, Timers},
};

/// What came in the place of a whole answer.
pub(super) enum Unusable {
    /// An error after all, with the headers of what it came in.
    Error(Box<Observed>, HeaderMap),
    /// More than is held.
    TooLarge(Box<Observed>),
    /// It broke off, took too long or is none.
    Unfinished(Fault, Box<Observed>),
}

/// Where it is left what was seen of an answer that nobody waits for any more.
pub(crate) type Left = Rc<Cell<Option<Box<Observed>>>>;

/// How long an answer is waited for.
pub(super) struct Patience<'t> {
    whole: (Deadline<'t>, Wait),
    /// Of a stream, what counts behind its first content.
    behind_content: Option<(Deadline<'t>, Wait)>,
}

/// Who reads an answer. A client that goes away drops it, in the middle of the answer or while guards judge, and what was seen
/// until then is to be paid all the same.
struct Reader {
    /// Always there, but for the end.
    relay: Option<Box<Relay>>,
    out: BytesMut,
    spent: Duration,
    /// When the first content was there.
    begun: Option<Instant>,
    left: Left,
}

// === impl Patience ===

impl<'t> Patience<'t> {
    /// Behind the first content of a stream the provider has kept its limits, whoever looks at the rest.
    pub(super) fn of(timers: &'t Timers, wait: Wait, is_stream: bool) -> Self {
        let behind = wait.behind_content();
        Self {
            whole: (timers.deadline(wait.due()), wait),
            behind_content: is_stream.then(|| (timers.deadline(behind.due()), behind)),
        }
    }
}

// === impl Reader ===

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(relay) = self.relay.take() {
            self.left.set(Some(relay.into_observed()));
        }
    }
}

impl Reader {
    /// Reads to the end, or as far as there is a use in it; up to the first content if that is all that `is_first` asks for.
    /// Whether there is more to read.
    async fn read(&mut self, upstream: &mut Upstream, is_first: bool) -> Result<bool, BodyError> {
        while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
            let frame = frame?;
            let Some(relay) = &mut self.relay else { break };
            if let Ok(data) = frame.into_data() {
                let began = Instant::now();
                self.out.extend_from_slice(&relay.push(data));
                self.spent += began.elapsed();
            }
            let has_content = relay.observed().has_content;
            if has_content && self.begun.is_none() {
                self.begun = Some(Instant::now());
            }
            if self.out.len() > WHOLE_LIMIT
                || relay.is_refused()
                || relay.is_full()
                || relay.is_done()
            {
                break;
            }
            if is_first && has_content {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads as long as the provider may take for it.
    async fn wait(&mut self, upstream: &mut Upstream, patience: Patience<'_>) -> Result<(), Fault> {
        let is_first = patience.behind_content.is_some();
        let phases = [Some(patience.whole), patience.behind_content];
        for (phase, (deadline, wait)) in phases.into_iter().flatten().enumerate() {
            // What guards take is not the provider's time.
            let ended = {
                let read = pin!(self.read(upstream, is_first && phase == 0));
                deadline.bound(read).await
            };
            match ended {
                Some(Ok(true)) => {}
                Some(Ok(false)) => break,
                Some(Err(BodyError::Stalled)) if self.begun.is_some() => {
                    return Err(Fault::caused(Kind::Timeout, Silent));
                }
                Some(Err(error)) => return Err(broke(error)),
                None => return Err(wait.late()),
            }
        }
        Ok(())
    }

    /// Says why nothing comes of the answer.
    fn unfinished(mut self, fault: Fault) -> Unusable {
        let observed = self.relay.take().map(|relay| relay.into_observed());
        Unusable::Unfinished(fault, observed.unwrap_or_default())
    }
}

/// An answer that is made of the provider's whole one, or that is looked at before it passes. `services` are asked about a
/// stream before any of it leaves. If nobody waits for it any more, what was seen of it is `left` behind.
pub(super) async fn whole(
    call: &Call<'_>,
    (mut head, mut upstream, relay): (response::Parts, Upstream, Box<Relay>),
    said: Said,
    (patience, left): (Patience<'_>, Left),
    services: Option<(&Exchange<'_>, &Tallies)>,
) -> Result<Tried, Unusable> {
    let mut reader = Reader {
        relay: Some(relay),
        out: BytesMut::new(),
        spent: Duration::ZERO,
        begun: None,
        left,
    };
    if let Err(fault) = reader.wait(&mut upstream, patience).await {
        return Err(reader.unfinished(fault));
    }
    if let (Some((exchange, tallies)), Some(relay)) = (services, &mut reader.relay)
        && !relay.is_full()
        && reader.out.len() <= WHOLE_LIMIT
    {
        reader.out.extend_from_slice(&relay.end());
        let rest = guard::settle(exchange, call, tallies, relay).await;
        reader.out.extend_from_slice(&rest);
    }
    let (mut out, mut spent, begun) = (mem::take(&mut reader.out), reader.spent, reader.begun);
    let Some(relay) = reader.relay.take() else {
        return Err(reader.unfinished(Kind::Bug.into()));
    };
    if relay.is_full() {
        return Err(Unusable::TooLarge(relay.into_observed()));
    }
    if out.len() > WHOLE_LIMIT {
        // Too large to be held: it passes as it comes.
        let body = Body::Relayed {
            upstream,
            relay,
            held: out.freeze(),
        };
        let answer = Answer::new(head, body, said).after(spent);
        return Ok(Tried::Answered(answer.begun(begun)));
    }
    if relay.is_done() {
        upstream.drain();
    }
    let began = Instant::now();
    let finish = relay.finish();
    spent += began.elapsed();
    let observed = &finish.observed;
    Ok(match finish.ending {
        Ending::Complete if observed.error.is_some() => {
            return Err(Unusable::Error(finish.observed, head.headers));
        }
        // A page of a load balancer in between, say.
        Ending::Complete if observed.unreadable > 0 => {
            let why = "the provider's answer is not what its format asks for";
            let fault = Fault::caused(Kind::Garbage, why);
            return Err(Unusable::Unfinished(fault, finish.observed));
        }
        Ending::Failed => {
            return Err(Unusable::Error(finish.observed, head.headers));
        }
        Ending::Truncated(_) => {
            let fault = Fault::caused(Kind::Reset, BodyError::Cut);
            return Err(Unusable::Unfinished(fault, finish.observed));
        }
        Ending::Complete | Ending::Refused => {
            out.extend_from_slice(&finish.rest);
            measure(&mut head, call, out.len());
            let body = Body::Whole {
                bytes: out.freeze(),
                observed: finish.observed,
            };
            let answer = Answer::new(head, body, said).after(spent);
            Tried::Answered(answer.begun(begun))
        }
    })
}

/// Says how long the body is. To a HEAD the provider said how long it would be (RFC 9110, section 8.6).
fn measure(head: &mut response::Parts, call: &Call<'_>, length: usize) {
    if call.head.method != Method::HEAD {
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// A whole answer behind its guards; a refusal stands in its place, and what it cost is counted all the same (llm.md G-11).
pub(super) async fn judged(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    guards: &Guards,
    answer: Box<Answer>,
) -> Tried {
    let format = call.prompt.format();
    let Answer {
        mut head,
        body,
        said,
        spent,
        ..
    } = *answer;
    let (bytes, observed) = match body {
        Body::Whole { bytes, observed } => (bytes, observed),
        Body::Relayed { relay, .. } => return too_large(exchange, relay.into_observed()),
        Body::Unread(_) | Body::Session(_) => {
            let why = "the answer cannot be read by its guards";
            return lost(Fault::caused(Kind::Garbage, why));
        }
    };
    // A client that goes away while services judge pays for the answer all the same.
    exchange.record.llm.observed = Some(observed.clone());
    let bytes = match guard::answer(exchange, call, guards, (format, bytes)).await {
        Ok(bytes) => bytes,
        Err(fault) => {
            exchange.record.fault(&fault);
            let (refused, body) = respond(&fault, Dialect::Llm(format)).into_parts();
            head = refused;
            body.into_bytes()
        }
    };
    measure(&mut head, call, bytes.len());
    let body = Body::Whole { bytes, observed };
    Tried::Answered(Answer::new(head, body, said).after(spent))
}
