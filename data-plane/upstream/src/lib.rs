//! Connections to backends: from a cluster to a response.
//!
//! Owns name resolution, the choice of an endpoint and of an AI provider, TCP, TLS, pools and credentials;
//! and the store of counters that proxies share. Must not
//! know routes, listeners or clients. Invariant: state is keyed by what it is about (address, TLS settings, protocol),
//! never by a configuration object, so it survives every swap.
//!
//! ```text
//! cluster -> resolve -> balance -> pool -+-> idle or shared connection -> response
//!                                        +-> connect -> tls -> handshake -^
//! ```

pub mod balance;
pub mod connect;
pub mod credential;
pub mod forward_proxy;
pub mod gather;
pub mod local_address;
pub mod pool;
pub mod provider_group;
pub mod resolve;
pub mod shared_counts;
pub mod stream;
pub mod tls;
pub mod tokens;
pub mod upstream;

pub use upstream::{PickError, Picked, Upstream};
