//! Listeners: chains by server name, and every field that is refused.

use proto::any;
use proto::envoy::config::core::v3::CidrRange;
use proto::envoy::config::listener::v3::filter::ConfigType;
use proto::envoy::config::listener::v3::{
    AdditionalAddress, Filter, FilterChainMatch, Listener, ListenerFilter,
};
use proto::google::protobuf::{BoolValue, UInt32Value};

use super::listener;
use crate::fixture;
use crate::listener::Routes;

fn plain() -> Listener {
    fixture::listener("l", 80, "rc")
}

fn with_chains(chains: Vec<proto::envoy::config::listener::v3::FilterChain>) -> Listener {
    Listener {
        filter_chains: chains,
        ..plain()
    }
}

#[track_caller]
fn refuse(message: &Listener, path: &str) {
    assert_eq!(listener(message).expect_err("refused").path, path);
}

#[test]
fn a_plain_listener() {
    let mut message = plain();
    message.address = fixture::address("::", 8080);
    let decoded = listener(&message).expect("valid");
    assert_eq!(decoded.address.to_string(), "[::]:8080");
    assert!(!decoded.is_tls());
    let chain = decoded.chain(None).expect("chain");
    assert!(matches!(&chain.routes, Routes::Named(name) if **name == *"rc"));
    assert!(
        decoded.chain(Some("a.example")).is_some(),
        "server names do not matter"
    );
}

#[test]
fn the_server_name_selects_the_chain() {
    let mut any = fixture::tls_chain(&[], "s", "any");
    any.filter_chain_match = None;
    let chains = vec![
        fixture::tls_chain(&["*.example"], "s", "wild"),
        any,
        fixture::tls_chain(&["a.example", "b.example"], "s", "exact"),
        fixture::tls_chain(&["*.b.example"], "s", "longer"),
    ];
    let decoded = listener(&with_chains(chains)).expect("valid");
    assert!(decoded.is_tls());
    let check = |name: Option<&str>, expected: &str| {
        let chain = decoded.chain(name).expect("chain");
        assert!(
            matches!(&chain.routes, Routes::Named(routes) if **routes == *expected),
            "{name:?}"
        );
    };
    check(Some("A.example"), "exact");
    check(Some("b.example."), "exact");
    check(Some("c.example"), "wild");
    check(Some("x.b.example"), "longer");
    check(Some("example"), "any");
    check(None, "any");
    let only = listener(&with_chains(vec![fixture::tls_chain(
        &["a.example"],
        "s",
        "rc",
    )]));
    let only = only.expect("valid");
    assert!(only.chain(Some("b.example")).is_none() && only.chain(None).is_none());
}

#[test]
fn a_default_chain_takes_the_rest() {
    let message = Listener {
        default_filter_chain: Some(fixture::tls_chain(&[], "s", "default")),
        ..with_chains(vec![fixture::tls_chain(&["a.example"], "s", "a")])
    };
    let decoded = listener(&message).expect("valid");
    let chain = decoded.chain(Some("b.example")).expect("chain");
    assert!(matches!(&chain.routes, Routes::Named(name) if **name == *"default"));
}

#[test]
fn inspectors_are_ignored_and_other_listener_filters_refused() {
    let filter = |name: &str| ListenerFilter {
        name: name.to_owned(),
        ..ListenerFilter::default()
    };
    let with = |name: &str| Listener {
        listener_filters: vec![filter(name)],
        ..plain()
    };
    assert!(listener(&with("envoy.filters.listener.tls_inspector")).is_ok());
    refuse(
        &with("envoy.filters.listener.proxy_protocol"),
        "listener_filters[0]",
    );
}

