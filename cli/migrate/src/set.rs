//! The objects of one migration, as each conversion sees the others.
//!
//! Owns look-ups by kind and name, and the names that are taken. Must not convert. An object without a namespace is in
//! `default`, as in a directory.

use std::collections::BTreeSet;

use serde_json::Value;

use super::manifest;
use super::report::Log;
use super::route::Plan;

/// Every object of the input.
pub(crate) struct Set<'a> {
    objects: Vec<&'a Value>,
}

/// Names of policies that are taken, by namespace.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<(String, String)>);

/// What the conversion of one object works with.
pub(crate) struct Work<'a> {
    /// The other objects.
    pub(crate) set: &'a Set<'a>,
    /// What routes say about them.
    pub(crate) plan: &'a Plan,
    /// Names that are taken.
    pub(crate) names: &'a mut Names,
    /// What is told.
    pub(crate) log: Log,
    /// Namespace of the object.
    pub(crate) namespace: String,
    /// Its name.
    pub(crate) name: String,
}

// === impl Set ===

impl<'a> Set<'a> {
    /// These objects.
    pub(crate) fn new(objects: Vec<&'a Value>) -> Self {
        Self { objects }
    }

    /// The object of this group, kind and name.
    pub(crate) fn find(
        &self,
        (group, kind): (&str, &str),
        namespace: &str,
        name: &str,
    ) -> Option<&'a Value> {
        self.of_kind(group, kind)
            .find(|value| manifest::namespace(value) == namespace && manifest::name(value) == name)
    }

    /// The objects of a group and kind.
    pub(crate) fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &'a Value> {
        self.objects.iter().copied().filter(move |value| {
            manifest::group(value) == group && manifest::text(value, "/kind") == kind
        })
    }
}

// === impl Names ===

impl Names {
    /// Those that the input takes.
    pub(crate) fn of(set: &Set<'_>) -> Self {
        let taken = set
            .of_kind(manifest::AGENTGATEWAY, "AgentgatewayPolicy")
            .map(|value| {
                (
                    manifest::namespace(value).to_owned(),
                    manifest::name(value).to_owned(),
                )
            });
        Self(taken.collect())
    }

    /// Takes the first free of a name and the name with numbers behind it.
    pub(crate) fn take(&mut self, namespace: &str, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !self.0.insert((namespace.to_owned(), name.clone())) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        name
    }
}
