//! What runs between lab-node and a container's program: one process, one thread, no return.
//!
//! It reads what to do from its standard input, makes the mount namespace and the root, and
//! becomes the program. Must not know Kubernetes. Invariant: it is the only place that mounts, and
//! it mounts only in a namespace of its own.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::Signal;
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{self, Gid, Uid};
use serde::{Deserialize, Serialize};

use crate::root::{self, HOST, Mount, Step};

/// Everything that is needed to become a container's program. Holds secrets: it does not print.
#[derive(Serialize, Deserialize)]
pub(crate) struct ChildSpec {
    /// The lab-node that started this; with it gone there is nothing to do.
    pub(crate) parent: i32,
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) user: Option<u32>,
    pub(crate) group: Option<u32>,
    pub(crate) view: View,
}

/// Which files a process sees.
#[derive(Serialize, Deserialize)]
pub(crate) enum View {
    /// A root of its own, built on an empty directory.
    New {
        root: PathBuf,
        mounts: Vec<Mount>,
        read_only: bool,
        hosts: String,
        resolv: String,
        hostname: String,
    },
    /// That of a running process: how an exec probe looks into a container.
    Of(i32),
}

/// Becomes the program, or says why not.
pub(crate) fn run() -> Result<std::convert::Infallible> {
    let mut text = Vec::new();
    std::io::stdin()
        .read_to_end(&mut text)
        .context("the description of the container cannot be read")?;
    let spec: ChildSpec = serde_json::from_slice(&text)
        .context("this command is started by lab-node itself, with a description on its input")?;
    unistd::dup2_stdin(File::open("/dev/null").context("/dev/null cannot be opened")?)?;
    die_with(spec.parent)?;
    match &spec.view {
        View::New { .. } => enter_new(&spec.view).context("the root cannot be made")?,
        View::Of(pid) => enter_other(*pid).context("the container cannot be entered")?,
    }
    let home = spec.cwd.clone().unwrap_or_else(|| PathBuf::from("/"));
    std::env::set_current_dir(&home)
        .with_context(|| format!("working directory {} cannot be entered", home.display()))?;
    become_user(&spec);
    // A change of user forgets it.
    die_with(spec.parent)?;
    execute(&spec)
}

fn die_with(parent: i32) -> Result<()> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    if unistd::getppid().as_raw() != parent {
        bail!("lab-node is gone");
    }
    Ok(())
}

fn enter_new(view: &View) -> Result<()> {
    let View::New {
        root,
        mounts,
        read_only,
        hosts,
        resolv,
        hostname,
    } = view
    else {
        return Ok(());
    };
    unshare(CloneFlags::CLONE_NEWNS).context("no mount namespace")?;
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    mount(
        Some("tmpfs"),
        root,
        Some("tmpfs"),
        MsFlags::empty(),
        Some("mode=755"),
    )
    .with_context(|| format!("no tmpfs on {}", root.display()))?;
    let host = below(root, Path::new(HOST));
    fs::create_dir(&host)?;
    bind(Path::new("/"), &host, true).context("the machine's root cannot be bound")?;
    let steps = root::plan(mounts);
    for step in &steps {
        match step {
            Step::Directory { path, mirrored } => {
                make_directory(root, path)?;
                if *mirrored {
                    mirror(root, path, &steps, mounts)?;
                }
            }
            Step::Bound(path) => {
                make_directory(root, path)?;
                bind(path, &below(root, path), true)?;
            }
        }
    }
    for (name, content) in [
        ("hosts", hosts),
        ("resolv.conf", resolv),
        ("hostname", hostname),
    ] {
        let path = below(root, Path::new("/etc")).join(name);
        // What was mirrored is a link into the machine.
        fs::remove_file(&path).or_else(absent_is_fine)?;
        fs::write(&path, content)?;
    }
    read_only_bind(&host)?;
    for m in mounts {
        let target = below(root, &m.target);
        place(m, &target).with_context(|| format!("mount at {} failed", m.target.display()))?;
    }
    if *read_only {
        read_only_bind(root)?;
    }
    std::env::set_current_dir(root)?;
    unistd::chroot(".")?;
    std::env::set_current_dir("/")?;
    Ok(())
}

fn enter_other(pid: i32) -> Result<()> {
    let namespace = File::open(format!("/proc/{pid}/ns/mnt"))?;
    let root = File::open(format!("/proc/{pid}/root"))?;
    setns(namespace, CloneFlags::CLONE_NEWNS)?;
    unistd::fchdir(root)?;
    unistd::chroot(".")?;
    Ok(())
}

