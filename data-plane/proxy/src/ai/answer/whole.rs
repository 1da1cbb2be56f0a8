//! An answer that is read to its end before the client gets any of it.
//!
//! Owns the limit of what is held, and what guards leave of it. Must not know formats. Invariant: what is too large to be judged
//! goes to nobody.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use dp_llm::{observed::Observed, relay::Relay, tap::Ending};
use http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH, response};

use super::{Answer, Body, Said, WHOLE_LIMIT, broke, lost, too_large};
use crate::{
    ai::{
        Call, Tried,
        guard::{self, Guards, Tallies},
        wait::Wait,
    },
    exchange::Exchange,
    fault::{Fault, Kind},
    respond::{Dialect, respond},
    response_body::{BodyError, Upstream},
    timer::Deadline,
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

/// An answer that is made of the provider's whole one, or that is looked at before it passes. `services` are asked about a
/// stream before any of it leaves.
pub(super) async fn whole(
    call: &Call<'_>,
    (mut head, mut upstream, mut relay): (response::Parts, Upstream, Box<Relay>),
    said: Said,
    (deadline, wait): (Deadline<'_>, Wait),
    services: Option<(&Exchange<'_>, &Tallies)>,
) -> Result<Tried, Unusable> {
    let mut out = BytesMut::new();
    let mut spent = Duration::ZERO;
    let read = async {
        while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
            if let Ok(data) = frame?.into_data() {
                let began = Instant::now();
                out.extend_from_slice(&relay.push(data));
                spent += began.elapsed();
            }
            if out.len() > WHOLE_LIMIT || relay.is_refused() || relay.is_full() || relay.is_done() {
                break;
            }
        }
        Ok::<(), BodyError>(())
    };
    // What guards take is not the provider's time.
    match deadline.bound(pin!(read)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => return Err(unfinished(broke(error), *relay)),
        None => return Err(unfinished(wait.late(), *relay)),
    }
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
        return Ok(Tried::Answered(Answer::new(head, body, said).after(spent)));
    }
    if relay.is_done() {
        upstream.drain();
    }
    if let Some((exchange, tallies)) = services {
        out.extend_from_slice(&relay.end());
        out.extend_from_slice(&guard::settle(exchange, call, tallies, &mut relay).await);
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
            head.headers
                .insert(CONTENT_LENGTH, HeaderValue::from(out.len()));
            let body = Body::Whole {
                bytes: out.freeze(),
                observed: finish.observed,
            };
            Tried::Answered(Answer::new(head, body, said).after(spent))
        }
    })
}

fn unfinished(fault: Fault, relay: Relay) -> Unusable {
    Unusable::Unfinished(fault, relay.into_observed())
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
    let bytes = match guard::answer(exchange, call, guards, (format, bytes)).await {
        Ok(bytes) => bytes,
        Err(fault) => {
            exchange.record.fault(&fault);
            let (refused, body) = respond(&fault, Dialect::Llm(format)).into_parts();
            head = refused;
            body.into_bytes()
        }
    };
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let body = Body::Whole { bytes, observed };
    Tried::Answered(Answer::new(head, body, said).after(spent))
}
