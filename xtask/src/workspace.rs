//! Where things are: the root of the workspace, its files and what `cargo metadata` knows of it.
//!
//! Must not judge: rules live in `floors` and `tidy`. The order of files is sorted, so that findings
//! come in the same order on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Root of the workspace, from the place this package was compiled in.
pub(crate) fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .context("xtask has no parent directory")
}

/// The output of `cargo metadata`.
pub(crate) fn metadata() -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root()?)
        .output()
        .context("cargo metadata did not start")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")
}

/// Directory of a dependency in cargo's registry.
pub(crate) fn package_dir(metadata: &Value, name: &str) -> Result<PathBuf> {
    metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(Value::as_str) == Some(name))
        .and_then(|package| package.get("manifest_path").and_then(Value::as_str))
        .and_then(|path| Path::new(path).parent().map(Path::to_path_buf))
        .with_context(|| format!("package {name} is not in the lock file"))
}

/// Every file below `root` that a person wrote, sorted, relative to `root`. Generated code (`gen/`),
/// build output and hidden directories other than `.ci` and `.cargo` are left out, and links: what they
/// lead to is found where it lies.
pub(crate) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(root, root, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(root: &Path, dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
            let built = name == "target" && dir == root;
            if !hidden && !built && name != "gen" && name != "node_modules" {
                collect(root, &path, found)?;
            }
        } else if !entry.file_type()?.is_symlink()
            && let Ok(relative) = path.strip_prefix(root)
        {
            found.push(relative.to_path_buf());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    #[test]
    fn generated_code_and_build_output_are_not_ours() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        for path in [
            "a/src/lib.rs",
            "a/src/gen/x.rs",
            "target/y.rs",
            ".git/z",
            ".ci/run",
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("has a parent"))?;
            fs::write(path, "")?;
        }
        std::os::unix::fs::symlink(dir.path().join("a"), dir.path().join("b"))?;
        let expected = [PathBuf::from(".ci/run"), PathBuf::from("a/src/lib.rs")];
        assert_eq!(super::files(dir.path())?, expected);
        Ok(())
    }
}
