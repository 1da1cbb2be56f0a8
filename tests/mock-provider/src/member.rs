//! Setting a member of a JSON object.
//!
//! Invariant: what is no object stays as it is, so that nothing can panic.

use serde_json::Value;

/// Sets a member, or replaces it where it stands.
pub(crate) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
}
