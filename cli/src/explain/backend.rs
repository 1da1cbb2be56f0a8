//! Where a request may go, and in which share.
//!
//! Owns the words for clusters and endpoints. Must not connect or resolve: health is state of a running proxy and not
//! known here.

use dp_config::ai_backend::{AiBackend, AiCredential, AiProvider};
use dp_config::cluster::{Cluster, ClusterKind, Protocol};
use dp_config::endpoint::{EndpointAddress, Health};
use dp_config::route::{ClusterChoice, Forward};
use dp_config::{Config, Endpoints};
use http::HeaderMap;

use super::answer::PlaceOf;
use super::model::Asking;
use super::{BackendFacts, effects, models, price};

/// Endpoints that are named; more are counted.
const NAMED: usize = 4;

/// Every candidate of a route, and what a model's name leads to there, where one is asked about.
pub(super) fn of_forward(
    config: &Config,
    forward: &Forward,
    (headers, asking): (&HeaderMap, Option<&Asking<'_>>),
    place_of: &mut PlaceOf<'_>,
) -> Vec<BackendFacts> {
    let total: u64 = forward
        .clusters
        .iter()
        .map(|choice| u64::from(choice.weight()))
        .sum();
    let mut fact = |choice: &ClusterChoice| BackendFacts {
        place: place_of(&choice.cluster, None),
        model: asking.and_then(|asking| Some(asking.of_cluster(config.cluster(&choice.cluster)?))),
        ..fact(config, choice, total, headers)
    };
    forward.clusters.iter().map(&mut fact).collect()
}

fn fact(config: &Config, choice: &ClusterChoice, total: u64, headers: &HeaderMap) -> BackendFacts {
    let mut what = match config.cluster(&choice.cluster) {
        Some(cluster) => of_cluster(config, cluster),
        None => format!(
            "does not exist: answered with {}",
            choice.missing_status.as_u16()
        ),
    };
    let of_request = effects::of_modifier("request", &choice.request_headers, &mut headers.clone());
    let of_response = effects::of_response([&choice.response_headers]);
    for effect in of_request.into_iter().chain(of_response) {
        what.push_str(&format!("; {effect}"));
    }
    let share = if total == 0 {
        0.0
    } else {
        f64::from(choice.weight()) / as_float(total)
    };
    BackendFacts {
        cluster: choice.cluster.to_string(),
        place: String::new(),
        weight: choice.weight(),
        percent: (share * 1_000.0).round() / 10.0,
        what,
        model: None,
    }
}

/// Weights fit: their sum is at most a few times `u32::MAX`.
pub(super) fn as_float(total: u64) -> f64 {
    u32::try_from(total).map_or(f64::from(u32::MAX), f64::from)
}

fn of_cluster(config: &Config, cluster: &Cluster) -> String {
    let tls = if cluster.tls.is_some() {
        " over TLS"
    } else {
        ""
    };
    let protocol = match cluster.protocol {
        Protocol::Http1 => "",
        Protocol::Http2 => " HTTP/2",
        Protocol::Auto | Protocol::Downstream => " HTTP/1.1 or HTTP/2",
    };
    let ai = |name: &str| {
        let found = config.ai_backend(name).map(|found| of_ai(config, found));
        found.unwrap_or_else(|| format!("AI backend {name} does not exist"))
    };
    let what = match &cluster.kind {
        ClusterKind::Static(_) | ClusterKind::Dns(_) | ClusterKind::Eds(_) => config
            .endpoints_of(cluster)
            .map_or_else(|| "no endpoints".to_owned(), |found| endpoints(found)),
        ClusterKind::Ai(name) => ai(name),
        ClusterKind::Models(name) => models::of_router(config, name, ai),
        ClusterKind::ForwardProxy(_) => "whatever the request's host names".to_owned(),
    };
    format!("{what}{protocol}{tls}")
}

fn endpoints(endpoints: &Endpoints) -> String {
    let usable: Vec<String> = endpoints
        .iter()
        .filter(|endpoint| matches!(endpoint.health, Health::Healthy | Health::Degraded))
        .map(|endpoint| match &endpoint.address {
            EndpointAddress::Socket(address) => address.to_string(),
            EndpointAddress::Name(host, port) => format!("{host}:{port}"),
        })
        .collect();
    let mut text = usable
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match usable.len() {
        0 => "no endpoints: answered with 503".to_owned(),
        count if count > NAMED => {
            text.push_str(&format!(" and {} more", count - NAMED));
            text
        }
        _ => text,
    }
}

fn of_ai(config: &Config, backend: &AiBackend) -> String {
    let catalog = config.price_catalog(&backend.price_layers);
    let told = |it: &AiProvider| provider(it) + &price::of_provider(catalog.as_ref(), it);
    let group = |group: &Vec<AiProvider>| group.iter().map(told).collect::<Vec<_>>().join(" or ");
    let groups: Vec<String> = backend.groups.iter().map(group).collect();
    format!("AI: {}", groups.join(", then "))
}

fn provider(provider: &AiProvider) -> String {
    let model = provider
        .model
        .as_deref()
        .map(|model| format!(" model {model}"))
        .unwrap_or_default();
    let credential = match &provider.credential {
        AiCredential::None => "",
        AiCredential::Key(_) => " with a key",
        AiCredential::Aws(_) => " signed for AWS",
        AiCredential::Azure(_) => " with a token of Entra",
        AiCredential::Gcp(_) => " with a token of Google",
        AiCredential::Passthrough(_) => " with the client's own credential",
        AiCredential::Unavailable(_) => " (refused: its credential cannot be had)",
        AiCredential::Missing(_) => " (not asked: its credential is missing)",
    };
    let service = provider.endpoint.service().name();
    let weight = match provider.weight {
        1 => String::new(),
        0 => " drained".to_owned(),
        weight => format!(" weight {weight}"),
    };
    let within = provider
        .request_timeout
        .map(|limit| format!(", each attempt within {limit:?}"))
        .unwrap_or_default();
    format!(
        "{} ({service}){model}{weight}{credential}{within}",
        provider.name
    )
}
