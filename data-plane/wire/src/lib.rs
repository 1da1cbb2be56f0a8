//! What requests and answers of models are made of: formats, their shapes, framing, text, usage and errors.
//!
//! ```text
//!        dp-llm        the request and the relay of one attempt
//!       /      \
//!  dp-edge   dp-answer     converters of requests; readers and encoders of answers
//!       \      /
//!        dp-wire       this crate
//! ```
//! Entry points: [`format::Format`], [`error::ErrorBody`], [`sse::Framer`], [`event_stream::Decoder`], [`observed::Observed`],
//! [`realtime::RealtimeTap`].
//! It must not know which provider is asked. Invariant: reading and writing what was read gives the same value; text that is
//! only passed on is never decoded.

pub mod class;
pub mod content_encoding;
pub mod error;
pub mod event_stream;
pub mod format;
pub mod json;
pub mod multipart;
pub mod observed;
pub mod realtime;
pub mod route_map;
#[allow(
    missing_docs,
    reason = "members are named as in the vendors' references, which tell what they mean"
)]
pub mod shape;
pub mod sse;
pub mod text;
pub mod tool_names;
pub mod unconvertible;
pub mod usage;
pub mod websocket;
