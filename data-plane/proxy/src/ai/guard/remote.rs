//! Guards that are services: the call, from the texts to the verdict (llm.md G-6 to G-10).
//!
//! Owns the request and the patience. Must not know what services say (dp-policy reads it). Invariants: a call that does
//! not end in a verdict ends in the guard's failure mode; a client's header is sent only where the guard names it.

use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use dp_config::prompt_guard::Remote;
use dp_llm::format::Format;
use dp_policy::prompt_guard::{
    Decision, Names,
    remote::{ANSWER_LIMIT, Call as Asked, Phase, Reading, Refusal, Text, Verdict},
};
use dp_upstream::{Picked, pool::Protocol};
use futures::stream::{self, StreamExt as _};
use http::{HeaderValue, StatusCode, header::HOST, request::Parts};

mod head;

pub(super) use head::Values;

use crate::{
    ai::{
        Call, address,
        attributes::LlmAttributes,
        credential::{self, Content, Means},
        tokens::Lent,
    },
    attempt,
    exchange::Exchange,
    fault::{Fault, Kind},
    forward::{Limits, answered},
    record::UpstreamFacts,
    request_body::RequestBody,
    response_body::Upstream,
    served::Active,
    worker::Worker,
};

/// Calls about one message that are under way at a service at a time.
const CALLS_AT_ONCE: usize = 4;

/// What a service said, or the failure mode where it said nothing.
#[derive(Debug)]
pub(super) enum Answered {
    Verdict(Verdict),
    Nothing(Decision),
}

/// One question to a service.
#[derive(Clone, Copy)]
struct Question<'a> {
    asker: &'a Asker,
    values: &'a Values,
    remote: &'a Remote,
    phase: Phase,
    due: Option<Instant>,
}

/// Who asks, and the request that is asked about. It outlives the exchange where a guard only watches.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) worker: Rc<Worker>,
    active: Arc<Active>,
    /// The client's head.
    head: Rc<Parts>,
    /// When the request has to be over.
    deadline: Option<Instant>,
}

