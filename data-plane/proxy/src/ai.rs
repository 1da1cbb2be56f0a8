//! An exchange with a model provider.
//!
//! Owns what an AI route adds around forwarding: the buffered prompt, the attempts at providers, and the answer that goes to
//! the client. Must not know a format beyond what dp-llm reads, or how a provider is chosen beyond what dp-upstream says.
//! Invariants: a request never leaves without the credential that its provider asks for; each attempt is rendered from the
//! client's bytes, behind the guards of its provider; once the client has a byte of an answer nothing is tried again.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dp_cache::subject;
use dp_config::{
    AiBackend,
    ai_backend::AiProvider,
    policy::{AiFallback, Effective},
};
use dp_llm::{
    class::Class,
    request::{Rendered, Request as Prompt},
};
use dp_upstream::provider_group::{
    Answer,
    affinity::Affinity,
    attempts::{Attempt, Attempts, Head, Next, Replay},
    verdict::{Outcome, Verdict},
};
use http::{HeaderMap, header::CONTENT_TYPE, request::Parts};
use hyper::body::Incoming;

use crate::{
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    forward::Limits,
    global_limit::{self, Stage},
    request_body::RequestBody,
    response_body::Upstream,
};

mod address;
mod affinity;
mod allowed;
mod answer;
mod api_version;
mod attributes;
mod attribution;
mod authorization;
mod begun;
mod beta;
pub(crate) mod cache;
mod condition;
pub(crate) mod counted;
mod credential;
mod denied;
mod downgrade;
mod expected;
mod fallback;
mod fan_out;
pub(crate) mod groups;
pub(crate) mod guard;
mod hold;
pub(crate) mod in_effect;
pub(crate) mod kept;
mod known;
pub(crate) mod ledger;
mod lowest_cost;
mod model_list;
mod model_router;
mod operation;
mod past;
mod policy;
pub(crate) mod prices;
pub(crate) mod prompt;
mod prompt_caching;
mod realtime;
mod relayed;
mod request;
mod side_call;
mod token_count;
mod tokenized;
pub(crate) mod tokens;
mod verdict;
mod wait;

pub(crate) use answer::Left;
use attributes::LlmAttributes;
use fallback::{Fallback, Refusal};
use hold::Hold;
use ledger::Ledger;
pub(crate) use model_router::Serving;
use operation::Operation;
pub(crate) use operation::refused;
use past::{Failed, Past, pause};
pub(crate) use realtime::session::{Passes, Session};
pub(crate) use relayed::Relayed;

/// What every attempt of one exchange starts from.
struct Call<'a> {
    backend: &'a AiBackend,
    policies: Effective<'a>,
    /// Refusals after which another provider is asked.
    fallback: AiFallback,
    /// The model that a budget wants to be asked in this backend.
    downgrade: Option<Arc<str>>,
    head: Box<Parts>,
    prompt: Prompt,
    /// The model that the client asked for, by its own word.
    requested: Option<Arc<str>>,
    guarded: guard::Guarded,
    /// Whether whoever answers is allowed.
    reach: allowed::Reach,
    /// The prompt's body, once an expression asked about it.
    read: attributes::ReadBody,
    limits: Limits,
    /// What it has in common with others that one provider gets.
    affinity: Option<Affinity>,
    /// What keeps the answer for others.
    keep: RefCell<Option<cache::Keep>>,
}

/// How an attempt ended.
enum Tried {
    /// The answer goes to the client, and the attempt with it.
    Answered(Box<answer::Answer>),
    /// Nothing was sent, because of the request: another attempt would end the same way.
    Unsendable(Fault),
    /// Nothing was sent, because this provider cannot take the request (llm.md R-24); another may.
    Unfit(Fault),
    /// Another may do better; if none follows, the client gets this.
    Failed {
        outcome: Outcome,
        reply: Box<Result<Reply, Fault>>,
        /// The provider is well, and refused what the request holds.
        refusal: Option<Refusal>,
    },
}

