//! Guards that are services: the call, from the texts to the verdict (llm.md G-6 to G-9).
//!
//! Owns the request and the patience. Must not know what services say (dp-policy reads it). Invariants: a call that does
//! not end in a verdict ends in the guard's failure mode; a client's header is sent only where the guard names it.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use dp_config::prompt_guard::Remote;
use dp_llm::format::Format;
use dp_policy::{
    hop_by_hop,
    prompt_guard::{
        Decision, Names,
        remote::{ANSWER_LIMIT, Call as Asked, Phase, Reading, Refusal, Text, Verdict},
    },
};
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST},
    request::Parts,
};

use crate::{
    ai::{
        Call,
        credential::{self, Content},
        tokens::Lent,
    },
    attempt,
    exchange::Exchange,
    fault::{Fault, Kind},
    forward::{Limits, answered, pick},
    record::UpstreamFacts,
    request_body::RequestBody,
    response_body::Upstream,
};

/// What a service said, or the failure mode where it said nothing.
#[derive(Debug)]
pub(super) enum Answered {
    Verdict(Verdict),
    Nothing(Decision),
}

/// One question to a service.
#[derive(Clone, Copy)]
struct Question<'a> {
    call: &'a Call<'a>,
    remote: &'a Remote,
    phase: Phase,
    due: Option<Instant>,
}

