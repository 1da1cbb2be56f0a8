//! Shared counts over a real Redis: `cargo xtask tools redis-server` brings it.

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use dp_policy::budget::{
    Action, Budget, Ledger, Limit, Matched, Memory, OnOutage, OnUnpriced, RequestId, Reservation,
    Scope, Spend, Step, Why, Window, shared_claims,
};

use super::{SharedCounts, now};

/// A Redis of its own for each test.
struct Redis {
    child: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl Redis {
    fn start() -> Redis {
        let free = TcpListener::bind("127.0.0.1:0").expect("port");
        let port = free.local_addr().expect("address").port();
        drop(free);
        let dir = tempfile::tempdir().expect("directory");
        let child = serve(port, &dir);
        Redis { child, port, dir }
    }

    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    fn start_again(&mut self) {
        self.child = serve(self.port, &self.dir);
    }

    fn counts(&self) -> SharedCounts {
        SharedCounts::open(&format!("redis://127.0.0.1:{}", self.port)).expect("opened")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(port: u16, dir: &tempfile::TempDir) -> Child {
    let mut child = Command::new(tool())
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        // Every write is on the disk before it is answered.
        .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server starts");
    let output = child.stdout.take().expect("output");
    let mut lines = BufReader::new(output).lines();
    let is_ready = |line: std::io::Result<String>| line.expect("line").contains("Ready to accept");
    assert!(lines.any(is_ready), "redis-server ended");
    // It must not be stopped by a pipe that nobody reads.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

#[allow(
    clippy::disallowed_methods,
    reason = "the cache is where the environment says it is"
)]
fn tool() -> PathBuf {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let cache = set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".cache")))
        .expect("XDG_CACHE_HOME or HOME");
    let path = cache.join("tidegate/bin/redis-server");
    assert!(
        path.is_file(),
        "redis-server is not installed; `make test` or `cargo xtask tools redis-server` installs it"
    );
    path
}

/// A proxy, as far as it counts.
struct Proxy {
    counts: Arc<SharedCounts>,
    ledger: Ledger,
    first: u128,
}

impl Proxy {
    fn new(redis: &Redis, first: u128) -> Proxy {
        let counts = Arc::new(redis.counts());
        Proxy {
            ledger: Ledger::new(Arc::new(Memory::new(10)), Some(counts.store())),
            counts,
            first: first << 64,
        }
    }

    async fn reserve(&self, id: u128, budget: &Budget, tokens: u64) -> Result<Reservation, Why> {
        let matched = [Matched {
            budget: Arc::new(budget.clone()),
            key: "team-a".into(),
        }];
        let (id, estimate, now) = (RequestId(self.first + id), spend(tokens), now());
        let claims = shared_claims(&matched, &estimate, now);
        self.counts.reserve(id, &claims, now).await;
        self.ledger
            .reserve(id, &matched, &estimate, now)
            .map_err(|refused| refused.why)
    }
}

fn spend(tokens: u64) -> Spend {
    Spend {
        cost: None,
        tokens,
        is_billed: true,
    }
}

fn budget(limit: u64, outage: OnOutage) -> Budget {
    Budget {
        id: "budget".into(),
        limit: Limit::Tokens(limit),
        window: Window::Month,
        thresholds: vec![80],
        action: Action::Block,
        scope: Scope::Shared,
        unpriced: OnUnpriced::Allow,
        outage,
    }
}

/// Until `is_so`, for ten seconds at most.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(5));
    for _ in 0..2000 {
        if is_so() {
            return;
        }
        tick.tick().await;
    }
    panic!("not within ten seconds: {what}");
}

async fn told(proxy: &Proxy) {
    until("all is told", || proxy.counts.standing().waiting == 0).await;
}

/// D-27.
#[tokio::test]
async fn fifty_requests_at_once_through_two_proxies_pass_a_budget_for_five() {
    let redis = Redis::start();
    let proxies = [Proxy::new(&redis, 1), Proxy::new(&redis, 2)];
    let budget = budget(500, OnOutage::FailClosed);
    let requests = (0..50).map(|id| {
        let proxy = proxies.get(id % 2).expect("proxy");
        proxy.reserve(id as u128, &budget, 100)
    });
    let answers = futures::future::join_all(requests).await;
    let passed = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(passed, 5);
    let refusals = answers.iter().filter_map(|answer| answer.as_ref().err());
    for why in refusals {
        assert!(matches!(why, Why::Exceeded { .. }), "{why}");
    }
}

#[tokio::test]
async fn a_proxy_that_ends_gives_back_what_it_did_not_use() {
    let redis = Redis::start();
    let budget = budget(1000, OnOutage::FailClosed);
    let first = Proxy::new(&redis, 1);
    let held = first.reserve(1, &budget, 700).await.expect("within");
    held.settle(&spend(100));
    drop(first);
    let next = Proxy::new(&redis, 2);
    let held = next
        .reserve(1, &budget, 900)
        .await
        .expect("100 are used, and no more");
    held.settle(&spend(1400));
    told(&next).await;
    drop(next);
    // What it took beyond its reservation is not forgotten.
    let last = Proxy::new(&redis, 3);
    let why = last.reserve(1, &budget, 1).await.expect_err("all is used");
    let Why::Exceeded { used, .. } = why else {
        panic!("{why}");
    };
    assert_eq!(used.total().0, 1500);
}

