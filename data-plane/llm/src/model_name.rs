//! Names of models: patterns, aliases, who may ask for what, and what may become a label.
//!
//! It must not know requests, keys or providers. Invariant: names are compared byte by byte, as providers do, and a name
//! that only a client made up never becomes a label.

mod table;

use std::collections::{HashMap, HashSet};
use std::fmt;

pub use self::table::{
    Choice, ConditionId, Found, Model, ModelTable, Routing, Target, VirtualModel, Visibility,
};

/// What a model's name may look like: exact, `*`, `prefix*` or `*suffix` (llm.md R-2, 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NamePattern {
    /// This name only.
    Exact(String),
    /// Names that begin with this.
    Prefix(String),
    /// Names that end with this.
    Suffix(String),
    /// Every name.
    Any,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// No name.
    #[error("a model pattern is empty: write a name, `prefix*`, `*suffix` or `*`")]
    Empty,
    /// An asterisk in the middle, or more than one.
    #[error(
        "model pattern {0:?} has an asterisk where none can be: write a name, `prefix*`, `*suffix` or `*`"
    )]
    Asterisk(String),
}

/// Other names for models (llm.md R-4): exact names before patterns, longer patterns before shorter ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelAliases {
    exact: HashMap<String, String>,
    /// Longest first; those of one length in the order in which they were declared.
    patterns: Vec<(NamePattern, String)>,
}

/// Which models may be asked for (llm.md 4.4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AllowedModels {
    /// Nothing was said: all.
    #[default]
    All,
    /// These; none, if the list is empty.
    Only(Vec<NamePattern>),
}

/// The names that may become labels of metrics (llm.md M-2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelLabels(HashSet<String>);

/// What a name that is not known becomes in a label.
pub const OTHER_MODEL: &str = "_other";

// === impl NamePattern ===

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The pattern is empty, or has an asterisk that is neither its first nor its last character.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let pattern = match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(""), _) => return Ok(Self::Any),
            (Some(suffix), _) => Self::Suffix(suffix.to_owned()),
            (None, Some(prefix)) => Self::Prefix(prefix.to_owned()),
            (None, None) => Self::Exact(text.to_owned()),
        };
        match pattern.literal() {
            "" => Err(PatternError::Empty),
            literal if literal.contains('*') => Err(PatternError::Asterisk(text.to_owned())),
            _ => Ok(pattern),
        }
    }

    /// The name is one of the pattern's.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => name == exact,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
            Self::Suffix(suffix) => name.ends_with(suffix.as_str()),
            Self::Any => true,
        }
    }

    /// The name, where the pattern stands for one only.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(name) => Some(name),
            Self::Prefix(_) | Self::Suffix(_) | Self::Any => None,
        }
    }

    fn literal(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Prefix(text) | Self::Suffix(text) => text,
            Self::Any => "",
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
            Self::Suffix(suffix) => write!(f, "*{suffix}"),
            Self::Any => f.write_str("*"),
        }
    }
}

// === impl ModelAliases ===

impl ModelAliases {
    /// Aliases from what clients ask for and what they get; of two equal keys the first counts.
    ///
    /// # Errors
    /// A key is no pattern.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, PatternError> {
        let mut aliases = Self::default();
        for (key, target) in pairs {
            match NamePattern::parse(key)? {
                NamePattern::Exact(name) => {
                    aliases
                        .exact
                        .entry(name)
                        .or_insert_with(|| target.to_owned());
                }
                pattern @ (NamePattern::Prefix(_) | NamePattern::Suffix(_) | NamePattern::Any) => {
                    aliases.patterns.push((pattern, target.to_owned()));
                }
            }
        }
        aliases
            .patterns
            .sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.literal().len()));
        Ok(aliases)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.len() + self.patterns.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    /// These, and of `lower` those whose key is not among them.
    #[must_use]
    pub fn over(&self, lower: &Self) -> Self {
        let mut merged = self.clone();
        for (name, target) in &lower.exact {
            let entry = merged.exact.entry(name.clone());
            entry.or_insert_with(|| target.clone());
        }
        for (pattern, target) in &lower.patterns {
            if self.patterns.iter().all(|(own, _)| own != pattern) {
                merged.patterns.push((pattern.clone(), target.clone()));
            }
        }
        merged
            .patterns
            .sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.literal().len()));
        merged
    }

    /// What is asked for in place of `name`; `None` if it has no alias. The answer is not looked up again.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&str> {
        let by_pattern = || {
            let mut patterns = self.patterns.iter();
            patterns
                .find(|(pattern, _)| pattern.matches(name))
                .map(|(_, target)| target)
        };
        self.exact.get(name).or_else(by_pattern).map(String::as_str)
    }

    /// Names that are spelled out, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let mut keys: Vec<_> = self.exact.keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// Names and targets that are spelled out, for labels and lists of models.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let of_patterns = self.patterns.iter().map(|(_, target)| target);
        let exact = self.exact.iter().flat_map(|(name, target)| [name, target]);
        exact.chain(of_patterns).map(String::as_str)
    }
}

// === impl AllowedModels ===

impl AllowedModels {
    /// The list as it is configured.
    ///
    /// # Errors
    /// An entry is no pattern.
    pub fn parse<'a>(
        list: Option<impl IntoIterator<Item = &'a str>>,
    ) -> Result<Self, PatternError> {
        let Some(list) = list else {
            return Ok(Self::All);
        };
        let patterns: Result<_, _> = list.into_iter().map(NamePattern::parse).collect();
        patterns.map(Self::Only)
    }

    /// The model may be asked for. Ask for the requested name and again for the one that it was resolved to.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(patterns) => patterns.iter().any(|pattern| pattern.matches(name)),
        }
    }

    /// The names that are spelled out: what a `*` among the served models is listed as (llm.md O-1).
    pub fn exact(&self) -> impl Iterator<Item = &str> {
        let patterns = match self {
            Self::All => [].iter(),
            Self::Only(patterns) => patterns.iter(),
        };
        patterns.filter_map(NamePattern::exact)
    }
}

// === impl ModelLabels ===

impl ModelLabels {
    /// The name as a label: itself if it is known, else [`OTHER_MODEL`]. A name that only a pattern lets through is not
    /// known, for a client can think of any number of them.
    #[must_use]
    pub fn label<'a>(&self, name: &'a str) -> &'a str {
        match self.0.contains(name) {
            true => name,
            false => OTHER_MODEL,
        }
    }
}

impl<T: Into<String>> FromIterator<T> for ModelLabels {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests;
