//! Limits that this proxy counts by itself, around one request.
//!
//! Owns the moments at which a request is let through or refused, before it is read and, of tokens, once more behind that, what
//! the client is told of it, and when its tokens are known (llm.md L-1..L-5). Must not do the arithmetic of a bucket. Invariants: a request that one limit refuses
//! costs the others nothing; what was held is settled once, with the record, however the answer ended. Levels are kept by
//! policy and target, so that no commit resets them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::policy::{Attachment, Effective};
use dp_llm::class::Class;
use dp_policy::{
    estimate::PastByModel,
    token_bucket::{Buckets, Refused, Reservation, Standing, TokenBucket, Unit},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::RETRY_AFTER, request::Parts,
};

use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
    global_limit::replace,
    metrics::Local,
};

mod hold;
mod session;

pub(crate) use hold::hold;
pub(crate) use session::Left;

/// Buckets that are kept; beyond them, all that come later share one.
const CAPACITY: usize = 1 << 16;

/// The status in a record of a client that was gone before its answer.
const CLIENT_GONE: u16 = 499;

/// Models of which it is kept how long their answers were.
const MODELS: usize = 1 << 10;

/// The levels of every limit, and what is learnt for what they hold; shared by all workers.
pub(crate) struct Limits {
    buckets: Buckets,
    began: Instant,
    past: PastByModel,
}

/// What limits made of one request.
#[derive(Default)]
pub(crate) struct LimitFacts {
    held: Vec<Held>,
    /// The tightest one of requests.
    requests: Option<Standing>,
    /// The tightest one of tokens.
    tokens: Option<Standing>,
    retry_after: Option<Duration>,
    /// What the prompt will take, where it has been read.
    prompt: u64,
    /// What was paid while the answer went on.
    paid: u64,
    /// What the service that counts a limit wants the client to be told.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What was taken from one bucket.
struct Held {
    limit: Source,
    unit: Unit,
    reservation: Reservation,
    /// Nobody has counted yet that it was let through: others may still take what it needs.
    is_uncounted: bool,
}

/// Which limit it is.
#[derive(Clone)]
struct Source {
    policy: Arc<str>,
    target: Arc<str>,
    index: usize,
}

/// Why a request is refused, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{policy}, attached to {target}: limit {index}, of {unit}, is used up")]
struct UsedUp {
    policy: Arc<str>,
    target: Arc<str>,
    index: usize,
    unit: &'static str,
}

/// Lets a request through, or refuses it.
pub(crate) fn admit(
    exchange: &mut Exchange<'_>,
    policies: &Effective<'_>,
    head: &Parts,
) -> Result<(), Fault> {
    let Some((attachment, policy)) = policies.local_rate_limit() else {
        return Ok(());
    };
    let worker = exchange.client.worker.clone();
    let limits = &worker.shared.limits;
    let now = limits.began.elapsed();
    let is_upgrade = exchange.inspected.upgrade.is_some();
    let facts = &mut exchange.record.limits;
    for (index, limit) in policy.limits.iter().enumerate() {
        let key = key(attachment, limit, index);
        let unit = limit.unit();
        let source = Source {
            policy: attachment.policy.clone(),
            target: attachment.target.clone(),
            index,
        };
        let is_uncounted = unit == Unit::Tokens;
        match limits.buckets.reserve(limit, &key, 0, now) {
            Ok(reservation) => {
                if !is_uncounted {
                    let label = label(&source.policy);
                    worker.metrics.limit_check(label, unit_name(unit), true);
                }
                facts.note(reservation.standing());
                facts.held.push(Held {
                    limit: source,
                    unit,
                    reservation,
                    is_uncounted,
                });
            }
            // Whoever counts a prompt, or lists and looks at what there is, takes none of them (llm.md O-4).
            Err(_) if is_uncounted && takes_no_tokens(head, is_upgrade) => {}
            Err(refused) => {
                facts.refuse(&refused);
                return Err(used_up(&worker.metrics, source, unit));
            }
        }
    }
    Ok(())
}

/// Whether nothing is generated for a request, as far as its head tells.
fn takes_no_tokens(head: &Parts, is_upgrade: bool) -> bool {
    let is_look = matches!(head.method, Method::GET | Method::HEAD);
    let is_count = matches!(Class::of(head.uri.path()), Some(Class::CountTokens(_)));
    // A session of the Realtime API begins as one.
    (is_look && !is_upgrade) || is_count
}

/// Counts a request that is refused.
fn used_up(metrics: &Local, limit: Source, unit: Unit) -> Fault {
    let unit = unit_name(unit);
    metrics.limit_check(label(&limit.policy), unit, false);
    let Source {
        policy,
        target,
        index,
    } = limit;
    let used_up = UsedUp {
        policy,
        target,
        index,
        unit,
    };
    Fault::caused(Kind::RateLimited, used_up)
}

/// One level for each limit of a policy at each of its targets.
fn key(attachment: &Attachment, limit: &TokenBucket, index: usize) -> Arc<str> {
    let Attachment { policy, target, .. } = attachment;
    format!("{policy} {target} {index} {}", unit_name(limit.unit())).into()
}

/// Namespace and name of the object that a policy was made from.
fn label(policy: &str) -> &str {
    let own = policy.splitn(3, '/').nth(2).unwrap_or(policy);
    own.rsplit_once('/').map_or(own, |(object, _)| object)
}

pub(crate) fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Requests => "requests",
        Unit::Tokens => "tokens",
    }
}

