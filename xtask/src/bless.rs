//! `bless`: let the golden tests write what they produced.
//!
//! A golden test has `golden` in its name and, while `BLESS` is set, writes the file that it would
//! have compared with. Must not know where goldens live: the tests do. Read the diff before you
//! commit it; a blessed mistake stays green.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Runs the golden tests with `BLESS=1`, then once more without it.
pub(crate) fn run() -> Result<()> {
    for bless in [true, false] {
        let mut command = Command::new("cargo");
        // Always the whole workspace: another selection would build it a second time.
        command.args(["test", "--workspace", "--quiet", "--", "golden"]);
        command.current_dir(workspace::root()?);
        if bless {
            command.env("BLESS", "1");
        } else {
            command.env_remove("BLESS");
        }
        let status = command.status().context("cargo test did not start")?;
        if !status.success() {
            bail!(if bless {
                "blessing failed"
            } else {
                "a golden differs from run to run"
            });
        }
    }
    Ok(())
}
