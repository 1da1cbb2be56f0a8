//! Everything that speaks to the Kubernetes API server.
//!
//! Must not decide what a manifest means: that is translation.

pub mod status;
