//! Linking routes: patching equals building from scratch, and costs what changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proto::type_url::TypeUrl;

use super::{RouteIndex, Touched};
use crate::decode;
use crate::fixture;
use crate::resources::Resources;
use crate::route::Action;

const RC: [&str; 3] = ["rc", "rc/a", "other"];
const DOMAINS: [&str; 4] = ["a.example", "b.example", "*.example", "*"];

/// One edit of the set.
#[derive(Clone, Debug)]
enum Edit {
    Config {
        config: usize,
        form: Form,
    },
    Host {
        config: usize,
        domain: usize,
        is_there: bool,
    },
    Rule {
        rule: usize,
        hosts: Vec<(usize, usize)>,
        generation: u8,
    },
    NoRule {
        rule: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Absent,
    Linked,
    Inline,
}

fn edits() -> impl Strategy<Value = Edit> {
    let config = 0..RC.len();
    let domain = 0..DOMAINS.len();
    let form =
        prop_oneof![1 => Just(Form::Absent), 3 => Just(Form::Linked), 1 => Just(Form::Inline)];
    let hosts = proptest::collection::vec((config.clone(), domain.clone()), 0..3);
    prop_oneof![
        1 => (config.clone(), form).prop_map(|(config, form)| Edit::Config { config, form }),
        2 => (config, domain, any::<bool>())
            .prop_map(|(config, domain, is_there)| Edit::Host { config, domain, is_there }),
        3 => (0..4_usize, hosts, any::<u8>())
            .prop_map(|(rule, hosts, generation)| Edit::Rule { rule, hosts, generation }),
        1 => (0..4_usize).prop_map(|rule| Edit::NoRule { rule }),
    ]
}

fn apply(resources: &mut Resources, edit: &Edit) {
    match edit {
        Edit::Config { config, form } => {
            let name = RC[*config];
            let message = match form {
                Form::Absent => {
                    resources.remove(TypeUrl::RouteConfiguration, name);
                    return;
                }
                Form::Linked => fixture::linked_routes(name),
                Form::Inline => proto::envoy::config::route::v3::RouteConfiguration {
                    name: name.to_owned(),
                    virtual_hosts: vec![fixture::inline_host(
                        "*",
                        vec![fixture::forward("/", "i")],
                    )],
                    ..Default::default()
                },
            };
            put(resources, TypeUrl::RouteConfiguration, name, &message);
        }
        Edit::Host {
            config,
            domain,
            is_there,
        } => {
            let name = host_name(*config, *domain);
            if *is_there {
                let message = fixture::host(RC[*config], DOMAINS[*domain]);
                put(resources, TypeUrl::VirtualHost, &name, &message);
            } else {
                resources.remove(TypeUrl::VirtualHost, &name);
            }
        }
        Edit::Rule {
            rule,
            hosts,
            generation,
        } => {
            let hosts: Vec<String> = hosts
                .iter()
                .map(|(config, domain)| host_name(*config, *domain))
                .collect();
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            let routes = (0..generation % 3)
                .map(|index| {
                    fixture::forward(
                        &format!("/{}", index + generation % 2),
                        &format!("c{generation}"),
                    )
                })
                .collect();
            let name = format!("rule{rule}");
            put(
                resources,
                TypeUrl::RouteRule,
                &name,
                &fixture::rule(&name, &hosts, routes),
            );
        }
        Edit::NoRule { rule } => {
            resources.remove(TypeUrl::RouteRule, &format!("rule{rule}"));
        }
    }
}

fn host_name(config: usize, domain: usize) -> String {
    proto::name::virtual_host(RC[config], DOMAINS[domain])
}

fn put<M: prost::Message>(resources: &mut Resources, type_url: TypeUrl, name: &str, message: &M) {
    let received = fixture::resource(name, message);
    let value = decode::value(type_url, name, &received.message).expect("valid");
    resources.insert(
        type_url,
        name.into(),
        received.version.as_str().into(),
        value,
    );
}

/// Everything that can be seen of an index: configuration, domain, and routes in order.
fn seen(index: &RouteIndex) -> BTreeMap<(String, String), Vec<String>> {
    let mut seen = BTreeMap::new();
    for config in index.configs() {
        seen.insert((config.name.to_string(), String::new()), Vec::new());
        for (domain, host) in config.hosts.iter() {
            let routes = host.table.in_order().into_iter().map(|entry| {
                let Action::Forward(forward) = &entry.payload.action else {
                    return String::new();
                };
                let clusters: Vec<&str> = forward
                    .clusters
                    .iter()
                    .map(|choice| &*choice.cluster)
                    .collect();
                format!(
                    "{} {} {clusters:?}",
                    entry.payload.source.resource, entry.matcher.path
                )
            });
            seen.insert(
                (config.name.to_string(), domain.to_string()),
                routes.collect(),
            );
        }
    }
    seen
}

proptest! {
    #[test]
    fn a_patched_index_equals_one_built_from_scratch(
        commits in proptest::collection::vec(proptest::collection::vec(edits(), 1..6), 1..12),
    ) {
        let mut old = Resources::default();
        let mut index = RouteIndex::default();
        for commit in commits {
            let mut new = old.clone();
            for edit in &commit {
                apply(&mut new, edit);
            }
            let (patched, _) = index.patch(&old, &new).expect("no conflict");
            let (built, _) = RouteIndex::default()
                .patch(&Resources::default(), &new)
                .expect("no conflict");
            prop_assert_eq!(seen(&patched), seen(&built));
            prop_assert_eq!(patched.tables.len(), built.tables.len(), "tables leak");
            (old, index) = (new, patched);
        }
    }
}

#[test]
fn one_rule_of_ten_thousand_on_one_host_touches_one_entry() {
    let mut resources = Resources::default();
    put(
        &mut resources,
        TypeUrl::RouteConfiguration,
        "rc",
        &fixture::linked_routes("rc"),
    );
    put(
        &mut resources,
        TypeUrl::VirtualHost,
        "rc/a.example",
        &fixture::host("rc", "a.example"),
    );
    for number in 0..10_000 {
        put_numbered(&mut resources, number, "rc/a.example", "one");
    }
    let (index, touched) = RouteIndex::default()
        .patch(&Resources::default(), &resources)
        .expect("linked");
    assert_eq!(
        touched,
        Touched {
            entries: 10_000,
            hosts: 1,
            configs: 1
        }
    );
    let mut edited = resources.clone();
    put_numbered(&mut edited, 5_000, "rc/a.example", "two");
    let (_, touched) = index.patch(&resources, &edited).expect("linked");
    // The old entry out, the new one in.
    assert_eq!(
        touched,
        Touched {
            entries: 2,
            hosts: 1,
            configs: 0
        }
    );
}

#[test]
fn one_rule_among_ten_thousand_hosts_touches_one_host() {
    let mut resources = Resources::default();
    put(
        &mut resources,
        TypeUrl::RouteConfiguration,
        "rc",
        &fixture::linked_routes("rc"),
    );
    for number in 0..10_000 {
        let domain = format!("h{number}.example");
        let host = fixture::host("rc", &domain);
        put(
            &mut resources,
            TypeUrl::VirtualHost,
            &host.name.clone(),
            &host,
        );
        put_numbered(&mut resources, number, &host.name, "one");
    }
    let (index, _) = RouteIndex::default()
        .patch(&Resources::default(), &resources)
        .expect("linked");
    let mut edited = resources.clone();
    put_numbered(&mut edited, 17, "rc/h17.example", "two");
    let (patched, touched) = index.patch(&resources, &edited).expect("linked");
    assert_eq!(
        touched,
        Touched {
            entries: 2,
            hosts: 1,
            configs: 0
        }
    );
    let host = |index: &RouteIndex, name: &str| {
        Arc::clone(index.config("rc").expect("rc").host(name).expect("host"))
    };
    assert!(Arc::ptr_eq(
        &host(&index, "h18.example"),
        &host(&patched, "h18.example")
    ));
    assert!(!Arc::ptr_eq(
        &host(&index, "h17.example"),
        &host(&patched, "h17.example")
    ));
}

fn put_numbered(resources: &mut Resources, number: usize, host: &str, cluster: &str) {
    let name = format!("rule{number}");
    let routes = vec![fixture::forward(&format!("/r{number}"), cluster)];
    put(
        resources,
        TypeUrl::RouteRule,
        &name,
        &fixture::rule(&name, &[host], routes),
    );
}

#[test]
fn two_hosts_cannot_claim_one_domain() {
    let mut old = Resources::default();
    put(
        &mut old,
        TypeUrl::RouteConfiguration,
        "rc",
        &fixture::linked_routes("rc"),
    );
    put(
        &mut old,
        TypeUrl::VirtualHost,
        "rc/a.example",
        &fixture::host("rc", "a.example"),
    );
    let (index, _) = RouteIndex::default()
        .patch(&Resources::default(), &old)
        .expect("linked");
    let mut new = old.clone();
    put(
        &mut new,
        TypeUrl::VirtualHost,
        "rc/A.example",
        &fixture::host("rc", "A.example"),
    );
    let conflicts = index.patch(&old, &new).expect_err("conflict");
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        (&*conflicts[0].refused, &*conflicts[0].holder),
        ("rc/A.example", "rc/a.example")
    );
    new.remove(TypeUrl::VirtualHost, "rc/a.example");
    let (moved, _) = index.patch(&old, &new).expect("the domain changes hands");
    assert_eq!(
        &*moved
            .config("rc")
            .expect("rc")
            .host("a.example")
            .expect("host")
            .name,
        "rc/A.example"
    );
}
