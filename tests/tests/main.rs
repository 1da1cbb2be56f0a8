//! Tests that drive the built binaries over real files and sockets, in one test program.
//!
//! One module a concern. Each test starts a world of its own and takes free ports, so they run side by
//! side. `make test` builds the binaries first; a test whose binary is missing fails and says so.

mod ads;
mod atomicity;
mod bad_manifests;
mod bad_requests;
mod changes;
mod chart;
mod contract;
mod edit;
mod envoy;
mod expect;
mod foreign;
mod forward_proxy;
mod forwarded;
mod gateways;
mod guide;
mod h2spec;
mod identity;
mod images;
mod last_good;
mod lifecycle;
mod llm;
mod metrics;
mod misdirected;
mod monitoring;
mod quickstart;
mod rejection;
mod strangers;
mod streams;
mod tcp;
mod traces;
mod traffic;
mod translated;
