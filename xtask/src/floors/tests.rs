//! The table against small workspaces.

use std::collections::BTreeMap;

use super::{Edge, Table};

const TABLE: &str = r#"
no_io = ["tokio*", "kube", "rand"]
budget = 3

[crates.proto]
column = "contract"
floor = 0

[crates.low]
column = "control-plane"
floor = 1
uses = ["proto"]
tests = ["top"]
may = ["rand"]

[crates.top]
column = "control-plane"
floor = 3
uses = ["low"]
"#;

fn table(text: &str) -> Table {
    toml::from_str(text).expect("the table parses")
}

/// `crates` is `name: dependency, (dev) dependency; name: ...`.
#[track_caller]
fn check(crates: &str, expected: &[&str]) {
    let packages: BTreeMap<String, Vec<Edge>> = crates
        .split(';')
        .map(|line| {
            let (name, edges) = line.split_once(':').expect("name: edges");
            let edges = edges
                .split(',')
                .map(str::trim)
                .filter(|edge| !edge.is_empty());
            let edges = edges.map(|edge| match edge.strip_prefix("(dev) ") {
                Some(edge) => Edge {
                    name: edge.to_owned(),
                    is_dev: true,
                },
                None => Edge {
                    name: edge.to_owned(),
                    is_dev: false,
                },
            });
            (name.trim().to_owned(), edges.collect())
        })
        .collect();
    assert_eq!(table(TABLE).violations(&packages), expected);
}

#[test]
fn allowed_edges_pass() {
    check(
        "proto: bytes, prost; low: proto, (dev) top, (dev) tokio; top: low, tokio",
        &[],
    );
}

#[test]
fn an_edge_outside_the_table_is_named() {
    check(
        "proto: low; low: top; top: proto",
        &[
            "low -> top: not allowed by xtask/floors.toml",
            "proto -> low: not allowed by xtask/floors.toml",
            "top -> proto: not allowed by xtask/floors.toml",
        ],
    );
}

#[test]
fn io_stays_above_floor_two() {
    check(
        "proto: kube, rand; low: tokio-util, kube-core, rand; top: tokio",
        &[
            "low -> tokio-util: brings I/O to floor 1 (no_io in floors.toml)",
            "proto -> kube: brings I/O to floor 0 (no_io in floors.toml)",
            "proto -> rand: brings I/O to floor 0 (no_io in floors.toml)",
        ],
    );
}

#[test]
fn dependencies_are_counted() {
    check(
        "proto: a, b, c, d, (dev) e; low:; top: a, b, c, d",
        &["proto: 4 direct dependencies, at most 3"],
    );
}

#[test]
fn every_crate_has_a_line_and_every_line_a_crate() {
    check(
        "proto:; low:; stranger:",
        &[
            "stranger: has no line in xtask/floors.toml",
            "floors.toml: top is not in the workspace",
        ],
    );
}

#[test]
fn the_table_cannot_allow_what_the_floors_forbid() {
    let text = TABLE.replace(
        "uses = [\"proto\"]",
        "uses = [\"proto\", \"plane\", \"nobody\"]",
    ) + "[crates.plane]\ncolumn = \"data-plane\"\nfloor = 0\n";
    assert_eq!(
        table(&text).contradictions(),
        [
            "floors.toml: low (floor 1) -> plane (floor 0): points up or into another column",
            "floors.toml: low -> nobody: no such crate",
            "floors.toml: low (floor 1) -> top (floor 3): points up or into another column",
        ]
    );
}
