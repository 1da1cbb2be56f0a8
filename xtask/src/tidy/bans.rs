//! clippy.toml of the pure crates repeats the root's.
//!
//! Clippy reads the nearest file only, so a crate with a file of its own loses every ban of the root
//! that it does not repeat. Every clippy.toml holds the root's settings; those of floors 0 to 2 hold
//! `xtask/pure-clippy.toml` too. Must not hold a ban itself: those three kinds of file do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::finding::{Finding, Rule};

const PURE: &str = "xtask/pure-clippy.toml";

/// Every clippy.toml below the root, and its absence in the crates named by `pure`.
pub(super) fn check(root: &Path, paths: &[PathBuf], pure: &[String]) -> Result<Vec<Finding>> {
    let common = read(root, Path::new("clippy.toml"))?;
    let strict = read(root, Path::new(PURE))?;
    let mut findings = Vec::new();
    let mut report = |path: &Path, messages: Vec<String>| {
        findings.extend(messages.into_iter().map(|message| Finding {
            path: path.display().to_string(),
            line: 0,
            rule: Rule::Bans,
            message,
        }));
    };
    report(Path::new(PURE), missing(&strict, &common, "clippy.toml"));
    for path in paths.iter().filter(|path| path.ends_with("clippy.toml")) {
        report(path, missing(&read(root, path)?, &common, "clippy.toml"));
    }
    for (name, dir) in packages(root, paths)? {
        if pure.contains(&name) {
            let path = dir.join("clippy.toml");
            let own = if root.join(&path).exists() {
                read(root, &path)?
            } else {
                Table::new()
            };
            report(&path, missing(&own, &strict, PURE));
        }
    }
    Ok(findings)
}

/// What `of` says and `own` does not.
fn missing(own: &Table, of: &Table, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in of {
        let ours = own.get(key);
        let Some(list) = value.as_array() else {
            if ours != Some(value) {
                found.push(format!("`{key} = {value}` of {name} is missing"));
            }
            continue;
        };
        let banned = |list: &[Value]| -> Vec<String> { list.iter().map(banned_path).collect() };
        let ours = banned(ours.and_then(Value::as_array).map_or(&[], Vec::as_slice));
        for path in banned(list).into_iter().filter(|path| !ours.contains(path)) {
            found.push(format!("{key}: `{path}` of {name} is missing"));
        }
    }
    found
}

fn banned_path(entry: &Value) -> String {
    let path = entry.get("path").unwrap_or(entry);
    path.as_str().unwrap_or_default().to_owned()
}

fn read(root: &Path, path: &Path) -> Result<Table> {
    let text = fs::read_to_string(root.join(path)).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

fn packages(root: &Path, paths: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>> {
    let mut packages = BTreeMap::new();
    for path in paths.iter().filter(|path| path.ends_with("Cargo.toml")) {
        let manifest = read(root, path)?;
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"));
        if let (Some(name), Some(dir)) = (name.and_then(Value::as_str), path.parent()) {
            packages.insert(name.to_owned(), dir.to_path_buf());
        }
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(own: &str, expected: &[&str]) {
        let of = "limit = 80\nbans = [{ path = \"a::b\", reason = \"r\" }, \"c::d\"]\n";
        let table = |text| toml::from_str(text).expect("parses");
        assert_eq!(super::missing(&table(own), &table(of), "root"), expected);
    }

    #[test]
    fn every_ban_is_repeated() {
        check(
            "limit = 80\nbans = [\"c::d\", \"e::f\", { path = \"a::b\" }]\n",
            &[],
        );
        check(
            "limit = 80\nbans = [\"c::d\"]\n",
            &["bans: `a::b` of root is missing"],
        );
        check(
            "limit = 90\n",
            &[
                "bans: `a::b` of root is missing",
                "bans: `c::d` of root is missing",
                "`limit = 80` of root is missing",
            ],
        );
    }
}
