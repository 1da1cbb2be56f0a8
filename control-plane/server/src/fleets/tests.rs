//! What is wanted of fleets and what statuses say of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_deploy::Platform;
use cp_deploy::exposure::{Address, AddressProblem, Reachability};
use cp_kube::apply::Outcome;
use cp_translate::{Deployment, Desired, GatewayKey};

use super::Fleets;

fn platform(ca: &str) -> Arc<Platform> {
    let text = str::to_owned;
    Arc::new(Platform {
        repository: text("proxy"),
        tag: text("1"),
        digest: None,
        version: text("1"),
        xds: text("cp:1"),
        xds_server_name: text("cp"),
        ca: text(ca),
    })
}

fn desired(name: &str, annotations: &[(&str, &str)]) -> Desired {
    let notes = annotations
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Desired {
        gateway: GatewayKey::new("ns", name),
        uid: "u".to_owned(),
        class: "tidegate".to_owned(),
        ports: Vec::new(),
        deployment: Some(Deployment {
            ports: [80].into(),
            notes: vec![notes.collect()],
            ..Deployment::default()
        }),
    }
}

/// Conditions, addresses and what is said about their absence, of `ns/gw`.
#[track_caller]
fn check(desired: Desired, outcome: Option<Outcome>, expected: &[&str]) {
    let mut fleets = Fleets::default();
    fleets.follow(&[desired], &platform("ca"));
    let outcomes: BTreeMap<_, _> = outcome
        .map(|outcome| (GatewayKey::new("ns", "gw"), outcome))
        .into_iter()
        .collect();
    let deployed = fleets.deployed(&outcomes);
    let found = deployed.values().flat_map(|deployed| {
        let faults = deployed.faults.iter().map(ToString::to_string);
        let addresses = deployed
            .addresses
            .iter()
            .map(|it| format!("{} {}", it.kind, it.value));
        let absent = deployed
            .unaddressed
            .iter()
            .map(|why| format!("none: {why}"));
        faults.chain(addresses).chain(absent).collect::<Vec<_>>()
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

fn reachable(problem: Option<AddressProblem>) -> Outcome {
    Outcome {
        reachability: Reachability {
            addresses: vec![Address::Ip("192.0.2.1".to_owned())],
            problem,
        },
        fault: None,
    }
}

#[test]
fn faults_have_an_owner() {
    check(desired("gw", &[]), None, &[]);
    check(
        desired("gw", &[]),
        Some(reachable(None)),
        &["IPAddress 192.0.2.1"],
    );
    let problem = AddressProblem::NotUsable(vec!["192.0.2.9".to_owned()]);
    check(
        desired("gw", &[]),
        Some(reachable(Some(problem))),
        &[
            "Programmed=False AddressNotUsable: spec.addresses: 192.0.2.9 was not assigned; ask for an address that the load balancer can give, or for none",
            "IPAddress 192.0.2.1",
        ],
    );
    let pending = Outcome {
        reachability: Reachability {
            addresses: Vec::new(),
            problem: Some(AddressProblem::Pending("wait")),
        },
        fault: None,
    };
    check(desired("gw", &[]), Some(pending.clone()), &["none: wait"]);
    let failed = Outcome {
        fault: Some("no room".to_owned()),
        ..pending
    };
    check(
        desired("gw", &[]),
        Some(failed),
        &["Programmed=False DeploymentFailed: no room", "none: wait"],
    );
}

/// What cannot be used is told before anything lives, and touches nothing.
#[test]
fn what_cannot_be_used_keeps_what_is_there() {
    let wrong = desired("gw", &[("tidegate.dev/exposure", "Magic")]);
    check(
        wrong.clone(),
        None,
        &[
            "Accepted=False InvalidParameters: annotation tidegate.dev/exposure: \"Magic\" is not known; use LoadBalancer, ClusterIP, NodePort or HostNetwork",
            "Programmed=False Invalid: the Gateway is not accepted; what is deployed stays as it is",
        ],
    );
    let mut fleets = Fleets::default();
    fleets.follow(&[wrong, desired("other", &[])], &platform("ca"));
    let wanted = fleets.wanted();
    let objects = |name: &str| {
        let rendered = wanted.get(&GatewayKey::new("ns", name)).expect("a fleet");
        rendered.objects.as_ref().map(Vec::len)
    };
    assert_eq!(objects("gw"), None);
    assert_eq!(objects("other"), Some(5));
}

#[test]
fn only_what_is_new_is_made_again() {
    let mut fleets = Fleets::default();
    let all = [desired("gw", &[]), desired("other", &[])];
    fleets.follow(&all, &platform("ca"));
    let first = fleets.wanted();
    let edited = [
        desired("gw", &[("tidegate.dev/exposure", "ClusterIP")]),
        all[1].clone(),
    ];
    fleets.follow(&edited, &platform("ca"));
    let second = fleets.wanted();
    let is_same = |name: &str, left: &cp_kube::apply::Wanted, right: &cp_kube::apply::Wanted| {
        let key = GatewayKey::new("ns", name);
        Arc::ptr_eq(
            left.get(&key).expect("left"),
            right.get(&key).expect("right"),
        )
    };
    assert!(!is_same("gw", &first, &second) && is_same("other", &first, &second));
    // Another authority concerns everybody.
    fleets.follow(&edited, &platform("another"));
    assert!(!is_same("other", &second, &fleets.wanted()));
    fleets.follow(&edited[..1], &platform("another"));
    assert_eq!(fleets.wanted().len(), 1);
}
