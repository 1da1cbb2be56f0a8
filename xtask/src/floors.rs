//! `floors`: no crate reaches up, sideways or out.
//!
//! Owns the comparison of `cargo metadata` with the table in `xtask/floors.toml`, and the check that
//! the table itself obeys the floors. Must not hold the table: an edge is allowed by a line of data,
//! never by code. Every package of the workspace has a line; one without is a finding.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::workspace;

/// Crates of this floor and below do no I/O.
const LAST_PURE_FLOOR: u8 = 2;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    no_io: Vec<String>,
    budget: usize,
    crates: BTreeMap<String, Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    column: Column,
    floor: u8,
    #[serde(default)]
    uses: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    /// Names of `no_io` that this crate may use all the same; the comment beside the line says for what.
    #[serde(default)]
    may: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Column {
    Contract,
    ControlPlane,
    DataPlane,
    Tools,
}

/// One dependency as a manifest declares it.
#[derive(Debug, PartialEq, Eq)]
struct Edge {
    name: String,
    is_dev: bool,
}

/// Compares the workspace with the table.
pub(crate) fn run() -> Result<()> {
    let table = table()?;
    let packages = packages(&workspace::metadata()?)?;
    let mut findings = table.contradictions();
    findings.extend(table.violations(&packages));
    if findings.is_empty() {
        return Ok(());
    }
    bail!("the floors do not hold:\n  {}", findings.join("\n  "))
}

/// The crates that do no I/O.
pub(crate) fn pure_crates() -> Result<Vec<String>> {
    let pure = |(_, place): &(String, Place)| place.floor <= LAST_PURE_FLOOR;
    Ok(table()?
        .crates
        .into_iter()
        .filter(pure)
        .map(|(name, _)| name)
        .collect())
}

fn table() -> Result<Table> {
    let path = workspace::root()?.join("xtask/floors.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).context("xtask/floors.toml")
}

/// The members of the workspace and what they depend on.
fn packages(metadata: &Value) -> Result<BTreeMap<String, Vec<Edge>>> {
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let members = list(metadata, "workspace_members").context("no workspace_members")?;
    let mut found = BTreeMap::new();
    for package in list(metadata, "packages").context("no packages")? {
        if !package.get("id").is_some_and(|id| members.contains(id)) {
            continue;
        }
        let edges = list(&package, "dependencies")
            .unwrap_or_default()
            .iter()
            .filter_map(|edge| {
                let is_dev = text(edge, "kind").as_deref() == Some("dev");
                Some(Edge {
                    name: text(edge, "name")?,
                    is_dev,
                })
            })
            .collect();
        found.insert(
            text(&package, "name").context("a package without a name")?,
            edges,
        );
    }
    Ok(found)
}

// === impl Table ===

impl Table {
    /// Lines of the table that break the rule which the table is there to keep.
    fn contradictions(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for (name, place) in &self.crates {
            for target in place.uses.iter().chain(&place.tests) {
                let Some(other) = self.crates.get(target) else {
                    findings.push(format!("floors.toml: {name} -> {target}: no such crate"));
                    continue;
                };
                if !place.may_use(other) {
                    findings.push(format!(
                        "floors.toml: {name} (floor {}) -> {target} (floor {}): points up or into another column",
                        place.floor, other.floor
                    ));
                }
            }
        }
        findings
    }

    /// Edges of the workspace that the table does not allow.
    fn violations(&self, packages: &BTreeMap<String, Vec<Edge>>) -> Vec<String> {
        let mut findings = Vec::new();
        for (name, edges) in packages {
            let Some(place) = self.crates.get(name) else {
                findings.push(format!("{name}: has no line in xtask/floors.toml"));
                continue;
            };
            for edge in edges {
                findings.extend(self.violation(packages, name, place, edge));
            }
            let foreign = |edge: &&Edge| !edge.is_dev && !packages.contains_key(&edge.name);
            let count = edges.iter().filter(foreign).count();
            if place.floor <= LAST_PURE_FLOOR && count > self.budget {
                findings.push(format!(
                    "{name}: {count} direct dependencies, at most {}",
                    self.budget
                ));
            }
        }
        for name in self
            .crates
            .keys()
            .filter(|name| !packages.contains_key(*name))
        {
            findings.push(format!("floors.toml: {name} is not in the workspace"));
        }
        findings
    }

    fn violation(
        &self,
        packages: &BTreeMap<String, Vec<Edge>>,
        name: &str,
        place: &Place,
        edge: &Edge,
    ) -> Option<String> {
        if packages.contains_key(&edge.name) {
            let allowed = place.uses.contains(&edge.name)
                || (edge.is_dev && place.tests.contains(&edge.name));
            return (!allowed)
                .then(|| format!("{name} -> {}: not allowed by xtask/floors.toml", edge.name));
        }
        let impure = place.floor <= LAST_PURE_FLOOR
            && !edge.is_dev
            && self.is_io(&edge.name)
            && !place.may.contains(&edge.name);
        impure.then(|| {
            format!(
                "{name} -> {}: brings I/O to floor {} (no_io in floors.toml)",
                edge.name, place.floor
            )
        })
    }

    fn is_io(&self, name: &str) -> bool {
        self.no_io
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == pattern,
            })
    }
}

// === impl Place ===

impl Place {
    fn may_use(&self, other: &Place) -> bool {
        if self.column == Column::Tools {
            return other.column != Column::Tools;
        }
        let own = other.column == self.column || other.column == Column::Contract;
        own && other.floor <= self.floor
    }
}

#[cfg(test)]
mod tests;