/// Asks about texts, none of which is empty.
pub(super) async fn ask(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    (remote, phase): (&Remote, Phase),
    texts: &[Text<'_>],
) -> Answered {
    if texts.is_empty() {
        return Answered::Verdict(Verdict::Pass);
    }
    let now = Instant::now();
    let patience = now.checked_add(remote.timeout);
    let due = [patience, call.limits.deadline].into_iter().flatten().min();
    let question = Question {
        call,
        remote,
        phase,
        due,
    };
    let left = due.map_or(Duration::MAX, |due| due.saturating_duration_since(now));
    let verdict = tokio::time::timeout(left, question.verdict(exchange, texts)).await;
    match verdict.unwrap_or_else(|_| Err(Kind::Timeout.into())) {
        Ok(verdict) => Answered::Verdict(verdict),
        Err(fault) => {
            let (reason, error) = (fault.kind.reason(), fault.detail().unwrap_or_default());
            let cluster = &*remote.target.cluster;
            tracing::debug!(guard = cluster, reason, error, "a guard gave no verdict");
            Answered::Nothing(Decision::unanswered(remote.on_failure, reason))
        }
    }
}

// === impl Question ===

impl Question<'_> {
    async fn verdict(self, exchange: &Exchange<'_>, texts: &[Text<'_>]) -> Result<Verdict, Fault> {
        match self.reading(exchange, texts).await? {
            Reading::Verdict(verdict) => Ok(verdict),
            Reading::OneByOne => self.one_by_one(exchange, texts).await,
        }
    }

    async fn one_by_one(
        self,
        exchange: &Exchange<'_>,
        texts: &[Text<'_>],
    ) -> Result<Verdict, Fault> {
        let mut all = Vec::with_capacity(texts.len());
        let mut found = Names::default();
        for text in texts {
            let reading = self.reading(exchange, std::slice::from_ref(text)).await?;
            let Reading::Verdict(verdict) = reading else {
                return Err(Kind::Bug.into());
            };
            match verdict {
                Verdict::Pass => all.push(text.text.to_owned()),
                Verdict::Mask(masked, names) => {
                    all.extend(masked);
                    names.as_slice().iter().for_each(|name| found.add(name));
                }
                Verdict::Reject(refusal) => return Ok(Verdict::Reject(refusal)),
            }
        }
        if found.is_empty() {
            // All of it was to be changed, and none of its parts: nobody knows what was meant.
            let names = Names::one("undecided");
            return Ok(Verdict::Reject(Refusal {
                names,
                ..Refusal::default()
            }));
        }
        Ok(Verdict::Mask(all, found))
    }

    async fn reading(self, exchange: &Exchange<'_>, texts: &[Text<'_>]) -> Result<Reading, Fault> {
        let service = &self.remote.service;
        let Asked { path, body } = service.call(self.phase, texts);
        let answer = self.post(exchange, (&path, body.into())).await?;
        service
            .read(self.phase, texts.len(), &answer)
            .map_err(|error| Fault::caused(Kind::Garbage, error))
    }

    /// The body of the answer to a POST; asked once more if its token is refused and there is another.
    async fn post(
        self,
        exchange: &Exchange<'_>,
        (path, body): (&str, Bytes),
    ) -> Result<Bytes, Fault> {
        let (mut status, mut upstream, lent) = self.send(exchange, (path, body.clone())).await?;
        let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if let Some(lent) = lent
            && is_refused
            && lent.is_replaced().await
        {
            (status, upstream, _) = self.send(exchange, (path, body)).await?;
        }
        if !status.is_success() {
            let text = format!("the guard answered with status {}", status.as_u16());
            return Err(Fault::caused(Kind::Garbage, text));
        }
        collected(upstream).await
    }

    async fn send(
        self,
        exchange: &Exchange<'_>,
        (path, body): (&str, Bytes),
    ) -> Result<(StatusCode, Upstream, Option<Lent>), Fault> {
        let target = &self.remote.target;
        let cluster = exchange.active.config.cluster(&target.cluster);
        let cluster = cluster.ok_or(Kind::InvalidBackend)?;
        let mut head = head(path, body.len())?;
        let picked = pick(exchange, cluster, &head, false, self.due).await?;
        let authority = match &target.authority {
            Some(authority) => Some(authority.as_str()),
            None => picked.hostname.as_deref(),
        };
        let authority = authority.and_then(|text| HeaderValue::from_str(text).ok());
        head.headers
            .insert(HOST, authority.ok_or(Kind::MissingHost)?);
        let content = Content {
            client: &self.call.head,
            format: Format::OpenAiChatCompletions,
            body: &body,
        };
        let lent = credential::apply(exchange, target, &mut head, content).await?;
        // Behind the credential, which takes off those of the client: one that a guard names is for it.
        self.forward(&mut head.headers);
        let deadline = exchange.client.worker.timers.deadline(self.due);
        let mut facts = UpstreamFacts::default();
        let body = RequestBody::Full(body);
        let sent = attempt::send(&picked, Box::new(head), body, deadline, &mut facts);
        let (response, lease) = sent.await?;
        let limits = Limits {
            deadline: self.due,
            attempt: None,
            idle: None,
            body_end: None,
        };
        let (head, upstream) = answered(response, lease, limits)?.into_parts();
        Ok((head.status, upstream, lent))
    }

    /// The headers of the client that the guard names, but for those that are the call's own.
    fn forward(self, headers: &mut HeaderMap) {
        let client = &self.call.head.headers;
        let own = headers.clone();
        for rule in &self.remote.forward {
            if own.contains_key(&rule.name) {
                continue;
            }
            let values = client.get_all(&rule.name).iter();
            for value in values.filter(|value| rule.value.matches(value.as_bytes())) {
                headers.append(rule.name.clone(), value.clone());
            }
        }
        headers.remove(EXPECT);
        hop_by_hop::strip(headers);
    }
}

fn head(path: &str, length: usize) -> Result<Parts, Fault> {
    let request = Request::builder().method(Method::POST).uri(path).body(());
    let (mut head, ()) = request
        .map_err(|error| Fault::caused(Kind::Bug, error))?
        .into_parts();
    let json = || HeaderValue::from_static("application/json");
    head.headers.insert(CONTENT_TYPE, json());
    head.headers.insert(ACCEPT, json());
    let identity = HeaderValue::from_static("identity");
    head.headers.insert(ACCEPT_ENCODING, identity);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(head)
}

async fn collected(mut upstream: Upstream) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| upstream.poll(cx)).await {
        let frame = frame.map_err(|error| Fault::caused(Kind::Reset, error))?;
        if let Some(data) = frame.data_ref() {
            body.extend_from_slice(data);
        }
        if body.len() > ANSWER_LIMIT {
            let text = "the guard's answer is too large";
            return Err(Fault::caused(Kind::Garbage, text));
        }
    }
    Ok(body.freeze())
}
