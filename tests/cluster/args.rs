//! What the environment says: whether this is a lab.

use std::path::PathBuf;

/// The directory of the lab that this program runs in.
pub(crate) fn lab() -> Option<PathBuf> {
    std::env::var_os("TIDEGATE_LAB").map(PathBuf::from)
}
