//! What is written is what is read, for its own Gateway and key only; everything else is put aside.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use bytes::Bytes;
use proto::type_url::TypeUrl;
use xds::client::{Received, Update};

use super::file::{self, Contents};
use super::{Memory, Raw, Raws, Remembered, SealKey, Store};

fn raw(version: &str, message: &str) -> Raw {
    Raw {
        version: version.into(),
        message: Bytes::copy_from_slice(message.as_bytes()),
    }
}

fn remembered(resources: &[(TypeUrl, &str, &str)]) -> Remembered {
    let resources = resources
        .iter()
        .map(|(kind, name, text)| ((*kind, Arc::from(*name)), raw("v1", text)));
    Remembered {
        commit: received("commit", "c1", "the commit"),
        resources: resources.collect(),
        lacks_secrets: false,
    }
}

fn received(name: &str, version: &str, message: &str) -> Received {
    Received {
        name: name.to_owned(),
        version: version.to_owned(),
        message: Bytes::copy_from_slice(message.as_bytes()),
        metadata: None,
    }
}

const SECRET: (TypeUrl, &str, &str) = (TypeUrl::Secret, "key", "very-secret");
const CLUSTER: (TypeUrl, &str, &str) = (TypeUrl::Cluster, "a", "a cluster");

fn key(byte: u8) -> Option<SealKey> {
    Some(SealKey::derive(&[byte; 32]).expect("long enough"))
}

fn store(dir: &tempfile::TempDir, gateway: &str, key: Option<SealKey>) -> Store {
    let gateway = gateway.parse().expect("a name");
    Store::open(dir.path().join("state"), gateway, key).expect("opened")
}

fn listing(dir: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path().join("state")).expect("directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .into_string()
                .expect("name")
        })
        .collect();
    names.sort();
    names
}

/// What is read back: names, and whether secrets are missing. `None`: put aside.
#[track_caller]
fn check(
    written: (&str, Option<SealKey>),
    read: (&str, Option<SealKey>),
    expected: Option<(&[&str], bool)>,
) {
    let dir = tempfile::tempdir().expect("tempdir");
    let remembered = remembered(&[CLUSTER, SECRET]);
    store(&dir, written.0, written.1)
        .write(&remembered)
        .expect("written");
    let bytes = fs::read(dir.path().join("state/last-good")).expect("file");
    let is_in_clear = bytes.windows(11).any(|part| part == b"very-secret");
    assert!(!is_in_clear, "a secret lies on the disk");
    let found = store(&dir, read.0, read.1).read();
    let found = found.map(|found| {
        let names: Vec<String> = found
            .resources
            .keys()
            .map(|(_, name)| name.to_string())
            .collect();
        (names, found.lacks_secrets)
    });
    let expected = expected
        .map(|(names, lacks)| (names.iter().map(|name| (*name).to_owned()).collect(), lacks));
    assert_eq!(found, expected);
    let kept = if expected.is_some() {
        "last-good"
    } else {
        "last-good.refused"
    };
    assert_eq!(listing(&dir), [kept]);
}

#[test]
fn secrets_are_sealed_or_left_out() {
    check(
        ("a/b", key(1)),
        ("a/b", key(1)),
        Some((&["a", "key"], false)),
    );
    check(("a/b", None), ("a/b", None), Some((&["a"], true)));
    // The key was taken away, exchanged, or came later.
    check(("a/b", key(1)), ("a/b", None), Some((&["a"], true)));
    check(("a/b", key(1)), ("a/b", key(2)), Some((&["a"], true)));
    check(("a/b", None), ("a/b", key(1)), Some((&["a"], true)));
    check(("a/b", key(1)), ("a/c", key(1)), None);
}

