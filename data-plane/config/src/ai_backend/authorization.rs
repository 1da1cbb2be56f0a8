//! Who may ask a provider (control-plane.md 1.4.4, llm.md O-1).
//!
//! Owns what rules in CEL mean together. Must not know who asks. Invariant: a rule that has no value never lets a request
//! through: as Deny it refuses, as Require and Allow it does not hold.

use std::fmt;

use ::route::field::{FieldError, Within};
use expr::{AttributeSet, Attributes, Expr};
use proto::tidegate::v1 as wire;

/// Rules on requests.
#[derive(Clone, Debug, Default)]
pub struct Authorization {
    deny: Vec<Expr>,
    require: Vec<Expr>,
    allow: Vec<Expr>,
}

pub(super) fn decode(message: &wire::AiAuthorization) -> Result<Authorization, FieldError> {
    Ok(Authorization {
        deny: rules("deny", &message.deny)?,
        require: rules("require", &message.require)?,
        allow: rules("allow", &message.allow)?,
    })
}

/// Must refuse one that does not compile, although the control plane has compiled it: it may be another version.
fn rules(field: &'static str, texts: &[String]) -> Result<Vec<Expr>, FieldError> {
    let rules = texts.iter().enumerate().map(|(index, text)| {
        Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
            .map_err(|error| FieldError::invalid("", error.to_string()).within_index(field, index))
    });
    rules.collect()
}

// === impl Authorization ===

impl Authorization {
    /// Whether a request may be sent there: no Deny holds, every Require does, and one Allow where there is any.
    #[must_use]
    pub fn admits(&self, attributes: &dyn Attributes) -> bool {
        let holds = |rule: &Expr| rule.holds(attributes).unwrap_or(false);
        let denies = |rule: &Expr| rule.holds(attributes).unwrap_or(true);
        !self.deny.iter().any(denies)
            && self.require.iter().all(holds)
            && (self.allow.is_empty() || self.allow.iter().any(holds))
    }
}

/// In short, for dumps and explanations.
impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |what: &str, rules: &[Expr]| {
            let texts: Vec<&str> = rules.iter().map(Expr::source).collect();
            (!texts.is_empty()).then(|| format!("{what} {}", texts.join(" or ")))
        };
        let require = self.require.iter().map(Expr::source);
        let require: Vec<&str> = require.collect();
        let require = (!require.is_empty()).then(|| format!("requires {}", require.join(" and ")));
        let parts = [of("denies", &self.deny), require, of("allows", &self.allow)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(deny: &[&str], require: &[&str], allow: &[&str]) -> wire::AiAuthorization {
        let texts = |own: &[&str]| own.iter().copied().map(str::to_owned).collect();
        wire::AiAuthorization {
            deny: texts(deny),
            require: texts(require),
            allow: texts(allow),
        }
    }

    #[track_caller]
    fn admits(deny: &[&str], require: &[&str], allow: &[&str]) -> bool {
        let own = decode(&rules(deny, require, allow)).expect("compiles");
        own.admits(&())
    }

    #[test]
    fn deny_wins_and_an_allow_list_needs_a_match() {
        const YES: &str = "1 == 1";
        const NO: &str = "1 == 2";
        assert!(admits(&[], &[], &[]) && admits(&[NO], &[], &[]));
        assert!(!admits(&[NO, YES], &[YES], &[YES]));
        assert!(admits(&[NO], &[YES, YES], &[NO, YES]));
        assert!(!admits(&[], &[YES, NO], &[YES]));
        assert!(!admits(&[], &[], &[NO, NO]) && admits(&[], &[YES], &[]));
    }

    #[test]
    fn a_rule_without_a_value_lets_nobody_through() {
        // There is no request here, so nothing about it has a value.
        let none = "request.headers[\"x-tier\"] == \"gold\"";
        assert!(!admits(&[none], &[], &[]));
        assert!(!admits(&[], &[none], &[]) && !admits(&[], &[], &[none]));
        // Neither true nor false.
        assert!(!admits(&["1"], &[], &[]) && !admits(&[], &["1"], &[]));
        assert!(admits(&[], &[], &[none, "1 == 1"]));
    }

    #[test]
    fn what_does_not_compile_is_named() {
        for (message, path) in [
            (rules(&["1 +"], &[], &[]), "deny[0]"),
            (rules(&[], &["true", "1 +"], &[]), "require[1]"),
            (rules(&[], &[], &["jwt.sub == \"a\""]), "allow[0]"),
        ] {
            let error = decode(&message).expect_err(path);
            assert!(error.to_string().starts_with(path), "{error}");
        }
        let own = decode(&rules(&["1 == 2"], &["true", "1 == 1"], &["true"]));
        let told = own.expect("compiles").to_string();
        assert_eq!(told, "denies 1 == 2; requires true and 1 == 1; allows true");
    }
}
