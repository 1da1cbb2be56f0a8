//! What the environment says: whether this is a lab.

use std::path::PathBuf;

/// The directory of the lab that this program runs in.
pub(crate) fn lab() -> Option<PathBuf> {
    std::env::var_os("TIDEGATE_LAB").map(PathBuf::from)
}

/// Where the conformance report is to be written, if it is to be kept.
pub(crate) fn reports() -> Option<std::ffi::OsString> {
    std::env::var_os("TIDEGATE_CONFORMANCE_REPORTS")
}

/// The one test of the conformance suite that is asked for.
pub(crate) fn only() -> Option<String> {
    std::env::var_os("TIDEGATE_CONFORMANCE_TEST").and_then(|name| name.into_string().ok())
}
