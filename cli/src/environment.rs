//! The environment, read in one place.
//!
//! Owns every look at a variable by this tool. Must not interpret what it finds; values that may be secrets are only
//! asked for their presence.

use std::ffi::OsString;

/// The value of a variable.
#[allow(clippy::disallowed_methods, reason = "this is the place where the environment is read")]
pub(crate) fn lookup(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The value of a variable that may not be text.
pub(crate) fn lookup_os(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether a variable is set to something.
pub(crate) fn has(name: &str) -> bool {
    lookup_os(name).is_some_and(|value| !value.is_empty())
}
