//! Why a JSON value is not an object that Tidegate accepts.
//!
//! Owns the two causes: a kind that is not read, and fields that break the schema. Must not quote values of
//! Secrets: messages say what is wanted, not what was found, wherever the field may hold one.

use std::fmt;

/// One field that breaks the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path from the root of the object, `spec.rules[0].matches[1].path.value`.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Why decoding failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The value has no `apiVersion`, `kind` or `metadata.name`, so it is not an object at all.
    NotAnObject(FieldError),
    /// Tidegate does not read this kind or this version of it.
    UnknownKind {
        /// `apiVersion` as written.
        api_version: String,
        /// `kind` as written.
        kind: String,
    },
    /// Fields break the schema of the kind; at least one.
    Fields(Vec<FieldError>),
}

// === impl FieldError ===

impl FieldError {
    /// An error at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> FieldError {
        FieldError {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

// === impl DecodeError ===

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::NotAnObject(field) => {
                write!(f, "not a Kubernetes object: {field}")
            }
            DecodeError::UnknownKind { api_version, kind } => {
                write!(
                    f,
                    "kind {kind:?} of {api_version:?} is not one Tidegate reads"
                )
            }
            DecodeError::Fields(fields) => {
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        f.write_str("; ")?;
                    }
                    write!(f, "{field}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for DecodeError {}
