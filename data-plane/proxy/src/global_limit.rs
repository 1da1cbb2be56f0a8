//! Limits that a service counts, around one request (llm.md L-1..L-5).
//!
//! Owns when the service is asked, what the client is told of its answer, and when it is told what the request took. Must not do
//! the arithmetic of descriptors (`dp_rls`), nor send. Invariants: a request is asked about once, in one call; tokens are told
//! once, with the usage record, however the answer ended; a service that does not answer refuses, unless its policy fails open.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use dp_config::policy::Attachment;
use dp_policy::{token_bucket::Unit, usage_record::UsageRecord};
use dp_rls::{
    answer::{self, Answer},
    limit::{Asked, Limits},
};
use expr::{Attribute, Attributes};
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE, request::Parts};
use serde_json::Value as Json;

use crate::{
    attributes::RequestAttributes,
    exchange::Exchange,
    fault::{Fault, Kind},
    limit::unit_name,
    rate_limit_service::{self, tell},
};

/// Whether a request's prompt has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not yet, and it may never be.
    Head,
    /// Nobody will read it.
    Unread,
}

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "{policy}, attached to {target}: the service of domain {domain} says that the limit is used up"
)]
pub(crate) struct OverLimit {
    policy: Arc<str>,
    target: Arc<str>,
    domain: Arc<str>,
    /// The service's own words, for clients without a dialect.
    pub(crate) body: Option<(Bytes, HeaderValue)>,
}

/// Why a request is refused although nobody says that a limit is used up.
#[derive(Debug, thiserror::Error)]
#[error("{policy}: the rate limit service {authority} does not answer, and it fails closed")]
struct Unanswered {
    policy: Arc<str>,
    authority: Arc<str>,
    source: answer::Undecided,
}

/// What a usage record says, for expressions of costs.
struct UsageAttributes<'a>(&'a UsageRecord);

/// Asks about a request by its head; where the limits need the prompt, only if nobody reads it.
pub(crate) async fn admit(
    exchange: &mut Exchange<'_>,
    head: &mut Parts,
    stage: Stage,
) -> Result<(), Fault> {
    let Some((attachment, limits)) = of(exchange) else {
        return Ok(());
    };
    if limits.needs_prompt() != (stage == Stage::Unread) {
        return Ok(());
    }
    let asked = limits.of(&RequestAttributes::of(exchange, head));
    pass(exchange, head, (attachment, limits), &asked).await
}

/// Asks about a request whose prompt has been read, where limits need that. What it takes is told with its record.
pub(crate) async fn admit_read(
    exchange: &mut Exchange<'_>,
    head: &mut Parts,
    asked: Asked,
) -> Result<(), Fault> {
    let Some((attachment, limits)) = of(exchange) else {
        return Ok(());
    };
    pass(exchange, head, (attachment, limits), &asked).await?;
    if !asked.counts_tokens() {
        return Ok(());
    }
    let worker = exchange.client.worker.clone();
    let (active, service) = (exchange.active.clone(), limits.service.clone());
    // Without a record nobody would tell what it took.
    let ledger = exchange.record.llm.ledger.as_mut().ok_or(Kind::Bug)?;
    ledger.before_reading(Box::new(move |record: &mut UsageRecord| {
        // An answer that was given before takes nothing, unless hits are charged.
        let taken = record.taken();
        let tokens = taken.map_or(0, |tokens| tokens.total());
        let report = asked.report(&service, tokens, &UsageAttributes(record));
        if let Some(request) = report {
            worker.metrics.limit_tokens(&service.label, tokens);
            tell(&worker, &active, &service, request);
        }
    }));
    Ok(())
}

/// Descriptors of a request whose prompt has been read; `None` where nothing is asked then.
pub(crate) fn asked(exchange: &Exchange<'_>, attributes: &dyn Attributes) -> Option<Asked> {
    let (_, limits) = of(exchange)?;
    limits.needs_prompt().then(|| limits.of(attributes))
}

fn of<'a>(exchange: &Exchange<'a>) -> Option<(&'a Attachment, &'a Limits)> {
    exchange.policies?.global_rate_limit()
}

