//! Who a stream belongs to, as far as it says (R1).
//!
//! Owns the rule that the first request carries the node and that no later one carries another. Must not
//! believe it: identity is the adapter's business (R2). Invariant: only a hash is kept; a node is up to 61 KB
//! and there are thousands of streams.

use prost::Message;
use proto::envoy::config::core::v3::Node;

use super::Refusal;

/// Remembers the node of a stream by its hash.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    node: Option<blake3::Hash>,
}

// === impl Admission ===

impl Admission {
    /// Checks a request's node; gives it back if it is the stream's first.
    pub(crate) fn admit(&mut self, node: Option<Node>) -> Result<Option<Box<Node>>, Refusal> {
        match (self.node, node) {
            (None, None) => Err(Refusal::MissingNode),
            (Some(_), None) => Ok(None),
            (None, Some(node)) => {
                self.node = Some(hash(&node));
                Ok(Some(Box::new(node)))
            }
            (Some(known), Some(node)) if known == hash(&node) => Ok(None),
            (Some(_), Some(_)) => Err(Refusal::NodeChanged),
        }
    }
}

fn hash(node: &Node) -> blake3::Hash {
    blake3::hash(&node.encode_to_vec())
}
