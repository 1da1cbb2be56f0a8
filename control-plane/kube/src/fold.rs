//! What the watches told, folded into changes.
//!
//! Owns which objects each watch has, which of them are passed over, what is wrong, and when everything has been listed
//! once. Must not hold contents or do I/O: signals come in, changes go out. Invariant: an object leaves only when a watch
//! says so, a whole list lacks it, its kind is not served any more, or its namespace is not read any more.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use cp_api::key::Kind;
use cp_api::{Object, ObjectKey};
use cp_translate::Change;

use crate::failure::{Failure, outage};
use crate::kinds::watched;
use crate::reading::Reading;
use crate::selection::Selection;
use crate::watch::{Signal, WatchId};

/// (namespace, name).
type Name = (Box<str>, Box<str>);

/// What all watches told.
#[derive(Debug, Default)]
pub struct Fold {
    selection: Selection,
    /// Namespaces that are read, where labels decide.
    selected: BTreeSet<String>,
    tables: BTreeMap<WatchId, Table>,
    /// Kinds whose definition has no version that we read.
    misfits: BTreeSet<Kind>,
    /// Why there is no connection; the first cause stands for all.
    outage: Option<String>,
    /// Why the kinds that are served cannot be found out.
    lookup: Option<Failure>,
    is_found_out: bool,
    is_complete: bool,
    changes: Vec<Change>,
    told: Vec<String>,
    is_news: bool,
}

/// What one watch has.
#[derive(Debug, Default)]
struct Table {
    /// Each object with the number of the list that had it last.
    objects: BTreeMap<Name, u32>,
    list: u32,
    is_listed: bool,
    is_connected: bool,
    failure: Option<Failure>,
    /// Namespaces of which objects were passed over.
    hidden: BTreeSet<String>,
}

/// What gathered.
#[derive(Debug)]
pub struct News {
    /// Changes, in order.
    pub changes: Vec<Change>,
    /// Everything that is wrong now.
    pub problems: Vec<String>,
    /// Whether every kind has been listed once.
    pub is_complete: bool,
}

// === impl Fold ===

impl Fold {
    /// Knows nothing yet.
    pub fn new(selection: Selection) -> Self {
        Fold {
            selection,
            ..Fold::default()
        }
    }

    /// A watch begins, or begins again.
    pub fn open(&mut self, id: WatchId) {
        self.tables.entry(id).or_default();
    }

    /// A kind is not served any more: its objects are gone.
    pub fn close(&mut self, kind: Kind) {
        let ids: Vec<WatchId> = self
            .tables
            .keys()
            .filter(|id| id.kind == kind)
            .cloned()
            .collect();
        for id in ids {
            if let Some(table) = self.tables.remove(&id) {
                let gone = table.objects.into_keys().map(|name| delete(kind, name));
                self.changes.extend(gone);
            }
        }
        self.settle();
    }

    /// Which kinds are served is known, and every watch of them is open. These have no version that we read.
    pub fn found_out(&mut self, misfits: BTreeSet<Kind>) {
        self.misfits = misfits;
        self.is_found_out = true;
        self.settle();
    }

    /// The API server said what it serves.
    pub fn answered(&mut self) {
        self.lookup = None;
        self.settle();
    }

    /// Which kinds are served could not be found out.
    pub fn not_found_out(&mut self, failure: Failure) {
        self.lookup.get_or_insert(failure);
        self.settle();
    }

    /// Takes in what a watch told.
    ///
    /// Who drives the watches starts those again that come back: objects that were passed over are wanted now.
    #[must_use]
    pub fn on(&mut self, id: &WatchId, signal: Signal) -> Vec<WatchId> {
        let mut wanted = Vec::new();
        let Some(table) = self.tables.get_mut(id) else {
            return wanted;
        };
        match signal {
            Signal::Started => table.list = table.list.wrapping_add(1),
            Signal::Listed(reading) | Signal::Applied(reading) => {
                self.read(id, reading, &mut wanted);
            }
            Signal::Deleted(key) => self.gone(id, key),
            Signal::Complete => {
                table.is_listed = true;
                table.is_connected = true;
                table.failure = None;
                let list = table.list;
                let is_left = |(_, seen): &(&Name, &u32)| **seen != list;
                let left = table.objects.iter().filter(is_left);
                let left: Vec<Name> = left.map(|(name, _)| name.clone()).collect();
                for (namespace, name) in left {
                    self.gone(id, ObjectKey::new(id.kind, namespace, name));
                }
                self.settle();
            }
            Signal::Failed(failure) => {
                table.is_connected = false;
                let is_other = |old: &Failure| old.reason != failure.reason;
                if table.failure.as_ref().is_none_or(is_other) {
                    table.failure = Some(failure);
                }
                self.settle();
            }
        }
        wanted
    }

