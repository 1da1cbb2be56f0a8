//! The contract: every message that crosses between the planes.
//!
//! Owns the generated types of Envoy xDS v3 and of `tidegate.v1`, the closed list of type URLs, the
//! grammar of resource names and the way one resource refers to another. Must not know what a resource
//! means: no translation, no decisions. Generated code lives in `gen/`; `cargo xtask gen` writes it and a
//! test keeps it fresh. Maps are ordered and bytes are shared, so equal messages encode to equal bytes.

pub mod any;
pub mod label;
pub mod name;
pub mod provenance;
pub mod reference;
pub mod type_url;

pub use generated::{envoy, google, tidegate, xds};

/// `FileDescriptorSet` of every generated message, for reflection and canonical JSON.
pub const DESCRIPTORS: &[u8] = include_bytes!("gen/descriptors.bin");

/// `node.user_agent_name` of our proxy: who says so gets rule-sized resources and Commits.
pub const USER_AGENT: &str = "tidegate-proxy";

/// What prost wrote. Our own messages are documented in their `.proto` files.
#[allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    rust_2018_idioms,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is judged by its generator"
)]
mod generated {
    include!("gen/mod.rs");
}
