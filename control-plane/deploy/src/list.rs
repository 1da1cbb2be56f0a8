//! Lists in a strategic merge patch.
//!
//! Owns how elements find each other and in which order the merged list stands. Must not know maps beyond the
//! key of an element. The invariant: what a patch lists keeps the patch's order, what it does not list keeps
//! the original's, and both are interleaved as the original had them.

use serde_json::{Map, Value};

use crate::merge::{DIRECTIVE, PatchError, Path, merge_maps, without_directives};
use crate::schema::Field;

/// What all elements of a list are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Map,
    Text,
    Integer,
    Float,
    Bool,
}

/// Merges `patch` into `original`; a list that does not merge is replaced.
pub(crate) fn merge(
    original: Vec<Value>,
    patch: Vec<Value>,
    field: &'static Field,
    path: &Path,
) -> Result<Vec<Value>, PatchError> {
    if !field.merges() {
        return Ok(patch);
    }
    merge_elements(original, patch, field, path)
}

fn merge_elements(
    original: Vec<Value>,
    patch: Vec<Value>,
    field: &'static Field,
    path: &Path,
) -> Result<Vec<Value>, PatchError> {
    let Some(element) = element(&original, &patch, path)? else {
        return Ok(original);
    };
    if element != Element::Map {
        let mut merged: Vec<Value> = Vec::new();
        for value in original.iter().chain(&patch) {
            if !merged.contains(value) {
                merged.push(value.clone());
            }
        }
        return Ok(in_order(merged, &patch, &original, ""));
    }
    let key = keyed(field, path)?;
    let (original, patch) = apply_directives(original, patch, key, path)?;
    let mut merged = original.clone();
    for value in &patch {
        let Value::Object(new) = value else {
            continue;
        };
        let name = new.get(key).ok_or_else(|| path.no_key(key))?;
        match merged.iter_mut().find(|old| old.get(key) == Some(name)) {
            Some(Value::Object(old)) => {
                let at = path.element(key, name);
                let old_map = std::mem::take(old);
                *old = merge_maps(old_map, new.clone(), field.node(), &at)?;
            }
            Some(_) | None => merged.push(value.clone()),
        }
    }
    for list in [&merged, &patch] {
        if list.iter().any(|value| value.get(key).is_none()) {
            return Err(path.no_key(key));
        }
    }
    Ok(in_order(merged, &patch, &original, key))
}

/// Elements that are directives: what they say is done, and they are gone.
fn apply_directives(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    key: &'static str,
    path: &Path,
) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    let mut replaces = false;
    let mut left = Vec::new();
    for value in patch {
        match value.get(DIRECTIVE) {
            None => left.push(value),
            Some(directive) => match directive.as_str() {
                Some("delete") => {
                    let name = value.get(key).ok_or_else(|| path.no_key(key))?;
                    original.retain(|old| old.get(key) != Some(name));
                }
                Some("replace") => replaces = true,
                Some(_) | None => return Err(path.bad_directive(directive)),
            },
        }
    }
    Ok(if replaces {
        (left, Vec::new())
    } else {
        (original, left)
    })
}

/// Takes `gone` out of `original`.
pub(crate) fn delete(
    original: Vec<Value>,
    gone: Vec<Value>,
    field: &'static Field,
    path: &Path,
) -> Result<Vec<Value>, PatchError> {
    match element(&original, &gone, path)? {
        None => Ok(original),
        // Nothing says how to delete maps this way; apimachinery merges them.
        Some(Element::Map) => merge_elements(original, gone, field, path),
        Some(Element::Text | Element::Integer | Element::Float | Element::Bool) => Ok(original
            .into_iter()
            .filter(|value| !gone.contains(value))
            .collect()),
    }
}

