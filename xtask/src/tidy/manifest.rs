//! What every manifest says: the workspace's lints, version, edition and dependencies.
//!
//! Versions stand once, in the root; a crate that pins its own builds a second copy of it sooner or
//! later. Must not know which crate may use which: that is `floors`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::finding::{Finding, Rule};

const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every manifest but the root's.
pub(super) fn check(root: &Path, paths: &[PathBuf]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in paths.iter().filter(|path| path.ends_with("Cargo.toml")) {
        let text =
            fs::read_to_string(root.join(path)).with_context(|| path.display().to_string())?;
        let manifest: Table = toml::from_str(&text).with_context(|| path.display().to_string())?;
        if manifest.contains_key("workspace") {
            continue;
        }
        findings.extend(problems(&manifest).into_iter().map(|message| Finding {
            path: path.display().to_string(),
            line: 0,
            rule: Rule::Manifest,
            message,
        }));
    }
    Ok(findings)
}

fn problems(manifest: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    let lints = manifest.get("lints");
    if !lints.is_some_and(is_inherited) {
        problems.push("`[lints] workspace = true` is missing".to_owned());
    }
    let package = manifest.get("package").and_then(Value::as_table);
    for key in INHERITED {
        if !package
            .and_then(|package| package.get(key))
            .is_some_and(is_inherited)
        {
            problems.push(format!("package.{key} is not the workspace's"));
        }
    }
    for section in DEPENDENCIES {
        for (name, value) in manifest
            .get(section)
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            if !is_inherited(value) {
                problems.push(format!("{section}.{name} is not `workspace = true`"));
            }
        }
    }
    problems
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    const GOOD: &str = "\
[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true
[lints]
workspace = true
[dependencies]
bytes.workspace = true
tokio = { workspace = true, features = [\"net\"] }
";

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let manifest = toml::from_str(text).expect("parses");
        assert_eq!(super::problems(&manifest), expected);
    }

    #[test]
    fn manifests_inherit() {
        check(GOOD, &[]);
        check(
            &GOOD.replace("[lints]\nworkspace = true\n", ""),
            &["`[lints] workspace = true` is missing"],
        );
        check(
            &GOOD.replace("edition.workspace = true", "edition = \"2024\""),
            &["package.edition is not the workspace's"],
        );
        check(
            &GOOD.replace("bytes.workspace = true", "bytes = \"1\""),
            &["dependencies.bytes is not `workspace = true`"],
        );
    }
}
