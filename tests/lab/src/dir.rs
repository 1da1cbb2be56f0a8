//! The directory of one lab: what lies where, and who owns it.
//!
//! Owns the names of its files and the lock that tells a live lab from what a crash left behind. Must not write their
//! content. Invariant: a directory whose lock is held is never touched by another lab.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::fcntl::{Flock, FlockArg};

const PREFIX: &str = "tidegate-lab-";

/// Paths within the directory.
#[derive(Clone, Debug)]
pub(crate) struct Dir(PathBuf);

/// A directory that is ours as long as this lives.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) dir: Dir,
    is_temporary: bool,
    _lock: Flock<File>,
}

/// The directory that `up` and `enter` agree on.
pub(crate) fn usual() -> PathBuf {
    std::env::temp_dir().join(format!("{PREFIX}{}", nix::unistd::getuid()))
}

/// Takes the directory `path`, emptied.
pub(crate) fn take(path: &Path) -> Result<Held> {
    fs::create_dir_all(path).with_context(|| path.display().to_string())?;
    let path = fs::canonicalize(path)?;
    let Some(lock) = lock(&path)? else {
        bail!(
            "{} belongs to a lab that runs; end it first, or choose another --dir",
            path.display()
        );
    };
    for entry in fs::read_dir(&path)? {
        let entry = entry?;
        if entry.file_name() == "lock" {
            continue;
        }
        let gone = match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path()),
            false => fs::remove_file(entry.path()),
        };
        gone.with_context(|| {
            format!(
                "{} is in the way of a new lab; remove it",
                entry.path().display()
            )
        })?;
    }
    Ok(Held {
        dir: Dir(path),
        is_temporary: false,
        _lock: lock,
    })
}

/// Takes a new directory that is removed with the lab, and removes those that crashed labs left.
pub(crate) fn temporary() -> Result<Held> {
    let base = std::env::temp_dir();
    sweep(&base);
    let path = tempfile::Builder::new()
        .prefix(&format!("{PREFIX}run-"))
        .tempdir_in(base)?
        .keep();
    let held = take(&path)?;
    Ok(Held {
        is_temporary: true,
        ..held
    })
}

fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    let is_left = |name: &str| name.starts_with(&format!("{PREFIX}run-"));
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str());
        // Of another user, or gone meanwhile: not ours to remove.
        if name.is_some_and(is_left) && lock(&path).is_ok_and(|lock| lock.is_some()) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn lock(path: &Path) -> Result<Option<Flock<File>>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join("lock"))?;
    Ok(Flock::lock(file, FlockArg::LockExclusiveNonblock).ok())
}

// === impl Held ===

impl Held {
    /// Removes the directory if it is a temporary one.
    pub(crate) fn end(self) {
        if self.is_temporary {
            let _ = fs::remove_dir_all(&self.dir.0);
        }
    }
}

// === impl Dir ===

impl Dir {
    /// The paths within `path`.
    pub(crate) fn new(path: &Path) -> Dir {
        Dir(path.to_path_buf())
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file or directory in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Kubeconfig for those in the lab's network.
    pub(crate) fn kubeconfig_inside(&self) -> PathBuf {
        self.join("inside.kubeconfig")
    }

    /// Kubeconfig for the machine.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.join("kubeconfig")
    }

    /// Where the lab relays its API server to.
    pub(crate) fn api_socket(&self) -> PathBuf {
        self.join("api.sock")
    }

    /// Holds the process id of pid 1 of the lab, as the machine sees it.
    pub(crate) fn init_pid(&self) -> PathBuf {
        self.join("init.pid")
    }

    /// Appears when the cluster is ready.
    pub(crate) fn ready(&self) -> PathBuf {
        self.join("ready")
    }

    /// Programs called kubectl, etcd and so on.
    pub(crate) fn bin(&self) -> PathBuf {
        self.join("bin")
    }

    /// Holds the id of a process, as the lab sees it.
    pub(crate) fn pid(&self, name: &str) -> PathBuf {
        self.join("pid").join(name)
    }

    /// As long as this file is there, a process that ended is not started again.
    pub(crate) fn hold(&self, name: &str) -> PathBuf {
        self.join("hold").join(name)
    }

    /// The log of a process.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.join("log").join(format!("{name}.log"))
    }
}
