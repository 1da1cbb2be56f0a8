//! `tidy`: what rustfmt and clippy do not see of docs/STYLE.md.
//!
//! Owns the order of the rules, the waivers and the summary. Must not know any rule: each lives in its
//! own file below, takes text or syntax and returns findings, so that its tests need no workspace. A
//! waiver that waives nothing is a finding too.

mod bans;
mod budget;
mod finding;
mod header;
mod link;
mod manifest;
mod naming;
mod source;
mod text;
mod waiver;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::budget::Measure;
use self::finding::Finding;
use self::waiver::Waivers;
use crate::{floors, workspace};

/// Checks every file that a person wrote.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let paths = workspace::files(&root)?;
    let sources = source::read(&root, &paths)?;
    let measures: Vec<Measure> = sources.iter().map(budget::measure).collect();

    let mut findings = Vec::new();
    for (source, measure) in sources.iter().zip(&measures) {
        findings.extend(header::check(source));
        findings.extend(naming::check(source));
        findings.extend(text::check_syntax(source));
        findings.extend(budget::check(source, measure));
    }
    findings.extend(budget::check_crates(&measures));
    for (path, content) in texts(&root, &paths)? {
        findings.extend(text::check(&root, &path, &content));
        findings.extend(link::check(&root, &path, &content));
    }
    findings.extend(manifest::check(&root, &paths)?);
    findings.extend(bans::check(&root, &paths, &floors::pure_crates()?)?);

    let findings = Waivers::read(&root)?.apply(findings);
    print_summary(&measures);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    bail!("{} findings:\n  {}", lines.len(), lines.join("\n  "))
}

/// Every file that is text, with its content.
fn texts(root: &Path, paths: &[PathBuf]) -> Result<Vec<(PathBuf, String)>> {
    let mut texts = Vec::new();
    for path in paths {
        let bytes = fs::read(root.join(path)).with_context(|| path.display().to_string())?;
        if let Ok(text) = String::from_utf8(bytes) {
            texts.push((path.clone(), text));
        }
    }
    Ok(texts)
}

fn print_summary(measures: &[Measure]) {
    let mut files: Vec<usize> = measures
        .iter()
        .map(|measure| measure.source_lines)
        .collect();
    let mut functions: Vec<usize> = measures
        .iter()
        .flat_map(|measure| &measure.functions)
        .map(|f| f.lines)
        .collect();
    let total: usize = measures.iter().map(|measure| measure.total_lines).sum();
    eprintln!(
        "tidy: {} files, {total} lines; file p90 {}, longest {}; function p99 {}, longest {}",
        measures.len(),
        percentile(&mut files, 90),
        percentile(&mut files, 100),
        percentile(&mut functions, 99),
        percentile(&mut functions, 100),
    );
}

fn percentile(values: &mut [usize], percent: usize) -> usize {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}
