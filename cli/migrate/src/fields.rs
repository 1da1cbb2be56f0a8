//! The fields of an object that is being converted, taken one by one.
//!
//! Owns the bookkeeping: what was not taken when a mapping is finished had no counterpart, and is told as left out.
//! Must not know any kind. Invariant: no field disappears without a word, because a conversion that does not know a
//! field cannot have taken it. Values may be keys: nothing here prints one.

use serde_json::{Map, Value};

use super::report::Log;

/// A mapping of an object, and where it stands.
#[must_use = "what is not taken must be told: finish it"]
pub(crate) struct Fields {
    path: String,
    map: Map<String, Value>,
}

// === impl Fields ===

impl Fields {
    /// The mapping at a path; anything else has no fields.
    pub(crate) fn new(path: impl Into<String>, value: Value) -> Self {
        let map = match value {
            Value::Object(map) => map,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        };
        Self {
            path: path.into(),
            map,
        }
    }

    /// Where the mapping stands.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where a field stands.
    pub(crate) fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// Takes a field; `null` is absence.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.shift_remove(key).filter(|value| !value.is_null())
    }

    /// Takes a text. Another type stays, and is told as left out.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        let text = self.map.get(key)?.as_str()?.to_owned();
        self.map.shift_remove(key);
        Some(text)
    }

    /// Takes a number.
    pub(crate) fn number(&mut self, key: &str) -> Option<u64> {
        let number = self.map.get(key)?.as_u64()?;
        self.map.shift_remove(key);
        Some(number)
    }

    /// Takes a yes or no.
    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        let flag = self.map.get(key)?.as_bool()?;
        self.map.shift_remove(key);
        Some(flag)
    }

    /// Takes a mapping.
    pub(crate) fn object(&mut self, key: &str) -> Option<Fields> {
        if !self.map.get(key)?.is_object() {
            return None;
        }
        let value = self.map.shift_remove(key)?;
        Some(Self::new(self.at(key), value))
    }

    /// Takes a list of mappings.
    pub(crate) fn objects(&mut self, key: &str) -> Vec<Fields> {
        let path = self.at(key);
        let Some(Value::Array(items)) = self.map.get_mut(key) else {
            return Vec::new();
        };
        let items = std::mem::take(items);
        self.map.shift_remove(key);
        let one = |(index, item)| Self::new(format!("{path}[{index}]"), item);
        items.into_iter().enumerate().map(one).collect()
    }

    /// Takes a list of texts.
    pub(crate) fn texts(&mut self, key: &str) -> Vec<String> {
        let list = self.map.get(key).and_then(Value::as_array);
        let texts: Option<Vec<String>> = list
            .map(|items| items.iter().map(|item| item.as_str().map(str::to_owned)))
            .and_then(Iterator::collect);
        if texts.is_some() {
            self.map.shift_remove(key);
        }
        texts.unwrap_or_default()
    }

    /// Moves a field over as it is, and says where it is now.
    pub(crate) fn carry(
        &mut self,
        key: &str,
        to: &mut Map<String, Value>,
        (name, now): (&str, &str),
        log: &mut Log,
    ) {
        if let Some(value) = self.take(key) {
            to.insert(name.to_owned(), value);
            log.changed(&self.at(key), now);
        }
    }

    /// Takes a field that nothing needs any more.
    pub(crate) fn unneeded(&mut self, key: &str, why: &str, log: &mut Log) {
        if self.take(key).is_some() {
            log.unneeded(&self.at(key), why);
        }
    }

    /// Takes a field that cannot be converted, with the reason.
    pub(crate) fn leave_out(&mut self, key: &str, why: &str, log: &mut Log) {
        if self.take(key).is_some() {
            log.left_out(&self.at(key), why);
        }
    }

    /// Everything that is left, as it is; for mappings that are copied.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.map
    }

    /// What is left has no counterpart.
    pub(crate) fn finish(self, log: &mut Log) {
        for (key, value) in &self.map {
            if !value.is_null() {
                log.left_out(&self.at(key), NO_COUNTERPART);
            }
        }
    }

    /// The same where what is left kept something from passing.
    pub(crate) fn finish_guard(self, log: &mut Log) {
        for (key, value) in &self.map {
            if !value.is_null() {
                log.unguarded(&self.at(key), NO_COUNTERPART);
            }
        }
    }
}

const NO_COUNTERPART: &str = "has no counterpart";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Fields;
    use crate::report::Log;

    #[test]
    fn what_is_not_taken_is_told() {
        let mut log = Log::default();
        let value = json!({"a": 1, "b": "x", "c": null, "d": [{"e": 2}], "f": true});
        let mut fields = Fields::new("spec", value);
        assert_eq!(fields.number("a"), Some(1));
        assert_eq!(fields.number("b"), None, "another type stays");
        let mut items = fields.objects("d");
        let item = items.pop().expect("one");
        item.finish(&mut log);
        fields.finish(&mut log);
        let told: Vec<&str> = log.entries().iter().map(|one| one.field.as_str()).collect();
        assert_eq!(told, ["spec.d[0].e", "spec.b", "spec.f"]);
    }
}
