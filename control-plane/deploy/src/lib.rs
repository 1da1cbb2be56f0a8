//! What the fleet of a Gateway is made of in a cluster, as values.
//!
//! ```text
//! Fleet ► layers (class, Gateway) ► render (typed) ► overlays (strategic merge) ► Object, hashed
//! Exposure + living Service + nodes ► status.addresses
//! ```
//!
//! Entry points: [`render`], [`exposure::addresses`], [`strategic_merge`]. Must not decide what a manifest means:
//! that is translation. Must not speak to a cluster: applying is cp-kube.

pub mod exposure;
pub mod name;

mod fleet;
mod layers;
mod list;
mod merge;
mod object;
mod render;
mod schema;

pub use fleet::{Fleet, Platform};
pub use layers::LayerError;
pub use merge::{PatchError, strategic_merge};
pub use object::{Child, HASH, Object};
pub use render::identity::{GATEWAY_LABEL, MANAGED_BY, MANAGER};
pub use render::{PROBE_PORT, RenderError, render};
