//! `backend.ai.promptGuard` of a TidegatePolicy: guards that upstream's schema has no field for (llm.md G-10).
//!
//! Owns the field's name. Levels add up, and all guards of all levels judge behind those of backends and AgentgatewayPolicies:
//! whoever writes a nearer policy takes none away.

use cp_api::backend::policy::ai::BackendAi;
use cp_api::backend::policy::guard::PromptGuard;
use cp_api::tidegate_policy::TidegatePolicy;

use super::{Ground, Noun, ai};
use crate::backend::ai::guard;
use crate::plan::{AiGuardsPlan, PolicyBody};

pub(super) const FIELD: &str = "backend.ai.promptGuard";

pub(super) fn compile(ground: &Ground<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.prompt_guard.as_ref()?;
    if policy
        .metadata
        .annotations
        .get(guard::MERGE)
        .map(|value| value.trim())
        == Some("replace")
    {
        let message = format!(
            "metadata.annotations[{}]: guards of a TidegatePolicy add up and replace none; take the annotation away, or write the \
             guards in an AgentgatewayPolicy",
            guard::MERGE
        );
        return Some((FIELD, Err(message)));
    }
    let ai = BackendAi {
        prompt_guard: Some(PromptGuard {
            request: own.request.clone(),
            response: own.response.clone(),
            ..PromptGuard::default()
        }),
        ..BackendAi::default()
    };
    let levels = [(&ai, "spec.backend.ai".to_owned())];
    let compiled = ai::resolve(ground, policy, (FIELD, &policy.effects), &levels).transpose()?;
    let metadata = &policy.metadata;
    let plan = compiled.map(|policy| AiGuardsPlan {
        policy,
        label: format!("{}/{}", metadata.namespace, metadata.name),
    });
    Some((FIELD, plan.map(|plan| PolicyBody::AiGuards(Box::new(plan)))))
}
