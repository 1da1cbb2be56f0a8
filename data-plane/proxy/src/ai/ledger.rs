//! One usage record for each request to a model.
//!
//! Owns the moment at which it is made, once, when the request's record is closed, and what of the request it needs until
//! then. Must not count, log or send it: those who do read one and the same. Invariants: no prompt text and no credential
//! is in it; a request that was answered and of which nobody told tokens has estimated ones, which say so.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::{
    AiBackend,
    ai_backend::{AiPolicy, AiProvider},
};
use dp_llm::{
    class::Class,
    content::Answered,
    format::Format,
    observed::FinishReason,
    request::{Rendered, Request as Prompt},
};
use dp_policy::{
    price::{Catalog, ModelNames, quote, quote_request},
    usage_record::{
        Answer, Call, Caller, Ending as Outcome, Extent, Guess, Source, Timing, Told, Usage,
        UsageRecord,
    },
};
use http::{HeaderMap, HeaderValue, StatusCode, request::Parts};

use super::{attribution::Attributed, counted, expected, since_epoch, tokenized::Cut};
use crate::{
    fault::{Kind, Side},
    in_place::boxed,
    metrics::{Label, OwnLabels},
    record::{Ending, Record},
    trace::AttemptSpan,
};

mod cached;
mod named;
mod overhead;
mod refused;
mod replaced;
mod size;
mod span;
mod told;

pub(super) use cached::answered_before;
use cached::cache_use;
pub(super) use named::names;
use named::{format_of, is_configured};
pub(crate) use overhead::Overhead;
pub(super) use refused::{Refused, attempt_refused};
use replaced::Gone;
pub(crate) use replaced::Models;
pub(crate) use replaced::so_far;
pub(super) use replaced::{attempt_failed, note_part_told, note_told};
pub(super) use size::{Size, Uncounted};
pub(super) use span::{hear, listen, note_server};
use told::{price_tier, told};

/// What is done with a record before anybody reads it.
pub(crate) type Settle = Box<dyn FnOnce(&mut UsageRecord)>;

/// What a usage record needs of its request.
pub(crate) struct Ledger {
    request_id: Arc<str>,
    at: Duration,
    caller: Caller,
    /// Labels that a policy gives it.
    labels: Vec<Label>,
    class: Class,
    backend: Arc<str>,
    pub(super) is_streamed: bool,
    requested: Option<Arc<str>>,
    /// The model, where whoever configured the proxy wrote its name.
    named: Option<Arc<str>>,
    /// It only looks at what an earlier request made.
    is_look: bool,
    /// The prompt, where its length says what it takes.
    prompt: Option<Size>,
    catalog: Option<Arc<Catalog>>,
    settle: Vec<Settle>,
    pub(crate) overhead: Overhead,
    /// Attempts that took something, and are not what the client gets.
    replaced: Vec<Gone>,
    /// The attempt that is under way or was answered.
    attempt: Option<Attempt>,
}

/// An attempt, as telemetry sees it.
struct Attempt {
    started: Instant,
    provider: Arc<str>,
    sent: Arc<str>,
    /// The label of the model that was sent.
    label: Arc<str>,
    span: Option<AttemptSpan>,
    /// What the client gets, where the span tells that.
    answered: Option<Box<Answered>>,
    /// Metrics have its time already: another was asked behind it.
    is_told: bool,
}

/// A record with what metrics need beside it.
pub(crate) struct Closed {
    pub(crate) record: UsageRecord,
    /// Models as labels: of few.
    pub(crate) labels: Labels,
    /// Those of what was replaced, in the record's order.
    pub(crate) replaced: Vec<Models>,
    /// How long the attempt took that is the record's.
    pub(crate) attempt: Option<Duration>,
    /// The gateway's own time.
    pub(crate) overhead: Overhead,
}

/// Labels of metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Labels {
    /// The model that was sent.
    pub(crate) sent: Arc<str>,
    /// The model that the answer names.
    pub(crate) answered: Arc<str>,
    /// Those that a policy gives.
    pub(crate) own: OwnLabels,
}

