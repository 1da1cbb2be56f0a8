//! dp-proxy on real sockets, through its public face.
//!
//! Each module is one subject; `harness` has what they share. Must not reach inside the crate.

mod harness;

mod ai;
mod drain;
mod failures;
mod forward_proxy;
mod http2;
mod malformed;
mod mirror;
mod plain;
mod streaming;
mod tls;
mod upgrade;
