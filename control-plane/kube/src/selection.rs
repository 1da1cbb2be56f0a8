//! Which namespaces are read.
//!
//! Owns the two ways to say it, by name and by label, and the text form of a label selector. Must not hold namespaces:
//! `fold` knows which ones there are. By name, nothing outside is ever asked for; by label, what is outside is passed over.

use std::collections::{BTreeMap, BTreeSet};

use cp_api::selector::{LabelSelector, Operator, Requirement};

/// Which namespaces are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// These, whether they exist or not.
    Named(BTreeSet<String>),
    /// Those whose labels fit one of these.
    Labelled(Vec<LabelSelector>),
}

/// A label selector that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no requirement; use KEY=VALUE, KEY!=VALUE, KEY, !KEY, KEY in (A, B) or KEY notin (A, B), joined by commas"
)]
pub struct SelectorError(String);

// === impl Selection ===

impl Selection {
    /// Whether anything of this namespace may be asked for.
    pub fn asks_for(&self, namespace: &str) -> bool {
        match self {
            Selection::All | Selection::Labelled(_) => true,
            Selection::Named(names) => names.contains(namespace),
        }
    }

    /// Whether a namespace with these labels is read, where that depends on labels.
    pub fn takes(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Selection::All | Selection::Named(_) => true,
            Selection::Labelled(selectors) => {
                selectors.iter().any(|selector| selector.matches(labels))
            }
        }
    }
}

/// Reads a selector as `kubectl` writes it.
pub fn parse(text: &str) -> Result<LabelSelector, SelectorError> {
    let mut selector = LabelSelector::default();
    for part in split(text) {
        let part = part.trim();
        let requirement = requirement(part).ok_or_else(|| SelectorError(part.to_owned()))?;
        selector.match_expressions.push(requirement);
    }
    Ok(selector)
}

/// Splits at the commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut is_inside = false;
    text.split(|character| {
        match character {
            '(' => is_inside = true,
            ')' => is_inside = false,
            _ => {}
        }
        character == ',' && !is_inside
    })
    .collect()
}

fn requirement(part: &str) -> Option<Requirement> {
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((key, value)) = part.split_once("!=") {
        return made(key, Operator::NotIn, one(value));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return made(key, Operator::In, one(value));
    }
    if let Some(key) = part.strip_prefix('!') {
        return made(key, Operator::DoesNotExist, Vec::new());
    }
    let Some((head, values)) = part.split_once('(') else {
        return made(part, Operator::Exists, Vec::new());
    };
    let values = values.trim_end().strip_suffix(')')?;
    let values = values.split(',').map(|value| value.trim().to_owned());
    let (key, operator) = head.trim().rsplit_once(char::is_whitespace)?;
    let operator = match operator {
        "in" => Operator::In,
        "notin" => Operator::NotIn,
        _ => return None,
    };
    made(key, operator, values.collect())
}

fn made(key: &str, operator: Operator, values: Vec<String>) -> Option<Requirement> {
    let key = key.trim();
    let is_part = |text: &str, more: &str| {
        text.chars()
            .all(|character| character.is_ascii_alphanumeric() || more.contains(character))
    };
    let is_good =
        !key.is_empty() && is_part(key, "-_./") && values.iter().all(|value| is_part(value, "-_."));
    is_good.then(|| Requirement {
        key: key.to_owned(),
        operator,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::{Selection, parse};
    use std::collections::BTreeMap;

    #[track_caller]
    fn check(selectors: &[&str], labels: &[(&str, &str)], expected: bool) {
        let selectors = selectors
            .iter()
            .map(|text| parse(text).expect("a selector"));
        let labels: BTreeMap<String, String> = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let selection = Selection::Labelled(selectors.collect());
        assert_eq!(selection.takes(&labels), expected);
    }

    #[test]
    fn selectors_are_read_as_kubectl_writes_them() {
        check(&["env=prod"], &[("env", "prod")], true);
        check(&["env==prod"], &[("env", "test")], false);
        check(&["env!=prod"], &[("env", "test")], true);
        check(&["env!=prod"], &[], true);
        check(&["env"], &[("env", "")], true);
        check(&["!env"], &[("env", "")], false);
        check(
            &["env in (a, b),team=x"],
            &[("env", "b"), ("team", "x")],
            true,
        );
        check(&["env in (a, b),team=x"], &[("env", "b")], false);
        check(&["env notin (a,b)"], &[("env", "c")], true);
        check(
            &["kubernetes.io/metadata.name=x"],
            &[("kubernetes.io/metadata.name", "x")],
            true,
        );
    }

    #[test]
    fn one_selector_is_enough() {
        check(&["env=prod", "team=x"], &[("team", "x")], true);
        check(&["env=prod", "team=x"], &[("team", "y")], false);
        check(&[], &[("team", "y")], false);
    }

    #[test]
    fn by_name_nothing_outside_is_asked_for() {
        let named = Selection::Named(["a".to_owned()].into());
        let labelled = Selection::Labelled(Vec::new());
        let check = |selection: &Selection, namespace: &str, expected: bool| {
            assert_eq!(selection.asks_for(namespace), expected, "{namespace}");
        };
        check(&named, "a", true);
        check(&named, "b", false);
        check(&labelled, "b", true);
        check(&Selection::All, "b", true);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "", "a b", "a=b,", "=b", "a in b", "a in (b", "a of (b)", "a=(b)", "a in b)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
