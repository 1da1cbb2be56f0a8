//! Where all proxies count a budget: a Redis, or a rate limit service.
//!
//! Owns the way to either, and which budgets a rate limit service can count: it knows seconds, minutes, hours, days and months
//! of thirty days, and numbers of 32 bits. Must fail closed: a budget whose store cannot be had refuses requests.

use std::time::Duration;

use cp_api::Kind;
use cp_api::policy::budget::{BudgetStore, RateLimitServiceStore, RedisStore};
use cp_api::scalar::FailureMode;
use cp_api::tidegate_policy::TidegatePolicy;
use proto::name;
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::budget::{Length, Limit, Window};

use super::Object;
use super::budget::FIELD;
use super::rate_limit_service::Asked;
use crate::backend::rate_limit_service::Endpoint;
use crate::lookup::Lookup;
use crate::plan::{ServicePlan, StoreSecret};
use crate::reference::From;

/// The key of a Secret where the reference names none.
const DEFAULT_KEY: &str = "url";

/// Rate limit services count hits of 10^-6 USD in 32 bits.
const LARGEST_USD: u32 = 4294;

/// Seconds of the windows that a rate limit service has.
const WINDOWS: [u64; 4] = [1, 60, 3600, 86_400];

/// A store that was found.
pub(super) enum Store {
    Redis(StoreSecret),
    Service(ServicePlan),
}

/// What is counted: how much, for how long, and what happens in an outage.
type Counted<'a> = (&'a Limit, &'a Length, Option<FailureMode>);

