//! Answers of models that are given again, around one request (llm.md 4.8).
//!
//! Owns the moment of the look-up and who is told. Must not judge requests or answers (dp-cache does), nor read formats.
//! Invariants: what fails here never fails a request; an answer is given again only where its provider would be asked the
//! same now, behind the guards of now; what tells tenants apart is never left out of a key.

use std::{cell::RefCell, sync::Arc, time::Duration};

use dp_cache::{
    directive::{self, Directives},
    key::Key,
    store::{Found, Store},
    subject::{self, Call as Shape, Rules, Scope, Sharing, Subject},
};
use dp_config::policy::{AiCache, AiCacheScope};
use dp_policy::usage_record::CacheStatus;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AGE, CACHE_CONTROL},
    request::Parts,
};

use super::{Call, allowed::Reach, answer::replayed, attributes::LlmAttributes, since_epoch};
use crate::{
    exchange::{Exchange, Reply},
    fault::Fault,
    record::CacheFacts,
};

mod embed;
mod flight;
mod keep;
mod semantic;
mod stores;

pub(crate) use flight::Flights;
pub(crate) use keep::Tape;
pub(super) use keep::{Keep, Source};
pub(super) use semantic::shape;
pub(crate) use stores::Stores;

const STATUS: HeaderName = HeaderName::from_static("x-cache");
const SIMILARITY: HeaderName = HeaderName::from_static("x-cache-similarity");

/// What tells tenants apart in a head: credentials, in every place that a service takes them, and names.
const IDENTITY: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "cookie",
    "x-user-id",
    "x-tenant-id",
];

/// Headers by which services answer differently.
const VARIED: [&str; 7] = [
    "anthropic-beta",
    "anthropic-version",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "x-bedrock-metadata",
    "x-goog-user-project",
];

/// What the cache has to do with one request.
pub(super) enum Caching<'a> {
    /// There is none.
    None,
    /// It is left alone: the request says so, or is not one that is cached.
    Bypass,
    /// It is asked.
    Asked(Box<Asked<'a>>),
}

/// A request that may be answered by the cache.
pub(super) struct Asked<'a> {
    policy: &'a AiCache,
    store: Arc<Store>,
    key: Key,
    /// Of requests that differ in their last text alone; absent where those are not compared.
    question: Option<semantic::Asked>,
    directives: Directives,
    keep: Option<Keep>,
}

/// How an answer was found.
#[derive(Clone, Copy)]
pub(super) enum How {
    Equal,
    /// With the similarity.
    Similar(f64),
}

// === impl Caching ===