/// Forwards a request to a model.
pub(crate) async fn forward(
    exchange: &mut Exchange<'_>,
    serving: Serving<'_>,
    mut head: Box<Parts>,
    body: Incoming,
    limits: Limits,
) -> Result<Reply, Fault> {
    let class = match operation::of(exchange, &head, serving)? {
        Operation::Models(asked) => {
            global_limit::admit(exchange, &mut head, Stage::Unread).await?;
            return asked.reply(exchange, &head, serving);
        }
        Operation::Class(class) => class,
    };
    let active = exchange.active;
    let max_buffer_size = exchange.policies.and_then(|own| own.max_buffer_size());
    let prompt = match class == Class::Realtime {
        true => realtime::read(exchange, &mut head, &body)?,
        false => {
            let body = RequestBody::stream(exchange.client, body, limits, None);
            prompt::read(&head, body, limits, class, max_buffer_size).await?
        }
    };
    // The client's word, whatever it stands for here.
    let requested = prompt.model().map(Arc::from);
    let (backend, prompt) = serving.resolve(exchange, &mut head, prompt)?;
    let group = active
        .providers
        .of(&backend.name)
        .ok_or(Kind::InvalidBackend)?
        .clone();
    let policies = match exchange.policies {
        Some(policies) => policies.with_backend(backend)?,
        None => return Err(Kind::Bug.into()),
    };
    let catalog = active.prices.of(backend);
    let random = exchange.client.worker.upstream.random();
    let read = attributes::ReadBody::default();
    let attributed = attributed(exchange, (&head, &prompt, &read), &policies);
    let ledger = Ledger::open(
        (&head, attributed),
        (&prompt, requested.clone()),
        backend,
        catalog,
        random,
    );
    exchange.record.llm.ledger = Some(ledger);
    ledger::names(exchange.record, serving.spelled(exchange, &prompt));
    let answer = match prompt.is_streamed() || class == Class::Realtime {
        true => Answer::Streamed,
        false => Answer::Collected,
    };
    let asked = (&*head, &prompt, &read);
    let reach = allowed::check(exchange, asked, requested.as_deref(), (backend, &policies))?;
    let prices = catalog.map(|catalog| &**catalog);
    let hold = Hold::of(exchange, asked, (backend, &policies), prices).await;
    limit_globally(exchange, &mut head, (&prompt, &read)).await?;
    let affinity = policies.ai_affinity().and_then(|own| {
        let attributes = LlmAttributes::of_request(exchange, &head, &prompt, &read);
        affinity::of(own, &attributes, &prompt)
    });
    let mut call = Call {
        backend,
        fallback: policies.ai_fallback(),
        policies,
        downgrade: None,
        head,
        prompt,
        requested,
        guarded: guard::Guarded::default(),
        reach,
        read,
        limits,
        affinity,
        keep: RefCell::default(),
    };
    let attempts = Attempts::new(group, answer, Replay::Possible, limits.deadline);
    let of = (&call.prompt, call.head.uri.path());
    let by = (backend, &call.policies);
    let attempts = Box::new(kept::pin(exchange, by, of, attempts.near(affinity))?);
    call.serve(exchange, hold, (serving, answer), attempts)
        .await
}

/// Asks the service that counts limits by what is in prompts, where there is one.
async fn limit_globally(
    exchange: &mut Exchange<'_>,
    head: &mut Parts,
    (prompt, read): (&Prompt, &attributes::ReadBody),
) -> Result<(), Fault> {
    let asked = {
        let attributes = LlmAttributes::of_request(exchange, head, prompt, read);
        global_limit::asked(exchange, &attributes)
    };
    match asked {
        None => Ok(()),
        // Boxed, like other rare ways.
        Some(asked) => Box::pin(global_limit::admit_read(exchange, head, asked)).await,
    }
}

