//! Counts of what requests to models took, by the GenAI conventions (llm.md 5.2).
//!
//! Owns what is counted of a usage record. Must not read anything else of a request, and not take a label from a client:
//! models are named as the configuration or a catalogue names them, and labels that policies give are bounded. Invariant: a record is counted once; estimated tokens
//! are not counted as if a provider had told them.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use dp_policy::{
    price::{Money, Quote, Tokens},
    usage_record::{Source, parts},
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::{attribution::OwnLabels, cache::CacheMetrics};
use crate::ai::ledger::{Closed, Overhead};

/// Tokens, as the conventions advise.
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Seconds of a request, as the conventions advise.
const DURATIONS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
/// Seconds to the first token, as the conventions advise; longer ones beside them, for models that think first.
const FIRST_TOKEN: [f64; 21] = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    15.0, 20.0, 30.0, 45.0, 60.0,
];
/// Seconds of the gateway's own.
const OVERHEAD: [f64; 12] = [
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
];
/// Seconds between tokens, as the conventions advise.
const PER_TOKEN: [f64; 14] = [
    0.001, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5,
];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;
type Amount = Counter<f64, AtomicU64>;

/// The metrics of usage records.
#[derive(Clone)]
pub(super) struct UsageMetrics {
    tokens: Histograms<TokenLabels>,
    operations: Histograms<DurationLabels>,
    requests: Histograms<RequestLabels>,
    first_token: Histograms<Labels>,
    per_token: Histograms<Labels>,
    cost: Family<CostLabels, Amount>,
    lookups: Family<LookupLabels, Counter>,
    sources: Family<SourceLabels, Counter>,
    overhead: OverheadMetrics,
    cache: CacheMetrics,
}