/// Lets a request through, or refuses it.
async fn pass(
    exchange: &mut Exchange<'_>,
    head: &mut Parts,
    (attachment, limits): (&Attachment, &Limits),
    asked: &Asked,
) -> Result<(), Fault> {
    let worker = exchange.client.worker.clone();
    let service = &limits.service;
    worker.metrics.limit_dropped(&service.label, asked.dropped);
    if asked.is_empty() {
        return Ok(());
    }
    let question = asked.check(service);
    let hits = asked.hits();
    let response = rate_limit_service::ask(&worker, exchange.active, service, &question).await;
    let answer = response.and_then(|response| {
        answer::read(&response, &hits).map_err(|source| {
            worker.metrics.limit_call(&service.label, "check", "error");
            let (policy, authority) = (service.label.clone(), service.authority.clone());
            let cause = Unanswered {
                policy,
                authority,
                source,
            };
            Fault::caused(Kind::Garbage, cause)
        })
    });
    let answer = match answer {
        Ok(answer) => answer,
        Err(_) if service.fail_open => return Ok(()),
        Err(fault) => {
            let cause = fault.source.unwrap_or_else(|| fault.kind.reason().into());
            return Err(Fault::caused(Kind::RateLimitUnavailable, cause));
        }
    };
    let outcome = if answer.is_over { "over_limit" } else { "ok" };
    worker.metrics.limit_call(&service.label, "check", outcome);
    for unit in [Unit::Requests, Unit::Tokens] {
        if hits.iter().any(|own| own.unit == unit) {
            let unit = unit_name(unit);
            worker
                .metrics
                .limit_check(&service.label, unit, !answer.is_over);
        }
    }
    decide(exchange, head, (attachment, limits), answer)
}

fn decide(
    exchange: &mut Exchange<'_>,
    head: &mut Parts,
    (attachment, limits): (&Attachment, &Limits),
    answer: Answer,
) -> Result<(), Fault> {
    let facts = &mut exchange.record.limits;
    let is_type = |(name, _): &(HeaderName, HeaderValue)| *name == CONTENT_TYPE;
    let (types, headers): (Vec<_>, Vec<_>) = answer.response_headers.into_iter().partition(is_type);
    facts.add_headers(headers);
    if !answer.is_over {
        facts.note_all(answer.standings);
        replace(&mut head.headers, answer.request_headers);
        return Ok(());
    }
    facts.refuse_all(answer.standings, answer.retry_after);
    let content_type = types.into_iter().next().map(|(_, value)| value);
    let plain = || HeaderValue::from_static("text/plain; charset=utf-8");
    let over = OverLimit {
        policy: attachment.policy.clone(),
        target: attachment.target.clone(),
        domain: limits.service.domain.clone(),
        body: (!answer.body.is_empty()).then(|| (answer.body, content_type.unwrap_or_else(plain))),
    };
    Err(Fault::caused(Kind::RateLimited, over))
}

/// Puts headers in place of those of their names; what comes twice stays twice.
pub(crate) fn replace(headers: &mut HeaderMap, own: Vec<(HeaderName, HeaderValue)>) {
    for (name, _) in &own {
        headers.remove(name);
    }
    for (name, value) in own {
        headers.append(name, value);
    }
}

impl Attributes for UsageAttributes<'_> {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let record = self.0;
        let tokens = match (record.usage.tokens, record.replaced_tokens()) {
            (Some(own), Some(replaced)) => Some(own.plus(&replaced)),
            (own, replaced) => own.or(replaced),
        };
        let text = |text: &Option<Arc<str>>| text.as_deref().map(Json::from);
        let value = match attribute {
            Attribute::LlmInputTokens => tokens?.input.into(),
            Attribute::LlmCachedInputTokens => tokens?.cache_read.into(),
            Attribute::LlmCacheCreationInputTokens => tokens?.cache_write.into(),
            Attribute::LlmOutputTokens => tokens?.output.into(),
            Attribute::LlmReasoningTokens => tokens?.reasoning.into(),
            Attribute::LlmTotalTokens => tokens?.total().into(),
            Attribute::LlmResponseModel => text(&record.model.answered)?,
            Attribute::LlmProvider => text(&record.model.provider)?,
            Attribute::LlmRequestModel => text(&record.model.requested)?,
            Attribute::LlmStreaming => record.call.is_streamed.into(),
            // What the request was is gone by now.
            Attribute::RequestMethod
            | Attribute::RequestUri
            | Attribute::RequestHost
            | Attribute::RequestScheme
            | Attribute::RequestPath
            | Attribute::RequestPathAndQuery
            | Attribute::RequestVersion
            | Attribute::RequestHeaders
            | Attribute::SourceAddress
            | Attribute::SourcePort
            | Attribute::ResponseCode
            | Attribute::ResponseHeaders
            | Attribute::Jwt
            | Attribute::ApiKey
            | Attribute::LlmRequest
            | Attribute::LlmParams => return None,
        };
        Some(Cow::Owned(value))
    }
}
