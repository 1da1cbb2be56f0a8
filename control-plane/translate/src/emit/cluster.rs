//! Cluster resources, with what hangs on them.
//!
//! Owns discovery types, TLS towards backends and HTTP versions. A cluster without endpoints answers 503 in
//! every proxy; that is how backends which cannot be served look on the wire.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use proto::any;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, DnsLookupFamily, EdsClusterConfig, LbPolicy,
};
use proto::envoy::config::core::v3::{
    DataSource, Http2ProtocolOptions, TypedExtensionConfig, data_source,
};
use proto::envoy::extensions::transport_sockets::tls::v3::certificate_validation_context::TrustChainVerification;
use proto::envoy::extensions::transport_sockets::tls::v3::common_tls_context::ValidationContextType;
use proto::envoy::extensions::transport_sockets::tls::v3::subject_alt_name_matcher::SanType;
use proto::envoy::extensions::transport_sockets::tls::v3::tls_parameters::TlsProtocol;
use proto::envoy::extensions::transport_sockets::tls::v3::{
    CertificateValidationContext, CommonTlsContext, SdsSecretConfig, SubjectAltNameMatcher,
    TlsParameters, UpstreamTlsContext,
};
use proto::envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::explicit_http_config::ProtocolConfig;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::{
    ExplicitHttpConfig, UpstreamProtocolOptions,
};
use proto::envoy::r#type::matcher::v3::{StringMatcher, string_matcher};
use proto::google::protobuf::Any;
use proto::tidegate::v1 as tidegate;
use proto::type_url::TypeUrl;
use proto::{provenance, reference};

use super::source::{ads, ads_within, duration, inline};
use super::{Output, ai, endpoint, listener, models, secret};
use crate::change::Profile;
use crate::plan::{BackendPlan, Host, Upstream, UpstreamProtocol, UpstreamTls, Verification};
use crate::price::LayerPlan;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a provider of models may take to be connected to: the next one would answer meanwhile (llm.md R-23).
const PROVIDER_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a changed cluster waits for endpoints before it goes on with those it had.
const ENDPOINTS_TIMEOUT: Duration = Duration::from_secs(5);
/// Where Envoy finds the system's roots: it has no name for them. A missing file makes it refuse the cluster,
/// which is what a backend whose certificate cannot be verified deserves.
const ENVOY_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";
const HTTP_OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// Prints a backend.
pub(super) fn emit(
    backend: &BackendPlan,
    prices: &[Arc<LayerPlan>],
    profile: Profile,
    output: &mut Output,
) {
    let (name, sources) = (&backend.name, backend.sources.as_slice());
    match &backend.upstream {
        Upstream::Ai(groups) => {
            let own = referring(name, TypeUrl::AiBackend, profile);
            output.put(&own, sources);
            if profile == Profile::Tidegate {
                let policies = backend.policies.as_deref();
                ai::emit((name, sources), (groups, policies), prices, output);
            }
        }
        Upstream::Models(plan) => {
            let own = referring(name, TypeUrl::ModelRouter, profile);
            output.put(&own, sources);
            if profile == Profile::Tidegate {
                models::emit(name, plan, sources, output);
            }
        }
        Upstream::Dynamic { allowed_hosts } => {
            let own = referring(name, TypeUrl::DynamicForwardProxy, profile);
            output.put(&own, sources);
            if profile == Profile::Tidegate {
                let message = tidegate::DynamicForwardProxy {
                    name: name.clone(),
                    allowed_hosts: allowed_hosts.clone(),
                };
                output.put(&message, sources);
            }
        }
        upstream @ (Upstream::Endpoints { .. } | Upstream::Host(_) | Upstream::Unserved) => {
            transport(name, upstream, profile, sources, output);
        }
    }
}

/// Prints a cluster that any proxy can use.
pub(super) fn transport(
    name: &str,
    upstream: &Upstream,
    profile: Profile,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    let to = (name, upstream);
    within(CONNECT_TIMEOUT, to, profile, sources, output);
}

/// Prints the cluster of a provider of models.
pub(super) fn provider(
    name: &str,
    upstream: &Upstream,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    let to = (name, upstream);
    within(
        PROVIDER_CONNECT_TIMEOUT,
        to,
        Profile::Tidegate,
        sources,
        output,
    );
}

/// Prints a cluster that is connected to within a time.
fn within(
    limit: Duration,
    (name, upstream): (&str, &Upstream),
    profile: Profile,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    let limited = |cluster: Cluster| Cluster {
        connect_timeout: Some(duration(limit)),
        ..cluster
    };
    match upstream {
        Upstream::Endpoints {
            endpoints,
            protocol,
        } => {
            // The owner comes first; the slices make endpoints only.
            let owner = sources.get(..1).unwrap_or_default();
            output.put(&limited(eds(name, *protocol)), owner);
            output.put(&endpoint::assignment(name, endpoints), sources);
        }
        Upstream::Host(target) => {
            let tls = target.tls.as_ref();
            if let Some(pair) = tls.and_then(|tls| tls.certificate.as_ref()) {
                secret::pair(pair, output);
            }
            output.put(&limited(host(name, target, profile)), sources);
        }
        Upstream::Unserved | Upstream::Ai(_) | Upstream::Models(_) | Upstream::Dynamic { .. } => {
            output.put(&limited(empty(name)), sources);
        }
    }
}

