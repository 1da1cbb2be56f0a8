//! `tidegate-proxy` as a library: the process around dp-proxy.
//!
//! ```text
//!   args -> settings -> app --+-- subscribe   tonic <-> xds::client <-> activation (stage, commit, swap)
//!                             |     last_good: the last commit on disk, for a start without a control plane
//!                             +-- admin       /ready /live /metrics /config_dump
//!                             +-- shutdown    signals, parent -> not ready, drain, end
//!                             +-- telemetry   log, traces; apply_trace: the span of a Commit
//! ```
//!
//! Owns the process's edges: flags, environment, sockets to the control plane, signals. Must not know what a
//! resource means (dp-config) nor how a request is served (dp-proxy). The invariant: `subscribe` is the only
//! writer of configuration, and losing the control plane never takes one away.

pub mod admin;
pub mod app;
pub mod apply_trace;
pub mod args;
pub mod last_good;
pub mod metrics;
pub mod settings;
pub mod shutdown;
pub mod standing;
pub mod subscribe;
pub mod telemetry;
pub mod usage_events;

mod activation;
mod refusal;
mod settings_file;
