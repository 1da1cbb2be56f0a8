//! Envoy's `Cluster` to [`Cluster`].
//!
//! Ignored: statistics, buffer limits, preconnection, DNS refresh rates and resolvers, circuit breakers
//! (connections are bounded by the proxy itself), load reporting, slow start and other tuning of the load
//! balancers. Must refuse active and passive health checks, subsets, hashing and other transports: whoever
//! configures them relies on them.

use std::time::Duration;

use ::route::field::{FieldError, Within, refuse_set};
use proto::envoy::config::cluster::v3 as wire;
use proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, DnsLookupFamily, LbPolicy,
};
use proto::envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
use proto::envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::UpstreamProtocolOptions;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::explicit_http_config::ProtocolConfig;
use proto::reference;
use proto::type_url::TypeUrl;
use std::sync::Arc;

use super::{AddressFamilies, Balancing, Cluster, ClusterKind, Protocol};
use crate::endpoint::{Names, endpoints};
use crate::scalar::{duration, limit, over_ads, transport_socket, typed};
use crate::tls::upstream_tls;

/// Envoy's default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const HTTP_OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// Decodes a cluster.
pub(crate) fn cluster(message: &wire::Cluster) -> Result<Cluster, FieldError> {
    refuse_unsupported(message)?;
    let (protocol, idle_timeout) = http_options(message)?;
    let connect = duration("connect_timeout", message.connect_timeout.as_ref())?;
    if connect.is_some_and(|connect| connect.is_zero()) {
        return Err(FieldError::invalid("connect_timeout", "is 0"));
    }
    let tls = transport_socket::<UpstreamTlsContext>(message.transport_socket.as_ref())
        .and_then(|context| match context {
            None => Ok(None),
            Some(context) => upstream_tls(&context).within("typed_config").map(Some),
        })
        .within("transport_socket")?;
    Ok(Cluster {
        name: message.name.as_str().into(),
        kind: kind(message)?,
        balancing: balancing(message)?,
        connect_timeout: connect.unwrap_or(CONNECT_TIMEOUT),
        protocol,
        tls,
        idle_timeout,
        families: families(message)?,
    })
}

fn refuse_unsupported(message: &wire::Cluster) -> Result<(), FieldError> {
    refuse_set(&[
        (
            "transport_socket_matches",
            !message.transport_socket_matches.is_empty(),
        ),
        (
            "transport_socket_matcher",
            message.transport_socket_matcher.is_some(),
        ),
        ("health_checks", !message.health_checks.is_empty()),
        ("outlier_detection", message.outlier_detection.is_some()),
        (
            "upstream_bind_config",
            message.upstream_bind_config.is_some(),
        ),
        ("lb_subset_config", message.lb_subset_config.is_some()),
        ("filters", !message.filters.is_empty()),
        ("upstream_config", message.upstream_config.is_some()),
    ])
}

/// A reference to a resource of ours decides; else the discovery type.
fn kind(message: &wire::Cluster) -> Result<ClusterKind, FieldError> {
    let reference = reference::read(message.metadata.as_ref())
        .map_err(|error| FieldError::invalid("metadata", error.to_string()))?;
    if let Some(reference) = reference {
        let name: Arc<str> = reference.name.as_str().into();
        return match reference.type_url.parse::<TypeUrl>() {
            Ok(TypeUrl::AiBackend) => Ok(ClusterKind::Ai(name)),
            Ok(TypeUrl::ModelRouter) => Ok(ClusterKind::Models(name)),
            Ok(TypeUrl::DynamicForwardProxy) => Ok(ClusterKind::ForwardProxy(name)),
            _ => {
                let text = format!(
                    "refers to {:?}, which is not supported by this proxy",
                    reference.type_url
                );
                Err(FieldError::invalid("metadata", text))
            }
        };
    }
    let discovery = match &message.cluster_discovery_type {
        None => DiscoveryType::Static,
        Some(ClusterDiscoveryType::Type(code)) => {
            DiscoveryType::try_from(*code).map_err(|_| FieldError::unknown_enum("type", *code))?
        }
        Some(ClusterDiscoveryType::ClusterType(_)) => {
            return Err(FieldError::unsupported("cluster_type"));
        }
    };
    let own = |names: Names| {
        let assignment = message.load_assignment.clone().unwrap_or_default();
        endpoints(&assignment, names)
            .within("load_assignment")
            .map(|mut own| {
                own.name = message.name.as_str().into();
                Arc::new(own)
            })
    };
    match discovery {
        DiscoveryType::Static => own(Names::Refused).map(ClusterKind::Static),
        DiscoveryType::StrictDns | DiscoveryType::LogicalDns => {
            own(Names::Resolved).map(ClusterKind::Dns)
        }
        DiscoveryType::Eds => eds(message).map(ClusterKind::Eds),
        DiscoveryType::OriginalDst => Err(FieldError::unsupported("type")),
    }
}

fn eds(message: &wire::Cluster) -> Result<Arc<str>, FieldError> {
    refuse_set(&[("load_assignment", message.load_assignment.is_some())])?;
    let config = message.eds_cluster_config.as_ref();
    let config = config.ok_or_else(|| FieldError::missing("eds_cluster_config"))?;
    over_ads("eds_config", config.eds_config.as_ref()).within("eds_cluster_config")?;
    let name = if config.service_name.is_empty() {
        &message.name
    } else {
        &config.service_name
    };
    Ok(name.as_str().into())
}