/// An attempt at a provider begins.
pub(super) fn attempt_begins(
    record: &mut Record,
    (provider, policy): (&AiProvider, Option<&AiPolicy>),
    (prompt, rendered): (&Prompt, &Rendered),
) {
    let Some(ledger) = &record.llm.ledger else {
        return;
    };
    let asked = (prompt, rendered);
    let span = span::start(record, ledger.class.operation(), provider, asked);
    let sent = &rendered.plan.model;
    if let Some(ledger) = &mut record.llm.ledger {
        let is_configured = is_configured(provider, policy, sent);
        ledger.attempt(provider, (sent, is_configured), span);
    }
}

/// An attempt ends before anything was sent: the provider was never asked.
pub(super) fn attempt_unsent(record: &mut Record) {
    let attempt = record
        .llm
        .ledger
        .as_mut()
        .and_then(|own| own.attempt.take());
    if let Some(span) = attempt.and_then(|attempt| attempt.span) {
        span.end(None, Some("unsent"));
    }
}

/// The trace context that a request to the provider carries.
pub(super) fn traceparent(record: &Record) -> Option<HeaderValue> {
    let attempt = record.llm.ledger.as_ref()?.attempt.as_ref()?;
    attempt.span.as_ref()?.traceparent()
}

// === impl Ledger ===

impl Ledger {
    /// Begins with a request that was read.
    pub(super) fn open(
        (head, attributed): (&Parts, Attributed),
        (prompt, requested): (&Prompt, Option<Arc<str>>),
        backend: &AiBackend,
        catalog: Option<&Arc<Catalog>>,
        random: u64,
    ) -> Box<Ledger> {
        boxed(|| Ledger {
            request_id: request_id(&head.headers, random),
            at: since_epoch(),
            caller: attributed.caller,
            labels: attributed.labels,
            class: prompt.class(),
            backend: backend.name.clone(),
            is_streamed: prompt.is_streamed(),
            requested,
            named: None,
            is_look: counted::is_look(head, prompt.class()),
            prompt: expected::is_text(prompt).then(|| Size::of(prompt)),
            catalog: catalog.cloned(),
            settle: Vec::new(),
            overhead: Overhead::begin(),
            replaced: Vec::new(),
            attempt: None,
        })
    }

    /// Begins with a request that is refused before anybody reads it.
    pub(super) fn unread(
        (headers, attributed): (&HeaderMap, Attributed),
        class: Class,
        backend: &str,
        random: u64,
    ) -> Box<Ledger> {
        Box::new(Ledger {
            request_id: request_id(headers, random),
            at: since_epoch(),
            caller: attributed.caller,
            labels: attributed.labels,
            class,
            backend: backend.into(),
            is_streamed: false,
            requested: None,
            named: None,
            is_look: false,
            prompt: None,
            catalog: None,
            settle: Vec::new(),
            overhead: Overhead::begin(),
            replaced: Vec::new(),
            attempt: None,
        })
    }

    /// The request goes to another backend than it was opened for, which may have other prices.
    pub(super) fn leads_to(&mut self, backend: &AiBackend, catalog: Option<&Arc<Catalog>>) {
        self.backend = backend.name.clone();
        self.catalog = catalog.cloned();
    }

    /// A stream begins, which may take long: neither the body nor the buffer that it is a part of stays for it.
    pub(super) fn stream_begins(&mut self) {
        if let Some(size) = &mut self.prompt {
            size.forget();
        }
    }

    /// How large the prompt is; `None` where its length says nothing of what it takes.
    pub(super) fn size(&self) -> Option<&Size> {
        self.prompt.as_ref()
    }

    /// Does this with the record before anybody reads it.
    pub(crate) fn before_reading(&mut self, settle: Settle) {
        self.settle.push(settle);
    }

    /// An attempt begins.
    fn attempt(
        &mut self,
        provider: &AiProvider,
        (sent, is_configured): (&str, bool),
        span: Option<AttemptSpan>,
    ) {
        let name: Arc<str> = provider.telemetry_name.clone();
        let label = self.label(&name, sent, is_configured);
        let started = Instant::now();
        self.overhead.attempt(started);
        self.attempt = Some(Attempt {
            started,
            provider: name,
            sent: sent.into(),
            label,
            span,
            answered: None,
            is_told: false,
        });
    }

