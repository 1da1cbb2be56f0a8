//! The smallest resources that serve: a listener, a host, a rule with a direct response.

use std::net::TcpListener;

use bytes::Bytes;
use prost::Message;
use proto::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, EdsClusterConfig,
};
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::core::v3::address::Address as AddressKind;
use proto::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use proto::envoy::config::core::v3::data_source::Specifier;
use proto::envoy::config::core::v3::socket_address::PortSpecifier;
use proto::envoy::config::core::v3::{
    Address, AggregatedConfigSource, ConfigSource, DataSource, SocketAddress,
};
use proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use proto::envoy::config::listener::v3::filter::ConfigType;
use proto::envoy::config::listener::v3::{Filter, FilterChain, Listener};
use proto::envoy::config::route::v3::route::Action;
use proto::envoy::config::route::v3::route_match::PathSpecifier;
use proto::envoy::config::route::v3::{
    DirectResponseAction, Route, RouteConfiguration, RouteMatch, Vhds, VirtualHost,
};
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::RouteSpecifier;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter, Rds,
};
use proto::envoy::extensions::filters::http::router::v3::Router;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_filter::ConfigType as HttpFilterConfig;
use proto::envoy::r#type::matcher::v3::RegexMatcher;
use proto::tidegate::v1::{Commit, CommitOrigin, RouteRank, RouteRule};
use proto::type_url::TypeUrl;
use proto::{any, name};
use xds::resource::Resource;
use xds::snapshot::Snapshot;

/// A port that was free a moment ago.
pub(super) fn port() -> u16 {
    let probe = TcpListener::bind("127.0.0.1:0").expect("bind");
    probe.local_addr().expect("address").port()
}

/// The name of a rule of the route `name`.
pub(super) fn rule_name(port: u16, name: &str) -> String {
    name::route_rule(
        &name::port_routes("ns", "gw", port),
        "http",
        "HTTPRoute",
        ("ns", name),
        0,
    )
}

/// One listener that answers `body`, with its Commit.
pub(super) fn snapshot(port: u16, body: &str) -> Snapshot {
    committed(uncommitted(port, body))
}

/// The same, of an epoch with a trace.
pub(super) fn traced(port: u16, traceparent: &str) -> Snapshot {
    let origin = CommitOrigin {
        traceparent: traceparent.to_owned(),
        ..Default::default()
    };
    uncommitted(port, "traced").committed(&name::commit("ns", "gw"), origin)
}

/// The same with another rule, whose regular expression is none.
pub(super) fn with_bad_rule(port: u16) -> Snapshot {
    let mut snapshot = uncommitted(port, "bad");
    snapshot.insert(Resource::of(&rule(port, "bad", bad_route()), None));
    committed(snapshot)
}

/// The same with another listener.
pub(super) fn with_listener(port: u16, another: u16) -> Snapshot {
    let mut snapshot = uncommitted(port, "another");
    let routes = name::port_routes("ns", "gw", port);
    snapshot.insert(Resource::of(
        &listener(&name::listener("ns", "gw", another), another, &routes),
        None,
    ));
    committed(snapshot)
}

/// The same with a Commit that counts on something else.
pub(super) fn with_wrong_digest(port: u16, body: &str) -> Snapshot {
    let right = snapshot(port, body);
    let commit = right.iter(TypeUrl::Commit).next().expect("a commit");
    let mut commit = Commit::decode(commit.message().clone()).expect("decodes");
    let entry = commit.entries.first_mut().expect("an entry");
    entry.digest = Bytes::from_static(&[7; 16]);
    commit.id = "wrong".to_owned();
    let mut wrong = uncommitted(port, body);
    wrong.insert(Resource::of(&commit, None));
    wrong
}

/// What a plain management server has: a listener, its routes, a cluster and its endpoints.
pub(super) fn foreign(port: u16, body: &str) -> Snapshot {
    foreign_with(port, answer(body))
}

/// The same with a regular expression that is none.
pub(super) fn foreign_with_bad_route(port: u16) -> Snapshot {
    foreign_with(port, bad_route())
}

