//! The directory source: manifests in files, watched.
//!
//! ```text
//!   watch.rs ─ events ─► source.rs ─► scan.rs ─ bytes ─► parse.rs ─ documents ─► object.rs ─ objects ─► state.rs ─► Batch
//!    (rim)               (rim)        (rim)              (pure)                  (pure)                  (pure)
//! ```
//! Owns the way from files to [`cp_translate::Change`]: what a change is when a directory is edited, replaced or
//! half-written, and where in which file a problem is. Must not know what an object means: references, merging
//! and conditions belong to cp-translate. Invariant: a file that cannot be read as a whole keeps its last good
//! content, and whatever happens in one scan is one [`Batch`].

mod burst;
pub mod object;
pub mod parse;
pub mod problem;
pub mod scan;
pub mod source;
pub mod state;
mod watch;

pub use problem::{Problem, Severity};
pub use source::{Batch, OpenError, Source};
