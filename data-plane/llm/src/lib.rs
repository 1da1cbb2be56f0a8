//! LLM wire formats, bytes in and bytes out: what the proxy must know of a request and an answer
//! to route it, meter it and tell a whole answer from a cut one.
//!
//! ```text
//! client body --Request::parse--> Request --render(service, format, target)--> Rendered --> provider
//! client      <--events or one body-- Relay <--push(bytes)-------------------------------- provider
//!                                      `--finish()--> Ending + Observed (usage, model, reason)
//! ```
//! What spans tell of both is [`content`]. Entry points: [`class::Class`], [`format::Format`], [`preference::choose`], [`request::Request`], [`relay::Relay`],
//! [`error::ErrorBody`], [`provider::Endpoint`], [`retry_after::retry_after`]. It must not know of sockets,
//! clocks, secrets (keys are read elsewhere) or configuration. Invariant: same format in and out forwards
//! the provider's bytes; a tap that fails to understand them never stops them.

pub mod body_policy;
pub mod bounds;
pub mod content;
pub mod denied_params;
pub mod gate;
pub mod model_name;
pub mod models;
pub mod parameters;
pub mod preference;
pub mod prompt_caching;
pub mod prompt_enrichment;
pub mod prompt_text;
pub mod provider;
pub mod relay;
pub mod request;
pub mod retry_after;
pub mod tap;

mod chat;
mod document;
mod node;
mod passed;
mod splice;
mod splice_list;

use dp_answer as answer;
use dp_wire::{json, multipart, shape, text, tool_names};

pub use dp_edge as edge;
pub use dp_operation as operation;
pub use dp_wire::{
    class, content_encoding, error, event_stream, format, observed, realtime, route_map, sse, usage,
};

pub use self::node::BodyError;
