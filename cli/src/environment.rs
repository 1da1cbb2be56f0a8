//! The environment, read in one place.
//!
//! Owns the calls that read variables, so that everything else takes values. Must not interpret them.

use std::ffi::OsString;

/// A variable, if it is set and is text.
#[allow(
    clippy::disallowed_methods,
    reason = "the place where the CLI reads the environment"
)]
pub(crate) fn lookup(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable, if it is set.
pub(crate) fn lookup_os(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether a variable is set to something.
pub(crate) fn has(name: &str) -> bool {
    lookup_os(name).is_some_and(|value| !value.is_empty())
}
