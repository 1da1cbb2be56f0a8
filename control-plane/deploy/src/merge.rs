//! Strategic merge patch: Kubernetes' own way to lay a partial object over a whole one.
//!
//! Owns the directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) and the
//! merging of maps. Must not know what is patched or why. The invariant: for every patch it gives what
//! apimachinery's `strategicpatch` gives, or refuses what that refuses; the oracle test compares them.

use std::mem;

use serde_json::{Map, Value};

use crate::list;
use crate::schema::{self, Field, Node};

pub(crate) const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const SET_ORDER: &str = "$setElementOrder";
const DELETE_FROM: &str = "$deleteFromPrimitiveList";

/// Why a patch cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// No table for this kind.
    #[error("{0} cannot be patched")]
    Kind(String),
    /// A merge into something that has no such field.
    #[error("{0}: no such field, or one that holds neither a list nor an object")]
    UnknownField(String),
    /// A directive that is not one.
    #[error("{path}: {value} is no directive for {DIRECTIVE}; use replace or delete")]
    Directive {
        /// Where.
        path: String,
        /// What was written.
        value: String,
    },
    /// Something has the wrong type.
    #[error("{path}: must be {expected}")]
    Type {
        /// Where.
        path: String,
        /// What it must be.
        expected: &'static str,
    },
    /// An element without the field that tells elements apart.
    #[error("{path}: an element has no {key}, by which elements are told apart")]
    NoMergeKey {
        /// The list.
        path: String,
        /// The field.
        key: &'static str,
    },
    /// `$retainKeys` does not list what the patch sets.
    #[error("{0}: $retainKeys must list every field that the patch sets")]
    RetainKeys(String),
    /// `$setElementOrder` contradicts the list.
    #[error("{0}: $setElementOrder must list the elements of the patch in their order")]
    Order(String),
}

/// Lays `patch` over `original`, an object of `kind`.
pub fn strategic_merge(kind: &str, original: Value, patch: Value) -> Result<Value, PatchError> {
    let root = schema::root(kind).ok_or_else(|| PatchError::Kind(kind.to_owned()))?;
    let path = Path::root(kind);
    let (Value::Object(original), Value::Object(patch)) = (original, patch) else {
        return Err(path.must_be("an object"));
    };
    merge_maps(original, patch, root, &path).map(Value::Object)
}

/// Where in an object.
#[derive(Clone, Debug)]
pub(crate) struct Path(String);

pub(crate) fn merge_maps(
    mut original: Map<String, Value>,
    mut patch: Map<String, Value>,
    node: Node,
    path: &Path,
) -> Result<Map<String, Value>, PatchError> {
    if let Some(directive) = patch.remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Map::new()),
            Some(_) | None => Err(path.bad_directive(&directive)),
        };
    }
    retain_keys(&mut original, &mut patch, path)?;
    apply_order(&mut original, &mut patch, node, path)?;
    for (key, value) in patch {
        match directive_target(&key, DELETE_FROM, path)? {
            Some(target) => delete_from(&mut original, target, value, node, path)?,
            None => merge_field(&mut original, key, value, node, path)?,
        }
    }
    Ok(original)
}

fn merge_field(
    original: &mut Map<String, Value>,
    key: String,
    value: Value,
    node: Node,
    path: &Path,
) -> Result<(), PatchError> {
    if value.is_null() {
        original.shift_remove(&key);
        return Ok(());
    }
    let at = path.field(&key);
    let merged = match (original.get_mut(&key).map(mem::take), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let field = lookup(node, &key, &at)?;
            if field.replaces() {
                Value::Object(new)
            } else {
                Value::Object(merge_maps(old, new, field.node(), &at)?)
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            let field = lookup_list(node, &key, &at)?;
            Value::Array(list::merge(old, new, field, &at)?)
        }
        (_, mut new) => {
            discard_nulls(&mut new);
            match without_directives(new) {
                Some(new) => new,
                None => {
                    original.shift_remove(&key);
                    return Ok(());
                }
            }
        }
    };
    original.insert(key, merged);
    Ok(())
}

/// `$retainKeys`: a union's other members go.
fn retain_keys(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    path: &Path,
) -> Result<(), PatchError> {
    let Some(kept) = patch.shift_remove(RETAIN_KEYS) else {
        return Ok(());
    };
    let Value::Array(kept) = kept else {
        return Err(path.field(RETAIN_KEYS).must_be("a list"));
    };
    let is_kept = |key: &str| kept.iter().any(|kept| kept.as_str() == Some(key));
    let is_listed = |(key, value): (&String, &Value)| {
        let is_directive = key.starts_with(DELETE_FROM) || key.starts_with(SET_ORDER);
        value.is_null() || is_directive || is_kept(key)
    };
    if !patch.iter().all(is_listed) {
        return Err(PatchError::RetainKeys(path.0.clone()));
    }
    original.retain(|key, _| is_kept(key));
    Ok(())
}

