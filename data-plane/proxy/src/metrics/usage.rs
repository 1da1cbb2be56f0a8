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

mod series;

pub(super) use series::Known;
use series::{Of, Series};

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
    estimated: Family<EstimateLabels, Counter>,
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
    error_type: Option<Arc<str>>,
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EstimateLabels {
    gen_ai_provider_name: Arc<str>,
    gen_ai_token_type: &'static str,
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
            estimated: Family::default(),
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
        registry.register(
            "tidegate_proxy_llm_estimated_tokens",
            "Tokens of requests to models of which no provider told them",
            metrics.estimated.clone(),
        );
        metrics
    }

    /// An attempt that is over and did not become an answer.
    pub(super) fn operation(&self, labels: Labels, error: &str, took: Duration) {
        let histogram = self.of_operation(&labels, Some(error.into()));
        histogram.observe(took.as_secs_f64());
    }

    fn of_operation(&self, labels: &Labels, error_type: Option<Arc<str>>) -> Histogram {
        self.operations.get_or_create_owned(&DurationLabels {
            labels: labels.clone(),
            error_type,
        })
    }

    /// A request that is over. `known` is the worker's.
    pub(super) fn observe(&self, closed: &Closed, known: &Known) {
        let record = &closed.record;
        self.overhead.observe(&closed.overhead);
        let of = Of {
            labels: Labels {
                route: record.call.route.clone(),
                gen_ai_operation_name: record.call.operation,
                gen_ai_provider_name: record.model.provider.clone().unwrap_or_default(),
                gen_ai_request_model: closed.labels.sent.clone(),
                gen_ai_response_model: closed.labels.answered.clone(),
            },
            own: closed.labels.own.clone(),
            source: record.usage.source.as_str(),
            status: record.quote.status().as_str(),
            error: record.answer.error.clone(),
        };
        let series = known.series(&of);
        self.timing(closed, &of, &series);
        let source = series.source.get_or_init(|| self.of_source(&of));
        source.inc();
        if let Some(cache) = &record.cache {
            self.cache.observe(&record.call.backend, cache);
        }
        match (&record.usage.tokens, record.quote.total()) {
            (Some(tokens), _) => {
                let source = record.usage.source;
                self.took((tokens, source), &record.quote, (&of, &series));
            }
            (None, Some(_)) => self.charged(&record.quote, (&of, &series)),
            (None, None) => {}
        }
        self.replaced(closed, &of, known);
    }

    fn timing(&self, closed: &Closed, of: &Of, series: &Series) {
        let (labels, timing) = (&of.labels, &closed.record.timing);
        if let Some(took) = closed.attempt {
            let operation = &series.operation;
            let operation = operation.get_or_init(|| self.of_operation(labels, of.error.clone()));
            operation.observe(took.as_secs_f64());
        }
        let request = series.request.get_or_init(|| self.of_request(of));
        request.observe(timing.total.as_secs_f64());
        // What a cache gave says nothing of how fast the provider is whose name the labels have.
        let cache = closed.record.cache.as_ref();
        if cache.is_some_and(|cache| cache.status.is_hit()) {
            return;
        }
        if let Some(first) = timing.first_token {
            let histogram = || self.first_token.get_or_create_owned(labels);
            let histogram = series.first_token.get_or_init(histogram);
            histogram.observe(first.as_secs_f64());
        }
        if let Some(time) = closed.record.time_per_output_token() {
            let histogram = || self.per_token.get_or_create_owned(labels);
            let histogram = series.per_token.get_or_init(histogram);
            histogram.observe(time.as_secs_f64());
        }
    }

    fn of_request(&self, of: &Of) -> Histogram {
        self.requests.get_or_create_owned(&RequestLabels {
            labels: DurationLabels {
                labels: of.labels.clone(),
                error_type: of.error.clone(),
            },
            own: of.own.clone(),
        })
    }

    fn of_source(&self, of: &Of) -> Counter {
        self.sources.get_or_create_owned(&SourceLabels {
            gen_ai_provider_name: of.labels.gen_ai_provider_name.clone(),
            source: of.source,
        })
    }

    /// Attempts before the answer, each by its own provider and models.
    fn replaced(&self, closed: &Closed, of_request: &Of, known: &Known) {
        for (attempt, models) in closed.record.replaced.iter().zip(&closed.replaced) {
            let of = Of {
                labels: Labels {
                    gen_ai_provider_name: attempt.provider.clone(),
                    gen_ai_request_model: models.sent.clone(),
                    gen_ai_response_model: models.answered.clone(),
                    ..of_request.labels.clone()
                },
                own: of_request.own.clone(),
                source: Source::Provider.as_str(),
                status: attempt.quote.status().as_str(),
                error: None,
            };
            let told = (&attempt.tokens, Source::Provider);
            self.took(told, &attempt.quote, (&of, &known.series(&of)));
        }
    }

    fn took(&self, (tokens, source): (&Tokens, Source), quote: &Quote, of: (&Of, &Series)) {
        match source {
            Source::Provider => self.tokens(tokens, of),
            Source::Estimate => self.estimated(tokens, &of.0.labels.gen_ai_provider_name),
            Source::Unknown | Source::Cache => {}
        }
        self.charged(quote, of);
    }

    fn charged(&self, quote: &Quote, of: (&Of, &Series)) {
        let lookup = of.1.lookup.get_or_init(|| self.of_lookup(of.0));
        lookup.inc();
        self.cost(quote, of);
    }

    fn of_lookup(&self, of: &Of) -> Counter {
        self.lookups.get_or_create_owned(&LookupLabels {
            gen_ai_provider_name: of.labels.gen_ai_provider_name.clone(),
            status: of.status,
        })
    }

    /// The conventions let nobody report what was not told as `gen_ai.client.token.usage`, unless the user asks for it, and have no
    /// attribute that would tell it apart: beside that histogram this makes the sum that limits and budgets count.
    fn estimated(&self, tokens: &Tokens, provider: &Arc<str>) {
        for (gen_ai_token_type, count) in [("input", tokens.input), ("output", tokens.output)] {
            let labels = EstimateLabels {
                gen_ai_provider_name: provider.clone(),
                gen_ai_token_type,
            };
            self.estimated.get_or_create(&labels).inc_by(count);
        }
    }

    fn tokens(&self, tokens: &Tokens, (of, series): (&Of, &Series)) {
        let counts = [
            ("input", tokens.input, true),
            ("output", tokens.output, true),
            ("input_cache_read", tokens.cache_read, tokens.cache_read > 0),
            (
                "input_cache_write",
                tokens.cache_write,
                tokens.cache_write > 0,
            ),
            ("reasoning", tokens.reasoning, tokens.reasoning > 0),
        ];
        for ((gen_ai_token_type, count, is_told), histogram) in counts.iter().zip(&series.tokens) {
            // A float holds it exactly; no answer has more tokens.
            let (Ok(count), true) = (u32::try_from(*count), is_told) else {
                continue;
            };
            let histogram = histogram.get_or_init(|| {
                self.tokens.get_or_create_owned(&TokenLabels {
                    labels: of.labels.clone(),
                    gen_ai_token_type,
                    own: of.own.clone(),
                })
            });
            histogram.observe(f64::from(count));
        }
    }

    fn cost(&self, quote: &Quote, (of, series): (&Of, &Series)) {
        let Quote::Priced { cost, .. } = quote else {
            return;
        };
        for ((part, amount), counter) in parts(cost).into_iter().zip(&series.cost) {
            if amount == Money::ZERO {
                continue;
            }
            let counter = counter.get_or_init(|| {
                self.cost.get_or_create_owned(&CostLabels {
                    labels: of.labels.clone(),
                    kind: part.label,
                    usage: of.source,
                    own: of.own.clone(),
                })
            });
            counter.inc_by(amount.as_f64());
        }
    }
}