/// Asks about texts, none of which is empty.
pub(super) async fn ask(
    asker: &Asker,
    values: &Result<Values, Fault>,
    (remote, phase): (&Remote, Phase),
    texts: &[Text<'_>],
) -> Answered {
    if texts.is_empty() {
        return Answered::Verdict(Verdict::Pass);
    }
    let values = match values {
        Ok(values) => values,
        Err(fault) => return nothing(remote, fault),
    };
    let now = Instant::now();
    let patience = now.checked_add(remote.timeout);
    let due = [patience, asker.deadline].into_iter().flatten().min();
    let question = Question {
        asker,
        values,
        remote,
        phase,
        due,
    };
    let left = due.map_or(Duration::MAX, |due| due.saturating_duration_since(now));
    let verdict = tokio::time::timeout(left, question.verdict(texts)).await;
    match verdict.unwrap_or_else(|_| Err(Kind::Timeout.into())) {
        Ok(verdict) => Answered::Verdict(verdict),
        Err(fault) => nothing(remote, &fault),
    }
}

/// What a guard decides that could not ask, or got no verdict.
fn nothing(remote: &Remote, fault: &Fault) -> Answered {
    let (reason, error) = (fault.kind.reason(), fault.detail().unwrap_or_default());
    let cluster = &*remote.target.cluster;
    tracing::debug!(guard = cluster, reason, error, "a guard gave no verdict");
    Answered::Nothing(Decision::unanswered(remote.on_failure, reason))
}

/// What expressions of a guard make of the client's request.
pub(super) fn values(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    remote: &Remote,
) -> Result<Values, Fault> {
    let attributes = LlmAttributes::of_request(exchange, &call.head, &call.prompt, &call.read);
    Values::of(&remote.computed, &attributes)
}

// === impl Asker ===

impl Asker {
    pub(super) fn of(exchange: &Exchange<'_>, call: &Call<'_>) -> Asker {
        Asker {
            worker: exchange.client.worker.clone(),
            active: exchange.active.clone(),
            head: Rc::new((*call.head).clone()),
            deadline: call.limits.deadline,
        }
    }

    /// The same, which is done when the request is over.
    pub(super) fn beside(self) -> Asker {
        Asker {
            deadline: None,
            ..self
        }
    }
}

// === impl Question ===

impl Question<'_> {
    async fn verdict(self, texts: &[Text<'_>]) -> Result<Verdict, Fault> {
        match self.reading(texts).await? {
            Reading::Verdict(verdict) => Ok(verdict),
            Reading::OneByOne => self.one_by_one(texts).await,
        }
    }

    async fn one_by_one(self, texts: &[Text<'_>]) -> Result<Verdict, Fault> {
        let mut all = Vec::with_capacity(texts.len());
        let mut found = Names::default();
        for text in texts {
            let reading = self.reading(std::slice::from_ref(text)).await?;
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

    /// What the answers to all calls mean together; the first refusal ends it.
    async fn reading(self, texts: &[Text<'_>]) -> Result<Reading, Fault> {
        let mut calls = self.remote.service.calls(self.phase, texts);
        if calls.len() == 1
            && let Some(call) = calls.pop()
        {
            return self.answered(call).await;
        }
        let answers = calls.into_iter().map(|call| self.answered(call));
        let mut answers = stream::iter(answers).buffered(CALLS_AT_ONCE);
        let mut reading = Reading::Verdict(Verdict::Pass);
        while let Some(answer) = answers.next().await {
            reading = answer?;
            if reading != Reading::Verdict(Verdict::Pass) {
                break;
            }
        }
        Ok(reading)
    }

    async fn answered(self, call: Asked) -> Result<Reading, Fault> {
        let Asked { path, body, asked } = call;
        let answer = self.post((&path, body.into())).await?;
        let service = &self.remote.service;
        service
            .read(self.phase, asked, &answer)
            .map_err(|error| Fault::caused(Kind::Garbage, error))
    }

    /// The body of the answer to a POST; asked once more if its token is refused and there is another.
    async fn post(self, (path, body): (&str, Bytes)) -> Result<Bytes, Fault> {
        let (mut status, mut upstream, lent) = self.send((path, body.clone())).await?;
        let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if let Some(lent) = lent
            && is_refused
            && lent.is_replaced().await
        {
            (status, upstream, _) = self.send((path, body)).await?;
        }
        if !status.is_success() {
            let text = format!("the guard answered with status {}", status.as_u16());
            return Err(Fault::caused(Kind::Garbage, text));
        }
        collected(upstream).await
    }

    async fn send(
        self,
        (path, body): (&str, Bytes),
    ) -> Result<(StatusCode, Upstream, Option<Lent>), Fault> {
        let Question {
            asker,
            values,
            remote,
            ..
        } = self;
        let (worker, target) = (&asker.worker, &remote.target);
        let mut head = head::post(path, body.len(), values)?;
        let deadline = worker.timers.deadline(self.due);
        let picked = deadline.bound(self.pick()).await;
        let picked = picked.ok_or(Kind::Timeout)??;
        address::check(target, &picked)?;
        let authority = values.authority.as_ref().or(target.authority.as_ref());
        let authority = match authority {
            Some(authority) => Some(authority.as_str()),
            None => picked.hostname.as_deref(),
        };
        let authority = authority.and_then(|text| HeaderValue::from_str(text).ok());
        head.headers
            .insert(HOST, authority.ok_or(Kind::MissingHost)?);
        let content = Content {
            client: &asker.head,
            format: Format::OpenAiChatCompletions,
            body: &body,
            credential: &target.credential,
        };
        let means = Means {
            active: &asker.active,
            worker,
        };
        let lent = credential::apply(means, target, &mut head, content).await?;
        // Behind the credential, which takes off those of the client: one that a guard names is for it.
        head::forward(&remote.forward, &asker.head.headers, &mut head.headers);
        values.set(&mut head.headers);
        let mut facts = UpstreamFacts::default();
        let body = RequestBody::Full(body);
        let sent = attempt::send(&picked, Box::new(head), body, deadline, &mut facts);
        let (response, lease) = sent.await?;
        let limits = Limits {
            deadline: self.due,
            timeout: None,
            attempt: None,
            idle: None,
            body_end: None,
        };
        let (head, upstream) = answered(response, lease, limits)?.into_parts();
        Ok((head.status, upstream, lent))
    }

    async fn pick(self) -> Result<Picked<RequestBody>, Fault> {
        let Asker { worker, active, .. } = self.asker;
        let config = &active.config;
        let cluster = config.cluster(&self.remote.target.cluster);
        let cluster = cluster.ok_or(Kind::InvalidBackend)?;
        let picked = worker
            .upstream
            .pick(config, cluster, Protocol::Http1, Instant::now());
        Ok(picked.await?)
    }
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
