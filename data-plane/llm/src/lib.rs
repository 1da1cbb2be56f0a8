//! LLM wire formats, bytes in and bytes out: what the proxy must know of a request and an answer
//! to route it, meter it and tell a whole answer from a cut one.
//!
//! ```text
//! client body --Request::parse--> Request --render(pinned model)--> Rendered --> provider
//! client      <--forward bytes--- ResponseTap <--push(bytes)--------------------- provider
//!                                    `--finish()--> Ending + Observed (usage, model, reason)
//! ```
//! Entry points: [`format::Format`], [`request::Request`], [`tap::ResponseTap`],
//! [`error::ErrorBody`], [`provider::UpstreamPath`]. It must not know of sockets, clocks, secrets
//! or configuration. Invariant: same format in and out forwards the provider's bytes; a tap that
//! fails to understand them never stops them.

pub mod error;
pub mod event_stream;
pub mod format;
pub mod observed;
pub mod provider;
pub mod request;
pub mod sse;
pub mod tap;
pub mod usage;

mod chat;
mod json;
mod splice;
