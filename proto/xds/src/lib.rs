//! What ADS guarantees, as state machines without I/O.
//!
//! ```text
//!  Snapshot ──► Server ──Response──►  (a gRPC stream)  ──► Client ──Update──► whoever stages it
//!                  ◄────request──────                  ◄──Decision──
//! ```
//!
//! Owns the xDS transport protocol (delta and state of the world), the set of resources of one Gateway,
//! their versions and digests. Must not know what a resource means, and holds no socket, clock, randomness or
//! task: time and chance are arguments. Entry points: [`server::Server`], [`client::Client`],
//! [`snapshot::Snapshot`]. Invariant: equal resources have equal versions on every replica.

pub mod backoff;
pub mod client;
pub mod diff;
pub mod digest;
pub mod resource;
pub mod server;
pub mod snapshot;
mod subscription;

#[cfg(test)]
mod converge;
#[cfg(test)]
mod fixture;
