//! dp-proxy on real sockets, through its public face.
//!
//! Each module is one subject; `harness` has what they share. Must not reach inside the crate.

mod harness;

mod plain;