/// Whose request it is.
fn attributed(
    exchange: &Exchange<'_>,
    (head, prompt, read): (&Parts, &Prompt, &attributes::ReadBody),
    policies: &Effective<'_>,
) -> attribution::Attributed {
    let attributes = LlmAttributes::of_request(exchange, head, prompt, read);
    let said = (&head.headers, prompt.user());
    let metrics = &exchange.client.worker.metrics;
    attribution::of(policies.attribution(), &attributes, said, metrics)
}

/// The time since 1970.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

// === impl Call ===

impl<'a> Call<'a> {
    /// Answers from the cache, or else from a provider, if limits of tokens and budgets let the request through.
    async fn serve(
        &mut self,
        exchange: &mut Exchange<'a>,
        hold: Hold,
        (serving, answer): (Serving<'_>, Answer),
        mut attempts: Box<Attempts>,
    ) -> Result<Reply, Fault> {
        let mut caching = cache::Caching::of(exchange, self);
        let mut reply = caching.before_charge(exchange, self).await?;
        let mut downgraded = None;
        if reply.is_none() {
            let downgrade = hold.admit(exchange).await?;
            // Vectors and orders of another model are others, not worse ones.
            let is_chat = matches!(self.prompt.class(), Class::Chat(_));
            if let Some(model) = downgrade.filter(|_| is_chat) {
                let asked = self.prompt.model().unwrap_or_default().to_owned();
                downgraded = Some((asked, model.clone()));
                if let Some(elsewhere) = self.downgrade(exchange, serving, model, answer)? {
                    *attempts = elsewhere;
                    caching.bypass();
                }
            }
            reply = caching.after_charge(exchange, self).await?;
        }
        let mut reply = match reply {
            Some(reply) => reply,
            None => {
                self.keep = caching.missed(exchange);
                self.run(exchange, attempts).await?
            }
        };
        cache::tell(exchange, &mut reply);
        if let Some((asked, model)) = &downgraded {
            fallback::tell_downgrade((asked, model), &mut reply);
        }
        Ok(reply)
    }
}

impl Call<'_> {
    /// What a provider is asked, for whoever keeps its answer.
    fn note_asked(&self, provider: &AiProvider, rendered: &Rendered) {
        if let Some(keep) = &mut *self.keep.borrow_mut() {
            let plan = &rendered.plan;
            keep.ask(cache::Source {
                provider: provider.name.clone(),
                asked: subject::asked(plan.provider, &plan.model, &rendered.document()),
                shape: cache::shape(plan, rendered),
            });
        }
    }

