//! `backend.ai.allowedModels`: which models may be asked for (llm.md 4.4).
//!
//! Owns that every level has to allow a name, and that a condition which cannot be told does not hold. Must not know where a
//! name comes from. Invariant: what cannot be read is a policy that refuses, never a list that is shorter or longer.

use std::fmt;

use ::route::field::{FieldError, Within};
use dp_llm::model_name::AllowedModels;
use expr::{AttributeSet, Attributes, Expr};
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// Models that may be asked for, as one level has it.
#[derive(Clone, Debug, Default)]
pub struct AiAllowedModels(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    models: AllowedModels,
    /// As it is written.
    names: String,
    when: Option<Expr>,
}

/// What a request may ask for, as all levels together have it.
#[derive(Clone, Debug, Default)]
pub struct Allowed<'a>(Vec<Vec<&'a AllowedModels>>);

pub(super) fn decode(message: &wire::AiAllowedModels) -> Result<AiAllowedModels, FieldError> {
    let entries = message.entries.iter().enumerate();
    let entries = entries.map(|(index, own)| entry(own).within_index("entries", index));
    entries.collect::<Result<_, _>>().map(AiAllowedModels)
}

fn entry(message: &wire::AllowedModels) -> Result<Entry, FieldError> {
    let names = message.names.iter().map(String::as_str);
    let models = AllowedModels::parse(Some(names));
    let when = match message.when.as_str() {
        "" => None,
        text => Some(
            Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
                .map_err(|error| FieldError::invalid("when", error.to_string()))?,
        ),
    };
    Ok(Entry {
        models: models.map_err(|error| FieldError::invalid("names", error.to_string()))?,
        names: message.names.join(", "),
        when,
    })
}

// === impl AiAllowedModels ===

impl AiAllowedModels {
    /// Those that count for a request.
    fn counting(&self, attributes: &dyn Attributes) -> Vec<&AllowedModels> {
        let counts = |entry: &&Entry| {
            let when = entry.when.as_ref();
            when.is_none_or(|when| when.holds(attributes).unwrap_or(false))
        };
        let entries = self.0.iter().filter(counts);
        entries.map(|entry| &entry.models).collect()
    }
}

/// In short, for dumps and explanations.
impl fmt::Display for AiAllowedModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no models");
        }
        let text = |entry: &Entry| match &entry.when {
            None => entry.names.clone(),
            Some(when) => format!("{} where {}", entry.names, when.source()),
        };
        let texts: Vec<String> = self.0.iter().map(text).collect();
        write!(f, "models {}", texts.join("; "))
    }
}

// === impl Allowed ===

impl Allowed<'_> {
    /// Every level allows the name. An empty one is that of a request which names no model.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        let of_level = |level: &Vec<&AllowedModels>| level.iter().any(|own| own.allows(name));
        self.0.iter().all(of_level)
    }

    /// Nobody says anything: all are allowed.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}

// === impl Noun ===

impl Noun for AiAllowedModels {
    const FIELD: &'static str = "backend.ai.allowedModels";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Whether any level, or a provider, has a list.
    pub fn has_allowed_models(&self) -> bool {
        self.has::<AiAllowedModels>()
    }

    /// What a request may ask a provider for; of no provider where it has no name. The policies of the backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn allowed_models(&self, provider: &str, attributes: &dyn Attributes) -> Allowed<'a> {
        let lists = self.each::<AiAllowedModels>(provider);
        Allowed(lists.map(|own| own.counting(attributes)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(&[&str], &str)]) -> wire::AiAllowedModels {
        let entry = |(names, when): &(&[&str], &str)| wire::AllowedModels {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            when: (*when).to_owned(),
        };
        wire::AiAllowedModels {
            entries: entries.iter().map(entry).collect(),
        }
    }

    #[track_caller]
    fn told(entries: &[(&[&str], &str)]) -> String {
        match decode(&list(entries)) {
            Ok(found) => found.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn lists_are_read_or_refused() {
        assert_eq!(told(&[]), "no models");
        let when = "request.method == \"GET\"";
        assert_eq!(
            told(&[(&["gpt-4o", "claude-*"], ""), (&["*"], when)]),
            format!("models gpt-4o, claude-*; * where {when}")
        );
        assert!(told(&[(&["a*b"], "")]).starts_with("entries[0].names: "));
        assert!(told(&[(&["a"], ""), (&["a"], "1 +")]).starts_with("entries[1].when: "));
    }

    #[test]
    fn every_level_has_to_allow() {
        let (wide, narrow) = (
            decode(&list(&[(&["gpt-*"], ""), (&["o3"], "")])).expect("a list"),
            decode(&list(&[(&["gpt-4o", "claude"], "")])).expect("a list"),
        );
        let of = |own: &[&AiAllowedModels], name: &str| {
            let levels = own
                .iter()
                .map(|own| own.0.iter().map(|entry| &entry.models).collect());
            Allowed(levels.collect()).allows(name)
        };
        assert!(of(&[&wide, &narrow], "gpt-4o") && of(&[], "anything"));
        assert!(!of(&[&wide, &narrow], "gpt-4") && !of(&[&wide, &narrow], "claude"));
        // Who names no model is allowed by `*` only.
        assert!(!of(&[&wide], "") && !of(&[&AiAllowedModels::default()], "gpt-4o"));
        let any = decode(&list(&[(&["*"], "")])).expect("a list");
        assert!(of(&[&any], ""));
    }
}