#[tokio::test]
async fn counts_survive_a_proxy_that_is_killed_but_for_a_slice() {
    let redis = Redis::start();
    let budget = budget(1000, OnOutage::FailClosed);
    let killed = Proxy::new(&redis, 1);
    killed
        .reserve(1, &budget, 3)
        .await
        .expect("within")
        .settle(&spend(3));
    // As if its process had been killed: nothing is given back.
    std::mem::forget(killed);
    let next = Proxy::new(&redis, 2);
    // A hundredth of the limit is leased at once: 3 were used of 10.
    next.reserve(1, &budget, 991)
        .await
        .expect_err("a slice is lost");
    let held = next.reserve(2, &budget, 990).await;
    assert!(held.is_ok(), "and no more than that");
}

#[tokio::test]
async fn while_redis_is_away_each_budget_does_as_it_says() {
    let mut redis = Redis::start();
    let (open, closed) = (
        budget(100, OnOutage::FailOpen),
        Budget {
            id: "closed".into(),
            ..budget(100, OnOutage::FailClosed)
        },
    );
    let proxy = Proxy::new(&redis, 1);
    proxy
        .reserve(1, &open, 30)
        .await
        .expect("within")
        .settle(&spend(30));
    redis.kill();
    assert_eq!(
        proxy.reserve(2, &closed, 1).await.err(),
        Some(Why::Unavailable)
    );
    assert!(!proxy.counts.standing().is_up);
    proxy
        .reserve(3, &open, 60)
        .await
        .expect("open")
        .settle(&spend(60));
    let why = proxy
        .reserve(4, &open, 60)
        .await
        .expect_err("one limit, and no more");
    assert!(matches!(why, Why::Exceeded { .. }), "{why}");
    redis.start_again();
    told(&proxy).await;
    assert!(proxy.counts.standing().is_up);
    assert_eq!(proxy.counts.standing().lost, 0);
    // What went out meanwhile has been told: 90 of 100 are used.
    let other = Proxy::new(&redis, 2);
    other.reserve(1, &open, 11).await.expect_err("beyond");
    let held = other.reserve(2, &open, 10).await;
    assert!(held.is_ok());
}

/// A proxy whose store nobody answers for.
fn alone() -> Proxy {
    let counts = Arc::new(SharedCounts::open("redis://127.0.0.1:1").expect("opened"));
    Proxy {
        ledger: Ledger::new(Arc::new(Memory::new(10)), Some(counts.store())),
        counts,
        first: 1 << 64,
    }
}

#[tokio::test]
async fn an_outage_costs_one_order_for_each_counter() {
    let proxy = alone();
    let budget = budget(u64::MAX, OnOutage::FailOpen);
    drop(proxy.reserve(0, &budget, 1).await.expect("open"));
    until("it is known to be away", || !proxy.counts.standing().is_up).await;
    for id in 1..30_000 {
        let held = proxy.reserve(id, &budget, 1).await.expect("open");
        held.settle(&spend(2));
    }
    let standing = proxy.counts.standing();
    assert_eq!(standing.lost, 0, "{standing:?}");
    assert!(standing.waiting < 100, "{standing:?}");
}

#[tokio::test]
async fn what_an_outage_costs_is_bounded_and_told() {
    let proxy = alone();
    let budget = Arc::new(budget(u64::MAX, OnOutage::FailOpen));
    drop(proxy.reserve(0, &budget, 1).await.expect("open"));
    until("it is known to be away", || !proxy.counts.standing().is_up).await;
    for id in 1..=super::WAITING as u128 + 100 {
        let matched = [Matched {
            budget: budget.clone(),
            key: format!("team-{id}").into(),
        }];
        let (id, estimate, now) = (RequestId(proxy.first + id), spend(1), now());
        let claims = shared_claims(&matched, &estimate, now);
        proxy.counts.reserve(id, &claims, now).await;
        let held = proxy.ledger.reserve(id, &matched, &estimate, now);
        held.expect("open").settle(&spend(1));
    }
    let standing = proxy.counts.standing();
    assert!(standing.lost >= 90, "{standing:?}");
    assert!(standing.waiting <= 2 * super::WAITING, "{standing:?}");
}

#[tokio::test]
async fn an_order_that_finds_no_room_is_not_expected_any_more() {
    let proxy = alone();
    let budget = budget(1000, OnOutage::FailClosed);
    let waiting = &proxy.counts.line.waiting;
    waiting.fetch_add(super::WAITING, Ordering::Relaxed);
    let refused = proxy.reserve(1, &budget, 3).await.err();
    assert_eq!(refused, Some(Why::Unavailable));
    waiting.fetch_sub(super::WAITING, Ordering::Relaxed);
    assert_eq!(proxy.counts.standing().lost, 0, "nothing was used");
    // The next one asks for a slice, as if nothing were on its way.
    let matched = [Matched {
        budget: Arc::new(budget),
        key: "team-a".into(),
    }];
    let later = now() + Duration::from_secs(5);
    let claims = shared_claims(&matched, &spend(3), later);
    let orders = proxy.counts.leases.missing(RequestId(2), 0, &claims, later);
    let wanted = orders.iter().map(|order| order.step).next();
    let Some(Step::Take { need, want, .. }) = wanted else {
        panic!("{orders:?}");
    };
    assert!(need == 3 && want > need, "{orders:?}");
}

#[test]
fn addresses_are_never_told() {
    let error = SharedCounts::open("http://user:hunter2@redis").expect_err("no redis");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let counts = SharedCounts::open("redis://user:hunter2@127.0.0.1:1").expect("opened");
    assert!(!format!("{counts:?}").contains("hunter2"));
}
