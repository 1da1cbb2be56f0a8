//! Operations besides conversations, in the shapes of providers that have others: embeddings, orders of documents, counts of
//! tokens. Both directions of one operation stand in one file.
//!
//! It must not know paths, framing or how an answer travels. Invariants: what has no counterpart is refused or noted in
//! [`dp_edge::Notes`], never dropped in silence; an answer that cannot be read is an error, never half an answer.

pub mod converted;
pub mod embeddings;
pub mod rerank;
pub mod token_count;

use dp_edge::{Notes, Unconvertible};
use dp_wire::{error, json, usage};
