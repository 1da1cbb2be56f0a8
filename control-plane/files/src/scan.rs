//! Looking at the directories: what is there, and the content of what is new.
//!
//! Owns walking, symbolic links, and reading a file without tearing it. Must not parse. Invariants: entries whose
//! name begins with a dot are never read directly (`..data` of Kubernetes volumes is read through the links that
//! point into it); one scan shows one state of the tree, because the tree is walked again after reading and what
//! moved in between is read again.

mod walk;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::parse::{Format, MAX_FILE_BYTES};
use crate::problem::{Position, Problem};
pub(crate) use walk::child;
pub use walk::{DirectoryId, Stamp, Walk};

/// How often a tree that moves while it is read is read again.
const ATTEMPTS: u32 = 5;
/// Coarse file clocks: a file that changed this recently may change again without a new stamp.
const SETTLE: Duration = Duration::from_millis(100);
/// How long an emptied file may stay empty before that is believed: an editor on a busy machine can be held up between
/// truncating and writing.
const EMPTY_GRACE: Duration = Duration::from_secs(1);

/// Remembers what was read, so that the next scan reads only what changed.
#[derive(Debug)]
pub struct Scanner {
    roots: Vec<PathBuf>,
    known: BTreeMap<PathBuf, Known>,
}

/// What one look found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Every manifest file that exists.
    pub present: BTreeSet<PathBuf>,
    /// Files whose content is new.
    pub read: BTreeMap<PathBuf, Reading>,
    /// Directories (or roots) that could not be listed: what was known below them is still in force.
    pub unlisted: Vec<PathBuf>,
    /// What is wrong with directories and links.
    pub problems: Vec<Problem>,
    /// Something moved all the time: look again soon.
    pub is_restless: bool,
    /// A file was found empty that an editor may be about to fill: look again soon.
    pub is_half_saved: bool,
}

/// What reading one file gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The whole content, untorn.
    Content {
        /// How to read it.
        format: Format,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The file is there and cannot be read; the last good content stays.
    Unreadable(String),
}

#[derive(Clone, Debug)]
struct Known {
    stamp: Stamp,
    is_settled: bool,
    content: blake3::Hash,
}

enum Attempt {
    Read(Reading, Known),
    Unreadable(String),
    Moved,
}

// === impl Scanner ===

impl Scanner {
    /// A scanner of these directories or single files, which has read nothing yet.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots: roots.iter().map(|root| walk::plain(root)).collect(),
            known: BTreeMap::new(),
        }
    }

    /// The directories or files that are scanned.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Lists what is there without reading it.
    pub fn walk(&self) -> Walk {
        Walk::of(&self.roots)
    }

    /// Reads what is new since the last scan. Files in `writing` are left for later.
    pub fn scan(&mut self, mut walk: Walk, writing: &BTreeSet<PathBuf>) -> Scan {
        let mut scan = Scan::default();
        for _ in 0..ATTEMPTS {
            let moved = self.read_new(&walk, writing, &mut scan);
            let again = self.walk();
            let is_same = !moved && again == walk;
            walk = again;
            if is_same {
                scan.is_restless = false;
                break;
            }
            scan.is_restless = true;
        }
        scan.present = walk.files.into_keys().collect();
        if scan.is_restless {
            // A directory that is listed while entries are renamed may leave one out: nothing is missing before two
            // looks agree on it.
            scan.present.extend(self.known.keys().cloned());
        }
        self.known.retain(|path, _| scan.present.contains(path));
        scan.read.retain(|path, _| scan.present.contains(path));
        scan.unlisted = walk.unlisted;
        scan.problems = walk.problems;
        scan
    }

    /// Whether something moved while it was read.
    fn read_new(&mut self, walk: &Walk, writing: &BTreeSet<PathBuf>, scan: &mut Scan) -> bool {
        let mut moved = false;
        for (path, stamp) in &walk.files {
            let known = self.known.get(path);
            let is_known = known.is_some_and(|known| known.is_settled && known.stamp == *stamp);
            if is_known || writing.contains(path) {
                continue;
            }
            match attempt(path, *stamp) {
                Attempt::Moved => moved = true,
                Attempt::Unreadable(message) => {
                    self.known.remove(path);
                    scan.read.insert(path.clone(), Reading::Unreadable(message));
                }
                Attempt::Read(reading, found) if is_half_saved(known, &found) => {
                    // Nothing is noted: the next look, which comes soon, reads it again.
                    drop(reading);
                    scan.is_half_saved = true;
                }
                Attempt::Read(reading, found) => {
                    let is_new = known.is_none_or(|known| known.content != found.content);
                    self.known.insert(path.clone(), found);
                    if is_new {
                        scan.read.insert(path.clone(), reading);
                    }
                }
            }
        }
        moved
    }
}

/// Whether a file that had content was emptied a moment ago: saving in place truncates first and writes then. Who
/// really empties a file waits [`EMPTY_GRACE`] for it.
fn is_half_saved(known: Option<&Known>, found: &Known) -> bool {
    let empty = blake3::hash(&[]);
    let had_content = known.is_some_and(|known| known.content != empty);
    let is_fresh = found
        .stamp
        .changed
        .checked_add(EMPTY_GRACE)
        .is_some_and(|end| SystemTime::now() < end);
    had_content && found.content == empty && is_fresh
}

/// Reads one file if it still is what the walk saw, before and after.
fn attempt(path: &Path, expected: Stamp) -> Attempt {
    let Some(format) = walk::format_of(path) else {
        return Attempt::Unreadable("not a manifest".to_owned());
    };
    if expected.length > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES / 1024 / 1024;
        return Attempt::Unreadable(format!("larger than {limit} MiB; split the file"));
    }
    let started = SystemTime::now();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        let before = Stamp::of(&file.metadata()?);
        // One byte more than the limit: a file that grows while it is read does not fill the memory.
        Read::by_ref(&mut file)
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)?;
        Ok(before == expected && Stamp::of(&file.metadata()?) == expected)
    });
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Attempt::Moved,
        Err(error) => Attempt::Unreadable(format!("cannot be read: {error}")),
        Ok(false) => Attempt::Moved,
        Ok(true) => {
            let content = blake3::hash(&bytes);
            let is_settled = expected
                .changed
                .checked_add(SETTLE)
                .is_some_and(|at| at < started);
            let known = Known {
                stamp: expected,
                is_settled,
                content,
            };
            Attempt::Read(Reading::Content { format, bytes }, known)
        }
    }
}

fn unlisted_problem(path: &Path, error: &std::io::Error) -> Problem {
    let message = format!("cannot be listed: {error}; what was read below it stays in force");
    Problem::error(path, Position::FILE, message)
}
