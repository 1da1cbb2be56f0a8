//! Listing a tree: files with their stamps, directories with their identities.
//!
//! Owns which entries count. Symbolic links are followed, loops are not. Must not open files. What cannot be
//! listed is told apart from what is empty: the first keeps its content, the second loses it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::parse::Format;
use crate::problem::{Position, Problem};

/// Deeper trees are refused: nobody writes them, links make them.
const MAX_DEPTH: usize = 32;

/// What is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Manifest files.
    pub files: BTreeMap<PathBuf, Stamp>,
    /// Directories that were listed: everything that happens in them matters.
    pub listed: BTreeMap<PathBuf, DirectoryId>,
    /// Directories around roots and around the targets of links: only `targets` matter in them.
    pub around: BTreeMap<PathBuf, DirectoryId>,
    /// Roots, and what links lead to.
    pub targets: BTreeSet<PathBuf>,
    /// Roots and directories that could not be listed.
    pub unlisted: Vec<PathBuf>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Which version of which file; a file that was replaced or written has another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    /// Bytes.
    pub length: u64,
    modified: (i64, i64),
    /// When the inode last changed, which cannot be set from outside as the time of modification can.
    pub changed: SystemTime,
}

/// Which directory; one that was replaced by another of the same name has another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryId {
    device: u64,
    inode: u64,
}

/// The format of a file whose name says that it is a manifest.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    Format::of_extension(path.extension()?.to_str()?)
}

// === impl Walk ===

impl Walk {
    pub(super) fn of(roots: &[PathBuf]) -> Self {
        let mut walk = Walk::default();
        for root in roots {
            walk.root(root);
        }
        walk.problems.sort();
        walk
    }

    /// Whether an event about this path can change what a walk finds.
    pub fn concerns(&self, path: &Path) -> bool {
        self.targets.contains(path)
            || self.listed.contains_key(path)
            || self.listed.contains_key(parent(path))
    }

    /// The same for an event that changes content only.
    pub fn concerns_content(&self, path: &Path) -> bool {
        self.targets.contains(path) || (self.concerns(path) && format_of(path).is_some())
    }

    /// Every directory to watch.
    pub fn directories(&self) -> impl Iterator<Item = (&PathBuf, &DirectoryId)> {
        self.listed.iter().chain(self.around.iter())
    }

    fn root(&mut self, root: &Path) {
        // The directory around a root shows when the root itself is replaced.
        self.watch_around(root);
        match std::fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => self.directory(root, &metadata, &mut Vec::new()),
            Ok(metadata) => self.file(root, &metadata),
            Err(error) => self.refuse(root, &error),
        }
        self.follow(root);
    }

    fn directory(&mut self, path: &Path, metadata: &Metadata, above: &mut Vec<DirectoryId>) {
        let id = DirectoryId::of(metadata);
        if above.contains(&id) || above.len() >= MAX_DEPTH {
            let message =
                "a symbolic link leads back into the tree, or the tree is too deep; ignored";
            self.problems
                .push(Problem::warning(path, Position::FILE, message));
            return;
        }
        self.around.remove(path);
        self.listed.insert(path.to_owned(), id);
        let entries: Result<BTreeSet<PathBuf>, std::io::Error> =
            std::fs::read_dir(path).and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| child(path, &entry.file_name())))
                    .collect()
            });
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, &error),
        };
        above.push(id);
        for entry in entries {
            if !is_hidden(&entry) {
                self.entry(&entry, above);
            }
        }
        above.pop();
    }

    fn entry(&mut self, path: &Path, above: &mut Vec<DirectoryId>) {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                self.directory(path, &metadata, above);
                self.follow(path);
            }
            Ok(metadata) if format_of(path).is_some() => {
                self.file(path, &metadata);
                self.follow(path);
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {}
            Err(error) => {
                if format_of(path).is_some() || error.kind() != ErrorKind::NotFound {
                    self.refuse(path, &error);
                }
            }
        }
    }

    fn file(&mut self, path: &Path, metadata: &Metadata) {
        if metadata.is_file() {
            self.files.insert(path.to_owned(), Stamp::of(metadata));
        } else {
            let message = "neither a file nor a directory; ignored";
            self.problems
                .push(Problem::warning(path, Position::FILE, message));
        }
    }

    /// The target of a link may be edited or replaced where no walk comes by.
    fn follow(&mut self, path: &Path) {
        if path.is_symlink()
            && let Ok(target) = path.canonicalize()
        {
            self.watch_around(&target);
        }
    }

    fn watch_around(&mut self, target: &Path) {
        let directory = parent(target);
        if let Some(name) = target.file_name() {
            self.targets.insert(child(directory, name));
        }
        if !self.listed.contains_key(directory)
            && let Ok(metadata) = std::fs::metadata(directory)
        {
            self.around
                .insert(directory.to_owned(), DirectoryId::of(&metadata));
        }
    }

    fn refuse(&mut self, path: &Path, error: &std::io::Error) {
        self.problems.push(super::unlisted_problem(path, error));
        self.unlisted.push(path.to_owned());
    }
}

// === impl Stamp ===

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or_default();
        let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds),
        }
    }
}

// === impl DirectoryId ===

impl DirectoryId {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// A path without the `.` that means nothing, so that equal places have equal paths.
pub(super) fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    if plain.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        plain
    }
}

/// What stands in a directory under a name; in `.` it is the name alone.
pub(crate) fn child(directory: &Path, name: &OsStr) -> PathBuf {
    if directory == Path::new(".") {
        PathBuf::from(name)
    } else {
        directory.join(name)
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}