    /// Makes the record of a request that is over.
    pub(crate) fn close(
        mut self: Box<Self>,
        record: &Record,
        ending: Ending,
        total: Duration,
    ) -> Closed {
        let llm = &record.llm;
        let answer = answer(record, ending);
        let outcome = outcome(record, ending);
        let (usage, attempt) = (self.usage(record, outcome), self.attempt.take());
        let answered: Option<Arc<str>> = llm
            .observed
            .as_ref()
            .and_then(|seen| seen.model.as_deref())
            .map(Into::into);
        let sent = attempt.as_ref().map(|attempt| attempt.sent.clone());
        let names = ModelNames {
            provider: llm.provider.as_deref().unwrap_or_default(),
            response: answered.as_deref(),
            request: sent.as_deref().or(llm.model.as_deref()).unwrap_or_default(),
            tier: answer.price_tier.as_deref(),
        };
        let catalog = self.catalog.as_deref();
        let quote = match self.is_served(outcome, attempt.as_ref()) && usage.tokens.is_none() {
            true => quote_request(catalog, &names),
            false => quote(catalog, &names, usage.tokens.as_ref()),
        };
        let (quote, cache) = cache_use(llm.cache, &usage, quote);
        let metrics = &record.worker().metrics;
        let is_answered = attempt.is_some() && answer.status < 400;
        let own = metrics.own_labels(std::mem::take(&mut self.labels), is_answered);
        let labels = self.labels(attempt.as_ref(), answered.as_deref(), own);
        let (replaced, models) = self.replaced.into_iter().map(Gone::apart).unzip();
        let mut usage_record = UsageRecord {
            request_id: self.request_id,
            at: self.at,
            call: Call {
                operation: self.class.operation(),
                format: format_of(self.class).map(Format::as_str),
                route: record.route.label(),
                backend: self.backend,
                is_streamed: self.is_streamed,
            },
            caller: self.caller,
            model: named::used(record, self.class, (self.requested, answered)),
            answer,
            usage,
            quote,
            replaced,
            charged: Vec::new(),
            notices: Vec::new(),
            cache,
            ending: outcome,
            timing: Timing {
                first_token: llm.first_token.filter(|_| self.is_streamed),
                total,
            },
        };
        for settle in self.settle {
            settle(&mut usage_record);
        }
        record.budgets.settle(&mut usage_record);
        let is_hit = llm.cache.is_some_and(|cache| cache.status.is_hit());
        let took = attempt.as_ref().filter(|own| !is_hit && !own.is_told);
        let took = took.map(|attempt| attempt.started.elapsed());
        if let Some(attempt) = attempt {
            span::end(attempt, &usage_record);
        }
        Closed {
            record: usage_record,
            labels,
            replaced: models,
            attempt: took,
            overhead: self.overhead,
        }
    }

    fn labels(&self, attempt: Option<&Attempt>, answered: Option<&str>, own: OwnLabels) -> Labels {
        let Models { sent, answered } = match attempt {
            None => Models::none(),
            Some(attempt) => self.models(attempt, answered),
        };
        Labels {
            sent,
            answered,
            own,
        }
    }

    /// A provider did what was asked for, and what it may charge for.
    fn is_served(&self, outcome: Outcome, attempt: Option<&Attempt>) -> bool {
        let is_answered = matches!(outcome, Outcome::Complete | Outcome::Truncated);
        let is_count = matches!(self.class, Class::CountTokens(_));
        is_answered && attempt.is_some() && !self.is_look && !is_count
    }

