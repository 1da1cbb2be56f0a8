//! Findings of the proxy's own tables: rules that can never match.
//!
//! Owns the words and the place of the rule; the comparison is `shadow`. A Gateway is looked at as a whole, because a
//! rule that lives on one of its hosts lives.

use std::collections::BTreeMap;

use cp_files::Severity;
use dp_config::Config;
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use super::places::Places;
use super::{Finding, Place};
use crate::offline;
use crate::shadow::{MatchId, Shadow, shadows};

/// Where route objects stand: by namespace and name, file and line.
type Origins = BTreeMap<(String, String), (String, u32)>;

/// One finding per rule (or match) that is dead everywhere in the Gateway.
pub(crate) fn find(config: &Config, snapshot: &Snapshot, places: &mut Places) -> Vec<Finding> {
    let mut tables = Vec::new();
    for listener in config.listeners() {
        for routes in listener
            .all_chains()
            .filter_map(|chain| config.routes(chain))
        {
            tables.extend(routes.hosts.iter().map(|(_, host)| host));
        }
    }
    let found = shadows(tables.into_iter().map(|host| &host.table));
    if found.is_empty() {
        return Vec::new();
    }
    let origins = origins(snapshot);
    found
        .iter()
        .map(|shadow| finding(shadow, &origins, places))
        .collect()
}

fn finding(shadow: &Shadow, origins: &Origins, places: &mut Places) -> Finding {
    let (namespace, name) = &shadow.route;
    let mut field = format!("spec.rules[{}]", shadow.rule);
    let mut what = format!("HTTPRoute {namespace}/{name} rule {}", shadow.rule);
    if let Some(index) = shadow.index {
        field.push_str(&format!(".matches[{index}]"));
        what.push_str(&format!(" match {index}"));
    }
    let by = place(&shadow.by, origins, places).to_string();
    let by = if by.is_empty() {
        by
    } else {
        format!(" at {by}")
    };
    let place = match origins.get(&shadow.route) {
        Some((file, line)) => places.of_field(file, *line, &field),
        None => Place::default(),
    };
    Finding {
        place,
        severity: Severity::Warning,
        message: format!(
            "{what} can never match: {} ({}){by} takes every request it would take",
            shadow.by, shadow.by_words
        ),
        remedy: "delete it, or give it a match that the other does not have".to_owned(),
        code: "Shadowed".to_owned(),
    }
}

fn place(id: &MatchId, origins: &Origins, places: &mut Places) -> Place {
    let key = (id.namespace.clone(), id.name.clone());
    match origins.get(&key) {
        Some((file, line)) => places.of_field(file, *line, &format!("spec.rules[{}]", id.rule)),
        None => Place::default(),
    }
}

fn origins(snapshot: &Snapshot) -> Origins {
    let mut origins = Origins::new();
    for resource in snapshot.iter(TypeUrl::RouteRule) {
        let sources = offline::provenance(resource).map(|provenance| provenance.sources);
        for source in sources.unwrap_or_default() {
            let key = (source.namespace.clone(), source.name.clone());
            if source.kind == "HTTPRoute" {
                origins.entry(key).or_insert((source.file, source.line));
            }
        }
    }
    origins
}
