//! The format of Anthropic: Messages, and counting their tokens.
//!
//! After Anthropic's published API reference ("Messages", "Count tokens", "Streaming", "Errors") and
//! the types of the `anthropic` Python SDK. Cases written by hand, never recordings.

pub(crate) mod message;
pub(crate) mod request;
mod turns;
