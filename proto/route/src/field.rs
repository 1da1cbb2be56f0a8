//! What is wrong with one field of a resource.
//!
//! Owns the error that every decoder of both planes returns: a path into the message and a reason. Must not
//! carry the content of secrets: a reason quotes names and numbers, never opaque values. Paths are written
//! as in `virtual_hosts[0].routes[2].match.safe_regex`, outermost first, so callers prefix with `within`.

use std::borrow::Cow;

use thiserror::Error;

/// A field that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {reason}")]
pub struct FieldError {
    /// Where in the message, proto field names, outermost first.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a field cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// A required field is absent or empty.
    #[error("is required")]
    Missing,
    /// The field is set, would change what happens, and is not implemented: fail closed.
    #[error("is not supported by this proxy")]
    Unsupported,
    /// The number is not a value of the enum.
    #[error("{0} is not a value of this enum")]
    UnknownEnum(i32),
    /// The value is malformed or out of range.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
}

/// Prefixes the path of an error while it travels outwards.
pub trait Within {
    /// Puts `prefix` in front of the path: `within("match")` makes `match.path` of `path`.
    fn within(self, prefix: &str) -> Self;
    /// Puts `prefix[index]` in front of the path.
    fn within_index(self, prefix: &str, index: usize) -> Self;
}

/// Fails with [`Reason::Unsupported`] at the first field of the list that is set.
pub fn refuse_set(fields: &[(&str, bool)]) -> Result<(), FieldError> {
    match fields.iter().find(|(_, is_set)| *is_set) {
        Some((path, _)) => Err(FieldError::unsupported(*path)),
        None => Ok(()),
    }
}

// === impl FieldError ===

impl FieldError {
    /// A required field is absent.
    pub fn missing(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: Reason::Missing,
        }
    }

    /// A field is set that this proxy does not implement.
    pub fn unsupported(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: Reason::Unsupported,
        }
    }

    /// An enum number without a name.
    pub fn unknown_enum(path: impl Into<String>, value: i32) -> Self {
        Self {
            path: path.into(),
            reason: Reason::UnknownEnum(value),
        }
    }

    /// A malformed value; `text` completes the sentence that the path begins.
    pub fn invalid(path: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            path: path.into(),
            reason: Reason::Invalid(text.into()),
        }
    }
}

impl Within for FieldError {
    fn within(mut self, prefix: &str) -> Self {
        if self.path.is_empty() {
            self.path = prefix.to_owned();
        } else if self.path.starts_with('[') {
            self.path = format!("{prefix}{}", self.path);
        } else {
            self.path = format!("{prefix}.{}", self.path);
        }
        self
    }

    fn within_index(self, prefix: &str, index: usize) -> Self {
        self.within(&format!("{prefix}[{index}]"))
    }
}

impl<T> Within for Result<T, FieldError> {
    fn within(self, prefix: &str) -> Self {
        self.map_err(|error| error.within(prefix))
    }

    fn within_index(self, prefix: &str, index: usize) -> Self {
        self.map_err(|error| error.within_index(prefix, index))
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldError, Within, refuse_set};

    #[test]
    fn paths_grow_outwards() {
        let error = FieldError::invalid("", "is empty")
            .within_index("headers", 2)
            .within("match")
            .within_index("routes", 0);
        assert_eq!(error.to_string(), "routes[0].match.headers[2]: is empty");
    }

    #[test]
    fn the_first_set_field_is_named() {
        assert_eq!(refuse_set(&[("a", false)]), Ok(()));
        assert_eq!(
            refuse_set(&[("a", false), ("b", true), ("c", true)]),
            Err(FieldError::unsupported("b"))
        );
    }
}
