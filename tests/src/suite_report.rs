//! Reports of the official Gateway API suite.
//!
//! Owns what a report must say for us to be content, and its form that does not change from run to run. Must not run the
//! suite. Invariant: what was skipped counts as failed.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Fails unless the report is of one profile, in which so many core tests and every test of a claimed feature passed, and
/// nothing was skipped.
pub fn check(report: &Value, profile: &str, core: u64, claimed: &[String]) -> Result<()> {
    let profiles = report["profiles"].as_array().context("no profiles")?;
    let found = profiles.iter().find(|it| it["name"] == profile);
    let found = found.with_context(|| format!("no profile {profile} in the report"))?;
    let passed = found.pointer("/core/statistics/Passed");
    ensure!(
        passed.and_then(Value::as_u64) == Some(core),
        "{core} core tests are to pass: {found}"
    );
    for part in ["core", "extended"] {
        let Some(part) = found.get(part) else {
            continue;
        };
        ensure!(part["result"] == "success", "not a success: {part}");
        for field in ["skippedTests", "failedTests"] {
            if let Some(names) = part.get(field) {
                bail!("{field}: {names}");
            }
        }
    }
    let supported = found.pointer("/extended/supportedFeatures");
    let supported = supported.and_then(Value::as_array).map(Vec::as_slice);
    let is_known = |feature: &&String| {
        let unsupported = found.pointer("/extended/unsupportedFeatures");
        let unsupported = unsupported.and_then(Value::as_array).map(Vec::as_slice);
        unsupported
            .unwrap_or_default()
            .iter()
            .any(|it| it == feature.as_str())
    };
    // What the class claims is what was tested.
    let denied: Vec<&String> = claimed.iter().filter(is_known).collect();
    ensure!(
        denied.is_empty(),
        "claimed by the class, not by the report: {denied:?}"
    );
    let supported = supported.unwrap_or_default().iter();
    for feature in supported.filter_map(Value::as_str) {
        ensure!(
            claimed.iter().any(|it| feature == it),
            "{feature} was tested, and the class does not claim it"
        );
    }
    Ok(())
}

/// The report without what changes from run to run.
pub fn stable(report: &str) -> String {
    let lines = report.lines().filter(|line| !line.starts_with("date:"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check, stable};

    fn report(core: Value, extended: Value) -> Value {
        json!({"profiles": [{"name": "GATEWAY-HTTP", "core": core, "extended": extended}]})
    }

    #[test]
    fn what_is_not_all_is_refused() {
        let claimed = vec!["Gateway".to_owned(), "HTTPRouteCORS".to_owned()];
        let outcome = |report: &Value| {
            check(report, "GATEWAY-HTTP", 37, &claimed)
                .map_err(|error| error.to_string())
                .err()
                .unwrap_or_default()
        };
        let core =
            json!({"result": "success", "statistics": {"Passed": 37, "Failed": 0, "Skipped": 0}});
        let extended = json!({"result": "success", "supportedFeatures": ["HTTPRouteCORS"],
            "unsupportedFeatures": ["HTTPRouteRetry"], "statistics": {"Passed": 1}});
        assert_eq!(outcome(&report(core.clone(), extended.clone())), "");
        let names = |report: &Value, word: &str| {
            let said = outcome(report);
            assert!(said.contains(word), "{said:?} does not have {word}");
        };
        names(&json!({"profiles": []}), "no profile GATEWAY-HTTP");
        let few = json!({"result": "success", "statistics": {"Passed": 36}});
        names(&report(few, extended.clone()), "37 core tests");
        let partial = json!({"result": "partial", "statistics": {"Passed": 37}});
        names(&report(partial, extended), "not a success");
        let skipped = json!({"result": "success", "skippedTests": ["HTTPRouteCORS"]});
        names(&report(core.clone(), skipped), "skippedTests");
        let less = json!({"result": "success", "unsupportedFeatures": ["HTTPRouteCORS"]});
        names(&report(core.clone(), less), "claimed by the class");
        let more = json!({"result": "success", "supportedFeatures": ["HTTPRouteRetry"]});
        names(&report(core, more), "HTTPRouteRetry was tested");
    }

    #[test]
    fn the_date_goes() {
        let text = "apiVersion: v1\ndate: \"2026-01-01\"\nmode: default\n";
        assert_eq!(stable(text), "apiVersion: v1\nmode: default\n");
    }
}
