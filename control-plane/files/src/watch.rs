//! The kernel's word that something changed.
//!
//! Owns one watch per directory that a walk listed, and the reduction of the kernel's events to [`Signal`]s. Must
//! not read files: a missed or surplus event costs time, never correctness, because a slow tick looks at everything
//! anyway. Directories are watched one by one, not recursively, since links must be followed as the walk does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::burst::Signal;
use crate::scan::{DirectoryId, Walk, child};

/// What reaches the loop.
#[derive(Debug)]
pub(crate) enum Message {
    /// Something happened to the files.
    Signal(Signal),
    /// The source was dropped.
    Stop,
}

/// The watches in force.
pub(crate) struct Watch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, DirectoryId>,
    /// Watched directories as events call them: notify tells absolute paths, a walk keeps what was typed.
    names: BTreeMap<PathBuf, PathBuf>,
    failure: Option<String>,
}

// === impl Watch ===

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new(sender: Sender<Message>) -> Self {
        let made = notify::recommended_watcher(move |event: notify::Result<Event>| {
            for signal in signals(event) {
                // Nobody listens any more: the source is gone, and this watcher with it in a moment.
                let _ = sender.send(Message::Signal(signal));
            }
        });
        let (watcher, failure) = match made {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            watcher,
            watched: BTreeMap::new(),
            names: BTreeMap::new(),
            failure,
        }
    }

    /// Never hears anything; the slow tick does the work.
    #[cfg(test)]
    pub(crate) fn deaf() -> Self {
        Self {
            watcher: None,
            watched: BTreeMap::new(),
            names: BTreeMap::new(),
            failure: Some("deaf".to_owned()),
        }
    }

    /// Why events may be missing, if they may.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Watches exactly the directories of a walk. True if one is new: what happened in it before is not known, so
    /// the walk has to be done again.
    pub(crate) fn follow(&mut self, walk: &Walk) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        let wanted: BTreeMap<&PathBuf, &DirectoryId> = walk.directories().collect();
        self.watched.retain(|path, id| {
            let is_wanted = wanted.get(path).is_some_and(|wanted| *wanted == id);
            if !is_wanted {
                // The kernel dropped the watch already if the directory is gone.
                let _ = watcher.unwatch(path);
            }
            is_wanted
        });
        let mut is_new = false;
        self.failure = None;
        for (path, id) in wanted {
            if self.watched.contains_key(path) {
                continue;
            }
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    is_new = true;
                    self.names.insert(absolute(path), path.clone());
                    self.watched.insert(path.clone(), *id);
                }
                Err(error) => {
                    let message = format!("cannot watch {}: {error}", path.display());
                    self.failure.get_or_insert(message);
                }
            }
        }
        let watched = &self.watched;
        self.names.retain(|_, path| watched.contains_key(path));
        is_new
    }

    /// The path of an event as a walk calls it.
    pub(crate) fn localize(&self, path: PathBuf) -> PathBuf {
        if let Some(directory) = self.names.get(&path) {
            return directory.clone();
        }
        let directory = path.parent().and_then(|parent| self.names.get(parent));
        match (directory, path.file_name()) {
            (Some(directory), Some(name)) => child(directory, name),
            (Some(_) | None, _) => path,
        }
    }

    /// The kernel drops a watch when its directory is renamed or removed, even if the same directory comes back.
    pub(crate) fn forget(&mut self, path: &Path) {
        if self.watched.remove(path).is_some()
            && let Some(watcher) = &mut self.watcher
        {
            let _ = watcher.unwatch(path);
        }
    }
}

/// As notify makes it: `..` and links stay.
fn absolute(path: &Path) -> PathBuf {
    match std::env::current_dir() {
        Ok(current) if path.is_relative() => current.join(path),
        Ok(_) | Err(_) => path.to_owned(),
    }
}

fn signals(event: notify::Result<Event>) -> Vec<Signal> {
    let Ok(event) = event else {
        return vec![Signal::Lost];
    };
    if event.need_rescan() {
        return vec![Signal::Lost];
    }
    let of_path: fn(PathBuf) -> Signal = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Signal::Closed,
        EventKind::Modify(ModifyKind::Data(_)) => Signal::Written,
        // Opening and closing for reading is what we do ourselves.
        EventKind::Access(_) => return Vec::new(),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => Signal::Structure,
    };
    event.paths.into_iter().map(of_path).collect()
}
