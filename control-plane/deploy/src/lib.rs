//! What the fleet of a Gateway is made of in a cluster, as values.
//!
//! Must not decide what a manifest means: that is translation.
