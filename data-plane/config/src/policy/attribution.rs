//! `traffic.attribution`: whose requests to models are, for records and metrics.
//!
//! Owns the expressions, and which level has the say: of each name the most specific one that says something, whether its
//! expression has a value then or not. Must not evaluate. Invariants: a label has a name that metrics can have; a request
//! has a bounded number of them, those of the least specific levels first.

use std::fmt;
use std::sync::Arc;

use ::route::field::{FieldError, Within};
use expr::{AttributeSet, Expr};
use proto::label;
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// Whose requests are, as one level has it.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    user: Option<Expr>,
    team: Option<Expr>,
    key: Option<Expr>,
    labels: Vec<(Arc<str>, Expr)>,
}

/// Whose requests are, by all levels.
#[derive(Clone, Debug, Default)]
pub struct Attributing<'a> {
    /// The user.
    pub user: Option<Said<'a>>,
    /// The team or tenant.
    pub team: Option<Said<'a>>,
    /// The id of the API key.
    pub key: Option<Said<'a>>,
    /// Labels of metrics, by their names.
    pub labels: Vec<(Arc<str>, Said<'a>)>,
}

/// An expression and who says it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Name of the policy.
    pub policy: &'a str,
    /// What it says.
    pub expression: &'a Expr,
}

pub(super) fn decode(message: &wire::Attribution) -> Result<Attribution, FieldError> {
    if message.metric_labels.len() > label::LIMIT {
        return Err(FieldError::invalid("metric_labels", "are too many"));
    }
    let mut labels: Vec<(Arc<str>, Expr)> = Vec::with_capacity(message.metric_labels.len());
    for (index, own) in message.metric_labels.iter().enumerate() {
        let label = label(own).within_index("metric_labels", index)?;
        if labels.iter().any(|(name, _)| *name == label.0) {
            let error = FieldError::invalid("name", "stands there twice");
            return Err(error.within_index("metric_labels", index));
        }
        labels.push(label);
    }
    Ok(Attribution {
        user: optional("user", &message.user)?,
        team: optional("team", &message.team)?,
        key: optional("key", &message.key)?,
        labels,
    })
}

fn label(message: &wire::AttributionLabel) -> Result<(Arc<str>, Expr), FieldError> {
    label::check(&message.name).map_err(|why| FieldError::invalid("name", why))?;
    let value = optional("value", &message.value)?;
    let value = value.ok_or_else(|| FieldError::missing("value"))?;
    Ok((message.name.as_str().into(), value))
}

fn optional(field: &'static str, text: &str) -> Result<Option<Expr>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
        .map(Some)
        .map_err(|error| FieldError::invalid(field, error.to_string()))
}

// === impl Attribution ===

/// In short, for dumps and explanations.
impl fmt::Display for Attribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            ("user", &self.user),
            ("team", &self.team),
            ("key", &self.key),
        ];
        let names = names.into_iter();
        let mut parts: Vec<String> = names
            .filter_map(|(name, own)| Some(format!("{name} {}", own.as_ref()?.source())))
            .collect();
        let labels = self.labels.iter();
        parts.extend(labels.map(|(name, own)| format!("label {name} {}", own.source())));
        f.write_str(&parts.join(", "))
    }
}

// === impl Attributing ===

impl<'a> Attributing<'a> {
    /// Lays a more specific level above.
    fn lay(&mut self, policy: &'a str, own: &'a Attribution) {
        let said = |expression: &'a Expr| Said { policy, expression };
        for (name, own) in [
            (&mut self.user, &own.user),
            (&mut self.team, &own.team),
            (&mut self.key, &own.key),
        ] {
            if let Some(expression) = own {
                *name = Some(said(expression));
            }
        }
        for (name, expression) in &own.labels {
            if let Some((_, known)) = self.labels.iter_mut().find(|(known, _)| known == name) {
                *known = said(expression);
            } else if self.labels.len() < label::LIMIT {
                self.labels.push((name.clone(), said(expression)));
            }
        }
    }
}

// === impl Noun ===

impl Noun for Attribution {
    const FIELD: &'static str = "traffic.attribution";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Whose requests are, where a policy says so.
    pub fn attribution(&self) -> Option<Attributing<'a>> {
        let mut found: Option<Attributing<'a>> = None;
        for (attachment, own) in self.along_way::<Attribution>() {
            let found = found.get_or_insert_default();
            found.lay(&attachment.policy, own);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(user: &str, labels: &[(&str, &str)]) -> wire::Attribution {
        let label = |(name, value): &(&str, &str)| wire::AttributionLabel {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        wire::Attribution {
            user: user.to_owned(),
            metric_labels: labels.iter().map(label).collect(),
            ..wire::Attribution::default()
        }
    }

    #[track_caller]
    fn refused(message: &wire::Attribution, expected: &str) {
        let error = decode(message).expect_err("is refused").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn names_and_expressions_are_checked() {
        refused(&wire("1 +", &[]), "user");
        refused(&wire("", &[("le", "'a'")]), "name");
        refused(&wire("", &[("a\"b", "'a'")]), "name");
        refused(&wire("", &[("a", "")]), "value");
        refused(&wire("", &[("a", "'a'"), ("a", "'b'")]), "twice");
        let many: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| (name, "'a'")).into();
        refused(&wire("", &many), "too many");
    }

    #[test]
    fn a_level_has_the_say_about_the_names_that_it_says() {
        let low = decode(&wire("'low'", &[("a", "'1'"), ("b", "'2'"), ("c", "'3'")]));
        let low = low.expect("decodes");
        let high = decode(&wire("", &[("b", "'4'"), ("d", "'5'"), ("e", "'6'")]));
        let high = high.expect("decodes");
        let mut all = Attributing::default();
        all.lay("low", &low);
        all.lay("high", &high);
        let told = |said: &Said<'_>| format!("{}: {}", said.policy, said.expression.source());
        assert_eq!(all.user.as_ref().map(told).as_deref(), Some("low: 'low'"));
        assert!(all.team.is_none());
        let labels: Vec<String> = all
            .labels
            .iter()
            .map(|(name, said)| format!("{name} {}", told(said)))
            .collect();
        assert_eq!(
            labels,
            ["a low: '1'", "b high: '4'", "c low: '3'", "d high: '5'"]
        );
        let expected = "user 'low', label a '1', label b '2', label c '3'";
        assert_eq!(low.to_string(), expected);
    }
}
