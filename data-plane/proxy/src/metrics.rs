//! Counts of what happened.
//!
//! Owns the metrics of the data path and, for each worker, the handles that it uses again and again. Must
//! not take a label from a client. Invariant: labels come from the configuration and from closed enums, so
//! their number is bounded by the configuration.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use dp_llm::format::Format;
use dp_upstream::{
    pool::Counters,
    provider_group::{endpoints::Settled, states::States},
    tokens::TokenSources,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
    },
    registry::Registry,
};

use self::{
    attribution::AttributionMetrics, budget::BudgetMetrics, cache::EmbeddingMetrics,
    limit::LimitMetrics, llm::LlmMetrics, load::LoadCollector, stores::StoreCollector,
    tokens::TokenCollector, usage::UsageMetrics,
};
pub(crate) use self::{
    attribution::{Label, OwnLabels},
    llm::Overflow,
};
use crate::{
    ai::{guard::Check, ledger::Closed},
    budget::Stores,
    record::{Ending, Record},
};

mod attribution;
mod budget;
mod cache;
mod limit;
mod llm;
mod load;
mod stores;
mod tokens;
mod usage;

pub(crate) use usage::Labels as UsageLabels;

/// Seconds.
const DURATIONS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0,
];
/// The metrics of the process.
#[derive(Clone)]
pub(crate) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    durations: Family<ListenerLabels, Histogram, fn() -> Histogram>,
    faults: Family<FaultLabels, Counter>,
    broken: Family<ListenerLabels, Counter>,
    llm: LlmMetrics,
    usage: UsageMetrics,
    attribution: AttributionMetrics,
    limits: LimitMetrics,
    budgets: BudgetMetrics,
    cache_embeddings: EmbeddingMetrics,
    /// Requests in flight.
    pub(crate) active: Gauge,
    /// Connections of clients, open now.
    pub(crate) connections: Gauge,
    /// Connections of clients, ever.
    pub(crate) accepted: Counter,
    /// Handshakes that failed.
    pub(crate) handshakes_failed: Counter,
    /// Lines of the access log that found no room.
    pub(crate) lines_dropped: Counter,
}

/// The handles of one worker.
pub(crate) struct Local {
    metrics: Metrics,
    /// By the addresses of listener name and route; the entry keeps both alive, so that no address is used twice.
    routes: RefCell<BTreeMap<(usize, usize), RouteHandles>>,
    usage: usage::Known,
}

