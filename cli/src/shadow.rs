//! Rules that can never match, because one in front of them takes every request they would take.
//!
//! Owns the comparison of matchers: which one covers which. Pure, and conservative: what is called shadowed is, but a
//! rule that only several others cover together is not found. Must use the order of the proxy's own tables; a match
//! is dead only if it is shadowed on every host and listener that it is on.

mod cover;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use route::Table;
use route::table::Entry;

use cover::Seen;
pub(crate) use cover::words;

/// One match of one rule of one route object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MatchId {
    /// Namespace of the route.
    pub(crate) namespace: String,
    /// Name of the route.
    pub(crate) name: String,
    /// Index of the rule.
    pub(crate) rule: u32,
    /// Index of the match in the rule.
    pub(crate) index: u32,
}

/// What a dead match or rule is shadowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shadow {
    /// The route object: namespace and name.
    pub(crate) route: (String, String),
    /// Index of its rule.
    pub(crate) rule: u32,
    /// Index of the match; `None` if the whole rule is dead.
    pub(crate) index: Option<u32>,
    /// Who takes its requests.
    pub(crate) by: MatchId,
    /// What that one matches, in words.
    pub(crate) by_words: String,
}

/// Matches of one rule: index, and who covers it.
type RuleMatches = Vec<(u32, Option<Covered>)>;

/// Namespace and name of a route, and index of its rule.
type RuleId = (String, String, u32);

#[derive(Clone)]
struct Covered {
    by: MatchId,
    words: String,
}

/// Every match that is dead in all of these tables, whole rules as one.
pub(crate) fn shadows<'a, P: 'a>(tables: impl IntoIterator<Item = &'a Table<P>>) -> Vec<Shadow> {
    let mut matches: BTreeMap<MatchId, Option<Covered>> = BTreeMap::new();
    for table in tables {
        look_at(table, &mut matches);
    }
    let mut rules: BTreeMap<RuleId, RuleMatches> = BTreeMap::new();
    for (id, covered) in matches {
        rules
            .entry((id.namespace, id.name, id.rule))
            .or_default()
            .push((id.index, covered));
    }
    rules.into_iter().flat_map(of_rule).collect()
}

fn look_at<P>(table: &Table<P>, matches: &mut BTreeMap<MatchId, Option<Covered>>) {
    let mut seen = Seen::default();
    for entry in table.in_order() {
        let id = MatchId::of(entry);
        // A listener's own route to its models: it is nobody's mistake that a written route comes first.
        if id.name.is_empty() {
            continue;
        }
        let found = seen
            .covering(&entry.matcher)
            .filter(|other| MatchId::of(*other) != id);
        let covered = found.map(|other| Covered {
            by: MatchId::of(other),
            words: words(&other.matcher),
        });
        if covered.is_none() {
            seen.add(entry);
        }
        match matches.get(&id) {
            // Alive somewhere else, and that is what counts.
            Some(None) => {}
            Some(Some(_)) if covered.is_some() => {}
            Some(Some(_)) | None => drop(matches.insert(id, covered)),
        }
    }
}

fn of_rule(((namespace, name, rule), matches): (RuleId, RuleMatches)) -> Vec<Shadow> {
    let shadow = |index, covered: &Covered| Shadow {
        route: (namespace.clone(), name.clone()),
        rule,
        index,
        by: covered.by.clone(),
        by_words: covered.words.clone(),
    };
    let dead: Vec<(u32, &Covered)> = matches
        .iter()
        .filter_map(|(index, covered)| covered.as_ref().map(|covered| (*index, covered)))
        .collect();
    match dead.first() {
        Some((_, covered)) if dead.len() == matches.len() => vec![shadow(None, covered)],
        Some(_) => dead
            .iter()
            .map(|(index, covered)| shadow(Some(*index), covered))
            .collect(),
        None => Vec::new(),
    }
}

// === impl MatchId ===

impl MatchId {
    /// Of an entry of a table.
    pub(crate) fn of<P>(entry: &Entry<P>) -> Self {
        let route = entry.rank.route();
        Self {
            namespace: route.namespace().to_owned(),
            name: route.name().to_owned(),
            rule: route.rule(),
            index: route.index(),
        }
    }
}

impl fmt::Display for MatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HTTPRoute {}/{} rule {}",
            self.namespace, self.name, self.rule
        )?;
        if self.index > 0 {
            write!(f, " match {}", self.index)?;
        }
        Ok(())
    }
}
