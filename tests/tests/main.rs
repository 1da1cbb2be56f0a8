//! Tests that drive the built binaries over real files and sockets, in one test program.
//!
//! One module a concern. Each test starts a world of its own and takes free ports, so they run side by
//! side. `make test` builds the binaries first; a test whose binary is missing fails and says so.

mod bad_requests;
mod edit;
mod envoy;
mod guide;
mod lifecycle;
mod traffic;