struct RouteHandles {
    _listener: Option<Arc<str>>,
    _route: Option<Arc<dp_config::Route>>,
    classes: [Counter; 5],
    durations: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    listener: String,
    route: String,
    code_class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabels {
    listener: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    listener: String,
    reason: &'static str,
}

/// Reads the counts of the pools at each scrape.
#[derive(Debug)]
struct UpstreamCollector(Arc<Counters>);

// === impl Metrics ===

impl Metrics {
    /// Registers everything.
    pub(crate) fn register(
        registry: &mut Registry,
        upstream: Arc<Counters>,
        tokens: Arc<TokenSources>,
        (providers, endpoints): (Arc<States>, Arc<States>),
        stores: Weak<Stores>,
    ) -> Metrics {
        let metrics = Metrics {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            faults: Family::default(),
            broken: Family::default(),
            llm: LlmMetrics::register(registry),
            usage: UsageMetrics::register(registry),
            attribution: AttributionMetrics::register(registry),
            limits: LimitMetrics::register(registry),
            budgets: BudgetMetrics::register(registry),
            cache_embeddings: EmbeddingMetrics::register(registry),
            active: Gauge::default(),
            connections: Gauge::default(),
            accepted: Counter::default(),
            handshakes_failed: Counter::default(),
            lines_dropped: Counter::default(),
        };
        let mut add = |name: &str, help: &str, metric: Box<dyn Register>| {
            metric.register(registry, &format!("tidegate_proxy_{name}"), help);
        };
        add(
            "requests",
            "Requests by listener, route and class of status",
            Box::new(metrics.requests.clone()),
        );
        add(
            "request_duration_seconds",
            "From head to last byte",
            Box::new(metrics.durations.clone()),
        );
        add(
            "faults",
            "Requests that the proxy answered itself, by reason",
            Box::new(metrics.faults.clone()),
        );
        add(
            "responses_broken",
            "Responses that the upstream broke off",
            Box::new(metrics.broken.clone()),
        );
        add(
            "requests_active",
            "Requests in flight",
            Box::new(metrics.active.clone()),
        );
        add(
            "connections_active",
            "Connections of clients",
            Box::new(metrics.connections.clone()),
        );
        add(
            "connections",
            "Connections accepted",
            Box::new(metrics.accepted.clone()),
        );
        add(
            "handshakes_failed",
            "TLS handshakes that failed",
            Box::new(metrics.handshakes_failed.clone()),
        );
        add(
            "access_log_lines_dropped",
            "Lines that found no room",
            Box::new(metrics.lines_dropped.clone()),
        );
        registry.register_collector(Box::new(UpstreamCollector(upstream)));
        registry.register_collector(Box::new(TokenCollector(tokens)));
        registry.register_collector(Box::new(LoadCollector {
            providers,
            endpoints,
        }));
        registry.register_collector(Box::new(StoreCollector(stores)));
        metrics
    }
}

/// What a registry takes, as an object, so that the list above is one line a metric.
trait Register {
    fn register(self: Box<Self>, registry: &mut Registry, name: &str, help: &str);
}

impl<M: prometheus_client::registry::Metric> Register for M {
    fn register(self: Box<Self>, registry: &mut Registry, name: &str, help: &str) {
        registry.register(name, help, *self);
    }
}

impl Collector for UpstreamCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Counters {
            connects,
            connect_failures,
            open,
        } = &*self.0;
        for (name, help, count) in [
            (
                "upstream_connects",
                "Connections made to upstreams",
                connects,
            ),
            (
                "upstream_connect_failures",
                "Connections to upstreams that failed",
                connect_failures,
            ),
        ] {
            let counter = ConstCounter::new(count.load(Ordering::Relaxed));
            let name = format!("tidegate_proxy_{name}");
            let metric = encoder.encode_descriptor(&name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        let gauge =
            ConstGauge::new(i64::try_from(open.load(Ordering::Relaxed)).unwrap_or(i64::MAX));
        let metric = encoder.encode_descriptor(
            "tidegate_proxy_upstream_connections_active",
            "Connections to upstreams",
            None,
            gauge.metric_type(),
        )?;
        gauge.encode(metric)
    }
}

// === impl Local ===

impl Local {
    /// No handle yet.
    pub(crate) fn new(metrics: Metrics) -> Local {
        Local {
            metrics,
            routes: RefCell::default(),
            usage: usage::Known::default(),
        }
    }

    /// Forgets the handles, and with them routes that are gone.
    pub(crate) fn sweep(&self) {
        self.routes.borrow_mut().clear();
        self.usage.clear();
    }

