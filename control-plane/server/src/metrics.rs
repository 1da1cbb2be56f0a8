//! What the control plane counts, for Prometheus.
//!
//! Owns the registry, the names and the closed label sets. Must not label by object or proxy name: cardinality is
//! bounded by enums. Times are in seconds.

use grpc::identity::Denied;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use proto::type_url::TypeUrl;

/// Handles to every metric; cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Translations run.
    pub epochs: Counter,
    /// Time of one translation.
    pub translate: Histogram,
    /// Time from the first event of an epoch until the last connected proxy applied it.
    pub event_to_applied: Histogram,
    /// Objects that are translated.
    pub objects: Gauge,
    /// Files or documents that could not be read, and what keeps an API server from being followed.
    pub source_problems: Gauge,
    /// Connected proxies.
    pub proxies: Gauge,
    /// Resources that are replaced or left out because a proxy refused them.
    pub quarantined: Gauge,
    /// Refused resources that were sent again.
    pub retries: Counter,
    /// Responses sent, by type.
    pub responses: Family<TypeLabel, Counter>,
    /// Responses refused by a proxy, by type.
    pub rejections: Family<TypeLabel, Counter>,
    /// Streams refused, by reason.
    pub refused_streams: Family<RefusalLabel, Counter>,
}

/// A resource type as a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TypeLabel {
    r#type: TypeValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TypeValue(Option<TypeUrl>);

/// Why a stream was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalLabel {
    /// The reason.
    pub reason: Refusal,
}

/// Why a stream was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Refusal {
    /// No token and no certificate, or one that is not valid.
    Unauthenticated,
    /// It is known who asks, and that is somebody else than may have this.
    PermissionDenied,
    /// It could not be found out who asks.
    Unavailable,
    /// The token or certificate of an open stream ended, or was withdrawn.
    Expired,
    /// A request that breaks the protocol.
    InvalidArgument,
    /// The stream did not take what was sent to it.
    Stalled,
}

// === impl Refusal ===

impl From<&Denied> for Refusal {
    fn from(denied: &Denied) -> Self {
        match denied {
            Denied::Unauthenticated => Refusal::Unauthenticated,
            Denied::Forbidden(_) => Refusal::PermissionDenied,
            Denied::Unavailable(_) => Refusal::Unavailable,
        }
    }
}

// === impl TypeLabel ===

impl TypeLabel {
    /// The label of a type URL; all unknown ones share one.
    pub fn of(url: &str) -> Self {
        TypeLabel {
            r#type: TypeValue(url.parse().ok()),
        }
    }
}

impl EncodeLabelValue for TypeValue {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.map_or("unknown", TypeUrl::short).encode(encoder)
    }
}

// === impl Metrics ===

impl Metrics {
    /// Registers everything.
    pub fn new(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("tidegate_control_plane");
        let seconds = || Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        let metrics = Metrics {
            epochs: Counter::default(),
            translate: seconds(),
            event_to_applied: seconds(),
            objects: Gauge::default(),
            source_problems: Gauge::default(),
            proxies: Gauge::default(),
            quarantined: Gauge::default(),
            retries: Counter::default(),
            responses: Family::default(),
            rejections: Family::default(),
            refused_streams: Family::default(),
        };
        registry.register("epochs", "Translations run", metrics.epochs.clone());
        registry.register_with_unit(
            "translate",
            "Time of one translation",
            Unit::Seconds,
            metrics.translate.clone(),
        );
        registry.register_with_unit(
            "event_to_applied",
            "Time from the first event of an epoch until the last connected proxy applied it",
            Unit::Seconds,
            metrics.event_to_applied.clone(),
        );
        registry.register(
            "objects",
            "Objects that are translated",
            metrics.objects.clone(),
        );
        registry.register(
            "source_problems",
            "Files or documents that could not be read, and what keeps an API server from being followed",
            metrics.source_problems.clone(),
        );
        registry.register("proxies", "Connected proxies", metrics.proxies.clone());
        registry.register(
            "quarantined_resources",
            "Resources replaced or left out because a proxy refused them",
            metrics.quarantined.clone(),
        );
        registry.register(
            "retries",
            "Refused resources sent again because the cause may be gone",
            metrics.retries.clone(),
        );
        registry.register("responses", "xDS responses sent", metrics.responses.clone());
        registry.register(
            "rejections",
            "xDS responses refused by a proxy",
            metrics.rejections.clone(),
        );
        registry.register(
            "refused_streams",
            "Streams refused",
            metrics.refused_streams.clone(),
        );
        metrics
    }

    /// A stream was refused.
    pub fn refused(&self, reason: Refusal) {
        self.refused_streams
            .get_or_create(&RefusalLabel { reason })
            .inc();
    }
}
