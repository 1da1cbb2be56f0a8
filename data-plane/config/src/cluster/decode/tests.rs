//! Clusters: kinds, protocols, balancing, refusals.

use std::time::Duration;

use proto::any;
use proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, LbPolicy, LbSubsetConfig,
};
use proto::envoy::config::cluster::v3::load_balancing_policy::Policy;
use proto::envoy::config::cluster::v3::{Cluster, LoadBalancingPolicy, OutlierDetection};
use proto::envoy::config::core::v3::{
    HealthCheck, Http2ProtocolOptions, TypedExtensionConfig, UpstreamHttpProtocolOptions,
};
use proto::envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
use proto::envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::explicit_http_config::ProtocolConfig;
use proto::envoy::extensions::upstreams::http::v3::http_protocol_options::{
    AutoHttpConfig, ExplicitHttpConfig, UpstreamProtocolOptions, UseDownstreamHttpConfig,
};
use proto::google::protobuf::{Any, Duration as Wire};
use proto::reference;
use proto::type_url::TypeUrl;

use super::{HTTP_OPTIONS, cluster};
use crate::cluster::{Balancing, ClusterKind, Protocol};
use crate::endpoint::EndpointAddress;
use crate::fixture;

fn named(discovery: DiscoveryType) -> Cluster {
    fixture::cluster("c", discovery)
}

#[track_caller]
fn refuse(message: &Cluster, path: &str) {
    assert_eq!(cluster(message).expect_err("refused").path, path);
}

#[test]
fn kinds() {
    let eds = cluster(&fixture::eds("c")).expect("valid");
    assert!(matches!(&eds.kind, ClusterKind::Eds(name) if **name == *"c"));
    let mut other = fixture::eds("c");
    other.eds_cluster_config.as_mut().expect("eds").service_name = "d".to_owned();
    let other = cluster(&other).expect("valid");
    assert!(matches!(&other.kind, ClusterKind::Eds(name) if **name == *"d"));

    let with_host = |discovery, host| {
        let own = Some(fixture::endpoints("c", vec![fixture::endpoint(host, 80)]));
        cluster(&Cluster {
            load_assignment: own,
            ..named(discovery)
        })
    };
    let dns = with_host(DiscoveryType::StrictDns, "a.example").expect("valid");
    let ClusterKind::Dns(endpoints) = &dns.kind else {
        panic!("{dns:?}")
    };
    let first = endpoints.iter().next().expect("endpoint");
    assert_eq!(first.address, EndpointAddress::Name("a.example".into(), 80));
    assert_eq!(first.hostname.as_deref(), Some("a.example"));
    let fixed = with_host(DiscoveryType::Static, "10.0.0.1").expect("valid");
    assert!(matches!(fixed.kind, ClusterKind::Static(_)));
    let error = with_host(DiscoveryType::Static, "a.example").expect_err("no resolution");
    assert!(
        error
            .path
            .starts_with("load_assignment.endpoints[0].lb_endpoints[0].endpoint.address")
    );
}

#[test]
fn references_to_resources_of_ours() {
    let with = |type_url| Cluster {
        metadata: Some(reference::metadata(type_url, "backend/default/gpt")),
        ..named(DiscoveryType::Static)
    };
    let ai = cluster(&with(TypeUrl::AiBackend)).expect("valid");
    assert!(matches!(&ai.kind, ClusterKind::Ai(name) if **name == *"backend/default/gpt"));
    let proxy = cluster(&with(TypeUrl::DynamicForwardProxy)).expect("valid");
    assert!(matches!(proxy.kind, ClusterKind::ForwardProxy(_)));
    refuse(&with(TypeUrl::Listener), "metadata");
    let mut broken = with(TypeUrl::AiBackend);
    for any in broken
        .metadata
        .as_mut()
        .expect("metadata")
        .typed_filter_metadata
        .values_mut()
    {
        any.value = vec![0xff].into();
    }
    refuse(&broken, "metadata");
}

fn with_protocol(options: HttpProtocolOptions) -> Cluster {
    let mut message = fixture::eds("c");
    message
        .typed_extension_protocol_options
        .insert(HTTP_OPTIONS.to_owned(), any::pack(&options));
    message
}

#[test]
fn protocols() {
    let check = |options: UpstreamProtocolOptions, expected: Protocol| {
        let options = HttpProtocolOptions {
            upstream_protocol_options: Some(options),
            ..Default::default()
        };
        assert_eq!(
            cluster(&with_protocol(options)).expect("valid").protocol,
            expected
        );
    };
    let explicit = |config| {
        UpstreamProtocolOptions::ExplicitHttpConfig(ExplicitHttpConfig {
            protocol_config: Some(config),
        })
    };
    check(
        explicit(ProtocolConfig::Http2ProtocolOptions(
            Http2ProtocolOptions::default(),
        )),
        Protocol::Http2,
    );
    check(
        explicit(ProtocolConfig::HttpProtocolOptions(Default::default())),
        Protocol::Http1,
    );
    check(
        UpstreamProtocolOptions::AutoConfig(AutoHttpConfig::default()),
        Protocol::Auto,
    );
    let downstream = UseDownstreamHttpConfig::default();
    check(
        UpstreamProtocolOptions::UseDownstreamProtocolConfig(downstream),
        Protocol::Downstream,
    );
    assert_eq!(
        cluster(&fixture::eds("c")).expect("valid").protocol,
        Protocol::Http1
    );

    let at = |field: &str| format!("typed_extension_protocol_options[{HTTP_OPTIONS}].{field}");
    let http3 = HttpProtocolOptions {
        upstream_protocol_options: Some(explicit(ProtocolConfig::Http3ProtocolOptions(
            Default::default(),
        ))),
        ..Default::default()
    };
    refuse(
        &with_protocol(http3),
        &at("explicit_http_config.http3_protocol_options"),
    );
    refuse(
        &with_protocol(HttpProtocolOptions::default()),
        &at("upstream_protocol_options"),
    );
    let auto_sni = UpstreamHttpProtocolOptions {
        auto_sni: true,
        ..Default::default()
    };
    let auto_sni = HttpProtocolOptions {
        upstream_http_protocol_options: Some(auto_sni),
        ..Default::default()
    };
    refuse(
        &with_protocol(auto_sni),
        &at("upstream_http_protocol_options"),
    );
}

