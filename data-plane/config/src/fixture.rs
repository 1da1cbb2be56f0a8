//! Wire messages as our control plane writes them, for tests.
//!
//! Owns the smallest valid message of every type, and the push of one snapshot after another into a stage.
//! Must stay independent of the decoders: it is the other side of the wire.

use proto::any;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, EdsClusterConfig,
};
use proto::envoy::config::core::v3::address::Address as AddressKind;
use proto::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use proto::envoy::config::core::v3::socket_address::PortSpecifier;
use proto::envoy::config::core::v3::transport_socket::ConfigType as SocketConfig;
use proto::envoy::config::core::v3::{
    Address, AggregatedConfigSource, ConfigSource, DataSource, SocketAddress, TransportSocket,
    data_source,
};
use proto::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;
use proto::envoy::config::endpoint::v3::{
    ClusterLoadAssignment, Endpoint, LbEndpoint, LocalityLbEndpoints,
};
use proto::envoy::config::listener::v3::filter::ConfigType;
use proto::envoy::config::listener::v3::{Filter, FilterChain, FilterChainMatch, Listener};
use proto::envoy::config::route::v3::route::Action;
use proto::envoy::config::route::v3::route_action::ClusterSpecifier;
use proto::envoy::config::route::v3::route_match::PathSpecifier;
use proto::envoy::config::route::v3::{
    Route, RouteAction, RouteConfiguration, RouteMatch, Vhds, VirtualHost,
};
use proto::envoy::extensions::filters::http::router::v3::Router;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::RouteSpecifier;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter, Rds, http_filter,
};
use proto::envoy::extensions::transport_sockets::tls::v3::{
    CommonTlsContext, DownstreamTlsContext, GenericSecret, SdsSecretConfig, Secret, TlsCertificate,
    secret,
};
use proto::tidegate::v1::{CommitOrigin, RouteRank, RouteRule};
use proto::type_url::TypeUrl;
use xds::client::Received;
use xds::diff::diff;
use xds::resource::{Resource, Version};
use xds::snapshot::Snapshot;

use crate::reject::Rejection;
use crate::stage::Stage;
use prost::Message;

pub(crate) const CERTIFICATE: &str =
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
pub(crate) const KEY: &str = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";

pub(crate) fn ads() -> Option<ConfigSource> {
    Some(ConfigSource {
        config_source_specifier: Some(ConfigSourceSpecifier::Ads(AggregatedConfigSource {})),
        ..ConfigSource::default()
    })
}

pub(crate) fn address(host: &str, port: u32) -> Option<Address> {
    let socket = SocketAddress {
        address: host.to_owned(),
        port_specifier: Some(PortSpecifier::PortValue(port)),
        ..SocketAddress::default()
    };
    Some(Address {
        address: Some(AddressKind::SocketAddress(socket)),
    })
}

pub(crate) fn text(text: &str) -> Option<DataSource> {
    let specifier = data_source::Specifier::InlineString(text.to_owned());
    Some(DataSource {
        specifier: Some(specifier),
        ..DataSource::default()
    })
}

pub(crate) fn hcm(routes: &str) -> HttpConnectionManager {
    let rds = Rds {
        config_source: ads(),
        route_config_name: routes.to_owned(),
    };
    let router = HttpFilter {
        name: "envoy.filters.http.router".to_owned(),
        config_type: Some(http_filter::ConfigType::TypedConfig(any::pack(
            &Router::default(),
        ))),
        ..HttpFilter::default()
    };
    HttpConnectionManager {
        stat_prefix: "http".to_owned(),
        http_filters: vec![router],
        route_specifier: Some(RouteSpecifier::Rds(rds)),
        ..HttpConnectionManager::default()
    }
}

pub(crate) fn chain(hcm: &HttpConnectionManager) -> FilterChain {
    let filter = Filter {
        name: "envoy.filters.network.http_connection_manager".to_owned(),
        config_type: Some(ConfigType::TypedConfig(any::pack(hcm))),
    };
    FilterChain {
        filters: vec![filter],
        ..FilterChain::default()
    }
}

pub(crate) fn listener(name: &str, port: u32, routes: &str) -> Listener {
    Listener {
        name: name.to_owned(),
        address: address("0.0.0.0", port),
        filter_chains: vec![chain(&hcm(routes))],
        ..Listener::default()
    }
}

pub(crate) fn downstream_tls(secret: &str) -> DownstreamTlsContext {
    let common = CommonTlsContext {
        tls_certificate_sds_secret_configs: vec![SdsSecretConfig {
            name: secret.to_owned(),
            sds_config: ads(),
        }],
        alpn_protocols: vec!["h2".to_owned(), "http/1.1".to_owned()],
        ..CommonTlsContext::default()
    };
    DownstreamTlsContext {
        common_tls_context: Some(common),
        ..DownstreamTlsContext::default()
    }
}

pub(crate) fn socket<M: Message + prost::Name>(context: &M) -> Option<TransportSocket> {
    Some(TransportSocket {
        name: "envoy.transport_sockets.tls".to_owned(),
        config_type: Some(SocketConfig::TypedConfig(any::pack(context))),
    })
}

pub(crate) fn tls_chain(server_names: &[&str], secret: &str, routes: &str) -> FilterChain {
    let server_names = server_names.iter().map(|name| (*name).to_owned()).collect();
    FilterChain {
        filter_chain_match: Some(FilterChainMatch {
            server_names,
            ..FilterChainMatch::default()
        }),
        transport_socket: socket(&downstream_tls(secret)),
        ..chain(&hcm(routes))
    }
}

