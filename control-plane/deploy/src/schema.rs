//! Which lists of which kinds merge, and by which key.
//!
//! Owns the table of `patchStrategy` and `patchMergeKey` of Kubernetes' types, generated from them and compared
//! with them by the oracle test. Must not merge anything. What the table does not name cannot be merged into,
//! only replaced.

/// What a value of a patched object is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    /// A struct: its fields are known.
    Struct(&'static [Field]),
    /// A map of strings, or something without structure.
    Opaque,
}

/// A field that holds a list, a map or a struct.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    shape: Shape,
    merges: Merges,
    key: &'static str,
}

/// The shape of a field; structs by their place in the table.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Struct(usize),
    Map,
    List(Option<usize>),
}

/// What the types say about merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merges {
    Unset,
    Yes,
    Replaces,
}

include!("gen/merge_table.rs");

/// The schema of a kind, if it is one that the deployer renders.
pub(crate) fn root(kind: &str) -> Option<Node> {
    let (_, index) = ROOTS.iter().find(|(name, _)| *name == kind)?;
    Some(node(*index))
}

fn node(index: usize) -> Node {
    TYPES
        .get(index)
        .map_or(Node::Opaque, |fields| Node::Struct(fields))
}

// === impl Node ===

impl Node {
    /// The field called `name`, if it is one that has a structure.
    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        match self {
            Node::Struct(fields) => fields.iter().find(|field| field.name == name),
            Node::Opaque => None,
        }
    }
}

// === impl Field ===

impl Field {
    /// What its value is, or each element of its list.
    pub(crate) fn node(&self) -> Node {
        match self.shape {
            Shape::Struct(index) | Shape::List(Some(index)) => node(index),
            Shape::Map | Shape::List(None) => Node::Opaque,
        }
    }

    /// Whether it holds a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }

    /// Whether two lists of it are merged; elements are told apart by [`Field::key`].
    pub(crate) fn merges(&self) -> bool {
        self.merges == Merges::Yes
    }

    /// Whether a patch replaces it although it is a struct.
    pub(crate) fn replaces(&self) -> bool {
        self.merges == Merges::Replaces
    }

    /// The field that tells elements apart; empty for scalars.
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }
}
