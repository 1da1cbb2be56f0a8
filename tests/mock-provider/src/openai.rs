//! The formats of OpenAI: chat completions, responses and embeddings.
//!
//! Invariant: each is read and answered in files of its own; they share only how a function tool and
//! a choice of tools are read.

pub(crate) mod chat;
pub(crate) mod completion;
pub(crate) mod embeddings;
pub(crate) mod response;
pub(crate) mod responses;
mod tools;
