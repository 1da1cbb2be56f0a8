//! What is in force, and what a scan changes about it.
//!
//! Owns the three rules of a directory: a file that cannot be read keeps its last good content; a document that
//! cannot be used keeps the last good object of that file; of two documents for one object the first in path order
//! wins. Must not do I/O. Invariant: applying every change that was ever returned, in order, gives what a fresh
//! state makes of the same files, apart from last good content.

mod claims;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cp_api::ObjectKey;
use cp_translate::{Change, Origin};

use crate::object::{self, Fault};
use crate::parse;
use crate::problem::{Position, Problem, Severity};
use crate::scan::{Reading, Scan};
use crate::source::Environment;
use claims::{Claims, Entry, Place};

/// Files, objects and problems as of the last scan.
pub struct State {
    environment: Environment,
    files: BTreeMap<PathBuf, FileState>,
    claims: Claims,
    /// What is wrong with directories and watches, as of the last scan.
    around: Vec<Problem>,
    problems: Vec<Problem>,
}

#[derive(Default)]
struct FileState {
    entries: Vec<Arc<Entry>>,
    problems: Vec<Problem>,
}

// === impl State ===

impl State {
    /// Nothing is in force yet. `environment` fills Secrets that ask for it.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            files: BTreeMap::new(),
            claims: Claims::default(),
            around: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Everything that is wrong now, in file order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes a scan in. The changes, sorted by object.
    pub fn advance(&mut self, scan: Scan) -> Vec<Change> {
        let mut touched = BTreeSet::new();
        self.drop_missing(&scan, &mut touched);
        for (path, reading) in scan.read {
            self.take(path, reading, &mut touched);
        }
        self.around = scan.problems;
        let changes = touched
            .into_iter()
            .filter_map(|key| self.claims.settle(&key))
            .collect();
        self.collect_problems();
        changes
    }

    fn drop_missing(&mut self, scan: &Scan, touched: &mut BTreeSet<ObjectKey>) {
        let is_gone = |path: &Path| {
            !scan.present.contains(path)
                && !scan.unlisted.iter().any(|above| path.starts_with(above))
        };
        let gone: Vec<PathBuf> = self
            .files
            .keys()
            .filter(|path| is_gone(path))
            .cloned()
            .collect();
        for path in gone {
            if let Some(file) = self.files.remove(&path) {
                self.claims.withdraw(&file.entries, touched);
            }
        }
    }

    fn take(&mut self, path: PathBuf, reading: Reading, touched: &mut BTreeSet<ObjectKey>) {
        let file = self.files.entry(path.clone()).or_default();
        let documents = match reading {
            Reading::Unreadable(message) => Err((Position::FILE, message)),
            Reading::Content { format, bytes } => {
                parse::parse(&bytes, format).map_err(|error| (error.position, error.message))
            }
        };
        let documents = match documents {
            Ok(documents) => documents,
            Err((position, message)) => {
                let kept = match file.entries.is_empty() {
                    true => "nothing of this file is in force",
                    false => "its last good content stays in force",
                };
                file.problems = vec![Problem::error(path, position, format!("{message}; {kept}"))];
                return;
            }
        };
        let last_good = std::mem::take(&mut file.entries);
        file.problems.clear();
        let name: Arc<str> = Arc::from(path.to_string_lossy());
        for document in documents {
            let read = object::read(document, self.environment.as_ref());
            let problems = read.faults.iter().map(|fault| problem_of(&path, fault));
            file.problems.extend(problems);
            let Some(key) = read.key.filter(|key| key.known().is_some()) else {
                continue;
            };
            let error = read
                .faults
                .iter()
                .find(|fault| fault.severity == Severity::Error);
            let fault = error.filter(|_| read.object.is_none());
            let place = Place {
                path: path.clone(),
                index: file.entries.len(),
            };
            let origin = Origin {
                file: Arc::clone(&name),
                line: read.position.line,
            };
            let object = read.object.or_else(|| {
                last_good
                    .iter()
                    .find(|entry| entry.key == key)
                    .and_then(|entry| entry.object.clone())
            });
            let fault = fault.map(|fault| fault.message.clone());
            file.entries.push(Arc::new(Entry {
                key,
                place,
                origin,
                object,
                fault,
            }));
        }
        self.claims.withdraw(&last_good, touched);
        self.claims.stake(&file.entries, touched);
    }

    fn collect_problems(&mut self) {
        let of_files = self
            .files
            .values()
            .flat_map(|file| file.problems.iter().cloned());
        let mut problems: Vec<Problem> = of_files
            .chain(self.claims.duplicates())
            .chain(self.around.iter().cloned())
            .collect();
        problems.sort();
        problems.dedup();
        self.problems = problems;
    }
}

fn problem_of(path: &Path, fault: &Fault) -> Problem {
    Problem {
        file: path.to_owned(),
        position: fault.position,
        severity: fault.severity,
        message: fault.message.clone(),
    }
}