    /// Copies an answer that begins, for whoever keeps it.
    fn tape(&self, headers: &HeaderMap, upstream: &mut Upstream) {
        if let Some(keep) = &mut *self.keep.borrow_mut() {
            let content_type = headers.get(CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            upstream.tape(keep.begin(content_type));
        }
    }

    /// Copies an answer that is made of several, for whoever keeps it.
    fn tape_whole(&self, bytes: &[u8]) {
        if let Some(keep) = &mut *self.keep.borrow_mut() {
            keep.begin(Some("application/json")).push(bytes);
        }
    }

    async fn run(
        &self,
        exchange: &mut Exchange<'_>,
        mut attempts: Box<Attempts>,
    ) -> Result<Reply, Fault> {
        let (mut past, mut fallback) = (Past::default(), None::<Fallback>);
        loop {
            let random = exchange.client.worker.upstream.random();
            let mut attempt = match self.begin(exchange, &mut attempts, random) {
                Ok(attempt) => attempt,
                Err(fault) => return past.end(exchange, fault),
            };
            let (provider, group) = (self.provider(&attempt)?, attempt.place.group);
            let tried = self.attempt(exchange, provider, &mut attempt).await;
            let now = Instant::now();
            let name = attempt.entry.name.clone();
            let told = |mut reply: Reply| {
                if let Some(fallback) = &fallback {
                    fallback.tell(&name, reply.response.headers_mut());
                }
                reply
            };
            let refused = tried.refusal(self.fallback);
            let is_refused = refused.is_some();
            if let Some((refusal, outcome)) = refused.filter(|_| attempts.fall_back(now, random)) {
                self.settle(exchange, &mut attempts, attempt, &outcome, random);
                exchange.client.worker.metrics.failover(&self.backend.name);
                kept::note_refusal(exchange, (self.backend, &self.prompt), (&tried, &name));
                past.fell_back(exchange.record, tried, refusal.label());
                fallback = Some(Fallback {
                    from: name,
                    refusal,
                });
                continue;
            }
            let (outcome, reply) = match tried {
                Tried::Answered(mut answer) => {
                    answer.keep = self.keep.take();
                    answer.is_noted = kept::is_noted(self.backend, &self.prompt);
                    let backend = self.backend.name.clone();
                    let settled = (attempt, attempts.answered());
                    return Ok(told(answer.into_reply(exchange, backend, settled)));
                }
                Tried::Unsendable(fault) => return past.unsendable(exchange, fault),
                Tried::Unfit(fault) => {
                    drop(attempt);
                    let metrics = &exchange.client.worker.metrics;
                    metrics.passed_over(&self.backend.name, &name);
                    match attempts.pass_over(past.outcome(), now, random) {
                        Next::GiveUp(_) => return past.end(exchange, fault),
                        Next::Retry { after } => past.refused(fault, after).await,
                    }
                    continue;
                }
                Tried::Failed { outcome, reply, .. } => (outcome, reply),
            };
            self.settle(exchange, &mut attempts, attempt, &outcome, random);
            let error = outcome.verdict.label();
            match attempts.next(&outcome, Head::Unsent, now, random) {
                // A second refusal says as much as the first.
                Next::GiveUp(_) if is_refused => return (*reply).map(told),
                Next::GiveUp(_) => {
                    let instead = past.instead(exchange, error);
                    return instead.unwrap_or_else(|| (*reply).map(told));
                }
                Next::Retry { after } => {
                    self.failed_over(exchange, error);
                    past.failed = Some(Failed {
                        provider: (provider, group),
                        outcome,
                        reply,
                    });
                    pause(after).await;
                }
            }
        }
    }

    fn settle(
        &self,
        exchange: &Exchange<'_>,
        attempts: &mut Attempts,
        attempt: Attempt,
        outcome: &Outcome,
        random: u64,
    ) {
        let name = attempt.entry.name.clone();
        let settled = attempts.settle(attempt, outcome, Instant::now(), random);
        let metrics = &exchange.client.worker.metrics;
        metrics.attempt(&self.backend.name, &name, outcome.verdict.label(), settled);
    }

    fn failed_over(&self, exchange: &mut Exchange<'_>, error: &'static str) {
        exchange.client.worker.metrics.failover(&self.backend.name);
        ledger::attempt_failed(exchange.record, error);
    }

    fn has_one_provider(&self) -> bool {
        self.backend.groups.iter().map(Vec::len).sum::<usize>() < 2
    }

    fn provider(&self, attempt: &Attempt) -> Result<&AiProvider, Fault> {
        let place = attempt.place;
        let group = self.backend.groups.get(place.group);
        Ok(group
            .and_then(|group| group.get(place.entry))
            .ok_or(Kind::Bug)?)
    }
}

// === impl Tried ===

impl Tried {
    /// Why a provider that is well refused, if it did, and what the attempt says about it.
    fn refusal(&self, policy: AiFallback) -> Option<(Refusal, Outcome)> {
        match self {
            Self::Answered(answer) => {
                let (observed, said) = answer.observed()?;
                let outcome = Outcome {
                    verdict: Verdict::Success {
                        output_tokens: None,
                    },
                    retry_after: said.spared,
                    condition: said.condition,
                };
                Some((fallback::of_answer(policy, observed)?, outcome))
            }
            Self::Unsendable(_) | Self::Unfit(_) => None,
            Self::Failed {
                outcome, refusal, ..
            } => Some(((*refusal)?, *outcome)),
        }
    }
}
