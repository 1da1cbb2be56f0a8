//! What scans change: no files, no clock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use cp_translate::Change;

use super::State;
use crate::parse::Format;
use crate::problem::{Position, Problem};
use crate::scan::{Reading, Scan};

/// A state, and the files as they would stand on disk.
struct World {
    state: State,
    files: BTreeMap<PathBuf, String>,
}

impl World {
    fn new() -> Self {
        Self {
            state: State::new(Arc::new(|_| None)),
            files: BTreeMap::new(),
        }
    }

    /// Writes files (`None` deletes) and scans; the changes, one word each.
    fn write(&mut self, edits: &[(&str, Option<&str>)]) -> Vec<String> {
        let mut scan = Scan::default();
        for (path, text) in edits {
            let path = PathBuf::from(path);
            match text {
                None => drop(self.files.remove(&path)),
                Some(text) => {
                    let bytes = text.as_bytes().to_vec();
                    scan.read.insert(
                        path.clone(),
                        Reading::Content {
                            format: Format::Yaml,
                            bytes,
                        },
                    );
                    self.files.insert(path, (*text).to_owned());
                }
            }
        }
        self.scan(scan)
    }

    fn scan(&mut self, mut scan: Scan) -> Vec<String> {
        scan.present = self.files.keys().cloned().collect();
        self.state.advance(scan).iter().map(word).collect()
    }

    fn problems(&self) -> Vec<String> {
        self.state
            .problems()
            .iter()
            .map(Problem::to_string)
            .collect()
    }
}

fn word(change: &Change) -> String {
    match change {
        Change::Apply { object, origin } => {
            let origin = origin.as_ref().expect("an origin");
            format!("apply {} {}:{}", object.key(), origin.file, origin.line)
        }
        Change::Delete(key) => format!("delete {key}"),
        Change::Invalid { key, .. } => format!("invalid {key}"),
        Change::Relist { .. }
        | Change::Rejected(_)
        | Change::Retry(_)
        | Change::Accepted(_)
        | Change::Applied { .. } => {
            panic!("not from files: {change:?}")
        }
    }
}

fn service(name: &str, port: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: {port}}}]}}\n"
    )
}

#[test]
fn edits_change_what_they_touch() {
    let mut world = World::new();
    let both = service("a", "80") + &service("b", "80");
    assert_eq!(
        world.write(&[("x.yaml", Some(&both))]),
        [
            "apply Service default/a x.yaml:2",
            "apply Service default/b x.yaml:7"
        ]
    );
    let edited = service("a", "80") + &service("b", "81");
    assert_eq!(
        world.write(&[("x.yaml", Some(&edited))]),
        ["apply Service default/b x.yaml:7"]
    );
    assert_eq!(
        world.write(&[("x.yaml", Some(&edited))]),
        Vec::<String>::new()
    );
    assert_eq!(
        world.write(&[("x.yaml", Some(&service("a", "80")))]),
        ["delete Service default/b"]
    );
    assert_eq!(
        world.write(&[("x.yaml", None)]),
        ["delete Service default/a"]
    );
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[test]
fn moving_an_object_to_another_file_is_no_deletion() {
    let mut world = World::new();
    world.write(&[("x.yaml", Some(&service("a", "80")))]);
    assert_eq!(
        world.write(&[("x.yaml", None), ("y.yaml", Some(&service("a", "80")))]),
        ["apply Service default/a y.yaml:2"]
    );
}

#[test]
fn a_broken_file_keeps_its_last_good_content() {
    let mut world = World::new();
    world.write(&[("x.yaml", Some(&service("a", "80")))]);
    assert_eq!(
        world.write(&[("x.yaml", Some("a: [1\n"))]),
        Vec::<String>::new()
    );
    let problems = world.problems();
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("x.yaml:1:4: invalid YAML"),
        "{problems:?}"
    );
    assert!(
        problems[0].ends_with("last good content stays in force"),
        "{problems:?}"
    );
    assert_eq!(
        world.write(&[("x.yaml", Some(&service("a", "81")))]),
        ["apply Service default/a x.yaml:2"]
    );
    assert_eq!(world.problems(), Vec::<String>::new());
    world.write(&[("x.yaml", Some("a: [1\n"))]);
    assert_eq!(
        world.write(&[("x.yaml", None)]),
        ["delete Service default/a"]
    );
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[test]
fn a_broken_document_leaves_the_rest_of_the_file() {
    let mut world = World::new();
    let both = |port: &str, other: &str| service("a", port) + &service("b", other);
    world.write(&[("x.yaml", Some(&both("80", "80")))]);
    assert_eq!(
        world.write(&[("x.yaml", Some(&both("many", "81")))]),
        [
            "invalid Service default/a",
            "apply Service default/b x.yaml:7"
        ]
    );
    let problems = world.problems();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("x.yaml:5:"), "{problems:?}");
    assert!(
        problems[0].contains("Service default/a: spec.ports[0].port"),
        "{problems:?}"
    );
    // Repaired without a change of content: said again, because it was called invalid.
    assert_eq!(
        world.write(&[("x.yaml", Some(&both("80", "81")))]),
        ["apply Service default/a x.yaml:2"]
    );
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[test]
fn the_first_of_two_claims_wins_and_the_other_is_told() {
    let mut world = World::new();
    world.write(&[("b.yaml", Some(&service("a", "80")))]);
    assert_eq!(
        world.write(&[("a.yaml", Some(&service("a", "81")))]),
        ["apply Service default/a a.yaml:2"]
    );
    let problems = world.problems();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("b.yaml:2: Service default/a is also written in a.yaml:2"));
    assert_eq!(
        world.write(&[("a.yaml", None)]),
        ["apply Service default/a b.yaml:2"]
    );
    assert_eq!(world.problems(), Vec::<String>::new());
    let twice = service("a", "80") + &service("a", "81");
    world.write(&[("b.yaml", Some(&twice))]);
    assert_eq!(world.problems().len(), 1);
}

#[test]
fn unknown_kinds_leave_the_rest() {
    let mut world = World::new();
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n".to_owned()
        + &service("a", "80");
    assert_eq!(
        world.write(&[("x.yaml", Some(&text))]),
        ["apply Service default/a x.yaml:5"]
    );
    assert_eq!(world.problems().len(), 1);
}

#[test]
fn what_cannot_be_listed_keeps_its_content() {
    let mut world = World::new();
    world.write(&[
        ("d/x.yaml", Some(&service("a", "80"))),
        ("e/x.yaml", Some(&service("b", "80"))),
    ]);
    world.files.clear();
    let problem = Problem::error("d", Position::FILE, "no");
    let scan = Scan {
        unlisted: vec!["d".into()],
        problems: vec![problem],
        ..Scan::default()
    };
    assert_eq!(world.scan(scan), ["delete Service default/b"]);
    assert_eq!(world.problems(), ["d: no"]);
    assert_eq!(world.scan(Scan::default()), ["delete Service default/a"]);
    assert_eq!(world.problems(), Vec::<String>::new());
}
