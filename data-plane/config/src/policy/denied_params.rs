//! `backend.ai.deniedParams`: members of a client's body that refuse the request (llm.md 4.4).
//!
//! Owns that what any level denies is denied. Must not know bodies. Invariant: what cannot be read is a policy that refuses,
//! never a list that is shorter.

use std::fmt;

use ::route::field::FieldError;
use dp_llm::denied_params::DeniedParams;
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// What requests may not have, as one level has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiDeniedParams(DeniedParams);

pub(super) fn decode(message: &wire::AiDeniedParams) -> Result<AiDeniedParams, FieldError> {
    let names = message.names.iter().map(String::as_str);
    let denied = DeniedParams::parse(names);
    let denied = denied.map_err(|error| FieldError::invalid("names", error.to_string()))?;
    match denied.is_empty() {
        true => Err(FieldError::missing("names")),
        false => Ok(AiDeniedParams(denied)),
    }
}

// === impl AiDeniedParams ===

/// In short, for dumps and explanations.
impl fmt::Display for AiDeniedParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refuses parameters {}", self.0)
    }
}

// === impl Noun ===

impl Noun for AiDeniedParams {
    const FIELD: &'static str = "backend.ai.deniedParams";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Whether any level, or a provider, denies something.
    pub fn has_denied_params(&self) -> bool {
        self.has::<AiDeniedParams>()
    }

    /// What a request to a provider may not have, level by level; to no provider where it has no name. The policies of the
    /// backend count where [`Effective::with_backend`] was asked.
    pub fn denied_params(&self, provider: &str) -> Vec<&'a DeniedParams> {
        let lists = self.each::<AiDeniedParams>(provider);
        lists.map(|own| &own.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_or_refused() {
        let told = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            match decode(&wire::AiDeniedParams { names }) {
                Ok(found) => found.to_string(),
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(
            told(&["logit_bias", "metadata.user_id"]),
            "refuses parameters logit_bias, metadata.user_id"
        );
        for (names, expected) in [
            (&[][..], "names"),
            (&[""], "names"),
            (&["a.b.c"], "a.b.c"),
            (&["a."], "a."),
        ] {
            let told = told(names);
            assert!(
                !told.starts_with("refuses") && told.contains(expected),
                "{told}"
            );
        }
    }
}
