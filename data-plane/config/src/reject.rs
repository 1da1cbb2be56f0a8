//! Why a response or a Commit is refused.
//!
//! Owns the one form of a refusal: which resources, which fields, why, and the gRPC code of the NACK. Must
//! not carry secrets: messages quote names, never values of key material.

use std::fmt;

use ::route::FieldError;
use proto::tidegate::v1::{RejectItem, RejectReport};
use proto::type_url::TypeUrl;

/// A refused response or Commit. The active Config is untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// What kind of failure it is.
    pub kind: RejectionKind,
    /// The refused resources. The Commit itself where no single resource is to blame.
    pub items: Vec<Refused>,
}

/// Kinds of failure; each has one gRPC code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// Resources cannot be decoded or prepared: INVALID_ARGUMENT.
    Invalid,
    /// Counts or digests differ from the Commit's: FAILED_PRECONDITION. Open a new stream without initial
    /// versions.
    Mismatch,
    /// The Commit requires a type that this proxy does not know: UNIMPLEMENTED.
    UnknownType,
}

/// One refused resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Type URL.
    pub type_url: String,
    /// Resource name.
    pub name: String,
    /// Version on the wire; empty if there is none.
    pub version: String,
    /// Field path inside the resource; empty for the resource as a whole.
    pub path: String,
    /// Why.
    pub message: String,
}

// === impl Rejection ===

impl Rejection {
    /// Resources that cannot be decoded or prepared.
    pub fn invalid(items: Vec<Refused>) -> Self {
        Self {
            kind: RejectionKind::Invalid,
            items,
        }
    }

    /// The code of `google.rpc.Status`.
    pub fn code(&self) -> i32 {
        match self.kind {
            RejectionKind::Invalid => 3,
            RejectionKind::Mismatch => 9,
            RejectionKind::UnknownType => 12,
        }
    }

    /// The report that rides in the details of the NACK.
    pub fn report(&self) -> RejectReport {
        let item = |refused: &Refused| RejectItem {
            type_url: refused.type_url.clone(),
            name: refused.name.clone(),
            version: refused.version.clone(),
            path: refused.path.clone(),
            message: refused.message.clone(),
        };
        RejectReport {
            items: self.items.iter().map(item).collect(),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{item}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}

// === impl Refused ===

impl Refused {
    /// A field of a resource.
    pub fn new(type_url: TypeUrl, name: &str, version: &str, error: &FieldError) -> Self {
        Self {
            type_url: type_url.as_str().to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            path: error.path.clone(),
            message: error.reason.to_string(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}: {}", self.name, self.path, self.message)
    }
}
