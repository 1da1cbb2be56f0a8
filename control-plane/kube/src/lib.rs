//! Everything that speaks to the Kubernetes API server.
//!
//! ```text
//!  API server ─► watch (one per kind) ─► fold ─► Batch of Change ─► cp-server
//!             ◄─ event
//! ```
//! Owns the connection, the watches and what is written back. Must not decide what a manifest means: that is
//! translation. Invariant: nothing that the API server says or fails to say ends the process.

pub mod client;
pub mod identity;
pub mod kinds;
pub mod xds_secret;
