//! `tidegate snapshot`: offline and between files.

use std::fs;

use crate::manifests::{GATEWAY, ROUTE, directory};
use crate::tidegate;

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {Authorization: sk-hunter2}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: gpt}
spec:
  ai: {provider: {openai: {model: gpt-4o}}}
  policies: {auth: {secretRef: {name: key}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat}
spec:
  parentRefs: [{name: edge}]
  rules:
  - backendRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: gpt}]
";

fn get(files: &[(&str, &str)], flags: &[&str]) -> String {
    let dir = directory(files);
    let path = dir.path().display().to_string();
    let mut arguments = vec!["snapshot", "get", "-f", &path];
    arguments.extend(flags);
    let run = tidegate(&arguments);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out.replace(&format!("{path}/"), "")
}

#[test]
fn resources_are_listed_with_their_source() {
    let files = [("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)];
    let out = get(&files, &["--type", "route-rule,listener"]);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("TYPE "), "{out}");
    assert!(
        lines[1].starts_with("listener    gw/default/edge/listener/8080"),
        "{out}"
    );
    assert!(lines[1].ends_with("gateway.yaml:1"), "{out}");
    assert_eq!(lines.len(), 1 + 1 + 3 + 1, "{out}");
    assert!(out.contains("4 resources, commit "), "{out}");
    let out = get(&files, &["--profile", "envoy", "-o", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let types: Vec<&str> = value["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|resource| resource["resource"]["@type"].as_str().expect("a type"))
        .collect();
    assert!(
        types.iter().all(|url| !url.contains("tidegate")),
        "{types:?}"
    );
}

#[test]
fn secrets_are_not_shown() {
    let files = [("gateway.yaml", GATEWAY), ("chat.yaml", SECRET)];
    for format in ["table", "json", "yaml"] {
        let out = get(&files, &["-o", format]);
        assert!(out.contains("secret/default/key"), "{out}");
        assert!(!out.contains("hunter2"), "{out}");
        // Base64 of the same.
        assert!(!out.contains("aHVudGVyM"), "{out}");
    }
}

#[test]
fn two_files_are_compared_by_resource() {
    let changed = ROUTE.replace("weight: 9", "weight: 8");
    let more = format!("{ROUTE}---\n{}", SECRET);
    let base = get(
        &[("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)],
        &["-o", "json"],
    );
    let edited = get(
        &[("gateway.yaml", GATEWAY), ("route.yaml", &changed)],
        &["-o", "json"],
    );
    let added = get(
        &[("gateway.yaml", GATEWAY), ("route.yaml", &more)],
        &["-o", "yaml"],
    );
    let dir = directory(&[]);
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let (base, edited, added) = (
        file("base.json", &base),
        file("edited.json", &edited),
        file("added.yaml", &added),
    );
    let run = tidegate(&["snapshot", "diff", &base, &base]);
    assert_eq!((run.code, run.out.as_str()), (0, "no difference\n"));
    let run = tidegate(&["snapshot", "diff", &base, &edited]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(
        run.out
            .starts_with("0 added, 1 changed, 0 removed\n~ route-rule "),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("\"weight\": 9\n") && run.out.contains("\"weight\": 8\n"),
        "{}",
        run.out
    );
    let run = tidegate(&["snapshot", "diff", &base, &added]);
    assert_eq!(run.code, 3);
    assert!(
        run.out.contains("+ ai-backend backend/default/gpt"),
        "{}",
        run.out
    );
    let run = tidegate(&["snapshot", "diff", &base]);
    assert_eq!(run.code, 1);
    let run = tidegate(&["snapshot", "diff"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("nothing to compare"), "{}", run.err);
}
