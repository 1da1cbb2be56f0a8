//! What became of every object and field: the report of a migration.
//!
//! Owns the entries, what counts as left out, and the words and codes of outcomes. Must not hold values of fields: they may be
//! keys, and reports are pasted into tickets.

use serde_json::{Value, json};

/// A place in a file; the file is empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path as it was given.
    pub file: String,
    /// Line, from 1; 0 for the whole file.
    pub line: u32,
}

/// One thing that became of an object or of a field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it was written.
    pub place: Place,
    /// `Backend kubelb/openai`.
    pub object: String,
    /// Path of the field; empty for the object as a whole.
    pub field: String,
    /// What became of it.
    pub outcome: Outcome,
    /// In words.
    pub words: String,
}

/// What can become of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The object is one of another kind now.
    Converted,
    /// The field stands elsewhere or says it otherwise.
    Changed,
    /// Something that was not in the input.
    Added,
    /// Nothing replaces it, and nothing is missing.
    Unneeded,
    /// It is not in the output, and something is missing.
    LeftOut,
    /// The same, and what it kept from passing would pass.
    Unguarded,
    /// The output would be refused by the schema.
    Invalid,
    /// It is in the output, and this version does not act on it.
    NotInEffect,
}

/// What becomes of one object, as its conversion tells it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    entries: Vec<Entry>,
}

/// What became of everything.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In order of the input.
    pub entries: Vec<Entry>,
    /// How many objects are as they were.
    pub kept: usize,
}

// === impl Outcome ===

impl Outcome {
    const ALL: [Outcome; 8] = [
        Outcome::Converted,
        Outcome::Changed,
        Outcome::Added,
        Outcome::Unneeded,
        Outcome::LeftOut,
        Outcome::Unguarded,
        Outcome::Invalid,
        Outcome::NotInEffect,
    ];

    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Converted => "converted",
            Outcome::Changed => "changed",
            Outcome::Added => "added",
            Outcome::Unneeded => "unneeded",
            Outcome::LeftOut => "left out",
            Outcome::Unguarded => "left out, guard",
            Outcome::Invalid => "invalid",
            Outcome::NotInEffect => "not in effect",
        }
    }

    /// For programs.
    fn code(self) -> &'static str {
        match self {
            Outcome::Converted => "Converted",
            Outcome::Changed => "Changed",
            Outcome::Added => "Added",
            Outcome::Unneeded => "Unneeded",
            Outcome::LeftOut => "LeftOut",
            Outcome::Unguarded => "Unguarded",
            Outcome::Invalid => "Invalid",
            Outcome::NotInEffect => "NotInEffect",
        }
    }

    /// Whether something of the input has no effect in the output.
    fn is_loss(self) -> bool {
        match self {
            Outcome::LeftOut | Outcome::Unguarded | Outcome::Invalid => true,
            Outcome::Converted
            | Outcome::Changed
            | Outcome::Added
            | Outcome::Unneeded
            | Outcome::NotInEffect => false,
        }
    }
}

// === impl Log ===

impl Log {
    /// The object is another one now.
    pub(crate) fn converted(&mut self, words: impl Into<String>) {
        self.tell("", Outcome::Converted, words);
    }

    /// A field stands elsewhere now, or says it otherwise.
    pub(crate) fn changed(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::Changed, words);
    }

    /// Something new.
    pub(crate) fn added(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::Added, words);
    }

    /// Nothing replaces it, and nothing is missing.
    pub(crate) fn unneeded(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::Unneeded, words);
    }

    /// Something is missing.
    pub(crate) fn left_out(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::LeftOut, words);
    }

    /// Something is missing that kept requests from passing.
    pub(crate) fn unguarded(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::Unguarded, words);
    }

    /// The schema refuses what came out.
    pub(crate) fn invalid(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::Invalid, words);
    }

    /// This version does not act on it.
    pub(crate) fn not_in_effect(&mut self, field: &str, words: impl Into<String>) {
        self.tell(field, Outcome::NotInEffect, words);
    }

    /// Whether something that protected is missing.
    pub(crate) fn is_unguarded(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.outcome == Outcome::Unguarded)
    }

    /// What was told, without object and place.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries, of this object, with their places.
    pub(crate) fn of(self, object: &str, place: impl Fn(&str) -> Place) -> Vec<Entry> {
        let complete = |entry: Entry| Entry {
            place: place(&entry.field),
            object: object.to_owned(),
            ..entry
        };
        let mut entries: Vec<Entry> = self.entries.into_iter().map(complete).collect();
        // What the object is comes before what its fields are.
        entries.sort_by_key(|entry| entry.outcome != Outcome::Converted);
        entries
    }

    fn tell(&mut self, field: &str, outcome: Outcome, words: impl Into<String>) {
        self.entries.push(Entry {
            place: Place::default(),
            object: String::new(),
            field: field.to_owned(),
            outcome,
            words: words.into(),
        });
    }
}

// === impl Place ===

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        match self.line {
            0 => Ok(()),
            line => write!(f, ":{line}"),
        }
    }
}

// === impl Report ===

impl Report {
    /// How many things of the input have no effect in the output.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.outcome.is_loss())
            .count()
    }

    /// For programs.
    #[must_use]
    pub fn value(&self) -> Value {
        let one = |entry: &Entry| {
            json!({
                "file": entry.place.file,
                "line": entry.place.line,
                "object": entry.object,
                "outcome": entry.outcome.code(),
                "field": entry.field,
                "message": entry.words,
            })
        };
        json!({
            "leftOut": self.losses(),
            "kept": self.kept,
            "entries": self.entries.iter().map(one).collect::<Vec<_>>(),
        })
    }

    /// The counts, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let objects = if self.kept == 1 { "object" } else { "objects" };
        let mut parts = vec![format!("{} {objects} kept", self.kept)];
        for outcome in Outcome::ALL {
            let count = self.entries.iter().filter(|one| one.outcome == outcome);
            match count.count() {
                0 => {}
                count => parts.push(format!("{count} {}", outcome.word())),
            }
        }
        if self.losses() == 0 {
            parts.push("nothing left out".to_owned());
        }
        parts.join("; ")
    }
}
