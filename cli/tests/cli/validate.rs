//! `tidegate validate`: what is found, where, and with which exit code.

use std::io::Read;
use std::process::Stdio;

use crate::manifests::{GATEWAY, ROUTE, directory};
use crate::{command, tidegate};

/// Runs on these files; the code, and the lines without the directory in front.
fn validate(files: &[(&str, &str)], flags: &[&str]) -> (i32, String) {
    let dir = directory(files);
    let path = dir.path().display().to_string();
    let mut arguments = vec!["validate", "-f", &path];
    arguments.extend(flags);
    let run = tidegate(&arguments);
    assert_eq!(run.err, "");
    (run.code, run.out.replace(&format!("{path}/"), ""))
}

#[track_caller]
fn check(files: &[(&str, &str)], code: i32, expected: &[&str]) {
    let (found, out) = validate(files, &[]);
    for line in expected {
        assert!(out.contains(line), "{line:?} is not in\n{out}");
    }
    assert_eq!(found, code, "{out}");
}

#[test]
fn what_is_fine_passes() {
    let (code, out) = validate(
        &[("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)],
        &["--strict"],
    );
    assert_eq!(out, "0 errors, 0 warnings in 3 objects (1 Gateway)\n");
    assert_eq!(code, 0);
}

#[test]
fn broken_files_have_a_place() {
    check(
        &[
            ("gateway.yaml", GATEWAY),
            ("bad.yaml", "kind: Gateway\nspec: [1, 2\n"),
        ],
        2,
        &["bad.yaml:2:7: error: invalid YAML"],
    );
    check(
        &[("bad.json", "{\"kind\": }")],
        2,
        &["bad.json:1:10: error: invalid JSON"],
    );
}

#[test]
fn schema_errors_have_the_line_of_the_field() {
    let route = ROUTE.replace("weight: 9", "weight: many");
    check(
        &[("gateway.yaml", GATEWAY), ("route.yaml", &route)],
        2,
        &[
            "route.yaml:16:",
            "error: HTTPRoute default/cart: spec.rules[0].backendRefs[0].weight",
        ],
    );
}

#[test]
fn unresolved_references_have_the_line_of_the_reference() {
    let route = ROUTE.replace("{name: web, port: 81}", "{name: missing, port: 81}");
    check(
        &[("gateway.yaml", GATEWAY), ("route.yaml", &route)],
        2,
        &[
            "route.yaml:16:53: error: HTTPRoute default/cart (parent default/edge): rules[0].backendRefs[1]: Service default/missing does not exist",
            "    help: A backend does not exist; requests for its share get 500.",
        ],
    );
}

#[test]
fn conflicts_have_the_line_of_the_listener() {
    let listener = "  - {name: http, port: 8080, protocol: HTTP}\n";
    let twice = GATEWAY.replace(
        listener,
        &format!(
            "{listener}{}",
            listener.replace("name: http", "name: other")
        ),
    );
    check(
        &[("gateway.yaml", &twice)],
        2,
        &[
            "gateway.yaml:7:5: error: Gateway default/edge (listener http)",
            "gateway.yaml:8:5: error:",
        ],
    );
    let other = GATEWAY.replace("name: edge", "name: second");
    check(
        &[("a.yaml", GATEWAY), ("b.yaml", &other)],
        2,
        &[
            "b.yaml:7:5: error: Gateway default/second (listener http): port 8080 is held by Gateway default/edge",
        ],
    );
}

#[test]
fn a_policy_that_cannot_be_enforced_is_an_error() {
    let policy = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: budgets}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  traffic:
    budgets: [{name: all, unit: Tokens, limit: \"1\", window: Month}]
";
    let (code, out) = validate(
        &[
            ("gateway.yaml", GATEWAY),
            ("route.yaml", ROUTE),
            ("policy.yaml", policy),
        ],
        &[],
    );
    assert!(out.starts_with("policy.yaml:"), "{out}");
    assert!(out.contains("error: ") && out.contains("Shared"), "{out}");
    assert!(out.contains("1 error, 0 warnings"), "{out}");
    assert_eq!(code, 2, "{out}");
}

#[test]
fn rules_that_cannot_match_are_warnings() {
    let shadowed = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: late}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.example.com]
  rules:
  - matches: [{path: {value: /live}}]
    backendRefs: [{name: web, port: 80}]
  - matches: [{path: {type: RegularExpression, value: '/v[0-9]+'}}]
    backendRefs: [{name: web, port: 80}]
";
    let files = [
        ("gateway.yaml", GATEWAY),
        ("route.yaml", ROUTE),
        ("late.yaml", shadowed),
    ];
    let line = "late.yaml:10:5: warning: HTTPRoute default/late rule 1 can never match: HTTPRoute default/cart rule 1 (any path) at route.yaml:18:5";
    check(&files, 0, &[line, "0 errors, 1 warning"]);
    assert_eq!(validate(&files, &["--strict"]).0, 2);
}

#[test]
fn unknown_kinds_and_empty_directories_are_warnings() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n";
    check(
        &[("gateway.yaml", GATEWAY), ("d.yaml", deployment)],
        0,
        &[
            "d.yaml:1:1: warning: Deployment d: kind \"Deployment\" of \"apps/v1\" is not one Tidegate reads",
        ],
    );
    check(&[], 0, &["warning: no Gateway here is served by Tidegate"]);
    let run = tidegate(&["validate", "-f", "/nonexistent"]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("/nonexistent cannot be read"),
        "{}",
        run.err
    );
}

