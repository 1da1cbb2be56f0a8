//! What comes back from a provider, up to the point where it goes to the client or another attempt follows.
//!
//! Owns the look at the head and, where another attempt could still follow, at the stream up to its first content
//! (llm.md S-11). Must not know formats. Invariant: an answer that is handed on is one that the client may have: whole
//! where it is made of the whole, and begun where it is a stream.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use dp_config::ai_backend::AiProvider;
use dp_llm::{
    class::Class,
    format::Format,
    gate::Gate,
    observed::Observed,
    relay::{Plan, Relay, Stamp},
    retry_after,
    tap::{Ending, Framing, Limits as RelayLimits},
    usage::{GEMINI_TIER, HeadCounts},
};
use dp_upstream::provider_group::{attempts::Attempt, verdict::Condition};
use http::{HeaderMap, Response, header::CONTENT_TYPE, response};

use super::{
    Call, Tried,
    cache::Keep,
    condition,
    guard::{self, Guards, Tallies},
    ledger::{Ledger, note_told},
    since_epoch,
    tokenized::Cut,
    wait::Wait,
};
use crate::{
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    in_place::boxed,
    response_body::{BodyError, Upstream},
    timer::Deadline,
    upgrade::Splice,
};

mod encoded;
mod folded;
mod handed;
mod head;
mod own;
mod refused;
pub(super) mod replayed;
mod whole;

use encoded::{encoded, is_encoded};
pub(super) use folded::folded;
use head::dress;
pub(super) use own::own;
use refused::{failed_inside, has_clients_key, refused};
pub(crate) use whole::Left;
use whole::{Patience, Unusable, judged, whole};

/// The largest answer that is held where it need not be, in bytes; as much as a relay holds (`dp_llm::tap::Limits`).
const WHOLE_LIMIT: usize = 8 << 20;

/// How long a stream's head is held for its first content, so that another provider may answer instead (llm.md S-11).
const HOLD: Duration = Duration::from_secs(2);

/// An answer for the client.
pub(super) struct Answer {
    head: response::Parts,
    body: Body,
    said: Said,
    /// What guards decide while it streams.
    tallies: Option<Tallies>,
    /// What keeps it for others.
    pub(super) keep: Option<Keep>,
    /// How long its reading and writing took so far.
    spent: Duration,
    /// Its provider may keep it, and requests about it go there.
    pub(super) is_noted: bool,
    /// What the client may be sent while nothing comes.
    keep_alive: Option<&'static str>,
    /// When its first content was there, of an answer that was read before it was shown.
    begun: Option<Instant>,
}

/// What the head of an answer said about the provider.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// How long its allowance is used up.
    pub(super) spared: Option<Duration>,
    /// What a configured condition makes of it.
    pub(super) condition: Option<Condition>,
}

enum Body {
    /// Made of the whole answer.
    Whole {
        bytes: Bytes,
        observed: Box<Observed>,
    },
    /// As it comes; `held` came already.
    Relayed {
        upstream: Upstream,
        relay: Box<Relay>,
        held: Bytes,
    },
    /// Encoded although nobody asked for it: it passes unread.
    Unread(Upstream),
    /// A session, which goes on beside HTTP.
    Session(Box<Splice>),
}

/// How far a look into an answer went.
enum Looked {
    /// To its first content, or as long as it may be held for that.
    Begun {
        relay: Box<Relay>,
        held: Bytes,
    },
    /// To its end: there is no content, and the provider says that this is all.
    Over {
        bytes: Bytes,
        observed: Box<Observed>,
    },
    Failed(Box<Observed>),
    /// More than is held of what the client's format needs at once.
    TooLarge(Box<Observed>),
    Broke(BodyError, Box<Observed>),
    /// Nothing came in time.
    Late(Box<Observed>),
}

/// Of whom, in what form, behind which guards and within which time an answer was asked for.
type Asked<'a> = (&'a AiProvider, Plan, &'a Guards, Wait);