/// Finds the store of the budget at `path`.
pub(super) fn resolve(
    lookup: &Lookup<'_>,
    (namespace, policy): (&str, &str),
    path: &str,
    (store, (limit, length, mode)): (&BudgetStore, Counted<'_>),
) -> Result<Store, String> {
    match (&store.redis, &store.rls) {
        (Some(redis), None) => {
            redis_store(lookup, namespace, &format!("{path}.store.redis"), redis).map(Store::Redis)
        }
        (None, Some(service)) => {
            check(path, limit, length)?;
            let own = name::policy(TidegatePolicy::SHORT, namespace, policy, FIELD);
            let fail_open = mode == Some(FailureMode::FailOpen);
            let path = format!("{path}.store.rls");
            let own = (&*own, namespace, &*path);
            self::service(lookup, own, service, fail_open).map(Store::Service)
        }
        (None, None) | (Some(_), Some(_)) => {
            Err(format!("{path}.store must have one of redis and rls"))
        }
    }
}

fn service(
    lookup: &Lookup<'_>,
    (policy, namespace, path): (&str, &str, &str),
    own: &RateLimitServiceStore,
    fail_open: bool,
) -> Result<ServicePlan, String> {
    let asked = Asked {
        policy,
        from: From {
            kind: Kind::TidegatePolicy,
            namespace,
        },
        path,
        endpoint: Endpoint {
            backend_ref: own.backend_ref.as_ref(),
            url: own.url.as_ref(),
        },
        domain: &own.domain,
        timeout: own.timeout.map(|timeout| timeout.0),
        fail_open,
    };
    asked.plan(lookup)
}

/// Whether a rate limit service can count it.
fn check(path: &str, limit: &Limit, length: &Length) -> Result<(), String> {
    match limit {
        Limit::Usd(text) => {
            let whole = text.split('.').next().unwrap_or_default();
            if whole.parse::<u32>().is_ok_and(|whole| whole < LARGEST_USD) {
                Ok(())
            } else {
                Err(format!(
                    "{path}.limit must be less than {LARGEST_USD} USD with store.rls, which counts 10^-6 USD in 32 bits; use store.redis"
                ))
            }
        }
        Limit::Tokens(count) | Limit::Requests(count) if u32::try_from(*count).is_err() => {
            let unit = match limit {
                Limit::Requests(_) => "requests",
                Limit::Tokens(_) | Limit::Usd(_) => "tokens",
            };
            Err(format!(
                "{path}.limit must be at most {} {unit} with store.rls, which counts in 32 bits; use store.redis",
                u32::MAX
            ))
        }
        Limit::Tokens(_) | Limit::Requests(_) => Ok(()),
    }?;
    let is_known = match length {
        Length::Window(window) => *window != i32::from(Window::Week),
        Length::Every(every) => {
            let length = Duration::from_secs(u64::try_from(every.seconds).unwrap_or_default());
            WINDOWS.contains(&length.as_secs())
        }
    };
    if is_known {
        return Ok(());
    }
    Err(format!(
        "{path}: a rate limit service knows no such window; use Hour, Day or Month, every: 1s or 1m, or store.redis"
    ))
}

fn redis_store(
    lookup: &Lookup<'_>,
    namespace: &str,
    path: &str,
    own: &RedisStore,
) -> Result<StoreSecret, String> {
    let path = format!("{path}.secretRef");
    let reference = &own.secret_ref;
    let key = reference.key.as_deref().unwrap_or(DEFAULT_KEY);
    let is_foreign = reference
        .group
        .as_deref()
        .is_some_and(|group| !group.is_empty());
    if is_foreign {
        return Err(format!("{path}.kind must be Secret"));
    }
    secret(lookup, &path, (namespace, &reference.name, key))
}

fn secret(
    lookup: &Lookup<'_>,
    path: &str,
    (namespace, name, key): (&str, &str, &str),
) -> Result<StoreSecret, String> {
    let Some(stored) = lookup.secret(namespace, name) else {
        return Err(format!("{path}: Secret {namespace}/{name} does not exist"));
    };
    let Some(text) = stored.object.data.get(key) else {
        return Err(format!(
            "{path}: Secret {namespace}/{name} has no key {key}; add it, or name another with secretRef.key"
        ));
    };
    let is_address = [b"redis://".as_slice(), b"rediss://"]
        .iter()
        .any(|scheme| text.expose().trim_ascii_start().starts_with(scheme));
    if !is_address {
        return Err(format!(
            "{path}: the key {key} of Secret {namespace}/{name} must hold redis://[user:password@]host[:port][/database] or rediss://..."
        ));
    }
    Ok(StoreSecret {
        name: name::credential(namespace, name, key),
        text: text.clone(),
        source: (*stored.source).clone(),
    })
}

// === impl Store ===

impl Store {
    /// As a proxy is told of it.
    pub(super) fn wire(&self, fail_open: bool) -> tidegate::SharedStore {
        match self {
            Store::Redis(secret) => tidegate::SharedStore {
                redis_secret: secret.name.clone(),
                fail_open,
                service: None,
            },
            Store::Service(service) => tidegate::SharedStore {
                redis_secret: String::new(),
                fail_open,
                service: Some(service.wire.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::google::protobuf;

    fn every(seconds: i64) -> Length {
        Length::Every(protobuf::Duration { seconds, nanos: 0 })
    }

    #[track_caller]
    fn is_counted(limit: Limit, length: Length, expected: bool) {
        assert_eq!(check("b", &limit, &length).is_ok(), expected);
    }

    #[test]
    fn a_service_counts_in_32_bits_and_knows_some_windows() {
        let usd = |text: &str| Limit::Usd(text.to_owned());
        let day = || Length::Window(Window::Day.into());
        is_counted(usd("4293.99"), day(), true);
        is_counted(usd("4294"), day(), false);
        is_counted(Limit::Tokens(4_294_967_295), day(), true);
        is_counted(Limit::Tokens(4_294_967_296), day(), false);
        is_counted(Limit::Requests(4_294_967_295), day(), true);
        is_counted(Limit::Requests(4_294_967_296), day(), false);
        is_counted(usd("1"), Length::Window(Window::Month.into()), true);
        is_counted(usd("1"), Length::Window(Window::Week.into()), false);
        is_counted(usd("1"), every(1), true);
        is_counted(usd("1"), every(3600), true);
        is_counted(usd("1"), every(5400), false);
    }
}
