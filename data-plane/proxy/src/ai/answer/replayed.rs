//! An answer that a provider gave before.
//!
//! Owns the checks in front of it, and the way from the provider's bytes to the client. Must not find it. Invariants: the
//! provider is still there and would be asked the same now; its guards judge the request and the answer as they would one
//! that comes from it; what cannot be read any more is not given.

use bytes::{Bytes, BytesMut};
use dp_cache::{store::Entry, subject};
use dp_config::ai_backend::{AiCredential, AiProvider};
use dp_llm::{
    relay::{Plan, Relay, Stamp},
    request::Rendered,
    tap::{Ending, Framing, Limits as RelayLimits},
};
use http::{
    HeaderValue, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
    response,
};

use super::{Answer, Body, Said, head::dress_stream, judged};
use crate::{
    ai::{
        Call, Tried,
        cache::{How, shape},
        guard::{self, Check, Guards, Tallies},
        ledger, since_epoch,
    },
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    response_body::ResponseBody,
};

/// The answer, if it may be given to this request.
///
/// # Errors
/// A guard refuses the request.
pub(in crate::ai) async fn reply(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (entry, how): (&Entry, How),
) -> Result<Option<Reply>, Fault> {
    let Some(provider) = provider(call, entry) else {
        return Ok(None);
    };
    let policy = exchange.active.in_effect.of(&call.policies, provider);
    let policy = policy.as_deref();
    let guards = Guards::of(policy, &call.policies, provider);
    let prompt = guard::request(exchange, call, &guards).await?;
    let Ok(rendered) = call.render(exchange, (provider, policy), &prompt) else {
        return Ok(None);
    };
    if !is_asked(entry, how, &rendered) {
        return Ok(None);
    }
    let plan = &rendered.plan;
    let Some(mut answer) = answer(exchange, call, (entry, plan, &guards)).await else {
        return Ok(None);
    };
    let llm = &mut exchange.record.llm;
    llm.provider = Some(provider.telemetry_name.clone());
    llm.entry = Some(provider.name.clone());
    llm.model = Some(plan.model.clone()).filter(|model| !model.is_empty());
    ledger::answered_before(exchange.record, (provider, policy), &plan.model);
    answer.dress_by(provider);
    Ok(Some(given(exchange, plan, answer)))
}

/// The provider whose answer it was, if a request may still be led there.
fn provider<'c>(call: &'c Call<'_>, entry: &Entry) -> Option<&'c AiProvider> {
    let mut all = call.backend.groups.iter().flatten();
    let provider = all.find(|own| own.name == entry.provider)?;
    if matches!(
        provider.credential,
        AiCredential::Unavailable(_) | AiCredential::Missing(_)
    ) {
        return None;
    }
    call.policies.check_provider(&provider.name).ok()?;
    Some(provider)
}

/// Whether the provider would be asked the same now.
fn is_asked(entry: &Entry, how: How, rendered: &Rendered) -> bool {
    let plan = &rendered.plan;
    match how {
        How::Equal => {
            subject::asked(plan.provider, &plan.model, &rendered.document()) == Some(entry.asked)
        }
        How::Similar(_) => {
            let own = shape(plan, rendered);
            own.is_some() && own == entry.shape
        }
    }
}

/// What the client gets, behind the guards of now.
async fn answer(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (entry, plan, guards): (&Entry, &Plan, &Guards),
) -> Option<Box<Answer>> {
    let framing = Framing::from_content_type(entry.content_type.as_deref());
    let guards = guard::of_answer(guards, plan);
    let (gates, tallies) = guard::gates(exchange, call, guards.filter(|_| plan.is_streamed));
    let stamp = Stamp {
        unix_seconds: since_epoch().as_secs(),
        nonce: exchange.client.worker.upstream.random(),
    };
    let mut relay = Relay::replayed(plan, framing, RelayLimits::default(), stamp, gates);
    let mut out = BytesMut::new();
    out.extend_from_slice(&relay.push(entry.body.clone()));
    if let Some(tallies) = tallies.as_ref().filter(|own| own.needs_whole()) {
        out.extend_from_slice(&relay.end());
        out.extend_from_slice(&guard::settle(exchange, call, tallies, &mut relay).await);
    }
    let finish = relay.finish();
    match finish.ending {
        Ending::Complete if finish.observed.error.is_none() => {}
        Ending::Refused => {}
        Ending::Complete | Ending::Failed | Ending::Truncated(_) => return None,
    }
    out.extend_from_slice(&finish.rest);
    let body = Body::Whole {
        bytes: out.freeze(),
        observed: finish.observed,
    };
    let said = Said {
        spared: None,
        condition: None,
    };
    let answer = Answer::new(head(entry, plan, framing), body, said).with_tallies(tallies);
    match guards.filter(|_| !plan.is_streamed) {
        None => Some(answer),
        Some(guards) => match judged(exchange, call, guards, answer).await {
            Tried::Answered(answer) => Some(answer),
            Tried::Unsendable(_) | Tried::Unfit(_) | Tried::Failed { .. } => None,
        },
    }
}

fn head(entry: &Entry, plan: &Plan, framing: Framing) -> response::Parts {
    let (mut head, ()) = Response::new(()).into_parts();
    let kept = || HeaderValue::from_str(entry.content_type.as_deref()?).ok();
    let content_type = match plan.content_type_of_kept(framing) {
        Some(written) => Some(HeaderValue::from_static(written)),
        None => kept(),
    };
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/json"));
    head.headers.insert(CONTENT_TYPE, content_type);
    if plan.is_streamed {
        dress_stream(&mut head.headers);
    }
    head
}

fn given(exchange: &mut Exchange<'_>, plan: &Plan, answer: Box<Answer>) -> Reply {
    let Answer {
        mut head,
        body,
        tallies,
        ..
    } = *answer;
    let checks: Vec<Check> = tallies.iter().flat_map(Tallies::checks).collect();
    if checks.iter().any(Check::refuses) {
        exchange.record.response.fault = Some(Kind::GuardRejected);
    }
    exchange.record.llm.checks.extend(checks);
    let bytes = match body {
        Body::Whole { bytes, observed } => {
            exchange.record.llm.observed = Some(observed);
            bytes
        }
        Body::Relayed { .. } | Body::Unread(_) | Body::Session(_) => Bytes::new(),
    };
    if plan.is_streamed {
        let elapsed = exchange.record.start.elapsed();
        exchange.record.llm.first_token = Some(elapsed);
    } else {
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    Response::from_parts(head, ResponseBody::full(bytes)).into()
}
