//! What several replicas say, taken together.

use std::time::{Duration, Instant};

use cp_api::fleet_report::FleetReportSpec;
use cp_translate::{Cause, Content, GatewayKey, Profile};
use proptest::prelude::*;
use proto::type_url::TypeUrl;

use super::{Held, LIFE, Peers, Refusal, report};

fn gateway() -> GatewayKey {
    GatewayKey::new("default", "edge")
}

fn content(name: &str) -> Content {
    Content {
        gateway: gateway(),
        profile: Profile::Tidegate,
        type_url: TypeUrl::Cluster,
        name: name.to_owned(),
        version: "v1".to_owned(),
    }
}

fn refusal(message: &str, proxies: u32) -> Refusal {
    Refusal {
        cause: Cause::Content,
        message: message.to_owned(),
        proxy_version: "0.1.0".to_owned(),
        proxies,
    }
}

fn held(commit: &str, proxies: u32) -> Held {
    Held {
        profile: Profile::Tidegate,
        commit: commit.to_owned(),
        proxies,
    }
}

fn said(
    replica: &str,
    renewals: i64,
    commits: &[(&str, u32)],
    refused: &[(&str, &str, u32)],
) -> FleetReportSpec {
    let commits: Vec<Held> = commits
        .iter()
        .map(|(commit, proxies)| held(commit, *proxies))
        .collect();
    let refused: Vec<(Content, Refusal)> = refused
        .iter()
        .map(|(name, message, proxies)| (content(name), refusal(message, *proxies)))
        .collect();
    let pairs = refused.iter().map(|(content, refusal)| (content, refusal));
    FleetReportSpec {
        renewals,
        ..report(&gateway(), replica, &commits, pairs)
    }
}

#[test]
fn counts_and_rejections_of_replicas_add_up() {
    let (mut peers, now) = (Peers::default(), Instant::now());
    peers.observed(said("a", 1, &[("x", 2), ("", 1)], &[("c", "no", 2)]), now);
    peers.observed(
        said("b", 1, &[("x", 3)], &[("c", "nay", 1), ("d", "no", 1)]),
        now,
    );
    assert_eq!(peers.held(&gateway()), [held("", 1), held("x", 5)]);
    let union: Vec<(String, Refusal)> = peers
        .refusals()
        .into_iter()
        .map(|(content, refusal)| (content.name, refusal))
        .collect();
    assert_eq!(
        union,
        [
            ("c".to_owned(), refusal("nay", 3)),
            ("d".to_owned(), refusal("no", 1))
        ]
    );
    assert_eq!(peers.held(&GatewayKey::new("default", "other")), []);
    peers.observed(said("a", 2, &[("y", 1)], &[]), now);
    assert_eq!(peers.held(&gateway()), [held("x", 3), held("y", 1)]);
    assert_eq!(peers.refusals().len(), 2);
}

#[test]
fn a_report_counts_while_it_is_renewed_whatever_other_clocks_say() {
    let (mut peers, start) = (Peers::default(), Instant::now());
    let at = |seconds: u64| start + Duration::from_secs(seconds);
    peers.observed(said("a", 7, &[("x", 1)], &[("c", "no", 1)]), at(0));
    // Seen again, but not renewed.
    peers.observed(said("a", 7, &[("x", 1)], &[("c", "no", 1)]), at(20));
    assert_eq!(peers.due(), Some(at(0) + LIFE));
    assert_eq!(peers.expire(at(29)), []);
    peers.observed(said("a", 8, &[("x", 1)], &[("c", "no", 1)]), at(29));
    assert_eq!(peers.expire(at(58)), []);
    assert_eq!(peers.expire(at(59)), [(gateway(), "a".to_owned())]);
    assert_eq!(peers.held(&gateway()), []);
    assert_eq!(peers.due(), None);
    // What it said of content stays, for no one in particular.
    assert_eq!(peers.refusals().get(&content("c")), Some(&refusal("no", 0)));
    // It was only slow.
    peers.observed(said("a", 9, &[("x", 1)], &[("c", "no", 1)]), at(70));
    assert_eq!(peers.held(&gateway()), [held("x", 1)]);
    assert_eq!(peers.refusals().get(&content("c")), Some(&refusal("no", 1)));
}

