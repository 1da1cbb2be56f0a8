//! What the fleet of a Gateway is made of in a cluster, as values.
//!
//! Must not decide what a manifest means: that is translation. Must not speak to a cluster: applying is cp-kube.

mod list;
mod merge;
mod schema;

pub use merge::{PatchError, strategic_merge};