#[test]
fn balancing() {
    let with = |policy: LbPolicy| {
        let message = Cluster {
            lb_policy: policy.into(),
            ..fixture::eds("c")
        };
        cluster(&message)
            .map(|cluster| cluster.balancing)
            .map_err(|error| error.path)
    };
    assert_eq!(with(LbPolicy::RoundRobin), Ok(Balancing::RoundRobin));
    assert_eq!(with(LbPolicy::LeastRequest), Ok(Balancing::LeastRequest));
    assert_eq!(with(LbPolicy::Random), Ok(Balancing::Random));
    assert_eq!(with(LbPolicy::RingHash), Err("lb_policy".to_owned()));
    let typed = |name: &str| Policy {
        typed_extension_config: Some(TypedExtensionConfig {
            name: "x".to_owned(),
            typed_config: Some(Any {
                type_url: format!(
                    "type.googleapis.com/envoy.extensions.load_balancing_policies.{name}"
                ),
                ..Any::default()
            }),
        }),
    };
    let with = |policies: Vec<Policy>| Cluster {
        load_balancing_policy: Some(LoadBalancingPolicy { policies }),
        ..fixture::eds("c")
    };
    let policies = vec![
        typed("maglev.v3.Maglev"),
        typed("least_request.v3.LeastRequest"),
    ];
    assert_eq!(
        cluster(&with(policies)).expect("valid").balancing,
        Balancing::LeastRequest
    );
    refuse(
        &with(vec![typed("maglev.v3.Maglev")]),
        "load_balancing_policy",
    );
}

#[test]
fn tls_and_timeouts() {
    let tls = UpstreamTlsContext {
        sni: "a.example".to_owned(),
        ..UpstreamTlsContext::default()
    };
    let message = Cluster {
        transport_socket: fixture::socket(&tls),
        connect_timeout: Some(Wire {
            seconds: 10,
            nanos: 0,
        }),
        ..fixture::eds("c")
    };
    let decoded = cluster(&message).expect("valid");
    assert!(decoded.tls.is_some());
    assert_eq!(decoded.connect_timeout, Duration::from_secs(10));
    assert_eq!(
        cluster(&fixture::eds("c")).expect("valid").connect_timeout,
        Duration::from_secs(5)
    );
    let zero = Some(Wire {
        seconds: 0,
        nanos: 0,
    });
    refuse(
        &Cluster {
            connect_timeout: zero,
            ..fixture::eds("c")
        },
        "connect_timeout",
    );
    let renegotiate = UpstreamTlsContext {
        allow_renegotiation: true,
        ..UpstreamTlsContext::default()
    };
    let message = Cluster {
        transport_socket: fixture::socket(&renegotiate),
        ..fixture::eds("c")
    };
    refuse(
        &message,
        "transport_socket.typed_config.allow_renegotiation",
    );
    let other = Cluster {
        transport_socket: fixture::socket(&Wire::default()),
        ..fixture::eds("c")
    };
    refuse(&other, "transport_socket.typed_config");
}

#[test]
fn refusals() {
    let eds = || fixture::eds("c");
    refuse(
        &Cluster {
            health_checks: vec![HealthCheck::default()],
            ..eds()
        },
        "health_checks",
    );
    refuse(
        &Cluster {
            outlier_detection: Some(OutlierDetection::default()),
            ..eds()
        },
        "outlier_detection",
    );
    refuse(
        &Cluster {
            lb_subset_config: Some(LbSubsetConfig::default()),
            ..eds()
        },
        "lb_subset_config",
    );
    refuse(
        &Cluster {
            eds_cluster_config: None,
            ..eds()
        },
        "eds_cluster_config",
    );
    refuse(&named(DiscoveryType::OriginalDst), "type");
    refuse(
        &Cluster {
            cluster_discovery_type: Some(ClusterDiscoveryType::Type(99)),
            ..eds()
        },
        "type",
    );
    let own = Some(fixture::endpoints("c", Vec::new()));
    refuse(
        &Cluster {
            load_assignment: own,
            ..eds()
        },
        "load_assignment",
    );
    let mut no_ads = eds();
    no_ads.eds_cluster_config.as_mut().expect("eds").eds_config = None;
    refuse(&no_ads, "eds_cluster_config.eds_config");
}
