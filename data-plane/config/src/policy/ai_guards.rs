//! `backend.ai.promptGuard`: guards that judge behind those of backends and AgentgatewayPolicies.
//!
//! Owns which levels have a say: all of them, the least specific first. Invariant: a nearer level takes no guard away.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use proto::tidegate::v1 as wire;

use super::{Content, Effective};
use crate::ai_backend::targets;
use crate::prompt_guard::{PromptGuard, prompt_guard};

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "backend.ai.promptGuard";

pub(super) fn decode(message: &wire::AiGuards) -> Result<Arc<PromptGuard>, FieldError> {
    let guards = message.guards.as_ref();
    let guards = guards.ok_or_else(|| FieldError::missing("guards"))?;
    let targets = targets("targets", &message.targets)?;
    let guards = prompt_guard(guards, &targets, &message.label).within("guards")?;
    Ok(Arc::new(guards))
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// Guards of messages to and from a provider, in the order in which they judge. Those of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_guards(
        &self,
        provider: &str,
    ) -> impl Iterator<Item = &'a Arc<PromptGuard>> + use<'a> {
        let found = *self;
        let layers = self.layers(FIELD, provider).into_iter();
        let contents = layers.filter_map(move |layer| found.policy(layer));
        contents.filter_map(|policy| match &policy.content {
            Content::AiGuards(guards) => Some(guards),
            // Whoever asked for the policies has refused the request.
            Content::Denied(_)
            | Content::Ai(_)
            | Content::AiAffinity(_)
            | Content::AiFallback(_)
            | Content::AiCache(_)
            | Content::AiLoad(_)
            | Content::AiKeys(_)
            | Content::AiTimeouts(_)
            | Content::LocalRateLimit(_)
            | Content::GlobalRateLimit(_)
            | Content::Budgets(_)
            | Content::Concurrency(_)
            | Content::FrontendHttp(_)
            | Content::AiAllowedModels(_)
            | Content::AiDeniedParams(_)
            | Content::AiResponseModel(_)
            | Content::Attribution(_) => None,
        })
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
