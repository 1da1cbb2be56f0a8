//! Foreign servers: what is complete is served, and nothing waits for what it does not name.

use std::collections::BTreeSet;
use std::sync::Arc;

use prost::Message;
use proto::type_url::TypeUrl;
use xds::client::Received;

use super::Closure;
use crate::config::Config;
use crate::fixture;

fn give<M: Message>(closure: &mut Closure, type_url: TypeUrl, name: &str, message: &M) {
    closure
        .apply(type_url, &[foreign(name, message)], &[])
        .expect("good");
}

/// As a foreign server sends it: its versions are its own.
fn foreign<M: Message>(name: &str, message: &M) -> Received {
    Received {
        version: "1".to_owned(),
        ..fixture::resource(name, message)
    }
}

fn advance(closure: &mut Closure) -> Option<Arc<Config>> {
    let config = closure.prepare().expect("prepares")?;
    closure.activate(Arc::clone(&config));
    Some(config)
}

fn routes(cluster: &str) -> proto::envoy::config::route::v3::RouteConfiguration {
    proto::envoy::config::route::v3::RouteConfiguration {
        name: "rc".to_owned(),
        virtual_hosts: vec![fixture::inline_host(
            "*",
            vec![fixture::forward("/", cluster)],
        )],
        ..Default::default()
    }
}

#[test]
fn a_listener_waits_for_its_routes() {
    let mut closure = Closure::new();
    give(
        &mut closure,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 80, "rc"),
    );
    let config = advance(&mut closure);
    assert!(config.is_none_or(|config| config.listener("l").is_none()));
    let wanted = closure.wanted();
    assert_eq!(
        wanted.get(&TypeUrl::RouteConfiguration),
        Some(&BTreeSet::from(["rc".to_owned()]))
    );
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("c"),
    );
    let config = advance(&mut closure).expect("changed");
    let chain = Arc::clone(config.listener("l").expect("l").chain(None).expect("chain"));
    assert!(config.routes(&chain).is_some());
    assert!(advance(&mut closure).is_none(), "nothing new");
}

#[test]
fn a_cluster_waits_for_its_endpoints_or_for_word_that_there_are_none() {
    let mut closure = Closure::new();
    for name in ["a", "b"] {
        give(&mut closure, TypeUrl::Cluster, name, &fixture::eds(name));
    }
    assert_eq!(
        closure.wanted().get(&TypeUrl::Endpoint).map(BTreeSet::len),
        Some(2)
    );
    let endpoints = fixture::endpoints("a", vec![fixture::endpoint("10.0.0.1", 80)]);
    give(&mut closure, TypeUrl::Endpoint, "a", &endpoints);
    let config = advance(&mut closure).expect("a");
    assert!(config.cluster("a").is_some() && config.cluster("b").is_none());
    closure
        .apply(TypeUrl::Endpoint, &[], &["b".to_owned()])
        .expect("good");
    let config = advance(&mut closure).expect("b");
    let b = config.cluster("b").expect("b");
    assert!(config.endpoints_of(b).is_none());
}

#[test]
fn an_incomplete_update_keeps_the_last_complete_form() {
    let mut closure = Closure::new();
    give(
        &mut closure,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 80, "rc"),
    );
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("c"),
    );
    advance(&mut closure).expect("first");
    give(
        &mut closure,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 81, "late"),
    );
    give(
        &mut closure,
        TypeUrl::Listener,
        "m",
        &fixture::listener("m", 82, "rc"),
    );
    let config = advance(&mut closure).expect("m");
    assert_eq!(config.listener("l").expect("l").address.port(), 80);
    assert!(config.listener("m").is_some(), "m does not wait for l");
    closure.forget(TypeUrl::RouteConfiguration, "rc");
    closure
        .apply(TypeUrl::Listener, &[], &["m".to_owned()])
        .expect("good");
    let config = advance(&mut closure).expect("m is gone");
    let chain = Arc::clone(config.listener("l").expect("l").chain(None).expect("chain"));
    assert!(
        config.routes(&chain).is_some(),
        "the old listener keeps the old routes"
    );
    let late = proto::envoy::config::route::v3::RouteConfiguration {
        name: "late".to_owned(),
        ..routes("c")
    };
    give(&mut closure, TypeUrl::RouteConfiguration, "late", &late);
    let config = advance(&mut closure).expect("late");
    assert_eq!(config.listener("l").expect("l").address.port(), 81);
    assert!(config.route_config("rc").is_none());
}

#[test]
fn good_resources_are_taken_beside_bad_ones() {
    let mut closure = Closure::new();
    let mut bad = fixture::listener("bad", 80, "rc");
    bad.filter_chains.clear();
    let good = fixture::listener("good", 81, "rc");
    let both = [foreign("bad", &bad), foreign("good", &good)];
    let rejection = closure
        .apply(TypeUrl::Listener, &both, &[])
        .expect_err("bad");
    assert_eq!(rejection.to_string(), "bad: filter_chains: is required");
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("c"),
    );
    let config = advance(&mut closure).expect("good");
    assert!(config.listener("good").is_some() && config.listener("bad").is_none());
}

#[test]
fn equal_versions_do_not_hide_a_change() {
    let mut closure = Closure::new();
    give(
        &mut closure,
        TypeUrl::Listener,
        "l",
        &fixture::listener("l", 80, "rc"),
    );
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("one"),
    );
    advance(&mut closure).expect("first");
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("two"),
    );
    assert!(advance(&mut closure).is_some());
}

#[test]
fn what_needs_commits_is_refused() {
    let mut closure = Closure::new();
    let linked = foreign("rc", &fixture::linked_routes("rc"));
    let rejection = closure
        .apply(TypeUrl::RouteConfiguration, &[linked], &[])
        .expect_err("vhds");
    assert_eq!(rejection.items[0].path, "vhds");
    let rule = foreign("r", &fixture::rule("r", &[], Vec::new()));
    assert!(closure.apply(TypeUrl::RouteRule, &[rule], &[]).is_err());
}

#[test]
fn two_listeners_on_one_address_hold_up_only_the_second() {
    let mut closure = Closure::new();
    for name in ["l", "m"] {
        give(
            &mut closure,
            TypeUrl::Listener,
            name,
            &fixture::listener(name, 80, "rc"),
        );
    }
    give(
        &mut closure,
        TypeUrl::RouteConfiguration,
        "rc",
        &routes("c"),
    );
    let config = advance(&mut closure).expect("l");
    assert!(config.listener("l").is_some() && config.listener("m").is_none());
}