fn foreign_with(port: u16, route: Route) -> Snapshot {
    let host = VirtualHost {
        name: "all".to_owned(),
        domains: vec!["*".to_owned()],
        routes: vec![route],
        ..Default::default()
    };
    let routes = RouteConfiguration {
        name: "routes".to_owned(),
        virtual_hosts: vec![host],
        ..Default::default()
    };
    let cluster = Cluster {
        name: "upstream".to_owned(),
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(DiscoveryType::Eds.into())),
        eds_cluster_config: Some(EdsClusterConfig {
            eds_config: ads(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let endpoints = ClusterLoadAssignment {
        cluster_name: "upstream".to_owned(),
        ..Default::default()
    };
    Snapshot::from_iter([
        Resource::of(&listener("front", port, "routes"), None),
        Resource::of(&routes, None),
        Resource::of(&cluster, None),
        Resource::of(&endpoints, None),
    ])
}

fn committed(snapshot: Snapshot) -> Snapshot {
    snapshot.committed(&name::commit("ns", "gw"), CommitOrigin::default())
}

fn uncommitted(port: u16, body: &str) -> Snapshot {
    let routes = name::port_routes("ns", "gw", port);
    let config = RouteConfiguration {
        name: routes.clone(),
        vhds: Some(Vhds {
            config_source: ads(),
        }),
        ..Default::default()
    };
    let host_name = name::virtual_host(&routes, "*");
    let host = VirtualHost {
        name: host_name,
        domains: vec!["*".to_owned()],
        ..Default::default()
    };
    Snapshot::from_iter([
        Resource::of(
            &listener(&name::listener("ns", "gw", port), port, &routes),
            None,
        ),
        Resource::of(&config, None),
        Resource::of(&host, None),
        Resource::of(&rule(port, "good", answer(body)), None),
    ])
}

fn rule(port: u16, route_name: &str, route: Route) -> RouteRule {
    let routes = name::port_routes("ns", "gw", port);
    RouteRule {
        name: rule_name(port, route_name),
        virtual_hosts: vec![name::virtual_host(&routes, "*")],
        rank: Some(RouteRank {
            namespace: "ns".to_owned(),
            name: route_name.to_owned(),
            ..Default::default()
        }),
        routes: vec![route],
        policy_set: String::new(),
    }
}

fn answer(body: &str) -> Route {
    let body = DataSource {
        specifier: Some(Specifier::InlineString(body.to_owned())),
        ..Default::default()
    };
    Route {
        r#match: Some(matching(PathSpecifier::Prefix("/".to_owned()))),
        action: Some(Action::DirectResponse(DirectResponseAction {
            status: 200,
            body: Some(body),
            ..Default::default()
        })),
        ..Default::default()
    }
}

fn bad_route() -> Route {
    let regex = RegexMatcher {
        regex: "(".to_owned(),
        ..Default::default()
    };
    Route {
        r#match: Some(matching(PathSpecifier::SafeRegex(regex))),
        ..answer("bad")
    }
}

fn matching(path: PathSpecifier) -> RouteMatch {
    RouteMatch {
        path_specifier: Some(path),
        ..Default::default()
    }
}

fn listener(name: &str, port: u16, routes: &str) -> Listener {
    let rds = Rds {
        config_source: ads(),
        route_config_name: routes.to_owned(),
    };
    let router = HttpFilter {
        name: "envoy.filters.http.router".to_owned(),
        config_type: Some(HttpFilterConfig::TypedConfig(any::pack(&Router::default()))),
        ..Default::default()
    };
    let manager = HttpConnectionManager {
        stat_prefix: "test".to_owned(),
        route_specifier: Some(RouteSpecifier::Rds(rds)),
        http_filters: vec![router],
        ..Default::default()
    };
    let filter = Filter {
        name: "envoy.filters.network.http_connection_manager".to_owned(),
        config_type: Some(ConfigType::TypedConfig(any::pack(&manager))),
    };
    let socket = SocketAddress {
        address: "127.0.0.1".to_owned(),
        port_specifier: Some(PortSpecifier::PortValue(port.into())),
        ..Default::default()
    };
    Listener {
        name: name.to_owned(),
        address: Some(Address {
            address: Some(AddressKind::SocketAddress(socket)),
        }),
        filter_chains: vec![FilterChain {
            filters: vec![filter],
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn ads() -> Option<ConfigSource> {
    Some(ConfigSource {
        config_source_specifier: Some(ConfigSourceSpecifier::Ads(AggregatedConfigSource {})),
        ..Default::default()
    })
}
