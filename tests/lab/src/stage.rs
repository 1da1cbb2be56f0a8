//! The step into namespaces of our own, and into those of a lab that runs.
//!
//! Owns which namespaces a lab has and what to say where the kernel refuses. Must run before any thread is started: the
//! kernel moves only programs with one thread into a user namespace. Invariant: a stage dies with its parent.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::mount::MsFlags;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::args::{EnterOptions, Order, search_path};
use crate::dir::{self, Dir};

/// Makes the namespaces, starts pid 1 in them and waits for it.
pub(crate) fn run(order: &Order) -> Result<ExitCode> {
    set_pdeathsig(Signal::SIGKILL)?;
    let own = CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS;
    let (user, group) = (nix::unistd::getuid(), nix::unistd::getgid());
    if user.is_root() {
        unshare(own).map_err(refused)?;
    } else {
        unshare(own | CloneFlags::CLONE_NEWUSER).map_err(refused)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("0 {group} 1"))?;
    }
    // Mounts of the lab stay in the lab.
    let none: Option<&str> = None;
    nix::mount::mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)
        .context("the mount namespace cannot be made private")?;
    let dir = Dir::new(&order.dir);
    let mut init = Command::new(std::env::current_exe()?)
        .args(order.to_args("init"))
        .spawn()
        .context("lab init")?;
    fs::write(dir.init_pid(), init.id().to_string())?;
    let status = init.wait()?;
    Ok(exit_code(status))
}

/// Runs a command inside the lab of a directory.
pub(crate) fn enter(options: &EnterOptions) -> Result<ExitCode> {
    let path: PathBuf = options.dir.clone().unwrap_or_else(dir::usual);
    let dir = Dir::new(&path);
    let pid = fs::read_to_string(dir.init_pid())
        .with_context(|| format!("no lab runs in {}; start one with `lab up`", path.display()))?;
    let pid = pid.trim();
    let open = |name: &str| {
        File::open(format!("/proc/{pid}/ns/{name}"))
            .with_context(|| format!("the lab in {} has ended", path.display()))
    };
    let namespaces = [
        ("user", CloneFlags::CLONE_NEWUSER),
        ("net", CloneFlags::CLONE_NEWNET),
        ("ipc", CloneFlags::CLONE_NEWIPC),
        ("uts", CloneFlags::CLONE_NEWUTS),
        ("pid", CloneFlags::CLONE_NEWPID),
        ("mnt", CloneFlags::CLONE_NEWNS),
    ];
    let here = std::env::current_dir()?;
    for (name, file) in namespaces
        .iter()
        .map(|(name, _)| Ok((*name, open(name)?)))
        .collect::<Result<Vec<_>>>()?
    {
        let is_own = fs::read_link(format!("/proc/self/ns/{name}"))?
            == fs::read_link(format!("/proc/{pid}/ns/{name}"))?;
        let kind = namespaces.iter().find(|(known, _)| *known == name);
        let Some((_, kind)) = kind.filter(|_| !is_own) else {
            continue;
        };
        setns(&file, *kind).with_context(|| format!("the {name} namespace of the lab"))?;
    }
    std::env::set_current_dir(here)?;
    let (program, args) = options.command.split_first().context("no command")?;
    let status = Command::new(program)
        .args(args)
        .env("KUBECONFIG", dir.kubeconfig_inside())
        .env("PATH", format!("{}:{}", dir.bin().display(), search_path()))
        .env("TIDEGATE_LAB", dir.path())
        .status()
        .with_context(|| program.clone())?;
    Ok(exit_code(status))
}

/// The code that a shell would give.
pub(crate) fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn refused(error: Errno) -> anyhow::Error {
    anyhow::anyhow!(
        "the kernel refuses new namespaces ({error}); allow them with \
         `sysctl -w kernel.unprivileged_userns_clone=1` (Debian), \
         `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu) or \
         `sysctl -w user.max_user_namespaces=10000`, or run as root"
    )
}
