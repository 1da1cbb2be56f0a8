//! HTTP request matching: hosts, paths, headers, and the Gateway API precedence between them.
//!
//! ```text
//! request target -> path::normalize -> Head --+
//! host           -> HostTable::find -> Table -+-> Table::find -> &Entry -> payload
//! Envoy RouteMatch -> decode::matcher -> Matcher (+ RouteRank = MatchRank) -> Table::insert
//! ```
//! Both planes use this crate: the proxy finds with it, the control plane orders the Envoy profile with the
//! same [`MatchRank`], the CLI explains with the proxy's own matchers. Must not know clusters, policies or
//! where a table comes from. **Invariant**: `Table::find` returns what a scan in rank order would return.

pub mod decode;
pub mod explain;
pub mod field;
pub mod head;
pub mod header;
pub mod host;
pub mod host_table;
pub mod matcher;
pub mod method;
pub mod path;
pub mod pattern;
pub mod query;
pub mod rank;
pub mod table;

pub use field::FieldError;
pub use head::Head;
pub use host::HostPattern;
pub use host_table::HostTable;
pub use matcher::Matcher;
pub use path::PathMatch;
pub use rank::{MatchRank, RouteRank};
pub use table::{Entry, Table};