pub(crate) fn linked_routes(name: &str) -> RouteConfiguration {
    RouteConfiguration {
        name: name.to_owned(),
        vhds: Some(Vhds {
            config_source: ads(),
        }),
        ..RouteConfiguration::default()
    }
}

pub(crate) fn host(routes: &str, domain: &str) -> VirtualHost {
    VirtualHost {
        name: proto::name::virtual_host(routes, domain),
        domains: vec![domain.to_owned()],
        ..VirtualHost::default()
    }
}

/// A virtual host with routes, as other servers write it.
pub(crate) fn inline_host(domain: &str, routes: Vec<Route>) -> VirtualHost {
    VirtualHost {
        name: domain.to_owned(),
        domains: vec![domain.to_owned()],
        routes,
        ..VirtualHost::default()
    }
}

pub(crate) fn prefix(path: &str) -> RouteMatch {
    let specifier = match path {
        "/" => PathSpecifier::Prefix("/".to_owned()),
        other => PathSpecifier::PathSeparatedPrefix(other.to_owned()),
    };
    RouteMatch {
        path_specifier: Some(specifier),
        ..RouteMatch::default()
    }
}

pub(crate) fn forward(path: &str, cluster: &str) -> Route {
    let action = RouteAction {
        cluster_specifier: Some(ClusterSpecifier::Cluster(cluster.to_owned())),
        ..RouteAction::default()
    };
    Route {
        r#match: Some(prefix(path)),
        action: Some(Action::Route(action)),
        ..Route::default()
    }
}

pub(crate) fn rule(name: &str, hosts: &[&str], routes: Vec<Route>) -> RouteRule {
    let rank = RouteRank {
        created: 0,
        namespace: "default".to_owned(),
        name: name.to_owned(),
        rule: 0,
    };
    RouteRule {
        name: name.to_owned(),
        virtual_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        rank: Some(rank),
        routes,
        policy_set: String::new(),
    }
}

pub(crate) fn endpoint(host: &str, port: u32) -> LbEndpoint {
    let endpoint = Endpoint {
        address: address(host, port),
        ..Endpoint::default()
    };
    LbEndpoint {
        host_identifier: Some(HostIdentifier::Endpoint(endpoint)),
        ..LbEndpoint::default()
    }
}

pub(crate) fn endpoints(name: &str, lb_endpoints: Vec<LbEndpoint>) -> ClusterLoadAssignment {
    ClusterLoadAssignment {
        cluster_name: name.to_owned(),
        endpoints: vec![LocalityLbEndpoints {
            lb_endpoints,
            ..LocalityLbEndpoints::default()
        }],
        ..ClusterLoadAssignment::default()
    }
}

pub(crate) fn cluster(name: &str, discovery: DiscoveryType) -> Cluster {
    Cluster {
        name: name.to_owned(),
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(discovery.into())),
        ..Cluster::default()
    }
}

pub(crate) fn eds(name: &str) -> Cluster {
    let config = EdsClusterConfig {
        eds_config: ads(),
        service_name: String::new(),
    };
    Cluster {
        eds_cluster_config: Some(config),
        ..cluster(name, DiscoveryType::Eds)
    }
}

pub(crate) fn certificate(name: &str) -> Secret {
    let certificate = TlsCertificate {
        certificate_chain: text(CERTIFICATE),
        private_key: text(KEY),
        ..TlsCertificate::default()
    };
    Secret {
        name: name.to_owned(),
        r#type: Some(secret::Type::TlsCertificate(certificate)),
    }
}

pub(crate) fn generic(name: &str, value: &str) -> Secret {
    let generic = GenericSecret {
        secret: text(value),
        ..GenericSecret::default()
    };
    Secret {
        name: name.to_owned(),
        r#type: Some(secret::Type::GenericSecret(generic)),
    }
}

pub(crate) fn resource<M: Message>(name: &str, message: &M) -> Received {
    let bytes = bytes::Bytes::from(message.encode_to_vec());
    Received {
        name: name.to_owned(),
        version: Version::of(&bytes).hex(),
        message: bytes,
        metadata: None,
    }
}

/// Adds a message to a snapshot.
pub(crate) fn put<M: Message>(snapshot: &mut Snapshot, type_url: TypeUrl, name: &str, message: &M) {
    let bytes = bytes::Bytes::from(message.encode_to_vec());
    snapshot.insert(Resource::new(type_url, name, bytes, None));
}

pub(crate) fn commit_of(snapshot: &Snapshot) -> Received {
    let committed = snapshot
        .clone()
        .committed("commit/default/edge", CommitOrigin::default());
    let commit = committed
        .get(TypeUrl::Commit, "commit/default/edge")
        .cloned()
        .expect("commit");
    received(&commit)
}

fn received(resource: &Resource) -> Received {
    Received {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        message: resource.message().clone(),
        metadata: None,
    }
}

/// Stages what changed from one snapshot to the next, as the server would send it.
pub(crate) fn stage(stage: &mut Stage, old: &Snapshot, new: &Snapshot) -> Result<(), Rejection> {
    for difference in diff(old, new) {
        let resources = difference.added.iter().chain(&difference.changed);
        let resources: Vec<Received> = resources.map(|resource| received(resource)).collect();
        let removed: Vec<String> = difference
            .removed
            .iter()
            .map(|resource| resource.name().to_string())
            .collect();
        stage.apply(difference.type_url, &resources, &removed)?;
    }
    Ok(())
}

/// Stages and commits.
pub(crate) fn push(target: &mut Stage, old: &Snapshot, new: &Snapshot) -> Result<(), Rejection> {
    stage(target, old, new)?;
    let config = target.prepare(&commit_of(new))?;
    target.activate(config);
    Ok(())
}
