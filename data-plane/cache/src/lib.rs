//! Answers of models that are given again (llm.md 4.8).
//!
//! ```text
//! request --read--> Subject --Key::of--> Store --> Entry      Directives: what the client asks of the cache
//!                                     \-> Similar --> Entry   Kept: what may be stored
//! ```
//! Owns what makes two requests the same, which requests and answers may be kept, and the store. It must not know sockets,
//! clocks or who provides; times are handed in. Invariants: two tenants never share an entry unless the scope says so; a
//! request that cannot be told apart from others for certain is not kept; what a store takes is bounded in bytes.

pub mod canonical;
pub mod directive;
pub mod kept;
pub mod key;
pub mod similar;
pub mod store;
pub mod subject;