// === impl Limits ===

impl Limits {
    /// Every bucket full.
    pub(crate) fn new() -> Limits {
        Limits {
            buckets: Buckets::new(CAPACITY),
            began: Instant::now(),
            past: PastByModel::new(MODELS),
        }
    }

    /// How long 19 of 20 answers of a provider's model were at most, as telemetry names the provider; if that is known.
    pub(crate) fn past_answer(&self, provider: &Arc<str>, model: &str) -> Option<u64> {
        self.past.p95(provider, model)
    }

    /// Notes how long an answer was.
    pub(crate) fn note_answer(&self, provider: &Arc<str>, model: &Arc<str>, tokens: u64) {
        self.past
            .note(provider, model, tokens, self.began.elapsed());
    }
}

// === impl LimitFacts ===

impl LimitFacts {
    /// Whether tokens are counted here.
    pub(crate) fn counts_tokens(&self) -> bool {
        self.held.iter().any(|held| held.unit == Unit::Tokens)
    }

    /// Tells the client how it stands.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        const OF_REQUESTS: [&str; 3] = [
            "x-ratelimit-limit-requests",
            "x-ratelimit-remaining-requests",
            "x-ratelimit-reset-requests",
        ];
        const OF_TOKENS: [&str; 3] = [
            "x-ratelimit-limit-tokens",
            "x-ratelimit-remaining-tokens",
            "x-ratelimit-reset-tokens",
        ];
        for (names, standing) in [(OF_REQUESTS, self.requests), (OF_TOKENS, self.tokens)] {
            let Some(standing) = standing else { continue };
            let values = [
                standing.limit,
                standing.remaining,
                whole_seconds(standing.reset),
            ];
            for (name, value) in names.into_iter().zip(values) {
                // A provider's own, of another allowance, would mislead.
                headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
            }
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)));
        }
        replace(headers, self.headers.clone());
    }

    /// Settles what was held, with what the answer took. `usage` is the usage record's word; `is_sent` whether a provider
    /// has the prompt.
    pub(crate) fn settle(
        &mut self,
        metrics: &Local,
        usage: Option<u64>,
        (status, is_sent): (StatusCode, bool),
    ) {
        let is_gone = status.as_u16() == CLIENT_GONE;
        let failed = !is_gone && (status.is_client_error() || status.is_server_error());
        let tokens = match usage {
            Some(tokens) => tokens.saturating_sub(self.paid),
            // Who leaves before the answer says what it took has had the prompt read.
            None if is_sent && !failed => self.prompt,
            None => 0,
        };
        for held in self.held.drain(..) {
            held.count_admitted(metrics);
            let settled = held.reservation.settle(tokens);
            if held.unit == Unit::Tokens {
                metrics.limit_tokens(
                    label(&held.limit.policy),
                    settled.charged.saturating_add(settled.forgiven),
                );
            }
        }
    }

    /// Notes how limits of a service stand.
    pub(crate) fn note_all(&mut self, standings: Vec<Standing>) {
        for standing in standings {
            self.note(standing);
        }
    }

    /// Notes that a service refuses, because of these. When it lets requests through again, it may not know.
    pub(crate) fn refuse_all(&mut self, standings: Vec<Standing>, retry_after: Option<Duration>) {
        self.give_back();
        self.note_all(standings);
        self.retry_after = retry_after.or(Some(Duration::ZERO));
    }

    /// Tells the client what a service wants it to be told.
    pub(crate) fn add_headers(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        self.headers.extend(headers);
    }

    fn refuse(&mut self, refused: &Refused) {
        self.give_back();
        self.note(refused.standing);
        self.retry_after = refused.retry_after;
    }

    fn give_back(&mut self) {
        for held in self.held.drain(..) {
            held.reservation.cancel();
        }
        // What stands in the way is what counts, however much the others have.
        (self.requests, self.tokens) = (None, None);
    }

    fn note(&mut self, standing: Standing) {
        let own = match standing.unit {
            Unit::Requests => &mut self.requests,
            Unit::Tokens => &mut self.tokens,
        };
        *own = Standing::tightest(own.take().into_iter().chain([standing]));
    }
}