#[test]
fn rejections_of_a_replica_that_has_gone_stay_until_the_content_changes() {
    let (mut peers, now) = (Peers::default(), Instant::now());
    peers.observed(
        said("a", 1, &[("x", 1)], &[("c", "no", 1), ("d", "no", 1)]),
        now,
    );
    peers.gone(&gateway(), "a");
    assert_eq!(peers.refusals().len(), 2);
    peers.retain_orphans(|content| content.name == "d");
    let left: Vec<&str> = peers
        .all_orphans()
        .map(|(content, _)| content.name.as_str())
        .collect();
    assert_eq!(left, ["d"]);
    peers.gone(&gateway(), "b");
    assert_eq!(peers.refusals().len(), 1);
}

#[test]
fn what_a_newer_replica_says_of_types_unknown_here_is_skipped() {
    let (mut peers, now) = (Peers::default(), Instant::now());
    let mut report = said("a", 1, &[], &[("c", "no", 1)]);
    let mut foreign = report.rejections[0].clone();
    foreign.r#type = "type.googleapis.com/tidegate.v9.Tide".to_owned();
    report.rejections.push(foreign);
    peers.observed(report, now);
    assert_eq!(peers.refusals().len(), 1);
}

#[test]
fn a_report_is_bounded() {
    let commits: Vec<Held> = (0..200)
        .map(|index| held(&format!("c{index}"), 1))
        .collect();
    let long = refusal(&"é".repeat(5_000), 1);
    let contents: Vec<Content> = (0..2_000)
        .map(|index| content(&format!("n{index}")))
        .collect();
    let refusals = contents.iter().map(|content| (content, &long));
    let found = report(&gateway(), "a", &commits, refusals);
    let proxies: u32 = found.applied.iter().map(|applied| applied.proxies).sum();
    assert_eq!(proxies, 200);
    assert!(found.applied.len() <= 64, "{}", found.applied.len());
    assert!(found.rejections.len() <= 1_024);
    assert!(
        found
            .rejections
            .iter()
            .all(|rejection| rejection.message.len() <= 4_096)
    );
}

fn some_reports() -> impl Strategy<Value = Vec<FleetReportSpec>> {
    let one = (
        prop::collection::vec(("[xy]?", 0_u32..4), 0..3),
        prop::collection::vec(("[cd]", "[mn]", 0_u32..4), 0..3),
    );
    prop::collection::btree_map("[a-e]", one, 0..5).prop_map(|all| {
        let reports = all.into_iter().map(|(replica, (commits, mut refused))| {
            refused.sort();
            refused.dedup_by(|one, other| one.0 == other.0);
            let commits: Vec<(&str, u32)> = commits
                .iter()
                .map(|(commit, n)| (commit.as_str(), *n))
                .collect();
            let refused: Vec<(&str, &str, u32)> = refused
                .iter()
                .map(|(name, words, n)| (name.as_str(), words.as_str(), *n))
                .collect();
            said(&replica, 1, &commits, &refused)
        });
        reports.collect()
    })
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_same_union(
        (ordered, shuffled, gone) in some_reports().prop_flat_map(|reports| {
            let shuffled = Just(reports.clone()).prop_shuffle();
            let gone = prop::collection::vec("[a-e]", 0..3);
            (Just(reports), shuffled, gone)
        })
    ) {
        let now = Instant::now();
        let (mut one, mut other) = (Peers::default(), Peers::default());
        for report in &ordered {
            one.observed(report.clone(), now);
        }
        for report in &shuffled {
            other.observed(report.clone(), now);
            other.observed(report.clone(), now);
        }
        for replica in &gone {
            one.gone(&gateway(), replica);
        }
        for replica in gone.iter().rev() {
            other.gone(&gateway(), replica);
        }
        prop_assert_eq!(one.held(&gateway()), other.held(&gateway()));
        prop_assert_eq!(one.refusals(), other.refusals());
    }
}
