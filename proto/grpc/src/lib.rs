//! The sockets' side of the contract: gRPC stubs, the codec, who may call, where to call.
//!
//! ```text
//!   ads, admin   generated stubs            codec    a message that is encoded already, copied once
//!   address      unix:/path | host:port     connect  client channel      listen  server socket, 0600
//!   identity     who calls, and what it may do; token, certificate: what proves it
//!   tls          what a server shows, what a client believes
//!   private_file where a token lies for the run: mode 0600, gone at the end
//! ```
//!
//! Owns what both ends of a connection must agree on. Must not know what a resource means, nor the ADS state
//! machines (`xds`). The invariant: authority comes from what was proved (`identity`), never from what a peer
//! claims in `node`.

pub mod address;
pub mod certificate;
pub mod codec;
pub mod connect;
pub mod identity;
pub mod listen;
pub mod private_file;
pub mod tls;
pub mod token;

/// Stubs of `envoy.service.discovery.v3.AggregatedDiscoveryService`.
#[allow(
    missing_docs,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is judged by its generator"
)]
pub mod ads {
    include!("gen/ads_client.rs");
    include!("gen/ads_server.rs");
}

/// Stubs of `tidegate.v1.Admin`.
#[allow(
    missing_docs,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is judged by its generator"
)]
pub mod admin {
    include!("gen/admin_client.rs");
    include!("gen/admin_server.rs");
}
