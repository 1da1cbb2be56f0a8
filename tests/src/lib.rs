//! The harness: what the tests that drive the built binaries stand on.
//!
//! ```text
//!   manifests ──► World (tidegate up: control plane, proxies) ──► Upstream (echo, TLS, faults)
//!                   ▲                                               what it saw, as JSON
//!   Client, Wire ───┘
//! ```
//!
//! Owns processes, ports, certificates, upstreams and clients. Must not know a crate of ours: it sees
//! what a user sees, binaries, files and sockets. Nothing waits by sleeping: `deadline::until` polls a
//! condition and tells, when it gives up, what held instead. Dropping a `World` ends all it started.

pub mod binaries;
pub mod certificate;
pub mod client;
pub mod deadline;
pub mod envoy;
pub mod load;
pub mod manifest;
pub mod manual;
pub mod pieces;
pub mod port;
pub mod process;
pub mod suite_report;
pub mod upstream;
pub mod wire;
pub mod world;
