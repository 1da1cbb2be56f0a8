//! Links of documents lead somewhere.
//!
//! Checks links between files of the repository. Must not reach out: an address on the network is
//! nobody's concern here.

use std::path::Path;

use super::finding::{Finding, Rule};

/// The relative links of one Markdown file.
pub(super) fn check(root: &Path, path: &Path, text: &str) -> Vec<Finding> {
    if path.extension().is_none_or(|ext| ext != "md") {
        return Vec::new();
    }
    let dir = root.join(path.parent().unwrap_or(Path::new("")));
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for target in targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !dir.join(file).exists() {
                findings.push(Finding {
                    path: path.display().to_string(),
                    line: number + 1,
                    rule: Rule::Link,
                    message: format!("`{target}` leads nowhere"),
                });
            }
        }
    }
    findings
}

/// The targets of `[text](target)` in one line, addresses with a scheme left out.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        assert_eq!(super::targets(line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn links_of_a_line() {
        check(
            "see [a](docs/a.md) and [b](../b.md#part)",
            &["docs/a.md", "../b.md#part"],
        );
        check("[out](https://example.com/a)", &[]);
        check("an index [0] (of a list)", &[]);
    }

    #[test]
    fn a_missing_file_is_found() -> anyhow::Result<()> {
        let root = tempfile::tempdir()?;
        std::fs::write(root.path().join("there.md"), "")?;
        let text = "[a](there.md#x)\n[b](gone.md)\n[c](#here)\n";
        let found: Vec<String> = super::check(root.path(), Path::new("index.md"), text)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, ["index.md:2: `gone.md` leads nowhere [link]"]);
        Ok(())
    }
}
