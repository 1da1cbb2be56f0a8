//! `crds`: the CustomResourceDefinitions in `deploy/crds`, from the types that decode them.
//!
//! Runs the golden test that owns them, because xtask links none of our crates. Must build the whole
//! workspace's selection of features, as every other command does.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Writes the definitions.
pub(crate) fn write() -> Result<()> {
    run(true)
}

/// Fails if a definition differs from what `crds` would write.
pub(crate) fn check() -> Result<()> {
    run(false)
}

fn run(bless: bool) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace", "--quiet", "--test", "crds"]);
    command.current_dir(workspace::root()?);
    if bless {
        command.env("BLESS", "1");
    } else {
        command.env_remove("BLESS");
    }
    let status = command.status().context("cargo test did not start")?;
    if !status.success() {
        bail!("deploy/crds is not what the types give; see above");
    }
    Ok(())
}