/// Merges, and puts the result into the order that was asked for.
pub(crate) fn merge_in_order(
    original: Option<Vec<Value>>,
    patch: Option<Vec<Value>>,
    order: &[Value],
    field: &'static Field,
    path: &Path,
) -> Result<Option<Vec<Value>>, PatchError> {
    let key = field.key();
    check_order(patch.as_deref().unwrap_or_default(), order, key, path)?;
    let listed = original.clone().unwrap_or_default();
    let merged = match (original, patch) {
        (None, None) => return Ok(None),
        (Some(original), None) => {
            element(&original, &[], path)?.ok_or_else(|| path.bad_order())?;
            original
        }
        (None, Some(patch)) => {
            element(&patch, &[], path)?.ok_or_else(|| path.bad_order())?;
            patch.into_iter().filter_map(without_directives).collect()
        }
        (Some(original), Some(patch)) => {
            element(&original, &patch, path)?.ok_or_else(|| path.bad_order())?;
            merge(original, patch, field, path)?
        }
    };
    let is_keyed = |value: &Value| match value {
        Value::Object(map) => !key.is_empty() && map.contains_key(key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            key.is_empty()
        }
    };
    if !merged.iter().all(is_keyed) {
        return Err(path.no_key(key));
    }
    Ok(Some(in_order(merged, order, &listed, key)))
}

/// What the patch sets must stand in the order, in the same order.
fn check_order(
    patch: &[Value],
    order: &[Value],
    key: &'static str,
    path: &Path,
) -> Result<(), PatchError> {
    if order.is_empty() || patch.is_empty() {
        return Ok(());
    }
    let mut ordered = order.iter();
    for value in patch {
        match value.get(DIRECTIVE).filter(|_| !key.is_empty()) {
            Some(directive) if directive == "delete" => continue,
            // As apimachinery has it: other directives stand before the end of the order.
            Some(_) if ordered.as_slice().is_empty() => return Err(path.bad_order()),
            Some(_) => continue,
            None => {}
        }
        let wanted = name(value, key).ok_or_else(|| path.no_key(key))?;
        loop {
            let next = ordered.next().ok_or_else(|| path.bad_order())?;
            if name(next, key).ok_or_else(|| path.no_key(key))? == wanted {
                break;
            }
        }
    }
    Ok(())
}

/// Elements that `first` lists in its order, the others in the order of `original`, interleaved as the
/// original had them as far as that is possible.
fn in_order(merged: Vec<Value>, first: &[Value], original: &[Value], key: &str) -> Vec<Value> {
    let place = |list: &[Value], value: &Value| {
        let wanted = name(value, key);
        list.iter().position(|other| name(other, key) == wanted)
    };
    let (mut listed, mut others): (Vec<Value>, Vec<Value>) = merged
        .into_iter()
        .partition(|value| place(first, value).is_some());
    listed.sort_by_key(|value| place(first, value));
    others.sort_by_key(|value| place(original, value));
    let mut result = Vec::with_capacity(listed.len() + others.len());
    let mut listed = listed.into_iter().peekable();
    let mut others = others.into_iter().peekable();
    loop {
        let is_others_turn = match (others.peek(), listed.peek()) {
            (Some(other), Some(listed)) => {
                match (place(original, other), place(original, listed)) {
                    (Some(other), Some(listed)) => other < listed,
                    (None, _) | (_, None) => false,
                }
            }
            (Some(_), None) => true,
            (None, _) => false,
        };
        let next = if is_others_turn {
            others.next()
        } else {
            listed.next()
        };
        match next {
            Some(value) => result.push(value),
            None => return result,
        }
    }
}

/// What tells an element apart: the value of its key, or itself.
fn name<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    if key.is_empty() {
        Some(value)
    } else {
        value.get(key)
    }
}

fn keyed(field: &'static Field, path: &Path) -> Result<&'static str, PatchError> {
    match field.key() {
        "" => Err(path.must_be("a list of scalars")),
        key => Ok(key),
    }
}

/// What the elements of both lists are; nothing if both are empty.
fn element(left: &[Value], right: &[Value], path: &Path) -> Result<Option<Element>, PatchError> {
    let mut found = None;
    for value in left.iter().chain(right) {
        let element = match value {
            Value::Object(map) if has_odd_directive(map) => {
                return Err(path.must_be("a list whose directives are text"));
            }
            Value::Object(_) => Element::Map,
            Value::String(_) => Element::Text,
            Value::Number(number) if number.is_f64() => Element::Float,
            Value::Number(_) => Element::Integer,
            Value::Bool(_) => Element::Bool,
            Value::Null | Value::Array(_) => {
                return Err(path.must_be("a list of objects or of scalars"));
            }
        };
        if *found.get_or_insert(element) != element {
            return Err(path.must_be("a list whose elements have one type"));
        }
    }
    Ok(found)
}

fn has_odd_directive(map: &Map<String, Value>) -> bool {
    map.get(DIRECTIVE).is_some_and(|value| !value.is_string())
}
