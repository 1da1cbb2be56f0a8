//! Statuses: from reports of a translation to what stands in the objects.
//!
//! ```text
//! Report + conditions ─► wanted ─► merge(live, wanted) ─► write, if anything differs
//! ```
//! Owns the shape of every status that Tidegate writes. Must not decide a condition: translation and the fleet did.
//! Invariant: what another controller wrote stays byte for byte, and equal input writes nothing.

pub mod merge;
pub mod shape;
pub mod wanted;

pub use merge::merge;
pub use shape::Shape;
pub use wanted::{Address, Deployed, Facts, Wanted, wanted};
