//! `tidegate migrate`: what goes where, what the exit code says, and that the output is accepted.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::manifests::{ROUTE, directory};
use crate::{command, tidegate};

/// A Gateway and a backend of the old world, without losses.
const OLD: &str = "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge} # of everything
spec:
  gatewayClassName: kgateway
  listeners:
  - {name: http, port: 8080, protocol: HTTP}
---
apiVersion: gateway.kgateway.dev/v1alpha1
kind: Backend
metadata: {name: web}
spec:
  static: {hosts: [{host: web.example, port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
  - backendRefs: [{group: gateway.kgateway.dev, kind: Backend, name: web}]
";

/// A backend of which a part has no counterpart.
const PARTIAL: &str = "\
apiVersion: gateway.kgateway.dev/v1alpha1
kind: Backend
metadata: {name: two}
spec:
  static: {hosts: [{host: a.example, port: 80}, {host: b.example, port: 80}]}
";

#[test]
fn the_output_is_what_validate_accepts() {
    let dir = directory(&[("old.yaml", OLD)]);
    let out = dir.path().join("new");
    let (input, output) = (dir.path().display().to_string(), out.display().to_string());
    let run = tidegate(&["migrate", "-f", &input, "--out", &output]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("nothing left out"), "{}", run.err);
    let written = fs::read_to_string(out.join("old.yaml")).expect("a file for each");
    assert!(
        written.contains("metadata: {name: edge} # of everything\n"),
        "{written}"
    );
    let checked = tidegate(&["validate", "-f", &output, "--strict"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
}

#[test]
fn what_is_left_out_is_an_exit_code() {
    let dir = directory(&[("two.yaml", PARTIAL)]);
    let path = dir.path().join("two.yaml").display().to_string();
    let run = tidegate(&["migrate", "-f", &path]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("host: a.example"), "{}", run.out);
    assert!(run.err.contains("two.yaml:5"), "{}", run.err);
    assert!(run.err.contains("1 left out"), "{}", run.err);
    assert_eq!(
        tidegate(&["migrate", "-f", &path, "--allow-partial"]).code,
        0
    );
}

#[test]
fn programs_get_a_report_beside_the_manifests() {
    let dir = directory(&[("two.yaml", PARTIAL)]);
    let path = dir.path().display().to_string();
    let run = tidegate(&["migrate", "-f", &path, "--report", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.err).expect("JSON");
    assert_eq!(value["leftOut"], 1);
    let lost = value["entries"]
        .as_array()
        .and_then(|entries| entries.iter().find(|entry| entry["outcome"] == "LeftOut"));
    assert_eq!(lost.expect("an entry")["field"], "spec.static.hosts[1]");
    assert!(
        run.out
            .starts_with("apiVersion: agentgateway.dev/v1alpha1\n"),
        "{}",
        run.out
    );
}

#[test]
fn standard_input_and_several_files_are_one_stream() {
    let dir = directory(&[("a.yaml", ROUTE), ("b.json", "{\"kind\": \"X\"}")]);
    let path = dir.path().display().to_string();
    let mut child = command(&["migrate", "-f", "-", "-f", &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("input");
    input.write_all(OLD.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(
        text.ends_with(&format!("---\n{ROUTE}---\n{{\"kind\": \"X\"}}\n")),
        "{text}"
    );
    assert!(text.contains("kind: AgentgatewayBackend"), "{text}");
}

#[test]
fn nothing_is_overwritten_unasked_and_nothing_broken_is_migrated() {
    let dir = directory(&[("two.yaml", PARTIAL)]);
    let path = dir.path().join("two.yaml").display().to_string();
    let run = tidegate(&["migrate", "-f", &path, "--out", &path]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("two.yaml exists"), "{}", run.err);
    assert_eq!(fs::read_to_string(&path).expect("the file"), PARTIAL);
    let force = [
        "migrate",
        "-f",
        &path,
        "--out",
        &path,
        "--force",
        "--allow-partial",
    ];
    assert_eq!(tidegate(&force).code, 0);
    let broken = directory(&[("bad.yaml", "a: 1\n---\nb: [1\n")]);
    let path = broken.path().display().to_string();
    let run = tidegate(&["migrate", "-f", &path]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("bad.yaml:"), "{}", run.err);
    assert!(run.err.contains("invalid YAML"), "{}", run.err);
    assert_eq!(tidegate(&["migrate", "-f", "/nonexistent"]).code, 1);
}

/// The manifests of KubeLB's tutorial: nothing is missing, and the schema accepts what comes out.
#[test]
fn the_tutorial_of_kubelb_is_migrated_whole() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrate/kubelb-tutorial.yaml");
    let text = fs::read_to_string(golden).expect("a golden");
    let input = text.split("\n# Output\n").next().unwrap_or_default();
    let dir = directory(&[("tutorial.yaml", input)]);
    let path = dir.path().display().to_string();
    let run = tidegate(&["migrate", "-f", &path]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("nothing left out"), "{}", run.err);
    let new = directory(&[("tutorial.yaml", &run.out)]);
    let checked = tidegate(&["validate", "-f", &new.path().display().to_string()]);
    for wrong in ["is not one Tidegate reads", "does not exist", "must "] {
        assert!(!checked.out.contains(wrong), "{}", checked.out);
    }
}
