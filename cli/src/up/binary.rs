//! Where the binaries of the planes are: beside this one, else on the PATH.
//!
//! Owns the search and its error. Must not start anything.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// Path of a binary of ours.
pub(super) fn find(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program is")?;
    let beside = own.with_file_name(name);
    if beside.is_file() {
        return Ok(beside);
    }
    let path = crate::environment::lookup_os("PATH").unwrap_or_default();
    match std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
    {
        Some(found) => Ok(found),
        None => bail!(
            "{name} is neither beside {} nor on the PATH; install it there, or build it with `cargo build`",
            own.display()
        ),
    }
}
