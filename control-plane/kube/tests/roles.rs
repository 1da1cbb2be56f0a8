//! The shipped roles grant what the control plane asks for, and nothing else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test of files that are in the repository"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cp_kube::rights::{Place, Right, needed};
use serde_json::Value;

const ACCOUNT: &str = "tidegate-control-plane";
const NAMESPACE: &str = "tidegate-system";

/// Every document of the roles' files.
fn documents() -> Vec<Value> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/control-plane/rbac");
    let mut files: Vec<PathBuf> = fs::read_dir(&dir)
        .expect("a directory of roles")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a file");
        serde_saphyr::from_multiple::<Value>(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.into_iter().flat_map(read).collect()
}

fn words(rule: &Value, field: &str) -> Vec<String> {
    let items = rule[field].as_array().cloned().unwrap_or_default();
    let word = |item: Value| item.as_str().expect("a word").to_owned();
    items.into_iter().map(word).collect()
}

/// What one rule grants.
fn granted(place: Place, rule: &Value) -> Vec<Right> {
    let names = words(rule, "resourceNames");
    let names: Vec<Option<String>> = match names.is_empty() {
        true => vec![None],
        false => names.into_iter().map(Some).collect(),
    };
    let mut found = Vec::new();
    for group in words(rule, "apiGroups") {
        for resource in words(rule, "resources") {
            for verb in words(rule, "verbs") {
                found.extend(names.iter().map(|name| Right {
                    place,
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.clone(),
                    verb: verb.clone(),
                }));
            }
        }
    }
    found
}

/// Roles of one kind by name, each bound to the account of the control plane.
fn bound(kind: &str, documents: &[Value]) -> Vec<Value> {
    let of = |kind: &str| -> Vec<Value> {
        let is_it = |document: &&Value| document["kind"] == kind;
        documents.iter().filter(is_it).cloned().collect()
    };
    let bindings = of(&format!("{kind}Binding"));
    let roles = of(kind);
    assert_eq!(roles.len(), bindings.len(), "each {kind} is bound once");
    for role in &roles {
        let name = &role["metadata"]["name"];
        let binding = bindings
            .iter()
            .find(|binding| binding["roleRef"]["name"] == *name)
            .unwrap_or_else(|| panic!("{name} is not bound"));
        assert_eq!(binding["roleRef"]["kind"], kind, "{name}");
        let subjects = binding["subjects"].as_array().expect("subjects");
        assert_eq!(subjects.len(), 1, "{name}");
        assert_eq!(subjects[0]["kind"], "ServiceAccount", "{name}");
        assert_eq!(subjects[0]["name"], ACCOUNT, "{name}");
        assert_eq!(subjects[0]["namespace"], NAMESPACE, "{name}");
        if kind == "Role" {
            assert_eq!(role["metadata"]["namespace"], NAMESPACE, "{name}");
            assert_eq!(binding["metadata"]["namespace"], NAMESPACE, "{name}");
        }
    }
    roles
}

#[test]
fn roles_grant_what_is_needed_and_nothing_else() {
    let documents = documents();
    let rules = |kind: &str, place: Place| -> Vec<Right> {
        bound(kind, &documents)
            .iter()
            .flat_map(|role| role["rules"].as_array().cloned().expect("rules"))
            .flat_map(|rule| granted(place, &rule))
            .collect()
    };
    let mut all = rules("ClusterRole", Place::Cluster);
    all.extend(rules("Role", Place::OwnNamespace));
    let granted: BTreeSet<Right> = all.into_iter().collect();
    let needed = needed();
    let missing: Vec<&Right> = needed.difference(&granted).collect();
    let idle: Vec<&Right> = granted.difference(&needed).collect();
    assert!(missing.is_empty(), "not granted: {missing:#?}");
    assert!(idle.is_empty(), "granted for nothing: {idle:#?}");
}
