//! Digests, commits and differences.
//!
//! The digest that is kept up to date must equal the one computed from scratch, after any history.

use std::cell::Cell;
use std::sync::Arc;

use imbl::OrdMap;
use proptest::prelude::{Strategy, proptest};
use prost::Message;
use proto::provenance;
use proto::tidegate::v1::{Commit, CommitOrigin};
use proto::type_url::TypeUrl::{self, Cluster, Endpoint, Listener};

use super::Snapshot;
use crate::diff::{apply, diff};
use crate::digest::Digest;
use crate::fixture::{bare, resource, snapshot};

fn commit_of(snapshot: &Snapshot) -> Commit {
    let resource = snapshot.iter(TypeUrl::Commit).next().expect("committed");
    Commit::decode(resource.message().clone()).expect("a commit")
}

/// The digest computed from scratch.
fn digest_of(snapshot: &Snapshot, type_url: TypeUrl) -> Digest {
    let mut digest = Digest::default();
    for resource in snapshot.iter(type_url) {
        digest.add(resource.name(), &resource.version().hex());
    }
    digest
}

#[test]
fn a_commit_lists_every_type_by_url_with_count_and_digest() {
    let snapshot = snapshot("listener l=1; cluster a=1 b=1; endpoint a=1");
    let commit = commit_of(&snapshot);
    let urls: Vec<&str> = commit
        .entries
        .iter()
        .map(|entry| entry.type_url.as_str())
        .collect();
    assert_eq!(
        urls,
        [Cluster.as_str(), Endpoint.as_str(), Listener.as_str()]
    );
    assert_eq!(
        commit
            .entries
            .iter()
            .map(|entry| entry.count)
            .collect::<Vec<_>>(),
        [2, 1, 1]
    );
    for (entry, type_url) in commit.entries.iter().zip([Cluster, Endpoint, Listener]) {
        assert_eq!(
            entry.digest,
            digest_of(&snapshot, type_url).to_bytes().as_slice()
        );
        assert!(entry.required);
    }
    assert_eq!(commit.name, "commit/test/gw");
}

#[test]
fn entries_are_sorted_by_url_not_by_push_order() {
    let commit = commit_of(&snapshot(
        "secret s=1; route-rule r=1; listener l=1; cluster a=1",
    ));
    assert!(
        commit.entries.is_sorted_by(|a, b| a.type_url < b.type_url),
        "{commit:?}"
    );
}

#[test]
fn the_id_is_the_version_and_covers_content_only() {
    let origin = |reason: &str| CommitOrigin {
        reason: reason.to_owned(),
        parent_id: "p".to_owned(),
        created_ms: 17,
        ..CommitOrigin::default()
    };
    let one = bare("cluster a=1").committed("commit/test/gw", origin("one"));
    let two = bare("cluster a=1").committed("commit/test/gw", origin("two"));
    assert_eq!(one.commit_id(), two.commit_id());
    let (commit, id) = (commit_of(&one), one.commit_id().expect("committed"));
    assert_eq!((commit.id.as_str(), commit.id.len()), (&**id, 32));
    let resource = one.iter(TypeUrl::Commit).next().expect("committed");
    assert_eq!(resource.version().hex(), **id);
    assert_eq!(
        provenance::read(resource.metadata().as_ref()),
        Some(origin("one"))
    );
    assert!(
        diff(&one, &two).is_empty(),
        "a change of origin alone is not pushed"
    );
    assert_ne!(one.commit_id(), snapshot("cluster a=2").commit_id());
    assert_ne!(one.commit_id(), snapshot("listener a=1").commit_id());
}

#[test]
fn committing_again_changes_nothing_and_a_change_takes_the_commit_off() {
    let mut one = snapshot("cluster a=1");
    let again = one
        .clone()
        .committed("commit/test/gw", CommitOrigin::default());
    assert_eq!(one.commit_id(), again.commit_id());
    one.insert(resource(Cluster, "b", "1"));
    assert_eq!((one.commit_id(), one.len(TypeUrl::Commit)), (None, 0));
    let mut two = snapshot("cluster a=1");
    two.remove(Cluster, "a");
    assert!(two.commit_id().is_none() && two.is_empty());
}

#[test]
fn the_difference_is_by_content_and_in_push_order() {
    let old = bare("listener l=1 m=1; cluster a=1 b=1 c=1");
    let new = bare("listener l=1 m=2; cluster a=1 b=2 d=1; secret s=1");
    let text: Vec<String> = diff(&old, &new)
        .iter()
        .map(|d| {
            let type_url = d.type_url.short();
            let names = |list: &[Arc<crate::resource::Resource>]| {
                list.iter()
                    .map(|r| r.name().to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let (added, changed) = (names(&d.added), names(&d.changed));
            format!(
                "{type_url} +[{added}] ~[{changed}] -[{}]",
                names(&d.removed)
            )
        })
        .collect();
    assert_eq!(
        text,
        [
            "cluster +[d] ~[b] -[c]",
            "secret +[s] ~[] -[]",
            "listener +[] ~[m] -[]"
        ]
    );
}

thread_local! {
    static COMPARISONS: Cell<usize> = const { Cell::new(0) };
}

/// A value that counts how often it is compared.
#[derive(Clone)]
struct Counted(u32);

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.with(|count| count.set(count.get() + 1));
        self.0 == other.0
    }
}

#[test]
fn a_small_change_in_a_large_set_does_not_visit_it_all() {
    // Sharing is what makes a difference cost what changed: the map skips the nodes that both have.
    let large: OrdMap<u32, Counted> = (0..20_000u32).map(|key| (key, Counted(0))).collect();
    let mut edited = large.clone();
    edited.insert(777, Counted(1));
    edited.insert(100_000, Counted(1));
    edited.remove(&12_345);
    assert_eq!(large.diff(&edited).count(), 3);
    let visited = COMPARISONS.with(Cell::take);
    assert!(visited < 1_000, "{visited} comparisons for 3 changes");
    let rebuilt: OrdMap<u32, Counted> = large.iter().map(|(k, v)| (*k, v.clone())).collect();
    assert_eq!(large.diff(&rebuilt).count(), 0);
    assert_eq!(
        COMPARISONS.with(Cell::take),
        20_000,
        "nothing is shared, all is compared"
    );
}

fn any_snapshot() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    proptest::collection::vec((0..TypeUrl::ALL.len() - 1, 0..6u8, 0..3u8), 0..24)
}

fn build(parts: &[(usize, u8, u8)]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (type_index, name, content) in parts {
        let type_url = TypeUrl::ALL[*type_index];
        snapshot.insert(resource(type_url, &name.to_string(), &content.to_string()));
    }
    snapshot
}

proptest! {
    #[test]
    fn applying_the_difference_gives_the_new_snapshot(old in any_snapshot(), new in any_snapshot()) {
        for committed in [false, true] {
            let finish = |snapshot: Snapshot| match committed {
                true => snapshot.committed("commit", CommitOrigin::default()),
                false => snapshot,
            };
            let (old, new) = (finish(build(&old)), finish(build(&new)));
            let applied = apply(&old, &diff(&old, &new));
            assert!(diff(&applied, &new).is_empty());
            assert_eq!(applied.commit_id(), new.commit_id());
            for type_url in TypeUrl::ALL {
                assert_eq!(applied.digest(type_url), digest_of(&new, type_url));
                assert_eq!(applied.len(type_url), new.iter(type_url).count());
            }
        }
    }
}