#[test]
fn a_certificate_without_its_secret_is_an_error() {
    let tls = GATEWAY.replace(
        "{name: http, port: 8080, protocol: HTTP}",
        "{name: https, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}",
    );
    check(
        &[("gateway.yaml", &tls)],
        2,
        &["gateway.yaml:7:", "Secret default/cert"],
    );
}

#[test]
fn programs_get_json_and_yaml() {
    let files = [("gateway.yaml", GATEWAY), ("bad.yaml", "a: [1\n")];
    let (code, out) = validate(&files, &["-o", "json"]);
    assert_eq!(code, 2);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["errors"], 1);
    assert_eq!(value["findings"][0]["file"], "bad.yaml");
    assert_eq!(value["findings"][0]["line"], 1);
    let (_, out) = validate(&files, &["-o", "yaml"]);
    assert!(out.starts_with("errors: 1\n"), "{out}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let many: String = (0..3_000)
        .map(|index| format!("---\nkind: K{index}\n"))
        .collect();
    let dir = directory(&[("many.yaml", &many)]);
    let path = dir.path().display().to_string();
    let mut child = command(&["validate", "-f", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut first = [0_u8; 10];
    child
        .stdout
        .take()
        .expect("output")
        .read_exact(&mut first)
        .expect("something");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Objects of the table of rules that an API server refuses: refused here too, at the field's line.
#[test]
fn what_an_api_server_refuses_is_refused() {
    let object = |group: &str, kind: &str, spec: &str| {
        format!("apiVersion: {group}/v1alpha1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n{spec}")
    };
    let refused = |(group, kind, spec): (&str, &str, &str), line: &str| {
        let text = object(group, kind, spec);
        check(&[("a.yaml", &text)], 2, &[line]);
    };
    refused(
        (
            "agentgateway.dev",
            "AgentgatewayBackend",
            "  static:\n    host: a\n    port: 80\n    unixPath: /a\n",
        ),
        "a.yaml:5:",
    );
    refused(
        (
            "agentgateway.dev",
            "AgentgatewayParameters",
            "  spiffe:\n    source:\n      csi: {}\n      hostPath: {path: a}\n",
        ),
        "spec.spiffe.source: may set at most one of csi, hostPath",
    );
    refused(
        (
            "agentgateway.dev",
            "AgentgatewayParameters",
            "  logging:\n    format: xml\n",
        ),
        "a.yaml:6:",
    );
    refused(
        (
            "agentgateway.dev",
            "AgentgatewayModel",
            "  parentRefs: [{name: a}]\n",
        ),
        "spec: must set exactly one of provider, virtualModel",
    );
    refused(
        (
            "tidegate.dev",
            "FleetPin",
            "  gateway: {name: a}\n  commit: c\n  share: 101\n",
        ),
        "a.yaml:7:",
    );
}