// === impl Held ===

impl Held {
    /// Counts that it was let through, unless that was done.
    fn count_admitted(&self, metrics: &Local) {
        if self.is_uncounted {
            metrics.limit_check(label(&self.limit.policy), unit_name(self.unit), true);
        }
    }
}

/// Seconds, rounded up: who waits that long is not refused again.
fn whole_seconds(duration: Duration) -> u64 {
    duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use dp_credential::ambient::Ambient;
    use dp_upstream::{provider_group::states::States, resolve::Resolver, tokens::TokenSources};

    use super::*;

    #[test]
    fn a_label_is_the_object() {
        assert_eq!(
            label("policy/agentgateway/kubelb/openai/traffic.rateLimit.local"),
            "kubelb/openai"
        );
        assert_eq!(label("odd"), "odd");
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::ZERO), 0);
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::MAX), u64::MAX);
    }

    /// What a limit of 100 has left after a request whose prompt was estimated to take 10.
    fn left(usage: Option<u64>, status: u16, is_sent: bool) -> u64 {
        let limits = Limits::new();
        let limit = TokenBucket::try_new(100, 1, Duration::from_secs(3600)).unwrap();
        let limit = limit.counting(Unit::Tokens);
        let (key, now) = (Arc::from("k"), Duration::ZERO);
        let mut facts = LimitFacts::default();
        let reservation = limits.buckets.reserve(&limit, &key, 0, now).unwrap();
        facts.note(reservation.standing());
        facts.held.push(Held {
            limit: Source {
                policy: "p".into(),
                target: "t".into(),
                index: 0,
            },
            unit: Unit::Tokens,
            reservation,
            is_uncounted: true,
        });
        facts.prompt = 10;
        let mut registry = prometheus_client::registry::Registry::default();
        let resolver = Resolver::table(std::collections::HashMap::new()).unwrap();
        let tokens = TokenSources::new(resolver, Arc::new(Ambient::of(|_| None)));
        let tokens = Arc::new(tokens);
        let providers = Arc::new(States::new(Instant::now()));
        let metrics = crate::metrics::Metrics::register(
            &mut registry,
            Arc::default(),
            tokens,
            (providers.clone(), providers),
            std::sync::Weak::new(),
        );
        let status = StatusCode::from_u16(status).unwrap();
        facts.settle(&Local::new(metrics), usage, (status, is_sent));
        limits.buckets.standing(&limit, &key, now).remaining
    }

    #[test]
    fn tokens_are_settled_however_the_answer_ended() {
        // With a word of the record, that is what counts.
        assert_eq!(left(Some(30), 200, true), 70);
        assert_eq!(left(Some(300), 200, true), 0);
        // Without one: the prompt, where somebody has read it.
        assert_eq!(left(None, 200, true), 90);
        assert_eq!(left(None, 499, true), 90);
        assert_eq!(left(None, 499, false), 100);
        // What failed costs nothing.
        assert_eq!(left(None, 503, true), 100);
        assert_eq!(left(None, 400, false), 100);
    }

    #[test]
    fn the_tightest_of_each_unit_is_told() {
        let standing = |unit, limit, remaining| Standing {
            unit,
            limit,
            remaining,
            reset: Duration::from_millis(1500),
        };
        let mut facts = LimitFacts::default();
        facts.note(standing(Unit::Requests, 100, 50));
        facts.note(standing(Unit::Requests, 10, 1));
        facts.note(standing(Unit::Tokens, 1000, 7));
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit-tokens", HeaderValue::from_static("9"));
        facts.tell(&mut headers);
        let told = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        assert_eq!(told("x-ratelimit-limit-requests"), Some("10"));
        assert_eq!(told("x-ratelimit-remaining-requests"), Some("1"));
        assert_eq!(told("x-ratelimit-reset-requests"), Some("2"));
        assert_eq!(told("x-ratelimit-limit-tokens"), Some("1000"));
        assert_eq!(told("retry-after"), None);
    }
}