/// `$setElementOrder/LIST`: merges LIST here, because the order is about the merged one.
fn apply_order(
    original: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    node: Node,
    path: &Path,
) -> Result<(), PatchError> {
    let orders: Vec<String> = patch
        .keys()
        .filter(|key| key.starts_with(SET_ORDER))
        .cloned()
        .collect();
    for directive in orders {
        let order = patch.shift_remove(&directive).unwrap_or_default();
        let at = path.field(&directive);
        let Value::Array(order) = order else {
            return Err(at.must_be("a list"));
        };
        let Some(key) = directive_target(&directive, SET_ORDER, path)? else {
            continue;
        };
        let take = |map: &mut Map<String, Value>| match map.get_mut(key).map(mem::take) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(_) => Err(path.field(key).must_be("a list")),
        };
        let (old, new) = (take(original)?, take(patch)?);
        patch.shift_remove(key);
        let field = lookup_list(node, key, &path.field(key))?;
        if let Some(merged) = list::merge_in_order(old, new, &order, field, &path.field(key))? {
            original.insert(key.to_owned(), Value::Array(merged));
        }
    }
    Ok(())
}

/// `$deleteFromPrimitiveList/LIST`: takes values out of a list of scalars.
fn delete_from(
    original: &mut Map<String, Value>,
    key: &str,
    value: Value,
    node: Node,
    path: &Path,
) -> Result<(), PatchError> {
    if value.is_null() {
        original.shift_remove(key);
        return Ok(());
    }
    let at = path.field(key);
    if let (Some(Value::Array(old)), Value::Array(gone)) = (original.get_mut(key), value) {
        let field = lookup_list(node, key, &at)?;
        let left = list::delete(mem::take(old), gone, field, &at)?;
        original.insert(key.to_owned(), Value::Array(left));
    }
    Ok(())
}

/// `LIST` of `PREFIX/LIST`.
fn directive_target<'a>(
    key: &'a str,
    prefix: &str,
    path: &Path,
) -> Result<Option<&'a str>, PatchError> {
    match key.strip_prefix(prefix) {
        None => Ok(None),
        Some(rest) => match rest.strip_prefix('/') {
            Some(target) => Ok(Some(target)),
            None => Err(path.field(key).must_be("written as DIRECTIVE/FIELD")),
        },
    }
}

fn lookup(node: Node, key: &str, at: &Path) -> Result<&'static Field, PatchError> {
    node.field(key)
        .ok_or_else(|| PatchError::UnknownField(at.0.clone()))
}

fn lookup_list(node: Node, key: &str, at: &Path) -> Result<&'static Field, PatchError> {
    let field = lookup(node, key, at)?;
    if field.is_list() {
        Ok(field)
    } else {
        Err(at.must_be("an object, not a list"))
    }
}

/// What is new has nothing to delete: nulls in it mean nothing.
fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(discard_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(discard_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The value without the parts that are directives; nothing if it is one itself.
pub(crate) fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(map) if map.contains_key(DIRECTIVE) => None,
        Value::Object(map) => Some(Value::Object(
            map.into_iter()
                .filter_map(|(key, value)| Some((key, without_directives(value)?)))
                .collect(),
        )),
        Value::Array(list) => Some(Value::Array(
            list.into_iter().filter_map(without_directives).collect(),
        )),
        value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => Some(value),
    }
}

// === impl Path ===

impl Path {
    fn root(kind: &str) -> Path {
        Path(kind.to_owned())
    }

    pub(crate) fn field(&self, name: &str) -> Path {
        Path(format!("{}.{name}", self.0))
    }

    pub(crate) fn element(&self, key: &str, value: &Value) -> Path {
        Path(format!("{}[{key}={value}]", self.0))
    }

    pub(crate) fn must_be(&self, expected: &'static str) -> PatchError {
        PatchError::Type {
            path: self.0.clone(),
            expected,
        }
    }

    pub(crate) fn bad_directive(&self, value: &Value) -> PatchError {
        PatchError::Directive {
            path: self.0.clone(),
            value: value.to_string(),
        }
    }

    pub(crate) fn no_key(&self, key: &'static str) -> PatchError {
        PatchError::NoMergeKey {
            path: self.0.clone(),
            key,
        }
    }

    pub(crate) fn bad_order(&self) -> PatchError {
        PatchError::Order(self.0.clone())
    }
}
