//! Route configurations, virtual hosts and rules.

use http::{HeaderMap, Method};
use proto::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use proto::envoy::config::route::v3::{RouteConfiguration, VirtualHost};

use super::{host_resource, inline_route_config, route_config, rule};
use crate::fixture;
use crate::route_resource::RouteConfigResource;

fn config(hosts: Vec<VirtualHost>) -> RouteConfiguration {
    RouteConfiguration {
        name: "rc".to_owned(),
        virtual_hosts: hosts,
        ..RouteConfiguration::default()
    }
}

#[test]
fn inline_routes_are_taken_in_their_order() {
    let first = fixture::inline_host(
        "a.example",
        vec![fixture::forward("/", "one"), fixture::forward("/a", "two")],
    );
    let mut second = fixture::inline_host("*", vec![fixture::forward("/", "three")]);
    second.domains = vec![
        "*".to_owned(),
        "b.example".to_owned(),
        "b.example:8080".to_owned(),
    ];
    let decoded = inline_route_config(&config(vec![first, second])).expect("valid");
    let find = |authority: &str| {
        let headers = HeaderMap::new();
        let head = ::route::Head {
            method: &Method::GET,
            scheme: "http",
            authority,
            path: "/a",
            query: None,
            headers: &headers,
        };
        let found = decoded.find(&head).expect("route");
        format!("{:?}", found.route().action)
    };
    assert!(find("a.example").contains("\"one\""), "first match wins");
    assert!(find("b.example:8080").contains("\"three\""));
    assert!(find("c.example").contains("\"three\""));
}

#[test]
fn refusals() {
    let refuse = |message: &RouteConfiguration, path: &str| {
        assert_eq!(route_config(message).expect_err("refused").path, path);
    };
    let host = |domain: &str| fixture::inline_host(domain, Vec::new());
    refuse(
        &config(vec![host("a"), host("A:80")]),
        "virtual_hosts[1].domains[0]",
    );
    refuse(&config(vec![host("a.*")]), "virtual_hosts[0].domains[0]");
    refuse(
        &config(vec![VirtualHost {
            domains: Vec::new(),
            ..host("a")
        }]),
        "virtual_hosts[0].domains",
    );
    refuse(
        &config(vec![VirtualHost {
            require_tls: 2,
            ..host("a")
        }]),
        "virtual_hosts[0].require_tls",
    );
    let bad = fixture::inline_host(
        "a",
        vec![fixture::forward("/", "c"), fixture::forward("/", "")],
    );
    refuse(
        &config(vec![bad]),
        "virtual_hosts[0].routes[1].route.cluster",
    );
    let mut filtered = config(Vec::new());
    filtered
        .typed_per_filter_config
        .insert("x".to_owned(), Default::default());
    refuse(&filtered, "typed_per_filter_config");
    let both = RouteConfiguration {
        virtual_hosts: vec![host("a")],
        ..fixture::linked_routes("rc")
    };
    refuse(&both, "virtual_hosts");
    let linked = route_config(&fixture::linked_routes("rc")).expect("valid");
    assert!(matches!(linked, RouteConfigResource::Linked { .. }));
}

#[test]
fn host_resources() {
    let decoded = host_resource(&fixture::host("gw/a/b/rc/80", "*.example")).expect("valid");
    assert_eq!(decoded.route_config(), "gw/a/b/rc/80");
    assert_eq!(decoded.domain.to_string(), "*.example");
    let path = |message: VirtualHost| host_resource(&message).expect_err("refused").path;
    let host = || fixture::host("rc", "a");
    assert_eq!(
        path(VirtualHost {
            domains: vec!["b".to_owned()],
            ..host()
        }),
        "domains[0]"
    );
    assert_eq!(
        path(VirtualHost {
            domains: Vec::new(),
            ..host()
        }),
        "domains"
    );
    assert_eq!(
        path(VirtualHost {
            routes: vec![fixture::forward("/", "c")],
            ..host()
        }),
        "routes"
    );
}

#[test]
fn rules() {
    let routes = vec![fixture::forward("/a", "c"), fixture::forward("/b", "c")];
    let decoded = rule(&fixture::rule("r", &["rc/b", "rc/a", "rc/b"], routes)).expect("valid");
    let hosts: Vec<&str> = decoded.hosts.iter().map(|host| &**host).collect();
    assert_eq!(hosts, ["rc/a", "rc/b"]);
    let ranks: Vec<u32> = decoded
        .entries
        .iter()
        .map(|entry| entry.entry().rank.route().index())
        .collect();
    assert_eq!(ranks, [0, 1]);
    let source = &decoded.entries[0].entry().payload.source;
    assert_eq!(
        (&*source.namespace, &*source.name, source.rule),
        ("default", "r", Some(0))
    );
    let mut rankless = fixture::rule("r", &[], Vec::new());
    rankless.rank = None;
    assert_eq!(rule(&rankless).expect_err("refused").path, "rank");
    let bad = fixture::rule(
        "r",
        &[],
        vec![fixture::forward("/", "c"), fixture::forward("/a/", "c")],
    );
    assert_eq!(
        rule(&bad).expect_err("refused").path,
        "routes[1].match.path_separated_prefix"
    );
}

/// By default the least specific comes last, and can be made to come first.
#[test]
fn the_order_of_header_changes() {
    let add = |value: &str| {
        vec![HeaderValueOption {
            header: Some(HeaderValue {
                key: "x-by".to_owned(),
                value: value.to_owned(),
                ..HeaderValue::default()
            }),
            ..HeaderValueOption::default()
        }]
    };
    let mut route = fixture::forward("/", "c");
    route.request_headers_to_add = add("route");
    route.response_headers_to_add = add("route");
    let mut host = fixture::inline_host("a", vec![route]);
    host.request_headers_to_add = add("host");
    host.response_headers_to_add = add("host");
    for (most_specific_header_mutations_wins, expected) in [
        (false, ["route", "host", "config"]),
        (true, ["config", "host", "route"]),
    ] {
        let message = RouteConfiguration {
            request_headers_to_add: add("config"),
            response_headers_to_add: add("config"),
            most_specific_header_mutations_wins,
            ..config(vec![host.clone()])
        };
        let decoded = inline_route_config(&message).expect("valid");
        let found = decoded.find(&::route::Head {
            method: &Method::GET,
            scheme: "http",
            authority: "a",
            path: "/",
            query: None,
            headers: &HeaderMap::new(),
        });
        let found = found.expect("route");
        for modifiers in [found.request_headers(), found.response_headers()] {
            let mut headers = HeaderMap::new();
            for modifier in modifiers {
                modifier.apply(&mut headers);
            }
            let values: Vec<_> = headers.get_all("x-by").iter().collect();
            assert_eq!(values, expected);
        }
    }
}