fn make_directory(root: &Path, path: &Path) -> Result<()> {
    let real = below(root, path);
    if !real.is_dir() {
        fs::create_dir(&real).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    let open = ["/tmp", "/var", "/run", "/root", "/home"]
        .iter()
        .any(|p| Path::new(p) == path);
    if open {
        // Whoever a container runs as, these are his.
        fs::set_permissions(&real, fs::Permissions::from_mode(0o1777))?;
    }
    Ok(())
}

/// Entries of the machine's directory, as links, so that no file is missing beside a mount.
fn mirror(root: &Path, path: &Path, steps: &[Step], mounts: &[Mount]) -> Result<()> {
    let Ok(entries) = fs::read_dir(path) else {
        return Ok(());
    };
    for entry in entries {
        let name = entry?.file_name();
        let here = path.join(&name);
        let taken = root::is_made(steps, mounts, &here) || here == Path::new(HOST);
        if !taken {
            symlink(below(Path::new(HOST), &here), below(root, &here))?;
        }
    }
    Ok(())
}

fn place(m: &Mount, target: &Path) -> Result<()> {
    let there = target.symlink_metadata().is_ok();
    if m.source.is_dir() {
        if !there {
            fs::create_dir(target)?;
        }
    } else if !there {
        File::create(target)?;
    }
    bind(&m.source, target, false)?;
    if m.read_only {
        read_only_bind(target)?;
    }
    Ok(())
}

fn bind(source: &Path, target: &Path, recursive: bool) -> Result<()> {
    let deep = if recursive {
        MsFlags::MS_REC
    } else {
        MsFlags::empty()
    };
    mount(
        Some(source),
        target,
        None::<&str>,
        MsFlags::MS_BIND | deep,
        None::<&str>,
    )
    .with_context(|| format!("{} cannot be bound", source.display()))
}

/// Flags that a mount has from outside the user namespace must be said again, or it is refused.
fn read_only_bind(target: &Path) -> Result<()> {
    let held = statvfs(target)?.flags();
    let mut flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    for (has, flag) in [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        if held.contains(has) {
            flags |= flag;
        }
    }
    let none = None::<&str>;
    mount(none, target, none, flags, none)
        .with_context(|| format!("{} cannot be made read-only", target.display()))
}

/// Only ids that the user namespace knows can be taken; any other is left as it is.
fn become_user(spec: &ChildSpec) {
    let map = |file: &str| fs::read_to_string(file).unwrap_or_default();
    if let Some(group) = spec
        .group
        .filter(|id| is_mapped(&map("/proc/self/gid_map"), *id))
    {
        // Forbidden in a user namespace without a mapping helper, and then there are no groups.
        let _ = unistd::setgroups(&[Gid::from_raw(group)]);
        let _ = unistd::setgid(Gid::from_raw(group));
    }
    if let Some(user) = spec
        .user
        .filter(|id| is_mapped(&map("/proc/self/uid_map"), *id))
    {
        let _ = unistd::setuid(Uid::from_raw(user));
    }
}

fn is_mapped(map: &str, id: u32) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        let (Some(Ok(first)), Some(Ok(_)), Some(Ok(count))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return false;
        };
        (first..first.saturating_add(count)).contains(&u64::from(id))
    })
}

fn execute(spec: &ChildSpec) -> Result<std::convert::Infallible> {
    let Some(program) = spec.argv.first() else {
        bail!("there is no program to start");
    };
    let path = spec.env.get("PATH").map_or("", String::as_str);
    let file = locate(program, path)
        .with_context(|| format!("program `{program}` is not there: is it built?"))?;
    let text = |s: &str| CString::new(s).context("a NUL byte in an argument or variable");
    let argv = spec
        .argv
        .iter()
        .map(|a| text(a))
        .collect::<Result<Vec<_>>>()?;
    let env = spec.env.iter().map(|(k, v)| text(&format!("{k}={v}")));
    let env = env.collect::<Result<Vec<_>>>()?;
    let file = CString::new(file.into_os_string().into_encoded_bytes())?;
    unistd::execve(&file, &argv, &env)
        .with_context(|| format!("program `{program}` cannot be executed"))
}

/// A program is looked for in the container first, then on the machine.
fn locate(program: &str, path: &str) -> Option<PathBuf> {
    let in_both = |file: PathBuf| {
        let there = |f: &PathBuf| f.is_file();
        Some(file.clone())
            .filter(there)
            .or_else(|| Some(below(Path::new(HOST), &file)).filter(there))
    };
    if program.contains('/') {
        return in_both(PathBuf::from(program));
    }
    path.split(':')
        .find_map(|dir| in_both(Path::new(dir).join(program)))
}

/// An absolute path, seen from another root.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

fn absent_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Ok(());
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_mapped_by_ranges() {
        let map = "         0       1000          1\n         1     100000      65536\n";
        for (id, expected) in [(0, true), (1, true), (65536, true), (65537, false)] {
            assert_eq!(is_mapped(map, id), expected, "{id}");
        }
        assert!(!is_mapped("", 0));
        assert!(!is_mapped("0 0 x", 0));
    }

    #[test]
    fn paths_move_below_another_root() {
        assert_eq!(
            below(Path::new("/r"), Path::new("/etc/x")),
            Path::new("/r/etc/x")
        );
        assert_eq!(below(Path::new("/r"), Path::new("/")), Path::new("/r/"));
    }
}
