//! CPU time and memory of a process tree, from /proc.
//!
//! Owns the reading of /proc/PID/stat and status (Linux). Times are user and system seconds of the process and its
//! children that are alive. Must not sample: callers read before and after.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Ticks per second of utime and stime; 100 on every Linux this runs on (proc(5), sysconf(_SC_CLK_TCK)).
const TICKS: u64 = 100;

/// CPU time used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// In user space.
    pub(crate) user: Duration,
    /// In user space and in the kernel.
    pub(crate) total: Duration,
}

/// CPU time of a process and its direct children (nginx's worker is a child of its master).
pub(crate) fn used(pid: u32) -> Result<Used> {
    let mut sum = one(pid)?;
    for child in children(pid) {
        let child = one(child)?;
        sum.user += child.user;
        sum.total += child.total;
    }
    Ok(sum)
}

/// Resident memory of a process and its direct children, in KiB.
pub(crate) fn resident_kib(pid: u32) -> u64 {
    std::iter::once(pid)
        .chain(children(pid))
        .filter_map(rss)
        .sum()
}

fn one(pid: u32) -> Result<Used> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid} is gone"))?;
    // The command's name is in parentheses and may hold spaces; fields are counted behind it.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("/proc/PID/stat has no command")?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let mut ticks = || -> Result<u64> { Ok(fields.next().context("short stat")?.parse()?) };
    let (user, system) = (ticks()?, ticks()?);
    let time = |ticks: u64| Duration::from_millis(ticks * 1000 / TICKS);
    Ok(Used {
        user: time(user),
        total: time(user + system),
    })
}

fn children(pid: u32) -> Vec<u32> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .unwrap_or_default()
        .split_ascii_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn rss(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}
