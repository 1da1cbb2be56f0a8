//! What a container sees as its root directory: a plan, computed before anything is mounted.
//!
//! The root is a tmpfs. The machine's files lie read-only under `/.host`, and symlinks lead there;
//! only directories on the way to a mount are real. So no overlay is needed, and a mount point
//! never has to exist on the machine. Must not touch the file system. Invariant: a parent stands
//! before its children.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the machine's own root is found inside a container.
pub(crate) const HOST: &str = "/.host";

/// Real and empty in every container: what lies there on the machine is nobody's business.
const PRIVATE: [&str; 7] = ["/home", "/mnt", "/root", "/run", "/srv", "/tmp", "/var"];

/// Bound from the machine as they are, unless a mount lies below them.
const BOUND: [&str; 3] = ["/dev", "/proc", "/sys"];

/// One directory or file of the node that appears in a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mount {
    pub(crate) source: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) read_only: bool,
}

/// A step of building the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A directory of its own; entries of the machine's directory appear as symlinks if `mirrored`.
    Directory { path: PathBuf, mirrored: bool },
    /// The machine's directory of the same name.
    Bound(PathBuf),
}

/// The directories that a root needs for these mounts, parents first.
pub(crate) fn plan(mounts: &[Mount]) -> Vec<Step> {
    let mut real: BTreeSet<PathBuf> = ["/", "/etc"].into_iter().map(PathBuf::from).collect();
    real.extend(PRIVATE.into_iter().map(PathBuf::from));
    for mount in mounts {
        let parents = mount.target.ancestors().skip(1);
        real.extend(parents.map(Path::to_path_buf));
    }
    let steps = real.iter().map(|path| Step::Directory {
        path: path.clone(),
        mirrored: !is_private(path),
    });
    let bound = BOUND.into_iter().map(PathBuf::from);
    let bound = bound.filter(|path| !real.contains(path) && !is_target(mounts, path));
    steps.chain(bound.map(Step::Bound)).collect()
}

/// Whether an entry of a mirrored directory must not become a symlink: it is made otherwise.
pub(crate) fn is_made(steps: &[Step], mounts: &[Mount], path: &Path) -> bool {
    let step = steps.iter().any(|step| match step {
        Step::Directory { path: made, .. } | Step::Bound(made) => made == path,
    });
    step || is_target(mounts, path)
}

/// An absolute path without `.`, `..` and repeated slashes; `None` where it leaves the root.
pub(crate) fn absolute(path: &str) -> Option<PathBuf> {
    let mut clean = PathBuf::from("/");
    for part in Path::new(path).components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => clean.push(name),
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    Some(clean)
}

fn is_private(path: &Path) -> bool {
    PRIVATE.iter().any(|private| path.starts_with(private))
}

fn is_target(mounts: &[Mount], path: &Path) -> bool {
    mounts.iter().any(|mount| mount.target == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(target: &str) -> Mount {
        Mount {
            source: PathBuf::from("/state/v"),
            target: PathBuf::from(target),
            read_only: true,
        }
    }

    fn drawn(targets: &[&str]) -> String {
        let mounts: Vec<Mount> = targets.iter().map(|t| mount(t)).collect();
        let steps = plan(&mounts).into_iter().map(|step| match step {
            Step::Directory {
                path,
                mirrored: true,
            } => format!("{}+", path.display()),
            Step::Directory {
                path,
                mirrored: false,
            } => path.display().to_string(),
            Step::Bound(path) => format!("{}=", path.display()),
        });
        steps.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_way_to_a_mount_is_real() {
        let base = "/+ /etc+ /home /mnt /root /run /srv /tmp /var";
        let bound = "/dev= /proc= /sys=";
        assert_eq!(drawn(&[]), format!("{base} {bound}"));
        assert_eq!(
            drawn(&["/etc/tls/server"]),
            format!("/+ /etc+ /etc/tls+ /home /mnt /root /run /srv /tmp /var {bound}")
        );
        assert_eq!(
            drawn(&["/var/run/secrets/a", "/usr/share/x"]),
            format!(
                "/+ /etc+ /home /mnt /root /run /srv /tmp /usr+ /usr/share+ /var /var/run \
                 /var/run/secrets {bound}"
            )
        );
        assert_eq!(
            drawn(&["/dev/shm"]),
            format!("/+ /dev+ /etc+ /home /mnt /root /run /srv /tmp /var /proc= /sys=")
        );
        assert_eq!(drawn(&["/secret"]), format!("{base} {bound}"));
    }

    #[test]
    fn what_is_made_is_no_symlink() {
        let mounts = [mount("/etc/tls/server")];
        let steps = plan(&mounts);
        for (path, expected) in [
            ("/etc", true),
            ("/etc/tls", true),
            ("/etc/tls/server", true),
            ("/proc", true),
            ("/usr", false),
            ("/etc/passwd", false),
        ] {
            assert_eq!(
                is_made(&steps, &mounts, Path::new(path)),
                expected,
                "{path}"
            );
        }
    }

    #[test]
    fn mount_paths_are_cleaned() {
        for (path, expected) in [
            ("/a//b/./c/", Some("/a/b/c")),
            ("a/b", Some("/a/b")),
            ("/a/../b", None),
            ("/", Some("/")),
        ] {
            assert_eq!(absolute(path), expected.map(PathBuf::from), "{path}");
        }
    }
}
