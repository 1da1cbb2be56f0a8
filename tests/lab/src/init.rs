//! Pid 1 of a lab: mounts what a pid namespace needs, starts the host, buries the dead.
//!
//! Owns reaping: processes whose parents ended are children of pid 1. Must not know Kubernetes. Invariant: when it
//! ends, the kernel ends every process of the lab.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::mount::MsFlags;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, wait};

use crate::args::Order;

/// Runs the host and waits for it and everything else.
pub(crate) fn run(order: &Order) -> Result<ExitCode> {
    set_pdeathsig(Signal::SIGKILL)?;
    let none: Option<&str> = None;
    nix::mount::mount(
        Some("proc"),
        "/proc",
        Some("proc"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        none,
    )
    .context("/proc of the lab")?;
    let host = Command::new(std::env::current_exe()?)
        .args(order.to_args("host"))
        .spawn()
        .context("lab host")?;
    let id = i32::try_from(host.id())?;
    loop {
        match wait() {
            Ok(WaitStatus::Exited(pid, code)) if pid.as_raw() == id => {
                return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid.as_raw() == id => {
                let code = 128 + signal as i32;
                return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("waiting for the lab's processes"),
        }
    }
}