    /// What it took. A request that no provider began to answer took nothing that anybody knows of.
    fn usage(&self, record: &Record, outcome: Outcome) -> Usage {
        let Some(attempt) = &self.attempt else {
            return Usage::default();
        };
        let seen = record.llm.observed.as_deref();
        let told = seen.and_then(told);
        let told = match (seen, self.is_look) {
            (Some(seen), true) => {
                told.and_then(|told| counted::rest(record, &self.backend, seen, told))
            }
            (Some(_) | None, _) => told,
        };
        // Counts that a format wants and nobody took: zero is no fact where something was said (llm.md U-3).
        let is_said = self.prompt.is_some() && seen.is_some_and(|seen| seen.has_content);
        let told = told.filter(|told| !is_said || told.is_something());
        let is_answered = match outcome {
            Outcome::Complete | Outcome::Truncated => seen.is_some(),
            // It may still be generating what nobody waits for.
            Outcome::ClientGone => true,
            // What a guard took away from the client was generated all the same (llm.md G-11).
            Outcome::Refused => seen.is_some(),
            // An error behind content: what was said until then was generated.
            Outcome::Failed => seen.is_some_and(|seen| seen.has_content),
        };
        // What takes no text of a model took what its provider tells, and nothing that could be guessed.
        if told.is_none() && (!is_answered || self.prompt.is_none()) {
            return Usage::default();
        }
        // A provider that has said why it ends has counted all of it, whoever was gone by then.
        let is_final = seen.is_some_and(|seen| seen.finish_reason.is_some())
            && told.as_ref().is_some_and(|told| told.output.is_some());
        let extent = match outcome {
            Outcome::Complete => Extent::Whole,
            Outcome::Truncated | Outcome::ClientGone | Outcome::Failed | Outcome::Refused => {
                if is_final {
                    Extent::Whole
                } else {
                    Extent::Part
                }
            }
        };
        let cut = Cut::of(&attempt.sent);
        let is_needed = |told: &Told| told.input.is_none();
        let guess = Guess {
            // Measuring reads the whole prompt.
            input: match (&self.prompt, told.as_ref().is_none_or(is_needed)) {
                (Some(prompt), true) => prompt.tokens(cut),
                (Some(_) | None, _) => 0,
            },
            output: cut.family.tokens(seen.map_or(0, |seen| seen.content_bytes)),
        };
        let usage = Usage::counted(told, guess, extent);
        if !self.is_look {
            counted::begun(record, &self.backend, seen, &usage);
        }
        match record.llm.cache.is_some_and(|cache| cache.is_free) {
            true => Usage {
                source: Source::Cache,
                ..usage
            },
            false => usage,
        }
    }
}

/// What the request is called, by whoever called it something first.
fn request_id(headers: &HeaderMap, random: u64) -> Arc<str> {
    let id = headers.get(dp_policy::request_id::X_REQUEST_ID);
    let id = id.and_then(|id| id.to_str().ok()).map(Arc::from);
    id.unwrap_or_else(|| format!("{random:016x}").into())
}

fn answer(record: &Record, ending: Ending) -> Answer {
    let seen = record.llm.observed.as_deref();
    let status = record.response.status;
    let own = record.response.fault.map(Kind::reason);
    let is_error = status.is_client_error() || status.is_server_error();
    let error: Option<Arc<str>> = match (own, ending) {
        (Some(reason), _) => Some(reason.into()),
        (None, Ending::Dropped) => Some("client_gone".into()),
        (None, _) if is_error => Some(status.as_str().into()),
        (None, Ending::UpstreamBroke) => Some("upstream_broke".into()),
        (None, Ending::Complete) => {
            let is_failed = seen.is_some_and(|seen| seen.error.is_some());
            is_failed.then(|| "stream_error".into())
        }
    };
    Answer {
        id: seen.and_then(|seen| seen.id.as_deref()).map(Into::into),
        service_tier: seen
            .and_then(|seen| seen.service_tier.as_deref())
            .map(Into::into),
        price_tier: seen.and_then(price_tier).map(Into::into),
        finish_reasons: seen
            .iter()
            .flat_map(|seen| seen.finish_reasons.iter())
            .map(FinishReason::as_str)
            .collect(),
        status: status.as_u16(),
        error,
    }
}

fn outcome(record: &Record, ending: Ending) -> Outcome {
    let status = record.response.status;
    match (ending, record.response.fault) {
        (Ending::Dropped, _) => Outcome::ClientGone,
        (_, Some(kind)) if is_refusal(kind) => Outcome::Refused,
        (_, Some(_)) => Outcome::Failed,
        (Ending::UpstreamBroke, None) => Outcome::Truncated,
        (Ending::Complete, None) if status >= StatusCode::BAD_REQUEST => Outcome::Failed,
        (Ending::Complete, None) => {
            let seen = record.llm.observed.as_deref();
            match seen.is_some_and(|seen| seen.error.is_some()) {
                true => Outcome::Failed,
                false => Outcome::Complete,
            }
        }
    }
}

/// A policy that cannot be enforced, or counted, is the proxy's own trouble, and a refusal all the same.
fn is_refusal(kind: Kind) -> bool {
    let is_ours = matches!(
        kind,
        Kind::BudgetUnavailable | Kind::RateLimitUnavailable | Kind::PolicyDenied
    );
    kind.side() == Side::Client || is_ours
}
