//! `backend.ai`: what is done to the bodies of requests to models, and who judges them and their answers.
//!
//! Owns the field's name, and the object that guards are of: an attached policy says what one of a backend's own says. The services that its guards ask
//! are of its own namespace.

use cp_api::Kind;
use cp_api::backend::policy::ai::BackendAi;
use cp_api::effect::Effects;
use cp_api::policy::AgentgatewayPolicy;

use proto::name;

use super::{Ground, Noun, Object, attach};
use crate::backend::ai::{Asked, Declared, Scope, body};
use crate::plan::{AiPolicyPlan, PolicyBody};

pub(super) const FIELD: &str = "backend.ai";

pub(super) fn compile(ground: &Ground<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let ai = policy.spec.backend.as_ref()?.ai.as_ref()?;
    if ai.routes.is_some() && has_provider(ground, policy) {
        let message = "spec.backend.ai.routes: a request is read before its provider is chosen, so a policy of one provider \
                       cannot say what it asks for; refer to the whole backend, without sectionName";
        return Some((FIELD, Err(message.to_owned())));
    }
    let levels = [(ai, "spec.backend.ai".to_owned())];
    let compiled = resolve(ground, policy, (FIELD, &policy.effects), &levels).transpose()?;
    Some((FIELD, compiled.map(|plan| PolicyBody::Ai(Box::new(plan)))))
}

/// What a policy says of requests to models, in the words of a backend.
pub(super) fn resolve<T: Object>(
    ground: &Ground<'_>,
    policy: &T,
    (field, effects): (&str, &Effects),
    levels: &[(&BackendAi, String)],
) -> Result<Option<AiPolicyPlan>, String> {
    let metadata = policy.metadata();
    let (namespace, name) = (metadata.namespace.as_str(), metadata.name.as_str());
    let own = name::policy(T::SHORT, namespace, name, field);
    let scope = Scope {
        lookup: ground.lookup,
        settings: ground.settings,
        declared: Declared {
            namespace,
            name,
            annotations: &metadata.annotations,
            effects,
            source: ground.source.clone(),
            cluster: &|target| name::policy_target(&own, target),
        },
    };
    let mut target = |asked: &Asked<'_>| scope.attached_target(asked);
    let of = (&metadata.annotations, &*scope.declared.label());
    body::resolve(levels, of, &mut target)
}

/// Whether one of its places is a provider of a backend.
fn has_provider(ground: &Ground<'_>, policy: &AgentgatewayPolicy) -> bool {
    let places = attach::targets(ground.lookup, policy).places;
    places.iter().any(|place| {
        place.section.is_some() && place.key.known() == Some(Kind::AgentgatewayBackend)
    })
}