fn base(name: &str, discovery: DiscoveryType, protocol: UpstreamProtocol) -> Cluster {
    let mut options = BTreeMap::new();
    match protocol {
        UpstreamProtocol::Http1 => {}
        UpstreamProtocol::Http2 => drop(options.insert(HTTP_OPTIONS.to_owned(), http2())),
    }
    Cluster {
        name: name.to_owned(),
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(discovery.into())),
        connect_timeout: Some(duration(CONNECT_TIMEOUT)),
        lb_policy: LbPolicy::LeastRequest.into(),
        typed_extension_protocol_options: options,
        ..Default::default()
    }
}

fn http2() -> Any {
    let config = ProtocolConfig::Http2ProtocolOptions(Http2ProtocolOptions::default());
    let explicit = ExplicitHttpConfig {
        protocol_config: Some(config),
    };
    any::pack(&HttpProtocolOptions {
        upstream_protocol_options: Some(UpstreamProtocolOptions::ExplicitHttpConfig(explicit)),
        ..Default::default()
    })
}

fn eds(name: &str, protocol: UpstreamProtocol) -> Cluster {
    Cluster {
        eds_cluster_config: Some(EdsClusterConfig {
            eds_config: Some(ads_within(ENDPOINTS_TIMEOUT)),
            service_name: String::new(),
        }),
        ..base(name, DiscoveryType::Eds, protocol)
    }
}

/// The protocol as TLS names it.
fn alpn(protocol: UpstreamProtocol) -> &'static str {
    match protocol {
        UpstreamProtocol::Http1 => "http/1.1",
        UpstreamProtocol::Http2 => "h2",
    }
}

fn empty(name: &str) -> Cluster {
    Cluster {
        load_assignment: Some(endpoint::assignment(name, &[])),
        ..base(name, DiscoveryType::Static, UpstreamProtocol::Http1)
    }
}

/// A cluster that stands for a resource of ours.
fn referring(name: &str, type_url: TypeUrl, profile: Profile) -> Cluster {
    let metadata = match profile {
        Profile::Tidegate => Some(reference::metadata(type_url, name)),
        Profile::Envoy => None,
    };
    Cluster {
        metadata,
        ..empty(name)
    }
}

fn host(name: &str, target: &Host, profile: Profile) -> Cluster {
    let discovery = match target.host.parse::<IpAddr>() {
        Ok(_) => DiscoveryType::Static,
        Err(_) => DiscoveryType::StrictDns,
    };
    let socket = target.tls.as_ref().map(|tls| {
        listener::tls(
            "envoy.transport_sockets.tls",
            any::pack(&upstream_tls(tls, target.protocol, profile)),
        )
    });
    Cluster {
        load_assignment: Some(endpoint::of_host(name, target)),
        dns_lookup_family: DnsLookupFamily::V4Preferred.into(),
        transport_socket: socket,
        ..base(name, discovery, target.protocol)
    }
}

fn upstream_tls(
    tls: &UpstreamTls,
    protocol: UpstreamProtocol,
    profile: Profile,
) -> UpstreamTlsContext {
    let is_address = tls.server_name.parse::<IpAddr>().is_ok();
    let certificate = tls.certificate.iter().map(|pair| SdsSecretConfig {
        name: pair.name.clone(),
        sds_config: Some(ads()),
    });
    UpstreamTlsContext {
        common_tls_context: Some(CommonTlsContext {
            tls_params: Some(TlsParameters {
                tls_minimum_protocol_version: TlsProtocol::TlSv12.into(),
                ..Default::default()
            }),
            alpn_protocols: vec![alpn(protocol).to_owned()],
            validation_context_type: Some(ValidationContextType::ValidationContext(validation(
                tls, profile,
            ))),
            tls_certificate_sds_secret_configs: certificate.collect(),
            ..Default::default()
        }),
        // An address is no server name (RFC 6066).
        sni: if is_address {
            String::new()
        } else {
            tls.server_name.clone()
        },
        ..Default::default()
    }
}

/// What is verified of a certificate. Envoy verifies no name that nobody gives; a proxy of ours has to be told.
fn validation(tls: &UpstreamTls, profile: Profile) -> CertificateValidationContext {
    let trusted_ca = match (&tls.ca, profile) {
        (Some(ca), _) => Some(inline(ca)),
        (None, Profile::Tidegate) => None,
        (None, Profile::Envoy) => Some(DataSource {
            specifier: Some(data_source::Specifier::Filename(ENVOY_ROOTS.to_owned())),
            ..Default::default()
        }),
    };
    match (tls.verification, profile) {
        (Verification::Whole, _) => CertificateValidationContext {
            trusted_ca,
            match_typed_subject_alt_names: vec![name_of_certificate(&tls.server_name)],
            ..Default::default()
        },
        (Verification::Chain, Profile::Envoy) => CertificateValidationContext {
            trusted_ca,
            ..Default::default()
        },
        (Verification::Chain, Profile::Tidegate) => CertificateValidationContext {
            trusted_ca,
            custom_validator_config: Some(TypedExtensionConfig {
                name: provenance::KEY.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        },
        (Verification::Nothing, _) => CertificateValidationContext {
            trust_chain_verification: TrustChainVerification::AcceptUntrusted.into(),
            ..Default::default()
        },
    }
}

fn name_of_certificate(server_name: &str) -> SubjectAltNameMatcher {
    let san_type = match server_name.parse::<IpAddr>() {
        Ok(_) => SanType::IpAddress,
        Err(_) => SanType::Dns,
    };
    let pattern = string_matcher::MatchPattern::Exact(server_name.to_owned());
    SubjectAltNameMatcher {
        san_type: san_type.into(),
        matcher: Some(StringMatcher {
            match_pattern: Some(pattern),
            ignore_case: false,
        }),
        oid: String::new(),
    }
}
