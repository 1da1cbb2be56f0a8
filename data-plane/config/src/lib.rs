//! Resources to one immutable configuration per commit, all or nothing.
//!
//! ```text
//! bytes ─decode─► Stage (sets per type, digests) ─Commit─► verify ─► prepare ─► Config ─► (one pointer swap)
//!                 Closure (foreign servers: activates when references close) ──────────►
//! ```
//! [`Config`] is what a request reads: one `Arc`, pinned from the first byte to the last. Everything in it
//! is shared with the Config before it, so that one changed rule costs what the rule costs. Must not open
//! sockets, load keys or know a clock. **Invariant**: a resource that cannot be decoded is a [`Rejection`]
//! with name and field path, and the active Config stays as it is.

pub mod ai_backend;
pub mod closure;
pub mod cluster;
pub mod config;
pub mod dump;
pub mod endpoint;
pub mod forward_proxy;
pub mod http_options;
pub mod listener;
pub mod model_router;
pub mod policy;
pub mod price_catalog;
pub mod prompt_guard;
pub mod reject;
pub mod route;
pub mod route_config;
pub mod secret;
pub mod stage;
pub mod tls;
pub mod trusted_file;

mod commit;
mod decode;
mod references;
mod resources;
mod route_index;
mod route_resource;
mod scalar;
mod set;
mod value;

#[cfg(test)]
mod fixture;

pub use self::route::Route;
pub use ai_backend::AiBackend;
pub use closure::Closure;
pub use cluster::Cluster;
pub use config::Config;
pub use endpoint::Endpoints;
pub use forward_proxy::ForwardProxy;
pub use listener::{Chain, Listener};
pub use model_router::ModelRouter;
pub use price_catalog::PriceLayer;
pub use reject::Rejection;
pub use route_config::{RouteConfig, VirtualHost};
pub use route_index::Touched;
pub use secret::Secret;
pub use stage::Stage;