    /// Changes that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.changes.len()
    }

    /// Whether there is anything to take.
    pub fn has_news(&self) -> bool {
        self.is_news || !self.changes.is_empty()
    }

    /// Takes what gathered.
    pub fn take(&mut self) -> News {
        self.is_news = false;
        News {
            changes: std::mem::take(&mut self.changes),
            problems: self.told.clone(),
            is_complete: self.is_complete,
        }
    }

    /// Of every kind that is watched: whether all its watches are connected, and how many objects they have.
    pub fn kinds(&self) -> BTreeMap<Kind, (bool, usize)> {
        let mut kinds = BTreeMap::new();
        for (id, table) in &self.tables {
            let (is_connected, objects) = kinds.entry(id.kind).or_insert((true, 0));
            *is_connected &= table.is_connected;
            *objects += table.objects.len();
        }
        kinds
    }

    /// Whether the namespaces have been listed, on which the other watches depend where labels decide.
    pub fn knows_namespaces(&self) -> bool {
        let is_listed =
            |(id, table): (&WatchId, &Table)| id.kind == Kind::Namespace && table.is_listed;
        self.tables.iter().any(is_listed)
    }

    fn read(&mut self, id: &WatchId, reading: Reading, wanted: &mut Vec<WatchId>) {
        let Reading { key, content } = reading;
        if id.kind == Kind::Namespace
            && let Ok(object) = &content
            && !self.select(&key.name, object, wanted)
        {
            return self.gone(id, key);
        }
        if !self.is_read(&key) {
            if let Some(table) = self.tables.get_mut(id) {
                table.hidden.insert(key.namespace.clone());
            }
            return self.gone(id, key);
        }
        let Some(table) = self.tables.get_mut(id) else {
            return;
        };
        table.objects.insert(name_of(&key), table.list);
        let change = match content {
            Ok(object) => Change::Apply {
                object,
                origin: None,
            },
            Err(unreadable) => Change::Invalid {
                key,
                message: unreadable.message,
                origin: None,
                outline: unreadable.outline,
            },
        };
        self.changes.push(change);
    }

    fn gone(&mut self, id: &WatchId, key: ObjectKey) {
        let name = name_of(&key);
        let table = self.tables.get_mut(id);
        let was_there = table.is_some_and(|table| table.objects.remove(&name).is_some());
        if id.kind == Kind::Namespace {
            self.unselect(&key.name);
        }
        if was_there {
            self.changes.push(Change::Delete(key));
        }
    }

    fn is_read(&self, key: &ObjectKey) -> bool {
        match self.selection {
            Selection::All | Selection::Named(_) => true,
            Selection::Labelled(_) => {
                key.namespace.is_empty() || self.selected.contains(&key.namespace)
            }
        }
    }

    /// Whether this Namespace is read; asks for what was passed over if it is from now on.
    fn select(&mut self, name: &str, object: &Object, wanted: &mut Vec<WatchId>) -> bool {
        if !matches!(self.selection, Selection::Labelled(_)) {
            return true;
        }
        if !self.selection.takes(&object.metadata().labels) {
            return false;
        }
        if self.selected.insert(name.to_owned()) {
            for (id, table) in &mut self.tables {
                if table.hidden.remove(name) {
                    wanted.push(id.clone());
                }
            }
        }
        true
    }

    /// The namespace is not read any more, so its objects leave.
    fn unselect(&mut self, namespace: &str) {
        if !self.selected.remove(namespace) {
            return;
        }
        let from: Name = (Box::from(namespace), Box::from(""));
        for (id, table) in &mut self.tables {
            if !id.kind.is_namespaced() {
                continue;
            }
            let of_namespace: Vec<Name> = table
                .objects
                .range(from.clone()..)
                .take_while(|((other, _), _)| **other == *namespace)
                .map(|(name, _)| name.clone())
                .collect();
            for name in of_namespace {
                table.objects.remove(&name);
                table.hidden.insert(namespace.to_owned());
                self.changes.push(delete(id.kind, name));
            }
        }
    }

    /// Draws the conclusions from what is connected and what has been listed.
    fn settle(&mut self) {
        let failures = || {
            let of_tables = self
                .tables
                .values()
                .filter_map(|table| table.failure.as_ref());
            of_tables.chain(&self.lookup)
        };
        let outage = failures().find(|failure| failure.is_outage());
        match outage.map(|failure| failure.cause.clone()) {
            None => self.outage = None,
            Some(cause) => drop(self.outage.get_or_insert(cause)),
        }
        let problems = self.problems();
        let is_complete = self.is_complete
            || (self.is_found_out && self.tables.values().all(|table| table.is_listed));
        self.is_news |= problems != self.told || is_complete != self.is_complete;
        self.told = problems;
        self.is_complete = is_complete;
    }

    fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self.outage.iter().map(|cause| outage(cause)).collect();
        let is_told = |failure: &&Failure| !failure.is_outage();
        let lookup = self.lookup.iter().filter(is_told);
        problems.extend(lookup.map(|failure| {
            format!(
                "which kinds the API server serves cannot be found out: {}",
                failure.cause
            )
        }));
        for (id, table) in &self.tables {
            let failure = table.failure.as_ref().filter(is_told);
            let words = failure.and_then(|failure| failure.explain(id.kind));
            problems.extend(words.filter(|words| !problems.contains(words)));
        }
        problems.extend(self.misfits.iter().map(|kind| {
            let definition = watched(*kind).definition().unwrap_or_default();
            let versions = kind.versions().join(", ");
            format!("{definition}: none of the versions that Tidegate reads is served ({versions}); what was read last stays in force")
        }));
        problems
    }
}

fn name_of(key: &ObjectKey) -> Name {
    (
        Box::from(key.namespace.as_str()),
        Box::from(key.name.as_str()),
    )
}

fn delete(kind: Kind, (namespace, name): Name) -> Change {
    Change::Delete(ObjectKey::new(kind, namespace, name))
}