/// Takes the answer of one attempt.
pub(super) async fn take(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (provider, plan, guards, wait): Asked<'_>,
    mut response: Response<Upstream>,
    attempt: &mut Attempt,
) -> Tried {
    encoded::decode(&mut response);
    head::clean(response.headers_mut());
    head::name_request(response.headers_mut(), plan.client);
    if !response.status().is_success() {
        return refused(exchange, call, (provider, &plan, wait), response).await;
    }
    let (mut head, mut upstream) = response.into_parts();
    call.tape(&head.headers, &mut upstream);
    let said = Said::by(exchange, (call, provider), &head);
    let guards = guard::of_answer(guards, &plan);
    if is_encoded(&head.headers) {
        return encoded(&plan, guards.is_some(), (head, upstream), said);
    }
    let framing = framing(&head.headers);
    let is_streamed = plan.is_streamed;
    let (gates, tallies) = guard::gates(exchange, call, guards.filter(|_| is_streamed));
    let relay = relay(exchange, (&plan, framing), &head.headers, gates);
    dress(&mut head.headers, &plan, framing);
    let is_only = call.has_one_provider() && !attempt.has_others();
    // Where another provider could do better, an answer in one piece is read before any of it is shown.
    let is_stream = framing != Framing::Buffered;
    let is_read_first = (!is_only || wait.bounds_whole()) && !is_stream;
    let judges = guards.filter(|_| !is_streamed);
    let is_held = tallies.as_ref().is_some_and(Tallies::needs_whole);
    if is_stream {
        upstream.allow_silence(wait.stream_idle());
    }
    let timers = &exchange.client.worker.timers;
    if plan.needs_whole() || is_read_first || judges.is_some() || is_held {
        let left = exchange.record.llm.left.get_or_insert_default().clone();
        let services = tallies.as_ref().filter(|_| is_held);
        let services = services.map(|own| (&*exchange, own));
        let read = (head, upstream, relay);
        let begins = is_stream && is_streamed;
        let patience = Patience::of(timers, wait, begins);
        return match whole(call, read, said, (patience, left), services).await {
            Ok(Tried::Answered(answer)) => {
                note_begun(exchange, attempt, answer.begun.filter(|_| begins));
                match judges {
                    Some(guards) => judged(exchange, call, guards, answer).await,
                    None => Tried::Answered(answer.with_tallies(tallies)),
                }
            }
            Ok(tried @ (Tried::Unsendable(_) | Tried::Unfit(_) | Tried::Failed { .. })) => tried,
            Err(answer) => unusable(exchange, (call, provider), answer),
        };
    }
    let (deadline, hold) = (
        timers.deadline(wait.due()),
        timers.deadline(held_until(wait)),
    );
    let looked = match is_only && !wait.bounds_whole() {
        true => Looked::Begun {
            relay,
            held: Bytes::new(),
        },
        false => look(&mut upstream, relay, (hold, deadline)).await,
    };
    let body = match looked {
        Looked::Begun { relay, held } => {
            let begun = relay.observed().has_content.then(Instant::now);
            note_begun(exchange, attempt, begun);
            Body::Relayed {
                upstream,
                relay,
                held,
            }
        }
        Looked::Over { bytes, observed } => Body::Whole { bytes, observed },
        Looked::Failed(observed) => {
            return failed_inside(exchange, (call, provider), (&observed, &head.headers));
        }
        Looked::TooLarge(observed) => return too_large(exchange, observed),
        Looked::Broke(error, seen) => return unfinished(exchange, broke(error), &seen),
        Looked::Late(seen) => return unfinished(exchange, wait.late(), &seen),
    };
    let mut answer = Answer::new(head, body, said).with_tallies(tallies);
    answer.keep_alive = plan.keep_alive(framing);
    Tried::Answered(answer)
}

fn framing(headers: &HeaderMap) -> Framing {
    let content_type = headers.get(CONTENT_TYPE);
    Framing::from_content_type(content_type.and_then(|value| value.to_str().ok()))
}

fn unusable(exchange: &mut Exchange<'_>, of: (&Call<'_>, &AiProvider), answer: Unusable) -> Tried {
    match answer {
        Unusable::TooLarge(observed) => too_large(exchange, observed),
        Unusable::Unfinished(fault, observed) => unfinished(exchange, fault, &observed),
        Unusable::Error(observed, headers) => failed_inside(exchange, of, (&observed, &headers)),
    }
}

/// The first content came before the head went out.
fn note_begun(exchange: &mut Exchange<'_>, attempt: &mut Attempt, at: Option<Instant>) {
    if let Some(at) = at {
        let since = at.saturating_duration_since(exchange.record.start);
        exchange.record.llm.first_token = Some(since);
        attempt.first_token(at);
    }
}

fn relay(
    exchange: &Exchange<'_>,
    (plan, framing): (&Plan, Framing),
    headers: &HeaderMap,
    gates: Vec<Gate>,
) -> Box<Relay> {
    let stamp = Stamp {
        unix_seconds: since_epoch().as_secs(),
        nonce: exchange.client.worker.upstream.random(),
    };
    let limits = RelayLimits::default();
    let mut relay = boxed(|| Relay::guarded(plan, framing, limits, stamp, gates));
    if !matches!(plan.class, Class::Chat(_)) {
        relay.note_head(told(headers));
    } else if plan.provider == Format::GeminiGenerateContent
        && let Some(tier) = headers.get(GEMINI_TIER).and_then(|tier| tier.to_str().ok())
    {
        relay.note_tier(tier);
    }
    // Others are told at the end, when the provider has counted.
    let is_told_first = plan.client == Format::AnthropicMessages && plan.is_streamed;
    if is_told_first && plan.provider != plan.client {
        let ledger = exchange.record.llm.ledger.as_deref();
        if let Some(size) = ledger.and_then(Ledger::size) {
            relay.expect_prompt(size.tokens(Cut::of(&plan.model)));
        }
    }
    relay
}

