//! `backend.ai.promptGuard`: guards that judge behind those of backends and AgentgatewayPolicies.
//!
//! Owns which levels have a say: all of them, the least specific first. Invariant: a nearer level takes no guard away.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;
use crate::ai_backend::targets;
use crate::prompt_guard::{PromptGuard, prompt_guard};

pub(super) fn decode(message: &wire::AiGuards) -> Result<Arc<PromptGuard>, FieldError> {
    let guards = message.guards.as_ref();
    let guards = guards.ok_or_else(|| FieldError::missing("guards"))?;
    let targets = targets("targets", &message.targets)?;
    let guards = prompt_guard(guards, &targets, &message.label).within("guards")?;
    Ok(Arc::new(guards))
}

// === impl Noun ===

impl Noun for Arc<PromptGuard> {
    const FIELD: &'static str = "backend.ai.promptGuard";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Guards of messages to and from a provider, in the order in which they judge. Those of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_guards<'p>(
        &self,
        provider: &'p str,
    ) -> impl Iterator<Item = &'a Arc<PromptGuard>> + use<'a, 'p> {
        self.each(provider)
    }
}

#[cfg(test)]
mod tests {
    use proto::tidegate::v1 as wire;

    use super::decode;

    #[test]
    fn guards_have_their_policy_in_front_of_their_names() {
        let regex = wire::RegexGuard {
            builtins: vec!["ssn".to_owned()],
            ..wire::RegexGuard::default()
        };
        let guard = wire::Guard {
            kind: Some(wire::guard::Kind::Regex(regex)),
            ..wire::Guard::default()
        };
        let mut message = wire::AiGuards {
            guards: Some(wire::PromptGuard {
                request: vec![guard],
                ..wire::PromptGuard::default()
            }),
            targets: Vec::new(),
            label: "house/words".to_owned(),
        };
        let guards = decode(&message).expect("decodes");
        assert_eq!(&*guards.request[0].name, "house/words request[0]");
        message.guards = None;
        let error = decode(&message).expect_err("refused");
        assert!(error.to_string().starts_with("guards"), "{error}");
    }
}
