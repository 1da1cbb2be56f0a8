//! One document to one object.
//!
//! Owns what a directory adds to an object that an API server would add: the namespace `default`, a uid, and keys
//! of Secrets that come from the environment. Must not read the environment (a lookup comes in) and must not put
//! values into messages. Invariant: the uid depends on kind, namespace and name alone, so that it is the same
//! after every restart.

mod from_env;

#[cfg(test)]
mod tests;

use cp_api::{DecodeError, FieldError, Kind, Object, ObjectKey};
use serde_json::{Map, Value};

use crate::parse::Document;
use crate::problem::{Position, Severity};

/// What became of a document.
#[derive(Debug)]
pub struct Reading {
    /// Which object it is, as far as it says.
    pub key: Option<ObjectKey>,
    /// The object; `None` if it is not usable.
    pub object: Option<Object>,
    /// Where the document begins.
    pub position: Position,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// How bad.
    pub severity: Severity,
    /// What, without values of Secrets.
    pub message: String,
}

/// Reads one document. `environment` looks up variables for `tidegate.dev/from-env`.
pub fn read(document: Document, environment: &dyn Fn(&str) -> Option<String>) -> Reading {
    let Document {
        mut value,
        position,
        positions,
    } = document;
    let mut faults = Vec::new();
    let key = match cp_api::identify(&value) {
        Ok(key) => key,
        Err(error) => {
            let faults = vec![Fault::error(position, error.to_string())];
            return Reading {
                key: None,
                object: None,
                position,
                faults,
            };
        }
    };
    if let Some(kind) = key.known() {
        complete(&mut value, &key);
        if kind == Kind::Secret {
            let found = from_env::fill(&mut value, environment);
            let place = positions.nearest(from_env::POINTER);
            faults.extend(
                found
                    .into_iter()
                    .map(|message| Fault::error(place, message)),
            );
        }
    }
    // A misspelled field is ignored by design of the API; who wrote it means something by it.
    faults.extend(
        cp_api::unknown_fields(&value)
            .into_iter()
            .map(|field| Fault {
                position: positions.nearest_field(&field.path),
                severity: Severity::Warning,
                message: format!("{} {}/{}: {field}", key.kind, key.namespace, key.name),
            }),
    );
    let object = match cp_api::decode(value) {
        Ok(object) => Some(object),
        Err(error) => {
            let place = |field: &FieldError| positions.nearest_field(&field.path);
            faults.extend(explain(&key, &error, position, place));
            None
        }
    };
    Reading {
        key: Some(key),
        object,
        position,
        faults,
    }
}

/// A uid in the usual form, the same for the same kind, namespace and name.
pub fn uid(key: &ObjectKey) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("tidegate.dev directory source uid v1");
    for part in [&key.group, &key.kind, &key.namespace, &key.name] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let mut bytes = [0_u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    // Version 8 (custom), variant 1 of RFC 9562.
    let number = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | (8 << 76 | 0x2 << 62);
    let hex = format!("{number:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

/// What an API server would have filled in.
fn complete(value: &mut Value, key: &ObjectKey) {
    let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    metadata.insert("namespace".to_owned(), Value::String(key.namespace.clone()));
    metadata.insert("uid".to_owned(), Value::String(uid(key)));
    // Counted by the state; a number from a cluster that the file was copied from means nothing here.
    metadata.remove("generation");
    remove_null(metadata, "creationTimestamp");
}

/// `kubectl create --dry-run` writes `creationTimestamp: null`.
fn remove_null(map: &mut Map<String, Value>, key: &str) {
    if map.get(key).is_some_and(Value::is_null) {
        map.remove(key);
    }
}

fn explain(
    key: &ObjectKey,
    error: &DecodeError,
    position: Position,
    place: impl Fn(&FieldError) -> Position,
) -> Vec<Fault> {
    match error {
        DecodeError::NotAnObject(field) => {
            vec![Fault::error(place(field), format!("{key}: {field}"))]
        }
        DecodeError::UnknownKind { api_version, .. } => vec![unknown(key, api_version, position)],
        DecodeError::Fields(fields) => fields
            .iter()
            .map(|field| Fault::error(place(field), format!("{key}: {field}")))
            .collect(),
    }
}

/// A kind of a group that we serve is something that the author misses; a Deployment beside the routes is not.
fn unknown(key: &ObjectKey, api_version: &str, position: Position) -> Fault {
    let name = format!("{} {}", key.kind, key.name);
    if let Some(kind) = key.known() {
        let versions = kind.versions().join(", ");
        let message = format!("{name}: version {api_version:?} is not read; use one of {versions}");
        return Fault::error(position, message);
    }
    let is_ours = !key.group.is_empty()
        && (key.group == "tidegate.dev"
            || key.group == "inference.networking.k8s.io"
            || Kind::ALL.iter().any(|kind| kind.group() == key.group));
    let message = format!(
        "{name}: kind {:?} of {api_version:?} is not one Tidegate reads; ignored",
        key.kind
    );
    match is_ours {
        true => Fault::error(position, message),
        false => Fault {
            position,
            severity: Severity::Warning,
            message,
        },
    }
}

// === impl Fault ===

impl Fault {
    fn error(position: Position, message: String) -> Self {
        Self {
            position,
            severity: Severity::Error,
            message,
        }
    }
}
