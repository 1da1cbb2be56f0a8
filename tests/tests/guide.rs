//! The guide's tables say what the code says.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use cp_api::condition::{ConditionType, Reason};
use tests::binaries;

const PAGE: &str = "docs/guide/troubleshooting.md";

#[test]
fn golden_tables_of_conditions_and_reasons() -> Result<()> {
    let path = binaries::repository(PAGE);
    let page = fs::read_to_string(&path).context(PAGE)?;
    let conditions = ConditionType::ALL
        .iter()
        .map(|word| (word.as_str(), word.documentation()));
    let reasons = Reason::ALL
        .iter()
        .map(|word| (word.as_str(), word.documentation()));
    let fresh = replace(&page, "conditions", &table("condition", conditions))?;
    let fresh = replace(&fresh, "reasons", &table("reason", reasons))?;
    if binaries::is_blessing() {
        fs::write(&path, &fresh)?;
    } else {
        ensure!(
            page == fresh,
            "{PAGE} is not fresh: run `make bless` and read the diff"
        );
    }
    Ok(())
}

fn table<'a>(head: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!("| {head} | meaning |\n| --- | --- |\n");
    for (word, meaning) in rows {
        let _ = writeln!(text, "| `{word}` | {meaning} |");
    }
    text
}

/// Replaces what stands between the two markers called `name`.
fn replace(page: &str, name: &str, content: &str) -> Result<String> {
    let begin = format!("<!-- begin {name}");
    let (before, rest) = page
        .split_once(&begin)
        .with_context(|| format!("no {begin}"))?;
    let (marker, rest) = rest
        .split_once("-->\n")
        .context("a marker that does not end")?;
    let end = format!("<!-- end {name} -->");
    let (_, after) = rest.split_once(&end).with_context(|| format!("no {end}"))?;
    Ok(format!("{before}{begin}{marker}-->\n{content}{end}{after}"))
}