fn balancing(message: &wire::Cluster) -> Result<Balancing, FieldError> {
    const POLICIES: &str = "type.googleapis.com/envoy.extensions.load_balancing_policies.";
    if let Some(policy) = &message.load_balancing_policy {
        // The first policy that is known counts, as Envoy's documentation says.
        let known = policy.policies.iter().find_map(|policy| {
            let config = policy
                .typed_extension_config
                .as_ref()?
                .typed_config
                .as_ref()?;
            match config.type_url.strip_prefix(POLICIES)? {
                "round_robin.v3.RoundRobin" => Some(Balancing::RoundRobin),
                "least_request.v3.LeastRequest" => Some(Balancing::LeastRequest),
                "random.v3.Random" => Some(Balancing::Random),
                _ => None,
            }
        });
        return known.ok_or_else(|| FieldError::unsupported("load_balancing_policy"));
    }
    match LbPolicy::try_from(message.lb_policy) {
        Ok(LbPolicy::RoundRobin) => Ok(Balancing::RoundRobin),
        Ok(LbPolicy::LeastRequest) => Ok(Balancing::LeastRequest),
        Ok(LbPolicy::Random) => Ok(Balancing::Random),
        Ok(
            LbPolicy::RingHash
            | LbPolicy::Maglev
            | LbPolicy::ClusterProvided
            | LbPolicy::LoadBalancingPolicyConfig,
        ) => Err(FieldError::unsupported("lb_policy")),
        Err(_) => Err(FieldError::unknown_enum("lb_policy", message.lb_policy)),
    }
}

fn http_options(message: &wire::Cluster) -> Result<(Protocol, Option<Duration>), FieldError> {
    let Some(config) = message.typed_extension_protocol_options.get(HTTP_OPTIONS) else {
        #[allow(deprecated, reason = "old management servers still send it")]
        let is_http2 = message.http2_protocol_options.is_some();
        return Ok((
            if is_http2 {
                Protocol::Http2
            } else {
                Protocol::Http1
            },
            None,
        ));
    };
    let field = format!("typed_extension_protocol_options[{HTTP_OPTIONS}]");
    let options: HttpProtocolOptions = typed(&field, config)?;
    extension_options(&options).within(&field)
}

fn extension_options(
    options: &HttpProtocolOptions,
) -> Result<(Protocol, Option<Duration>), FieldError> {
    let auto_sni = options
        .upstream_http_protocol_options
        .as_ref()
        .is_some_and(|upstream| {
            upstream.auto_sni
                || upstream.auto_san_validation
                || !upstream.override_auto_sni_header.is_empty()
        });
    let has_filter = options.http_filters.iter().any(|filter| {
        filter.name != "envoy.filters.http.upstream_codec"
            && !filter.is_optional
            && !filter.disabled
    });
    let common = options.common_http_protocol_options.unwrap_or_default();
    refuse_set(&[
        ("upstream_http_protocol_options", auto_sni),
        ("http_filters", has_filter),
        (
            "header_validation_config",
            options.header_validation_config.is_some(),
        ),
        (
            "request_mirror_policies",
            !options.request_mirror_policies.is_empty(),
        ),
        ("hash_policy", !options.hash_policy.is_empty()),
        (
            "common_http_protocol_options.max_stream_duration",
            common.max_stream_duration.is_some(),
        ),
    ])?;
    let idle = limit("idle_timeout", common.idle_timeout.as_ref(), None)
        .within("common_http_protocol_options")?;
    let protocol = match &options.upstream_protocol_options {
        None => return Err(FieldError::missing("upstream_protocol_options")),
        Some(UpstreamProtocolOptions::ExplicitHttpConfig(explicit)) => {
            match &explicit.protocol_config {
                None => return Err(FieldError::missing("explicit_http_config.protocol_config")),
                Some(ProtocolConfig::HttpProtocolOptions(_)) => Protocol::Http1,
                Some(ProtocolConfig::Http2ProtocolOptions(_)) => Protocol::Http2,
                Some(ProtocolConfig::Http3ProtocolOptions(_)) => {
                    let path = "explicit_http_config.http3_protocol_options";
                    return Err(FieldError::unsupported(path));
                }
            }
        }
        Some(UpstreamProtocolOptions::UseDownstreamProtocolConfig(_)) => Protocol::Downstream,
        Some(UpstreamProtocolOptions::AutoConfig(_)) => Protocol::Auto,
    };
    Ok((protocol, idle))
}

fn families(message: &wire::Cluster) -> Result<AddressFamilies, FieldError> {
    let code = message.dns_lookup_family;
    match DnsLookupFamily::try_from(code) {
        Ok(DnsLookupFamily::Auto) => Ok(AddressFamilies::PreferV6),
        Ok(DnsLookupFamily::V4Only) => Ok(AddressFamilies::V4Only),
        Ok(DnsLookupFamily::V6Only) => Ok(AddressFamilies::V6Only),
        Ok(DnsLookupFamily::V4Preferred) => Ok(AddressFamilies::PreferV4),
        Ok(DnsLookupFamily::All) => Ok(AddressFamilies::All),
        Err(_) => Err(FieldError::unknown_enum("dns_lookup_family", code)),
    }
}

#[cfg(test)]
mod tests;
