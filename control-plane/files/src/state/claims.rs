//! Which document speaks for which object.
//!
//! Owns the order of claims and what is told when one wins over another. Must not know files beyond their place.
//! Settling is incremental: only objects that a scan touched are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use cp_api::{Object, ObjectKey};
use cp_translate::{Change, Origin, Outline};

use crate::problem::{Position, Problem};

/// One document that claims to be an object.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: ObjectKey,
    pub(super) place: Place,
    pub(super) origin: Origin,
    /// The object; the last good one if the document is at fault.
    pub(super) object: Option<Object>,
    /// Why the document cannot be used.
    pub(super) fault: Option<String>,
}

/// Order of claims: path, then place in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) index: usize,
}

/// Every claim, and what was last told about each object.
#[derive(Default)]
pub(super) struct Claims {
    staked: BTreeMap<ObjectKey, BTreeMap<Place, Arc<Entry>>>,
    told: BTreeMap<ObjectKey, Arc<Entry>>,
    contested: BTreeSet<ObjectKey>,
}

// === impl Claims ===

impl Claims {
    pub(super) fn stake(&mut self, entries: &[Arc<Entry>], touched: &mut BTreeSet<ObjectKey>) {
        for entry in entries {
            let claims = self.staked.entry(entry.key.clone()).or_default();
            claims.insert(entry.place.clone(), Arc::clone(entry));
            touched.insert(entry.key.clone());
        }
    }

    pub(super) fn withdraw(&mut self, entries: &[Arc<Entry>], touched: &mut BTreeSet<ObjectKey>) {
        for entry in entries {
            if let Some(claims) = self.staked.get_mut(&entry.key) {
                claims.remove(&entry.place);
            }
            touched.insert(entry.key.clone());
        }
    }

    /// What changed about an object since it was last settled.
    pub(super) fn settle(&mut self, key: &ObjectKey) -> Option<Change> {
        let claims = self.staked.get(key);
        match claims.is_some_and(|claims| claims.len() > 1) {
            true => self.contested.insert(key.clone()),
            false => self.contested.remove(key),
        };
        let Some(winner) = claims.and_then(winner).map(Arc::clone) else {
            self.staked.remove(key);
            return self.told.remove(key).map(|_| Change::Delete(key.clone()));
        };
        let told = self.told.insert(key.clone(), Arc::clone(&winner));
        if told.is_some_and(|told| told.is_same(&winner)) {
            return None;
        }
        Some(winner.change())
    }

    /// One problem for every claim that lost.
    pub(super) fn duplicates(&self) -> impl Iterator<Item = Problem> {
        let contested = self.contested.iter().filter_map(|key| self.staked.get(key));
        contested
            .filter_map(|claims| Some((claims, winner(claims)?)))
            .flat_map(|(claims, winner)| {
                let losers = claims.values().filter(|entry| entry.place != winner.place);
                losers.map(|entry| entry.lost_to(winner))
            })
    }
}

/// The first usable claim; the first one if none is usable.
fn winner(claims: &BTreeMap<Place, Arc<Entry>>) -> Option<&Arc<Entry>> {
    let usable = claims.values().find(|entry| entry.object.is_some());
    usable.or_else(|| claims.values().next())
}

// === impl Entry ===

impl Entry {
    fn change(&self) -> Change {
        match (&self.fault, &self.object) {
            (None, Some(object)) => Change::Apply {
                object: Box::new(object.clone()),
                origin: Some(self.origin.clone()),
            },
            (fault, _) => Change::Invalid {
                key: self.key.clone(),
                message: fault.clone().unwrap_or_default(),
                origin: Some(self.origin.clone()),
                // A directory has one reader.
                outline: Outline::default(),
            },
        }
    }

    fn is_same(&self, other: &Entry) -> bool {
        self.object == other.object && self.fault == other.fault && self.origin == other.origin
    }

    fn lost_to(&self, winner: &Entry) -> Problem {
        let message = format!(
            "{} is also written in {}:{}, which is the one in force; delete one of them",
            self.key, winner.origin.file, winner.origin.line
        );
        Problem::error(
            &self.place.path,
            Position::new(self.origin.line, 0),
            message,
        )
    }
}
