//! Statuses: from reports of a translation to what stands in the objects.
//!
//! ```text
//! Report + conditions ─► wanted ─► merge(live, wanted) ─► write, if anything differs
//! ```
//! Owns the shape of every status that Tidegate writes. Must not decide a condition: translation and the fleet did.
//! Invariant: what another controller wrote stays byte for byte, and equal input writes nothing.

mod audit;
pub mod counts;
pub mod merge;
pub mod queue;
pub mod shape;
pub mod wanted;
mod write;
pub mod writer;

pub use counts::{Counts, FleetWrite};
pub use merge::merge;
pub use queue::Statuses;
pub use shape::Shape;
pub use wanted::{Address, Deployed, Facts, Wanted, wanted};
pub use writer::Writer;