#[test]
fn refused_fields_of_the_listener() {
    let truth = Some(BoolValue { value: true });
    let lie = Some(BoolValue { value: false });
    refuse(
        &Listener {
            filter_chains: Vec::new(),
            ..plain()
        },
        "filter_chains",
    );
    refuse(
        &Listener {
            address: None,
            ..plain()
        },
        "address",
    );
    refuse(
        &Listener {
            address: fixture::address("a.example", 80),
            ..plain()
        },
        "address.socket_address.address",
    );
    refuse(
        &Listener {
            address: fixture::address("::", 65_536),
            ..plain()
        },
        "address.socket_address.port_value",
    );
    refuse(
        &Listener {
            additional_addresses: vec![AdditionalAddress::default()],
            ..plain()
        },
        "additional_addresses",
    );
    refuse(
        &Listener {
            use_original_dst: truth,
            ..plain()
        },
        "use_original_dst",
    );
    refuse(
        &Listener {
            bind_to_port: lie,
            ..plain()
        },
        "bind_to_port",
    );
    refuse(
        &Listener {
            transparent: truth,
            ..plain()
        },
        "transparent",
    );
}

#[test]
fn refused_fields_of_a_chain() {
    let with_match = |wanted: FilterChainMatch| {
        let mut chain = fixture::tls_chain(&[], "s", "rc");
        chain.filter_chain_match = Some(wanted);
        with_chains(vec![chain])
    };
    let at = |field: &str| format!("filter_chains[0].filter_chain_match.{field}");
    let port = Some(UInt32Value { value: 80 });
    let none = FilterChainMatch::default;
    refuse(
        &with_match(FilterChainMatch {
            destination_port: port,
            ..none()
        }),
        &at("destination_port"),
    );
    let ranges = vec![CidrRange::default()];
    refuse(
        &with_match(FilterChainMatch {
            source_prefix_ranges: ranges,
            ..none()
        }),
        &at("source_prefix_ranges"),
    );
    let protocols = vec!["h2".to_owned()];
    refuse(
        &with_match(FilterChainMatch {
            application_protocols: protocols,
            ..none()
        }),
        &at("application_protocols"),
    );
    let raw = "raw_buffer".to_owned();
    refuse(
        &with_match(FilterChainMatch {
            transport_protocol: raw,
            ..none()
        }),
        &at("transport_protocol"),
    );
    let names = vec!["a.example".to_owned(), "*a".to_owned()];
    refuse(
        &with_match(FilterChainMatch {
            server_names: names,
            ..none()
        }),
        &at("server_names[1]"),
    );

    let mut no_filter = fixture::chain(&fixture::hcm("rc"));
    no_filter.filters.clear();
    refuse(&with_chains(vec![no_filter]), "filter_chains[0].filters");
    let mut tcp = fixture::chain(&fixture::hcm("rc"));
    let config = Some(ConfigType::TypedConfig(any::pack(&BoolValue {
        value: true,
    })));
    tcp.filters = vec![Filter {
        name: "tcp".to_owned(),
        config_type: config,
    }];
    refuse(
        &with_chains(vec![tcp]),
        "filter_chains[0].filters[0].typed_config",
    );
    let mut hcm = fixture::hcm("rc");
    hcm.via = "x".to_owned();
    refuse(
        &with_chains(vec![fixture::chain(&hcm)]),
        "filter_chains[0].filters[0].typed_config.via",
    );
    refuse(
        &fixture::listener("l", 80, ""),
        "filter_chains[0].filters[0].typed_config.rds.route_config_name",
    );
}

#[test]
fn chains_must_not_overlap_or_mix() {
    let twice = vec![
        fixture::tls_chain(&["a.example"], "s", "rc"),
        fixture::tls_chain(&["b.example", "A.example"], "s", "rc"),
    ];
    refuse(
        &with_chains(twice),
        "filter_chains[1].filter_chain_match.server_names",
    );
    let plain_twice = vec![
        fixture::chain(&fixture::hcm("rc")),
        fixture::chain(&fixture::hcm("rc")),
    ];
    refuse(
        &with_chains(plain_twice),
        "filter_chains[1].filter_chain_match.server_names",
    );
    let mixed = vec![
        fixture::tls_chain(&["a.example"], "s", "rc"),
        fixture::chain(&fixture::hcm("rc")),
    ];
    refuse(&with_chains(mixed), "filter_chains[1].transport_socket");
}
