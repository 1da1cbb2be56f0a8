//! Who holds what.

use super::{Fleet, Progress, Proxy, Publication, StreamId};
use crate::peers::Held;
use cp_translate::{GatewayKey, Profile};
use std::collections::BTreeSet;
use std::time::SystemTime;

fn gateway() -> GatewayKey {
    GatewayKey::new("default", "edge")
}

fn proxy(profile: Profile) -> Proxy {
    Proxy {
        node_id: "node".to_owned(),
        user_agent: "tidegate-proxy".to_owned(),
        version: "0.1.0".to_owned(),
        profile,
        connected_at: SystemTime::UNIX_EPOCH,
        applied: None,
        rejected: None,
        refused: BTreeSet::new(),
    }
}

#[test]
fn nothing_is_complete_without_a_proxy() {
    let mut fleet = Fleet::default();
    let first = fleet.published(&gateway(), "a", "x");
    assert!(!fleet.progress(&gateway(), first).is_complete());
}

#[test]
fn a_publication_is_complete_once_every_proxy_applied_it() {
    let mut fleet = Fleet::default();
    fleet.connected(&gateway(), StreamId(1), proxy(Profile::Tidegate));
    fleet.connected(&gateway(), StreamId(2), proxy(Profile::Envoy));
    let first = fleet.published(&gateway(), "a", "x");
    fleet.applied(&gateway(), StreamId(1), "a");
    assert_eq!(
        fleet.progress(&gateway(), first),
        Progress {
            applied: 1,
            total: 2
        }
    );
    fleet.applied(&gateway(), StreamId(2), "x");
    assert!(fleet.progress(&gateway(), first).is_complete());
}

#[test]
fn a_publication_that_changes_the_other_profile_only_is_held_at_once() {
    let mut fleet = Fleet::default();
    fleet.connected(&gateway(), StreamId(1), proxy(Profile::Tidegate));
    fleet.published(&gateway(), "a", "x");
    fleet.applied(&gateway(), StreamId(1), "a");
    let second = fleet.published(&gateway(), "a", "y");
    assert!(fleet.progress(&gateway(), second).is_complete());
    let third = fleet.published(&gateway(), "b", "y");
    assert!(!fleet.progress(&gateway(), third).is_complete());
}

#[test]
fn a_refusal_stands_until_a_commit_is_applied() {
    let mut fleet = Fleet::default();
    fleet.connected(&gateway(), StreamId(1), proxy(Profile::Tidegate));
    fleet.rejected(&gateway(), StreamId(1), "no");
    assert!(
        fleet
            .proxies(&gateway())
            .all(|proxy| proxy.rejected.is_some())
    );
    fleet.applied(&gateway(), StreamId(1), "a");
    assert!(
        fleet
            .proxies(&gateway())
            .all(|proxy| proxy.rejected.is_none())
    );
}

#[test]
fn proxies_have_a_commit_in_common_once_the_last_one_holds_it() {
    let mut fleet = Fleet::default();
    let common = |fleet: &Fleet, profile| fleet.common(&gateway(), profile).map(str::to_owned);
    assert_eq!(common(&fleet, Profile::Tidegate), None);
    for stream in [1, 2] {
        fleet.connected(&gateway(), StreamId(stream), proxy(Profile::Tidegate));
    }
    fleet.connected(&gateway(), StreamId(3), proxy(Profile::Envoy));
    fleet.applied(&gateway(), StreamId(1), "a");
    assert_eq!(common(&fleet, Profile::Tidegate), None);
    fleet.applied(&gateway(), StreamId(2), "a");
    assert_eq!(common(&fleet, Profile::Tidegate), Some("a".to_owned()));
    assert_eq!(common(&fleet, Profile::Envoy), None);
    fleet.applied(&gateway(), StreamId(2), "b");
    assert_eq!(common(&fleet, Profile::Tidegate), None);
}

#[test]
fn an_unknown_gateway_has_nothing() {
    let fleet = Fleet::default();
    assert_eq!(fleet.latest(&gateway()), Publication(0));
    assert_eq!(
        fleet.progress(&gateway(), Publication(1)),
        Progress {
            applied: 0,
            total: 0
        }
    );
    assert!(!fleet.has(&gateway(), Profile::Envoy));
}

#[test]
fn proxies_of_other_replicas_count() {
    let mut fleet = Fleet::default();
    let remote = |commit: &str, proxies| Held {
        profile: Profile::Tidegate,
        commit: commit.to_owned(),
        proxies,
    };
    let progress = |fleet: &Fleet, since| {
        let progress = fleet.progress(&gateway(), since);
        (progress.applied, progress.total)
    };
    let first = fleet.published(&gateway(), "a", "x");
    let second = fleet.published(&gateway(), "b", "x");
    fleet.connected(&gateway(), StreamId(1), proxy(Profile::Tidegate));
    fleet.applied(&gateway(), StreamId(1), "b");
    fleet.follow_remote(
        &gateway(),
        vec![remote("", 1), remote("a", 2), remote("b", 1)],
    );
    assert_eq!(progress(&fleet, first), (4, 5));
    assert_eq!(progress(&fleet, second), (2, 5));
    assert_eq!(fleet.common(&gateway(), Profile::Tidegate), None);
    // One that is ahead of this replica holds nothing that is known here.
    fleet.follow_remote(&gateway(), vec![remote("c", 1)]);
    assert_eq!(progress(&fleet, second), (1, 2));
    fleet.follow_remote(&gateway(), vec![remote("b", 3)]);
    assert_eq!(progress(&fleet, second), (4, 4));
    assert_eq!(fleet.common(&gateway(), Profile::Tidegate), Some("b"));
    assert_eq!(fleet.connected_anywhere(&gateway(), Profile::Tidegate), 4);
    assert_eq!(fleet.held(&gateway()), [remote("b", 1)]);
    fleet.disconnected(&gateway(), StreamId(1));
    assert_eq!(progress(&fleet, second), (3, 3));
    assert_eq!(fleet.gateways().count(), 0);
    assert!(fleet.has(&gateway(), Profile::Tidegate));
    assert!(!fleet.has(&gateway(), Profile::Envoy));
}
