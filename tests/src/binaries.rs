//! Where the programs under test are.
//!
//! Ours are built beside the test; tools lie in the user's cache. Must not build or fetch: a program
//! that is not there fails the test at once, with the command that brings it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A binary of ours, from the build that this test belongs to.
pub fn ours(name: &str) -> Result<PathBuf> {
    let test = env::current_exe().context("the test has no path")?;
    // target/<profile>/deps/<test>, or target/<profile>/<program>.
    let near = test.ancestors().skip(1).take(2).map(|dir| dir.join(name));
    for path in near {
        if path.is_file() {
            return Ok(path);
        }
    }
    bail!("{name} is not built; `make test` or `cargo build --workspace --all-targets` builds it")
}

/// A tool that `cargo xtask tools` installed.
pub fn tool(name: &str) -> Result<PathBuf> {
    let path = cached(name)?;
    if !path.is_file() {
        bail!("{name} is not installed; `make test` or `cargo xtask tools {name}` installs it");
    }
    Ok(path)
}

/// The Python packages of the model vendors, which `cargo xtask tools` installed.
pub fn vendor_sdks() -> Result<PathBuf> {
    sdks("vendor-sdks")
}

/// Node, called `node`, and the vendors' packages for it, which `cargo xtask tools` installed.
pub fn vendor_sdks_node() -> Result<PathBuf> {
    sdks("vendor-sdks-node")
}

fn sdks(name: &str) -> Result<PathBuf> {
    let path = cached(name)?;
    if !path.is_dir() {
        bail!("{name} are not installed; `make test` or `cargo xtask tools {name}` installs them");
    }
    Ok(path)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the cache is where the environment says it is"
)]
fn cached(name: &str) -> Result<PathBuf> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let cache = match (set("XDG_CACHE_HOME"), set("HOME")) {
        (Some(cache), _) => PathBuf::from(cache),
        (None, Some(home)) => Path::new(&home).join(".cache"),
        (None, None) => bail!("neither XDG_CACHE_HOME nor HOME is set"),
    };
    Ok(cache.join("tidegate/bin").join(name))
}

/// A file or directory of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Do golden tests write what they produced?
pub fn is_blessing() -> bool {
    env::var_os("BLESS").is_some()
}