#[test]
fn files_are_private_and_replaced_in_one_step() {
    let dir = tempfile::tempdir().expect("tempdir");
    let store = store(&dir, "a/b", None);
    // Half of a file, from a process that was killed while it wrote.
    fs::write(dir.path().join("state/.last-good.new"), "half").expect("written");
    assert!(store.read().is_none(), "half of a file was read");
    store.write(&remembered(&[CLUSTER])).expect("written");
    store.write(&remembered(&[])).expect("written again");
    assert_eq!(listing(&dir), ["last-good"]);
    let mode = |path: &str| {
        let metadata = fs::metadata(dir.path().join(path)).expect("metadata");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!((mode("state"), mode("state/last-good")), (0o700, 0o600));
    let found = store.read().expect("reads");
    assert!(found.resources.is_empty());
    assert_eq!(
        (found.commit.name.as_str(), found.commit.version.as_str()),
        ("commit", "c1")
    );
    assert_eq!(found.commit.message, "the commit");
}

#[test]
fn every_other_byte_is_noticed() {
    let gateway = "a/b".parse().expect("a name");
    let good = file::encode(&remembered(&[CLUSTER]), &gateway, None).expect("encoded");
    let refused = |bytes: Vec<u8>| {
        let decoded = file::decode(&Contents::of(bytes), &gateway, None);
        decoded.map(drop).expect_err("refused").to_string()
    };
    for index in 0..good.bytes().len() {
        let mut bytes = good.bytes().to_vec();
        bytes[index] ^= 0x80;
        refused(bytes);
        refused(good.bytes()[..index].to_vec());
    }
    let mut newer = good.bytes().to_vec();
    newer[7] = 2;
    assert_eq!(
        refused(newer),
        "it was written by a newer version, in format 2"
    );
    assert_eq!(
        refused(b"{\"json\": true, \"long\": 1}".to_vec()),
        "it is none of ours"
    );
    let other = "a/other".parse().expect("a name");
    let other = file::encode(&remembered(&[]), &other, None).expect("encoded");
    assert_eq!(refused(other.bytes().to_vec()), "it is of Gateway a/other");
}

fn update(type_url: TypeUrl, resources: &[(&str, &str)], removed: &[&str]) -> Update {
    Update {
        type_url,
        nonce: String::new(),
        system_version: String::new(),
        resources: resources
            .iter()
            .map(|(name, text)| received(name, "v", text))
            .collect(),
        removed: removed.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn names(raws: &Raws) -> Vec<&str> {
    raws.keys().map(|(_, name)| &**name).collect()
}

#[test]
fn what_is_remembered_is_what_is_active() {
    let (out, changes) = tokio::sync::watch::channel(None);
    let mut memory = Memory::new(false, out);
    memory.staged(&update(TypeUrl::Cluster, &[("a", "1"), ("b", "1")], &[]));
    memory.staged(&update(TypeUrl::Secret, &[("s", "1")], &[]));
    assert!(changes.borrow().is_none(), "staged is not active");
    memory.activated(received("commit", "c1", ""), true);
    let first = changes.borrow().clone().expect("remembered");
    assert_eq!(
        names(&first.resources),
        ["a", "b"],
        "no secret without a key"
    );
    assert!(first.lacks_secrets);
    // Staged and never activated: the stream broke.
    memory.staged(&update(TypeUrl::Cluster, &[("c", "1")], &["a"]));
    memory.reset(false);
    memory.activated(received("commit", "c2", ""), false);
    let second = changes.borrow().clone().expect("remembered");
    assert_eq!(names(&second.resources), ["a", "b"]);
    assert!(!second.lacks_secrets);
    // Everything comes afresh: nothing is left over.
    memory.reset(true);
    memory.staged(&update(TypeUrl::Cluster, &[("d", "1")], &[]));
    memory.activated(received("commit", "c3", ""), false);
    let third = changes.borrow().clone().expect("remembered");
    assert_eq!(names(&third.resources), ["d"]);
}

#[test]
fn nothing_prints_a_secret() {
    let printed = format!("{:?}", remembered(&[SECRET]).resources);
    assert!(!printed.contains("very-secret"), "{printed}");
}

#[test]
fn pauses_grow_only_while_commits_keep_coming() {
    use super::{LONGEST_PAUSE, SHORTEST_PAUSE, next_pause};
    let mut pause = SHORTEST_PAUSE;
    for _ in 0..10 {
        let next = next_pause(pause, true);
        assert!(next > pause || next == LONGEST_PAUSE);
        pause = next;
    }
    assert_eq!(pause, LONGEST_PAUSE);
    assert_eq!(next_pause(pause, false), SHORTEST_PAUSE);
}
