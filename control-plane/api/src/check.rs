//! Collects schema violations with their field paths.
//!
//! Owns the path arithmetic. Must not stop at the first violation: an author wants all of them at once. The
//! path always starts at the root of the object.

use crate::error::FieldError;

/// Violations found so far and the path where the walk stands.
#[derive(Debug, Default)]
pub struct Check {
    path: String,
    found: Vec<FieldError>,
}

impl Check {
    /// Walks into a field.
    pub fn field(&mut self, name: &str, walk: impl FnOnce(&mut Check)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        walk(self);
        self.path.truncate(length);
    }

    /// Walks into every item of a list field.
    pub fn each<T>(&mut self, name: &str, items: &[T], mut walk: impl FnMut(&mut Check, &T)) {
        for (index, item) in items.iter().enumerate() {
            self.field(&format!("{name}[{index}]"), |check| walk(check, item));
        }
    }

    /// Records a violation of the field where the walk stands.
    pub fn fail(&mut self, message: impl Into<String>) {
        self.found.push(FieldError::new(self.path.clone(), message));
    }

    /// Records `message` at `name` unless the claim holds.
    pub fn that(&mut self, name: &str, claim: bool, message: &str) {
        if !claim {
            self.field(name, |check| check.fail(message));
        }
    }

    /// A string of `min` to `max` characters.
    pub fn length(&mut self, name: &str, value: &str, min: usize, max: usize) {
        let length = value.chars().count();
        if length < min || length > max {
            self.field(name, |check| {
                check.fail(format!("must have {min} to {max} characters"))
            });
        }
    }

    /// A list of `min` to `max` items.
    pub fn count(&mut self, name: &str, count: usize, min: usize, max: usize) {
        if count < min || count > max {
            self.field(name, |check| {
                check.fail(format!("must have {min} to {max} items, has {count}"));
            });
        }
    }

    /// A number from `min` to `max`.
    pub fn range(&mut self, name: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.field(name, |check| {
                check.fail(format!("must be from {min} to {max}, is {value}"));
            });
        }
    }

    /// A port from 1 to 65535.
    pub fn port(&mut self, name: &str, value: i64) {
        self.range(name, value, 1, 65_535);
    }

    /// Exactly one of the named fields is set.
    pub fn exactly_one(&mut self, members: &[(&str, bool)]) {
        let set: Vec<&str> = members
            .iter()
            .filter(|(_, is_set)| *is_set)
            .map(|(name, _)| *name)
            .collect();
        if set.len() != 1 {
            let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
            self.fail(format!(
                "must set exactly one of {}, sets {}",
                names.join(", "),
                if set.is_empty() {
                    "none".to_owned()
                } else {
                    set.join(" and ")
                }
            ));
        }
    }

    /// At most one of the named fields is set.
    pub fn at_most_one(&mut self, members: &[(&str, bool)]) {
        if members.iter().filter(|(_, is_set)| *is_set).count() > 1 {
            self.exactly_one(members);
        }
    }

    /// What was found.
    pub fn finish(self) -> Vec<FieldError> {
        self.found
    }
}
