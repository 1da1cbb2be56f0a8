//! The objects Tidegate reads, as plain Rust values.
//!
//! Owns the accepted kinds, their decoding from JSON values, the bounds an API server would enforce, and
//! the closed list of condition types and reasons. Must not know where an object came from or what is
//! made of it: no files, no cluster client, no wire messages. Every accepted value has passed `decode`,
//! so later floors may rely on its bounds; a new field with a bound needs its check beside it.
//!
//! Entry points: [`decode`] and [`Object`].

pub mod backend;
pub mod check;
pub mod condition;
pub mod config_map;
pub mod duration;
pub mod effect;
pub mod endpoint_slice;
pub mod error;
pub mod fleet_pin;
pub mod fleet_report;
pub mod format;
pub mod gateway;
pub mod gateway_class;
pub mod http_route;
pub mod key;
pub mod metadata;
pub mod model;
pub mod namespace;
pub mod object;
pub mod parameters;
pub mod policy;
pub mod price_catalog;
pub mod quantity;
pub mod reference;
pub mod reference_grant;
pub mod scalar;
pub mod schema;
pub mod secret;
pub mod selector;
pub mod service;
pub mod status;
pub mod tidegate_policy;
pub mod timestamp;
pub mod unknown;

pub use error::{DecodeError, FieldError};
pub use key::{Kind, ObjectKey};
pub use metadata::Metadata;
pub use object::{Object, decode, identify};
pub use unknown::unknown_fields;