impl<'a> Caching<'a> {
    /// What there is for a request; what is said to the cache goes no further.
    pub(super) fn of(exchange: &Exchange<'_>, call: &mut Call<'a>) -> Caching<'a> {
        let directives = directives(&mut call.head);
        let Some((name, policy)) = call.policies.ai_cache() else {
            return Caching::None;
        };
        if !subject::is_cached(call.prompt.class()) {
            return Caching::None;
        }
        if directives.is_bypass() || call.reach == Reach::Part {
            return Caching::Bypass;
        }
        let rules = Rules {
            max_temperature: policy.max_temperature,
            cache_tools: policy.cache_tools,
        };
        match Subject::read(call.prompt.class(), call.prompt.body(), &rules) {
            Err(unfit) => {
                tracing::debug!(reason = unfit.as_str(), "a request is not cached");
                Caching::Bypass
            }
            Ok(subject) => {
                let store = exchange.active.caches.of(name);
                let asked = store.and_then(|store| {
                    Asked::new(
                        exchange,
                        call,
                        (policy, store.clone()),
                        (&subject, directives),
                    )
                });
                asked.map_or(Caching::Bypass, |asked| Caching::Asked(Box::new(asked)))
            }
        }
    }

    /// The kept answer for a request that is charged neither way, or whose hits are free.
    ///
    /// # Errors
    /// A guard refuses the request.
    pub(super) async fn before_charge(
        &mut self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Fault> {
        match self {
            Caching::Asked(asked) if !asked.policy.charge_hits => {
                // The others do not carry its state along.
                Box::pin(asked.look_up(exchange, call)).await
            }
            Caching::None | Caching::Bypass | Caching::Asked(_) => Ok(None),
        }
    }

    /// The same for one that limits and budgets have let through.
    ///
    /// # Errors
    /// A guard refuses the request.
    pub(super) async fn after_charge(
        &mut self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Fault> {
        match self {
            Caching::Asked(asked) if asked.policy.charge_hits => {
                // The others do not carry its state along.
                Box::pin(asked.look_up(exchange, call)).await
            }
            Caching::None | Caching::Bypass | Caching::Asked(_) => Ok(None),
        }
    }

    /// Leaves it alone from now on: another backend answers than it was asked for.
    pub(super) fn bypass(&mut self) {
        if matches!(self, Caching::Asked(_)) {
            *self = Caching::Bypass;
        }
    }

    /// Notes that a provider answers, and gives what keeps its answer.
    pub(super) fn missed(&mut self, exchange: &mut Exchange<'_>) -> RefCell<Option<Keep>> {
        let (status, keep) = match self {
            Caching::None => return RefCell::default(),
            Caching::Bypass => (CacheStatus::Bypass, None),
            Caching::Asked(asked) => (CacheStatus::Miss, asked.keep.take()),
        };
        exchange.record.llm.cache = Some(CacheFacts {
            status,
            is_free: false,
        });
        RefCell::new(keep)
    }
}

/// Tells a client what the cache had.
pub(super) fn tell(exchange: &Exchange<'_>, reply: &mut Reply) {
    let Some(CacheFacts { status, .. }) = exchange.record.llm.cache else {
        return;
    };
    let headers = reply.response.headers_mut();
    // One of a network in front of the provider would mislead.
    headers.insert(STATUS, HeaderValue::from_static(status.as_str()));
    if !status.is_hit() {
        headers.remove(SIMILARITY);
    }
}

// === impl Asked ===

impl<'a> Asked<'a> {
    /// `None` where something that divides the cache has no value.
    fn new(
        exchange: &Exchange<'_>,
        call: &Call<'_>,
        (policy, store): (&'a AiCache, Arc<Store>),
        (subject, directives): (&Subject, Directives),
    ) -> Option<Asked<'a>> {
        let vary = vary(exchange, call, policy)?;
        let route = exchange.record.route.route.as_ref();
        let sharing = Sharing {
            scope: match policy.scope {
                AiCacheScope::Tenant => Scope::Tenant,
                AiCacheScope::Route => Scope::Route,
                AiCacheScope::Backend => Scope::Backend,
            },
            backend: &call.backend.name,
            route: route.map_or("", |route| &route.name),
            tenant: tenant(exchange, &call.head),
            vary: &vary,
        };
        let headers = varied(&call.head.headers)?;
        let shape = Shape {
            class: call.prompt.class(),
            path: call.head.uri.path(),
            model: call.prompt.model(),
            is_streamed: call.prompt.is_streamed(),
            headers: &headers,
        };
        let key = subject.key(&sharing, &shape);
        let question = policy.semantic.as_ref();
        let question = question.and_then(|own| {
            semantic::Asked::new(&call.prompt, own, |rest| rest.shape(&sharing, &shape))
        });
        let keep = Keep::new((store.clone(), key), policy, call.prompt.class());
        Some(Asked {
            policy,
            store,
            key,
            question,
            directives,
            keep: (!directives.no_store).then_some(keep),
        })
    }

    async fn look_up(
        &mut self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Fault> {
        if self.directives.no_lookup {
            return Ok(None);
        }
        if let Some(reply) = self.equal(exchange, call).await? {
            return Ok(Some(reply));
        }
        let flights = exchange.client.worker.shared.flights.clone();
        match flight::join(&flights, self.key) {
            flight::Joined::Leads(leader) => {
                if let Some(keep) = &mut self.keep {
                    keep.lead(leader);
                }
            }
            flight::Joined::Follows(follower) => {
                follower.wait(call.limits.deadline).await;
                if let Some(reply) = self.equal(exchange, call).await? {
                    return Ok(Some(reply));
                }
            }
        }
        self.similar(exchange, call).await
    }

    async fn equal(
        &self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Fault> {
        let oldest = self.directives.oldest(self.policy.ttl);
        match self.store.find(&self.key, since_epoch(), oldest) {
            Some(found) => self.replay(exchange, call, (&found, How::Equal)).await,
            None => Ok(None),
        }
    }

    /// An answer to what means the same; the direction that was learned is kept with an answer that is still to come.
    async fn similar(
        &mut self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
    ) -> Result<Option<Reply>, Fault> {
        let (Some(question), Some(own)) = (&self.question, &self.policy.semantic) else {
            return Ok(None);
        };
        let Some(direction) = semantic::direction(exchange, call, own).await else {
            return Ok(None);
        };
        let times = (since_epoch(), self.directives.oldest(self.policy.ttl));
        let near = (&question.partition, &direction);
        let found = self.store.nearest(near, own.threshold, times);
        if let Some((found, similarity)) = found {
            let how = How::Similar(similarity);
            if let Some(reply) = self.replay(exchange, call, (&found, how)).await? {
                return Ok(Some(reply));
            }
        }
        if let Some(keep) = &mut self.keep {
            keep.point(question.partition, direction);
        }
        Ok(None)
    }

    async fn replay(
        &self,
        exchange: &mut Exchange<'_>,
        call: &Call<'_>,
        (found, how): (&Found, How),
    ) -> Result<Option<Reply>, Fault> {
        let replayed = replayed::reply(exchange, call, (&found.entry, how)).await?;
        let Some(mut reply) = replayed else {
            return Ok(None);
        };
        exchange.record.llm.cache = Some(CacheFacts {
            status: match how {
                How::Equal => CacheStatus::HitExact,
                How::Similar(_) => CacheStatus::HitSemantic,
            },
            is_free: !self.policy.charge_hits,
        });
        let headers = reply.response.headers_mut();
        headers.insert(AGE, HeaderValue::from(found.age.as_secs()));
        if let How::Similar(similarity) = how
            && let Ok(text) = HeaderValue::from_str(&format!("{similarity:.4}"))
        {
            headers.insert(SIMILARITY, text);
        }
        Ok(Some(reply))
    }
}

/// What a client asks of the cache; our own header goes no further.
fn directives(head: &mut Parts) -> Directives {
    let name = HeaderName::from_static(directive::HEADER);
    let lines = |name: &HeaderName| -> Vec<String> {
        let values = head.headers.get_all(name).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        values.map(ToOwned::to_owned).collect()
    };
    let (standard, own) = (lines(&CACHE_CONTROL), lines(&name));
    head.headers.remove(&name);
    let standard = standard.iter().map(String::as_str);
    Directives::read(standard, own.iter().map(String::as_str))
}

/// The values of what divides the cache; `None` where one has none: whoever it would be shared with is not known.
fn vary(exchange: &Exchange<'_>, call: &Call<'_>, policy: &AiCache) -> Option<Vec<String>> {
    let attributes = LlmAttributes::of_request(exchange, &call.head, &call.prompt, &call.read);
    let values = policy.vary.iter();
    let values: Result<Vec<String>, _> = values.map(|own| own.text(&attributes)).collect();
    values.ok()
}

/// Whose request it is: who was verified, and whatever the client shows of itself.
fn tenant(exchange: &Exchange<'_>, head: &Parts) -> Key {
    let ledger = exchange.record.llm.ledger.as_deref();
    let verified = ledger.into_iter().flat_map(super::ledger::Ledger::verified);
    let verified = verified.map(|(kind, name)| (kind, name.as_bytes()));
    let shown = IDENTITY.iter().flat_map(|name| {
        let values = head.headers.get_all(*name).iter();
        values.map(|value| (*name, value.as_bytes()))
    });
    // Some clients put their key there; what says the form of the answer does not tell tenants apart.
    let query = head
        .uri
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'));
    let query = query.filter(|pair| !pair.starts_with("alt="));
    let query = query.map(|pair| ("query", pair.as_bytes()));
    subject::tenant(verified.chain(shown).chain(query))
}

/// Headers by which services answer differently; `None` where one is no text.
fn varied(headers: &HeaderMap) -> Option<Vec<(&'static str, &str)>> {
    let mut found = Vec::new();
    for name in VARIED {
        for value in headers.get_all(name) {
            found.push((name, value.to_str().ok()?));
        }
    }
    Some(found)
}

/// How long an answer is waited for that somebody else has asked for.
const FOLLOWING: Duration = Duration::from_secs(60);