// === impl Said ===

impl Said {
    /// What this head says.
    fn by(
        exchange: &Exchange<'_>,
        (call, provider): (&Call<'_>, &AiProvider),
        head: &response::Parts,
    ) -> Said {
        let about = (head.status.as_u16(), &head.headers);
        let is_own = has_clients_key(call, provider);
        let spared = || retry_after::exhausted_for(pairs(&head.headers), since_epoch());
        Said {
            spared: if is_own { None } else { spared() },
            condition: condition::judge(exchange, call, provider, about),
        }
    }
}

/// Takes the session that a provider agreed to.
pub(super) fn session(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    provider: &AiProvider,
    reply: Reply,
) -> Tried {
    let (mut head, _) = reply.response.into_parts();
    head::clean(&mut head.headers);
    let Some(mut splice) = reply.splice else {
        return lost(Kind::UpgradeFailed.into());
    };
    let said = Said::by(exchange, (call, provider), &head);
    splice.lifetime = call.policies.ai_timeouts(&provider.name).session;
    let body = Body::Session(splice);
    Tried::Answered(Answer::new(head, body, said))
}

/// When the head goes out without content. Where a limit says how long a provider has for its first content, only that counts.
fn held_until(wait: Wait) -> Option<Instant> {
    (!wait.bounds_whole()).then(|| Instant::now() + HOLD)
}

/// Reads on until something is there that a person would see, or it is clear that nothing will be, or until `hold`; at
/// most until `deadline`.
async fn look(
    upstream: &mut Upstream,
    mut relay: Box<Relay>,
    (hold, deadline): (Deadline<'_>, Deadline<'_>),
) -> Looked {
    let mut held = BytesMut::new();
    loop {
        let next = hold.bound(std::future::poll_fn(|cx| upstream.poll(cx)));
        let Some(next) = deadline.bound(next).await else {
            return Looked::Late(relay.into_observed());
        };
        let Some(next) = next else {
            let held = held.freeze();
            return Looked::Begun { relay, held };
        };
        let Some(frame) = next else {
            let finish = relay.finish();
            held.extend_from_slice(&finish.rest);
            let observed = finish.observed;
            return match finish.ending {
                Ending::Complete | Ending::Refused => Looked::Over {
                    bytes: held.freeze(),
                    observed,
                },
                Ending::Failed => Looked::Failed(observed),
                // An end without a terminator is no answer, as long as nothing of it was shown.
                Ending::Truncated(_) => Looked::Broke(BodyError::Cut, observed),
            };
        };
        match frame {
            Err(error) => return Looked::Broke(error, relay.into_observed()),
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    held.extend_from_slice(&relay.push(data));
                }
            }
        }
        if relay.is_full() && !relay.observed().has_content {
            return Looked::TooLarge(relay.into_observed());
        }
        if relay.has_failed() && !relay.observed().has_content {
            return Looked::Failed(Box::new(relay.observed().clone()));
        }
        if relay.observed().has_content
            || relay.is_done()
            || relay.is_refused()
            || held.len() > WHOLE_LIMIT
        {
            let held = held.freeze();
            return Looked::Begun { relay, held };
        }
    }
}

/// Why there is no first content.
fn broke(error: BodyError) -> Fault {
    let kind = match &error {
        BodyError::Stalled => Kind::Timeout,
        BodyError::Broken(_) | BodyError::Cut => Kind::Reset,
        BodyError::Encoding(_) => Kind::Garbage,
    };
    Fault::caused(kind, error)
}

fn lost(fault: Fault) -> Tried {
    Tried::Failed {
        outcome: super::verdict::of_fault(&fault).into(),
        reply: Box::new(Err(fault)),
        refusal: None,
    }
}

/// What came so far of an answer that is none, for want of its end, may have been told to take something.
fn unfinished(exchange: &mut Exchange<'_>, fault: Fault, seen: &Observed) -> Tried {
    note_told(exchange.record, seen);
    lost(fault)
}

/// The gateway's own limit: nothing is said of the provider, which was asked and will want to be paid.
fn too_large(exchange: &mut Exchange<'_>, mut observed: Box<Observed>) -> Tried {
    observed.has_content = true;
    exchange.record.llm.observed = Some(observed);
    lost(Kind::AnswerTooLarge.into())
}

/// Counts of tokens, which Bedrock tells of some models in the head only.
fn told(headers: &HeaderMap) -> HeadCounts {
    HeadCounts::read(|name| headers.get(name)?.to_str().ok())
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}
