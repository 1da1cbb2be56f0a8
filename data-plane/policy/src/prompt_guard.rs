//! What judges prompts and answers (llm.md 4.3).
//!
//! Owns what a guard decides about texts: rules and detectors ([`Engine`]), texts that belong together
//! ([`run`]), texts that arrive in pieces ([`Window`], [`Batch`]), and the bodies that are exchanged with
//! services that judge ([`remote`]). Must not know where in a provider's body a text stands, nor call anyone.
//! **Invariant**: what leaves about a match is its rule's name and its place, never the text.
//!
//! ```text
//!  texts of a body ─► run, leaves ─┬─► Engine ─► Finding ─► masked text, Decision
//!  deltas of a stream ─► Window ───┘
//!  deltas of a stream ─► Batch ─► remote ─► Verdict ─► Decision
//! ```

pub mod batch;
mod context;
pub mod decision;
mod detector;
pub mod engine;
pub mod finding;
pub mod leaves;
pub mod remote;
mod rule;
pub mod run;
pub mod scope;
mod score;
mod sweep;
pub mod window;

pub use batch::Batch;
pub use decision::{Decision, FailureMode, Names};
pub use detector::Builtin;
pub use engine::{Engine, OnMatch};
pub use finding::Finding;
pub use rule::RuleConfig;
pub use scope::{Scope, Scopes};
pub use score::Score;
pub use window::Window;
