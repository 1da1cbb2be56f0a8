//! Real files, real watches: each test waits for a batch with a deadline and never sleeps to be right.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use cp_translate::Change;
use tempfile::TempDir;

use super::{Batch, Environment, Source, load};
use crate::watch::Watch;

/// Generous: the machine may be busy. What is measured is asserted apart.
const DEADLINE: Duration = Duration::from_secs(10);

struct World {
    dir: TempDir,
    source: Source,
    first: Vec<String>,
}

impl World {
    fn new(files: &[(&str, String)]) -> Self {
        Self::prepared(|dir| {
            for (path, text) in files {
                fs::write(dir.join(path), text).expect("written");
            }
        })
    }

    fn prepared(prepare: impl FnOnce(PathBuf)) -> Self {
        let dir = tempfile::tempdir().expect("temporary directory");
        prepare(dir.path().to_owned());
        let (source, first) = Source::open(vec![dir.path().to_owned()], nothing()).expect("opened");
        Self {
            dir,
            source,
            first: words(&first),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("written");
    }

    async fn batch(&mut self) -> Batch {
        let next = tokio::time::timeout(DEADLINE, self.source.next());
        next.await
            .expect("a batch in time")
            .expect("the source lives")
    }

    async fn changes(&mut self) -> Vec<String> {
        words(&self.batch().await)
    }

    /// No batch comes although everything was looked at: proved by a marker that comes alone.
    async fn silence(&mut self) {
        self.write("zz-marker.yaml", &service("marker", 1));
        let expected = ["apply Service default/marker".to_owned()];
        assert_eq!(self.changes().await, expected);
    }
}

fn nothing() -> Environment {
    Arc::new(|_| None)
}

fn service(name: &str, port: u16) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: {port}}}]}}\n"
    )
}

fn words(batch: &Batch) -> Vec<String> {
    let word = |change: &Change| match change {
        Change::Apply { object, .. } => format!("apply {}", object.key()),
        Change::Delete(key) => format!("delete {key}"),
        Change::Invalid { key, .. } => format!("invalid {key}"),
        Change::Relist { .. }
        | Change::Rejected(_)
        | Change::Retry(_)
        | Change::Accepted(_)
        | Change::Applied { .. } => {
            panic!("not from files: {change:?}")
        }
    };
    batch.changes.iter().map(word).collect()
}

#[tokio::test]
async fn an_edit_is_seen_at_once() {
    let mut world = World::new(&[("a.yaml", service("a", 80))]);
    assert_eq!(world.first, ["apply Service default/a"]);
    let mut best = Duration::MAX;
    for port in 81..91 {
        let started = Instant::now();
        world.write("a.yaml", &service("a", port));
        assert_eq!(world.changes().await, ["apply Service default/a"]);
        best = best.min(started.elapsed());
    }
    assert!(best < Duration::from_millis(50), "{best:?}");
}

/// What people type: `-f manifests`, `-f ./manifests`, `-f ../x/manifests/a.yaml`.
#[tokio::test]
async fn relative_roots_are_watched_under_their_own_name() {
    let up: PathBuf = std::env::current_dir()
        .expect("a directory")
        .components()
        .skip(1)
        .map(|_| "..")
        .collect();
    for (prefix, suffix) in [("", ""), (".", ""), ("", "a.yaml")] {
        let dir = tempfile::tempdir().expect("temporary directory");
        fs::write(dir.path().join("a.yaml"), service("a", 80)).expect("written");
        let below = dir.path().strip_prefix("/").expect("absolute");
        let root = PathBuf::from(prefix).join(&up).join(below).join(suffix);
        assert!(root.is_relative());
        let (source, first) = Source::open(vec![root], nothing()).expect("opened");
        let expected = up.join(below).join("a.yaml");
        assert_eq!(origin(&first), expected.display().to_string());
        let mut world = World {
            dir,
            source,
            first: Vec::new(),
        };
        let started = Instant::now();
        world.write("a.yaml", &service("a", 81));
        assert_eq!(world.changes().await, ["apply Service default/a"]);
        assert!(
            started.elapsed() < super::TICK,
            "by an event, not by the slow look"
        );
    }
}