/// What all have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Labels {
    pub(crate) route: Arc<str>,
    pub(crate) gen_ai_operation_name: &'static str,
    pub(crate) gen_ai_provider_name: Arc<str>,
    pub(crate) gen_ai_request_model: Arc<str>,
    pub(crate) gen_ai_response_model: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    #[prometheus(flatten)]
    labels: Labels,
    gen_ai_token_type: &'static str,
    #[prometheus(flatten)]
    own: OwnLabels,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DurationLabels {
    #[prometheus(flatten)]
    labels: Labels,
    error_type: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    #[prometheus(flatten)]
    labels: DurationLabels,
    #[prometheus(flatten)]
    own: OwnLabels,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CostLabels {
    #[prometheus(flatten)]
    labels: Labels,
    kind: &'static str,
    usage: &'static str,
    #[prometheus(flatten)]
    own: OwnLabels,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupLabels {
    gen_ai_provider_name: Arc<str>,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    gen_ai_provider_name: Arc<str>,
    source: &'static str,
}

/// The gateway's own time, by phase.
#[derive(Clone)]
struct OverheadMetrics {
    request: Histogram,
    response: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OverheadLabels {
    phase: &'static str,
}

// === impl OverheadMetrics ===

impl OverheadMetrics {
    fn register(registry: &mut Registry) -> OverheadMetrics {
        let family: Histograms<OverheadLabels> =
            Family::new_with_constructor(|| Histogram::new(OVERHEAD));
        registry.register(
            "tidegate_proxy_llm_gateway_overhead_seconds",
            "How long the gateway itself took over a request to a model, or over its answer",
            family.clone(),
        );
        let of = |phase| family.get_or_create_owned(&OverheadLabels { phase });
        OverheadMetrics {
            request: of("request"),
            response: of("response"),
        }
    }

    fn observe(&self, overhead: &Overhead) {
        if let Some(took) = overhead.request {
            self.request.observe(took.as_secs_f64());
        }
        if let Some(took) = overhead.response {
            self.response.observe(took.as_secs_f64());
        }
    }
}

// === impl UsageMetrics ===

impl UsageMetrics {
    /// Registers everything.
    pub(super) fn register(registry: &mut Registry) -> UsageMetrics {
        let metrics = UsageMetrics {
            tokens: Family::new_with_constructor(|| Histogram::new(TOKENS)),
            operations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            requests: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            first_token: Family::new_with_constructor(|| Histogram::new(FIRST_TOKEN)),
            per_token: Family::new_with_constructor(|| Histogram::new(PER_TOKEN)),
            cost: Family::default(),
            lookups: Family::default(),
            sources: Family::default(),
            overhead: OverheadMetrics::register(registry),
            cache: CacheMetrics::register(registry),
        };
        registry.register(
            "gen_ai_client_token_usage",
            "Tokens of a request by type",
            metrics.tokens.clone(),
        );
        registry.register(
            "gen_ai_client_operation_duration_seconds",
            "An attempt at a provider, from its begin to the last byte of its answer",
            metrics.operations.clone(),
        );
        registry.register(
            "gen_ai_server_request_duration_seconds",
            "A request to a model, from its receipt to the last byte of its answer",
            metrics.requests.clone(),
        );
        registry.register(
            "gen_ai_server_time_to_first_token_seconds",
            "From the request to the first content of a stream",
            metrics.first_token.clone(),
        );
        registry.register(
            "gen_ai_server_time_per_output_token_seconds",
            "Between two tokens of a stream",
            metrics.per_token.clone(),
        );
        registry.register(
            "gen_ai_client_cost_usd",
            "What priced requests cost, in USD",
            metrics.cost.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_cost_lookups",
            "Requests with tokens, by how their price was found or why not",
            metrics.lookups.clone(),
        );
        registry.register(
            "tidegate_proxy_llm_usage_records",
            "Requests to models, by who told their tokens",
            metrics.sources.clone(),
        );
        metrics
    }

    /// An attempt that is over.
    pub(super) fn operation(&self, labels: Labels, error: Option<&str>, took: Duration) {
        let labels = DurationLabels {
            labels,
            error_type: error.unwrap_or_default().into(),
        };
        let histogram = self.operations.get_or_create_owned(&labels);
        histogram.observe(took.as_secs_f64());
    }

    /// A request that is over.
    pub(super) fn observe(&self, closed: &Closed) {
        let record = &closed.record;
        self.overhead.observe(&closed.overhead);
        let provider = record.model.provider.clone().unwrap_or_default();
        let labels = Labels {
            route: record.call.route.clone(),
            gen_ai_operation_name: record.call.operation,
            gen_ai_provider_name: provider.clone(),
            gen_ai_request_model: closed.labels.sent.clone(),
            gen_ai_response_model: closed.labels.answered.clone(),
        };
        let error = record.answer.error.as_deref();
        if let Some(took) = closed.attempt {
            self.operation(labels.clone(), error, took);
        }
        let own = &closed.labels.own;
        let of_request = RequestLabels {
            labels: DurationLabels {
                labels: labels.clone(),
                error_type: error.unwrap_or_default().into(),
            },
            own: own.clone(),
        };
        let histogram = self.requests.get_or_create_owned(&of_request);
        histogram.observe(record.timing.total.as_secs_f64());
        let source = SourceLabels {
            gen_ai_provider_name: provider,
            source: record.usage.source.as_str(),
        };
        self.sources.get_or_create(&source).inc();
        if let Some(cache) = &record.cache {
            self.cache.observe(&record.call.backend, cache);
        }
        if let Some(first) = record.timing.first_token {
            let histogram = self.first_token.get_or_create_owned(&labels);
            histogram.observe(first.as_secs_f64());
        }
        if let Some(time) = record.time_per_output_token() {
            let histogram = self.per_token.get_or_create_owned(&labels);
            histogram.observe(time.as_secs_f64());
        }
        if let Some(tokens) = &record.usage.tokens {
            let source = record.usage.source;
            self.took((tokens, source), &record.quote, (&labels, own));
        }
        self.replaced(closed, &labels);
    }

    /// Attempts before the answer, each by its own provider and models.
    fn replaced(&self, closed: &Closed, of_request: &Labels) {
        for (attempt, models) in closed.record.replaced.iter().zip(&closed.replaced) {
            let labels = Labels {
                gen_ai_provider_name: attempt.provider.clone(),
                gen_ai_request_model: models.sent.clone(),
                gen_ai_response_model: models.answered.clone(),
                ..of_request.clone()
            };
            let told = (&attempt.tokens, Source::Provider);
            self.took(told, &attempt.quote, (&labels, &closed.labels.own));
        }
    }

    fn took(&self, (tokens, source): (&Tokens, Source), quote: &Quote, of: (&Labels, &OwnLabels)) {
        if source == Source::Provider {
            self.tokens(tokens, of);
        }
        let lookup = LookupLabels {
            gen_ai_provider_name: of.0.gen_ai_provider_name.clone(),
            status: quote.status().as_str(),
        };
        self.lookups.get_or_create(&lookup).inc();
        self.cost(quote, source, of);
    }

    fn tokens(&self, tokens: &Tokens, (labels, own): (&Labels, &OwnLabels)) {
        for (gen_ai_token_type, count, is_told) in [
            ("input", tokens.input, true),
            ("output", tokens.output, true),
            ("input_cache_read", tokens.cache_read, tokens.cache_read > 0),
            (
                "input_cache_write",
                tokens.cache_write,
                tokens.cache_write > 0,
            ),
            ("reasoning", tokens.reasoning, tokens.reasoning > 0),
        ] {
            // A float holds it exactly; no answer has more tokens.
            let (Ok(count), true) = (u32::try_from(count), is_told) else {
                continue;
            };
            let labels = TokenLabels {
                labels: labels.clone(),
                gen_ai_token_type,
                own: own.clone(),
            };
            let histogram = self.tokens.get_or_create_owned(&labels);
            histogram.observe(f64::from(count));
        }
    }

    fn cost(&self, quote: &Quote, source: Source, (labels, own): (&Labels, &OwnLabels)) {
        let Quote::Priced { cost, .. } = quote else {
            return;
        };
        for (part, amount) in parts(cost) {
            if amount == Money::ZERO {
                continue;
            }
            let labels = CostLabels {
                labels: labels.clone(),
                kind: part.label,
                usage: source.as_str(),
                own: own.clone(),
            };
            self.cost.get_or_create(&labels).inc_by(amount.as_f64());
        }
    }
}
