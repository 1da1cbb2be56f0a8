//! Packing and unpacking of `google.protobuf.Any`.
//!
//! Owns the one place where a type URL is compared before a message is decoded. Must not fall back: an
//! `Any` of another type is an error that names both types.

use bytes::Bytes;
use prost::{Message, Name};

use crate::google::protobuf::Any;

/// Why an `Any` does not hold the wanted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// The `Any` holds another type.
    Mismatch {
        /// Type URL that was wanted.
        wanted: String,
        /// Type URL that was found.
        found: String,
    },
    /// The bytes are not a message of the type.
    Malformed {
        /// Type URL of the `Any`.
        type_url: String,
        /// What prost says.
        source: prost::DecodeError,
    },
}

/// Wraps a message.
pub fn pack<M: Message + Name>(message: &M) -> Any {
    Any {
        type_url: M::type_url(),
        value: Bytes::from(message.encode_to_vec()),
    }
}

/// Unwraps a message of a known type.
pub fn unpack<M: Message + Name + Default>(any: &Any) -> Result<M, UnpackError> {
    let wanted = M::type_url();
    if any.type_url != wanted {
        return Err(UnpackError::Mismatch {
            wanted,
            found: any.type_url.clone(),
        });
    }
    M::decode(any.value.clone()).map_err(|source| UnpackError::Malformed {
        type_url: any.type_url.clone(),
        source,
    })
}

// === impl UnpackError ===

impl std::fmt::Display for UnpackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            UnpackError::Mismatch { wanted, found } => {
                write!(f, "holds {found:?} where {wanted:?} is wanted")
            }
            UnpackError::Malformed { type_url, .. } => write!(f, "is not a valid {type_url}"),
        }
    }
}

impl std::error::Error for UnpackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            UnpackError::Mismatch { .. } => None,
            UnpackError::Malformed { source, .. } => Some(source),
        }
    }
}