    /// Counts a closed record.
    pub(crate) fn observe(&self, record: &Record, ending: Ending, duration: Duration) {
        let address = |name: &Option<Arc<str>>| name.as_ref().map_or(0, |n| n.as_ptr().addr());
        let route = record.route.route.as_ref();
        let key = (
            address(&record.route.listener),
            route.map_or(0, |route| Arc::as_ptr(route).addr()),
        );
        let mut routes = self.routes.borrow_mut();
        let handles = routes.entry(key).or_insert_with(|| self.handles(record));
        let class = usize::from(record.response.status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = handles.classes.get(class) {
            counter.inc();
        }
        handles.durations.observe(duration.as_secs_f64());
        drop(routes);
        self.observe_rare(record, ending);
        self.metrics.llm.guards(record);
        self.metrics.llm.answer_dropped(record);
    }

    /// Counts what a guard decided behind the end of a request.
    pub(crate) fn watched(&self, route: &str, check: &Check) {
        self.metrics.llm.guard(route.to_owned(), check);
    }

    /// What most requests do not have.
    fn observe_rare(&self, record: &Record, ending: Ending) {
        if let Some(kind) = record.response.fault {
            let labels = FaultLabels {
                listener: listener(record),
                reason: kind.reason(),
            };
            self.metrics.faults.get_or_create(&labels).inc();
        }
        if ending == Ending::UpstreamBroke {
            let labels = ListenerLabels {
                listener: listener(record),
            };
            self.metrics.broken.get_or_create(&labels).inc();
        }
    }

    /// Counts a request to a model that is over.
    pub(crate) fn usage(&self, closed: &Closed) {
        self.metrics.usage.observe(closed, &self.usage);
    }

    /// Counts an expression of an attribution that had no value.
    pub(crate) fn attribution_failed(&self, policy: &str, field: &'static str) {
        self.metrics.attribution.failed(policy, field);
    }

    /// Labels that a policy gives a request that is over, within their bound; new ones only if it was answered.
    pub(crate) fn own_labels(&self, labels: Vec<Label>, is_answered: bool) -> OwnLabels {
        self.metrics.attribution.bounded(labels, is_answered)
    }

    /// Counts an attempt at a provider that did not become a request's answer.
    pub(crate) fn operation(&self, labels: UsageLabels, error: &str, took: Duration) {
        self.metrics.usage.operation(labels, error, took);
    }

    /// Counts an attempt at a provider of a backend.
    pub(crate) fn attempt(
        &self,
        backend: &str,
        provider: &str,
        verdict: &'static str,
        settled: Settled,
    ) {
        self.metrics
            .llm
            .attempt((backend, provider), verdict, settled);
    }

    /// Counts an attempt that follows a failed one.
    pub(crate) fn failover(&self, backend: &str) {
        self.metrics.llm.failover(backend);
    }

    /// Counts a request that a provider cannot take.
    pub(crate) fn passed_over(&self, backend: &str, provider: &str) {
        self.metrics.llm.passed_over(backend, provider);
    }

    /// Counts an attempt at an evicted provider.
    pub(crate) fn panic_pick(&self, backend: &str) {
        self.metrics.llm.panic_pick(backend);
    }

    /// Counts a choice that a full provider was part of.
    pub(crate) fn overflow(&self, backend: &str, outcome: Overflow) {
        self.metrics.llm.overflow(backend, outcome);
    }

    /// Counts an attempt that finds out whether a provider serves again.
    pub(crate) fn probe(&self, backend: &str, provider: &str) {
        self.metrics.llm.probe(backend, provider);
    }

    /// Counts a vector that the cache of answers asked for.
    pub(crate) fn cache_embedding(&self, backend: &Arc<str>, outcome: &'static str) {
        self.metrics.cache_embeddings.observe(backend, outcome);
    }

    /// Counts a request that came to a limit.
    pub(crate) fn limit_check(&self, policy: &str, unit: &'static str, is_admitted: bool) {
        self.metrics.limits.check(policy, unit, is_admitted);
    }

    /// Counts a request that a budget refused.
    pub(crate) fn budget_refused(&self, budget: &str, reason: &'static str) {
        self.metrics.budgets.refused(budget, reason);
    }

    /// Counts a request that went on although there was something to tell of a budget.
    pub(crate) fn budget_noticed(&self, budget: &str, reason: &'static str) {
        self.metrics.budgets.noticed(budget, reason);
    }

    /// Notes what a request took of a budget.
    pub(crate) fn budget_charged(&self, charged: &dp_policy::budget::Charged) {
        self.metrics.budgets.charged(charged);
    }

    /// Counts tokens that were taken from a limit.
    pub(crate) fn limit_tokens(&self, policy: &str, tokens: u64) {
        self.metrics.limits.tokens(policy, tokens);
    }

    /// Counts a call to a rate limit service.
    pub(crate) fn limit_call(&self, policy: &str, call: &'static str, outcome: &'static str) {
        self.metrics.limits.call(policy, call, outcome);
    }

    /// Counts descriptors that were left out of a question to a rate limit service.
    pub(crate) fn limit_dropped(&self, policy: &str, dropped: usize) {
        self.metrics.limits.dropped(policy, dropped);
    }

    /// Counts fields of a request in the first format that the second has no place for.
    pub(crate) fn dropped(&self, edge: (Format, Format), fields: &[&'static str]) {
        self.metrics.llm.dropped(edge, fields);
    }

    fn handles(&self, record: &Record) -> RouteHandles {
        let class = |code_class| {
            let labels = RequestLabels {
                listener: listener(record),
                route: record.route.label().to_string(),
                code_class,
            };
            self.metrics.requests.get_or_create_owned(&labels)
        };
        RouteHandles {
            _listener: record.route.listener.clone(),
            _route: record.route.route.clone(),
            classes: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(class),
            durations: self.metrics.durations.get_or_create_owned(&ListenerLabels {
                listener: listener(record),
            }),
        }
    }
}

fn listener(record: &Record) -> String {
    record
        .route
        .listener
        .as_deref()
        .unwrap_or_default()
        .to_owned()
}
