//! The connection to one Redis, and the script that counts.
//!
//! Owns names of keys, the arguments of the script and what its answer means. Must not retry: that is the caller's.
//! Invariant: keys of budgets do not leave the proxy; what names a counter in Redis is a hash.

use std::{sync::Arc, time::Duration};

use dp_policy::budget::{Counter, Granted, Order, OrderPart, Period, Step, Window};
use redis::{
    Client, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

/// For one connection, and for one answer.
const ANSWER: Duration = Duration::from_millis(400);

/// How long a counter outlives its window: requests in flight are still told.
const AFTERWARDS: Duration = Duration::from_secs(3600);

/// How long the store remembers an order. Longer than anybody sends it again.
const REMEMBERED: Duration = Duration::from_secs(900);

/// One Redis.
pub(super) struct Link {
    client: Client,
    script: Arc<Script>,
    connection: Option<ConnectionManager>,
}

/// An order that is about to be sent.
pub(super) struct Call {
    script: Arc<Script>,
    order: Order,
}

// === impl Link ===

impl Link {
    pub(super) fn parse(address: &str) -> Option<Link> {
        let address = address.trim();
        let is_redis = address.starts_with("redis://") || address.starts_with("rediss://");
        // A fragment would turn the verification of certificates off.
        if !is_redis || address.contains('#') {
            return None;
        }
        Some(Link {
            client: Client::open(address).ok()?,
            script: Arc::new(Script::new(include_str!("count.lua"))),
            connection: None,
        })
    }

    /// The connection; made when it is first asked for. Inside a runtime.
    pub(super) fn connection(&mut self) -> RedisResult<ConnectionManager> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        // Orders are sent again by who keeps them.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        self.connection = Some(connection.clone());
        Ok(connection)
    }

    /// The call that carries out an order.
    pub(super) fn call(&self, order: &Order) -> Call {
        Call {
            script: self.script.clone(),
            order: order.clone(),
        }
    }
}

// === impl Call ===

impl Call {
    pub(super) async fn run(self, mut connection: ConnectionManager) -> RedisResult<Granted> {
        let Self { script, order } = self;
        let counter = counter_key(&order.counter, &order.period);
        let name = format!("{counter}:{:032x}:{}", order.id.0, part(order.part));
        let (step, need, want, limit) = match order.step {
            Step::Take { need, want, limit } => ("take", need, want, limit),
            Step::Add(amount) => ("add", 0, amount, None),
            Step::Back(amount) => ("back", 0, amount, None),
        };
        let expires = order.period.end.saturating_add(AFTERWARDS);
        let mut call = script.prepare_invoke();
        call.key(counter)
            .key(name)
            .arg(step)
            .arg(need)
            .arg(want)
            .arg(limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string()))
            .arg(milliseconds(expires))
            .arg(milliseconds(REMEMBERED));
        let (amount, fleet): (u64, u64) = call.invoke_async(&mut connection).await?;
        Ok(Granted { amount, fleet })
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The braces keep the keys of a counter on one node of a cluster.
fn counter_key(counter: &Counter, period: &Period) -> String {
    let window = match counter.window {
        Window::Day => "day".to_owned(),
        Window::Week => "week".to_owned(),
        Window::Month => "month".to_owned(),
        Window::Custom(seconds) => seconds.to_string(),
    };
    let mut hash = blake3::Hasher::new();
    let start = period.start.as_secs().to_string();
    for part in [&counter.budget, &counter.key, window.as_str(), &start] {
        // With its length before it, no text can be taken for another.
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("tidegate:{{{}}}", hash.finalize().to_hex())
}

fn part(part: OrderPart) -> String {
    match part {
        OrderPart::Take(attempt) => attempt.to_string(),
        OrderPart::Lent => "lent".to_owned(),
        OrderPart::More(number) => format!("more-{number}"),
        OrderPart::Rest => "rest".to_owned(),
        OrderPart::Back => "back".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: bool) {
        assert_eq!(Link::parse(address).is_some(), expected, "{address}");
    }

    #[test]
    fn addresses_are_urls_of_redis() {
        check("redis://127.0.0.1", true);
        check(" redis://:secret@redis.example:6380/2\n", true);
        check("rediss://user:secret@redis.example", true);
        for other in [
            "",
            "redis",
            "http://redis.example",
            "redis://",
            "unix:///run/redis",
            "redis://h/x",
            "rediss://redis.example/#insecure",
        ] {
            check(other, false);
        }
    }

    #[test]
    fn counters_have_keys_that_tell_nothing() {
        let key = |budget: &str, key: &str, window: Window| {
            let counter = Counter {
                budget: budget.into(),
                key: key.into(),
                window,
            };
            counter_key(&counter, &window.period(Duration::from_secs(1_787_315_696)))
        };
        let one = key("team", "sk-secret", Window::Day);
        assert!(one.starts_with("tidegate:{") && one.ends_with('}') && !one.contains("secret"));
        let others = [
            key("team", "sk-secret", Window::Month),
            key("team", "sk-other", Window::Day),
            key("teams", "k-secret", Window::Day),
        ];
        assert!(!others.contains(&one));
    }
}
