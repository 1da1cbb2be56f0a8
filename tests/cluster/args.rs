//! What the environment says: whether this is a lab, how the conformance suite is run, and how long the long forms are.

use std::path::PathBuf;
use std::time::Duration;

/// The directory of the lab that this program runs in.
pub(crate) fn lab() -> Option<PathBuf> {
    std::env::var_os("TIDEGATE_LAB").map(PathBuf::from)
}

/// How long objects change at random; `make soak` says 10 minutes.
pub(crate) fn churn() -> Duration {
    Duration::from_secs(number("TIDEGATE_CHURN_SECONDS").unwrap_or(30))
}

/// Where random changes begin: a run that failed is told by it.
pub(crate) fn seed() -> u64 {
    number("TIDEGATE_CHURN_SEED").unwrap_or(1)
}

/// Where the report of a churn goes, if anywhere.
pub(crate) fn churn_report() -> Option<PathBuf> {
    std::env::var_os("TIDEGATE_CHURN_REPORT").map(PathBuf::from)
}

fn number(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

/// The one test of the conformance suite that is wanted.
pub(crate) fn only() -> Option<String> {
    std::env::var_os("TIDEGATE_CONFORMANCE_TEST").and_then(|name| name.into_string().ok())
}

/// Where the programs are that figures are taken of, if any are.
pub(crate) fn measured() -> Option<PathBuf> {
    std::env::var_os("TIDEGATE_MEASURE").map(PathBuf::from)
}

/// Whether the suite's report is written, not compared.
pub(crate) fn writes_reports() -> bool {
    std::env::var_os("TIDEGATE_CONFORMANCE_REPORT").is_some()
}