fn origin(batch: &Batch) -> String {
    match batch.changes.first() {
        Some(Change::Apply {
            origin: Some(origin),
            ..
        }) => origin.file.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_rename_over_a_file_is_one_batch() {
    let mut world = World::new(&[("a.yaml", service("a", 80))]);
    world.write("a.yaml.tmp", &service("b", 80));
    fs::rename(world.path("a.yaml.tmp"), world.path("a.yaml")).expect("renamed");
    assert_eq!(
        world.changes().await,
        ["delete Service default/a", "apply Service default/b"]
    );
    world.silence().await;
}

#[tokio::test]
async fn a_symlink_swap_is_one_batch() {
    let mut world = World::prepared(|dir| {
        fs::create_dir(dir.join("..1")).expect("made");
        for name in ["a", "b", "c"] {
            fs::write(dir.join(format!("..1/{name}.yaml")), service(name, 80)).expect("written");
            symlink(
                format!("..data/{name}.yaml"),
                dir.join(format!("{name}.yaml")),
            )
            .expect("linked");
        }
        symlink("..1", dir.join("..data")).expect("linked");
    });
    assert_eq!(world.first.len(), 3);
    for (version, port) in [("..2", 81), ("..3", 82)] {
        fs::create_dir(world.path(version)).expect("made");
        for name in ["a", "b", "c"] {
            world.write(&format!("{version}/{name}.yaml"), &service(name, port));
        }
        symlink(version, world.path("..data_tmp")).expect("linked");
        fs::rename(world.path("..data_tmp"), world.path("..data")).expect("swapped");
        assert_eq!(
            world.changes().await,
            ["a", "b", "c"].map(|name| format!("apply Service default/{name}"))
        );
    }
    fs::remove_dir_all(world.path("..1")).expect("removed");
    world.silence().await;
}

#[tokio::test]
async fn broken_yaml_keeps_the_last_good_content_and_says_where() {
    let mut world = World::new(&[("a.yaml", service("a", 80)), ("b.yaml", service("b", 80))]);
    world.write("a.yaml", "kind: Service\nspec: [1, 2\n");
    let batch = world.batch().await;
    assert_eq!(words(&batch), Vec::<String>::new());
    let problem = batch.problems.first().expect("a problem").to_string();
    assert!(problem.contains("a.yaml:2:7: invalid YAML"), "{problem}");
    world.write("b.yaml", &service("b", 81));
    let batch = world.batch().await;
    assert_eq!(words(&batch), ["apply Service default/b"]);
    assert_eq!(batch.problems.len(), 1, "it is still broken");
    world.write("a.yaml", &service("a", 80));
    let batch = world.batch().await;
    assert_eq!(words(&batch), Vec::<String>::new());
    assert!(batch.problems.is_empty(), "{:?}", batch.problems);
}

#[tokio::test]
async fn a_file_is_not_read_while_it_is_written() {
    let mut world = World::new(&[("a.yaml", service("a", 80) + &service("b", 80))]);
    // Truncated first, as editors and `cat >` do; each half alone would be valid.
    let mut file = fs::File::create(world.path("a.yaml")).expect("truncated");
    file.write_all(service("a", 81).as_bytes())
        .expect("written");
    file.flush().expect("flushed");
    file.write_all(service("b", 81).as_bytes())
        .expect("written");
    drop(file);
    assert_eq!(
        world.changes().await,
        ["apply Service default/a", "apply Service default/b"]
    );
    world.silence().await;
}

#[tokio::test]
async fn files_and_directories_come_and_go() {
    let mut world = World::new(&[]);
    assert_eq!(world.first, Vec::<String>::new());
    fs::create_dir_all(world.path("sub/deep")).expect("made");
    world.write("sub/deep/a.yaml", &service("a", 80));
    assert_eq!(world.changes().await, ["apply Service default/a"]);
    world.write("sub/deep/a.yaml", &service("a", 81));
    assert_eq!(world.changes().await, ["apply Service default/a"]);
    fs::rename(world.path("sub"), world.path("renamed")).expect("renamed");
    assert_eq!(
        world.changes().await,
        ["apply Service default/a"],
        "its origin moved"
    );
    world.write("renamed/deep/a.yaml", &service("a", 82));
    assert_eq!(
        world.changes().await,
        ["apply Service default/a"],
        "watched under its new name"
    );
    fs::rename(world.path("renamed"), world.path(".aside")).expect("hidden");
    assert_eq!(world.changes().await, ["delete Service default/a"]);
    fs::rename(world.path(".aside"), world.path("renamed")).expect("back");
    assert_eq!(world.changes().await, ["apply Service default/a"]);
    world.write("renamed/deep/a.yaml", &service("a", 83));
    assert_eq!(
        world.changes().await,
        ["apply Service default/a"],
        "the same directory, watched anew"
    );
    fs::remove_dir_all(world.path("renamed")).expect("removed");
    assert_eq!(world.changes().await, ["delete Service default/a"]);
}

#[tokio::test]
async fn a_directory_that_is_replaced_is_followed() {
    let outer = tempfile::tempdir().expect("temporary directory");
    let (root, next) = (outer.path().join("root"), outer.path().join("next"));
    for (dir, port) in [(&root, 80), (&next, 81)] {
        fs::create_dir(dir).expect("made");
        fs::write(dir.join("a.yaml"), service("a", port)).expect("written");
    }
    let (source, _) = Source::open(vec![root.clone()], nothing()).expect("opened");
    let mut world = World {
        dir: outer,
        source,
        first: Vec::new(),
    };
    fs::rename(&root, world.path("old")).expect("moved");
    let batch = world.batch().await;
    assert_eq!(
        words(&batch),
        Vec::<String>::new(),
        "what was there stays in force"
    );
    assert_eq!(batch.problems.len(), 1);
    fs::rename(&next, &root).expect("moved");
    let batch = world.batch().await;
    assert_eq!(words(&batch), ["apply Service default/a"]);
    assert!(batch.problems.is_empty());
    fs::write(root.join("a.yaml"), service("a", 82)).expect("written");
    assert_eq!(world.changes().await, ["apply Service default/a"]);
}

#[tokio::test]
async fn without_events_the_slow_look_finds_everything() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let (sender, receiver) = channel();
    let opened = Source::open_with(
        vec![dir.path().to_owned()],
        nothing(),
        Watch::deaf(),
        (sender, receiver),
    );
    let (source, first) = opened.expect("opened");
    assert!(
        first.problems[0].message.contains("noticed late"),
        "{:?}",
        first.problems
    );
    let mut world = World {
        dir,
        source,
        first: Vec::new(),
    };
    world.write("a.yaml", &service("a", 80));
    assert_eq!(world.changes().await, ["apply Service default/a"]);
}

#[tokio::test]
async fn text_that_is_not_utf8_is_told() {
    let mut world = World::new(&[]);
    fs::write(world.path("a.yaml"), b"kind: \xff\n").expect("written");
    let batch = world.batch().await;
    let problem = batch.problems.first().expect("a problem").to_string();
    assert!(problem.contains("a.yaml:1:7: not UTF-8"), "{problem}");
}

#[tokio::test]
async fn ten_thousand_objects_in_one_file_and_in_as_many_files() {
    let many: String = (0..8_000)
        .map(|index| service(&format!("a{index}"), 80))
        .collect();
    let mut world = World::prepared(|dir| {
        fs::write(dir.join("many.yaml"), &many).expect("written");
        for index in 0..2_000 {
            let text = service(&format!("b{index}"), 80);
            fs::write(dir.join(format!("b{index}.yaml")), text).expect("written");
        }
    });
    assert_eq!(world.first.len(), 10_000);
    world.write("b77.yaml", &service("b77", 81));
    assert_eq!(world.changes().await, ["apply Service default/b77"]);
    world.write("many.yaml", &many.replacen("port: 80", "port: 81", 1));
    assert_eq!(world.changes().await, ["apply Service default/a0"]);
}

#[test]
fn a_directory_can_be_read_once() {
    let dir = tempfile::tempdir().expect("temporary directory");
    fs::write(dir.path().join("a.yaml"), service("a", 80)).expect("written");
    let batch = load(vec![dir.path().to_owned()], &nothing()).expect("read");
    assert_eq!(words(&batch), ["apply Service default/a"]);
    let missing = load(vec![dir.path().join("missing")], &nothing()).expect_err("refused");
    assert!(missing.to_string().contains("missing"), "{missing}");
}

#[tokio::test]
async fn dropping_the_source_ends_its_thread() {
    let world = World::new(&[("a.yaml", service("a", 80))]);
    let World { source, dir, .. } = world;
    // Joins the thread: the test would hang if it did not end.
    drop(source);
    drop(dir);
}
