//! Everything that speaks to the Kubernetes API server.
//!
//! ```text
//!              ┌─► discovery ─┐ which kinds
//!  API server ─┤              ▼
//!              └─► watch ──► fold ──► source ──► Batch of Change ──► cp-server
//!                  (one per kind)
//!              ◄── event ◄────────────────────── what people should see
//! ```
//! Owns the connection, the watches and what is written back; `kinds` is the one table of what is watched. Must not
//! decide what a manifest means: that is translation. Invariant: nothing that an API server says or fails to say ends
//! the process or takes content away that it did not say is gone.

pub mod apply;
pub mod client;
pub mod discovery;
pub mod event;
pub mod failure;
pub mod fleet_report;
pub mod fold;
pub mod identity;
pub mod kinds;
pub mod lease;
pub mod metrics;
pub mod reading;
pub mod rights;
pub mod selection;
pub mod source;
pub mod status;
pub mod watch;
pub mod xds_secret;

pub use client::Cluster;
pub use selection::Selection;
pub use source::{Batch, Source};
