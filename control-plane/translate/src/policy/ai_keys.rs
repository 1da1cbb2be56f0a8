//! `backend.ai.keys` of a TidegatePolicy: keys that take turns (llm.md P-23).
//!
//! Owns the field's name, and which providers can have a pool: those that take a key as it is. Must fail closed: a pool none of whose
//! keys can be had refuses requests; of one that has some, the others are used, and the missing ones are told.

use cp_api::backend::policy::auth::BackendAuth;
use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::{Kind, ObjectKey};

use super::of_providers::auth_given;
use super::{Ground, Noun, attach};
use crate::backend::ai::auths;
use crate::backend::credential::pooled;
use crate::lookup::Lookup;
use crate::plan::{AiKeysPlan, PolicyBody};

const FIELD: &str = "backend.ai.keys";

pub(super) fn compile(ground: &Ground<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.keys.as_ref()?;
    let places = attach::targets(ground.lookup, policy).places;
    let unfit = places.iter().find_map(|place| {
        let why = unfit(ground.lookup, &place.key, place.section.as_deref())?;
        Some(format!("spec.{FIELD} is {why}"))
    });
    let body = match unfit {
        Some(message) => Err(message),
        None => {
            let references = own.iter().map(|key| &key.secret_ref);
            let namespace = policy.metadata.namespace.as_str();
            let (mut plan, mut problems) = (AiKeysPlan::default(), Vec::new());
            for (index, reference) in references.enumerate() {
                let path = format!("spec.{FIELD}[{index}].secretRef");
                match pooled(ground.lookup, namespace, (&path, reference)) {
                    Ok(key) if plan.keys.iter().any(|own| own.secret == key.secret) => {
                        problems.push(format!("{path} is there twice"));
                    }
                    Ok(key) => plan.keys.push(key),
                    Err(message) => problems.push(message),
                }
            }
            plan.problems = problems;
            match plan.keys.is_empty() {
                true => Err(plan.problems.join("; ")),
                false => Ok(PolicyBody::AiKeys(Box::new(plan))),
            }
        }
    };
    Some((FIELD, body))
}

/// Why what a policy is attached to can have no pool, if it cannot.
fn unfit(lookup: &Lookup<'_>, key: &ObjectKey, section: Option<&str>) -> Option<String> {
    if key.known() == Some(Kind::AgentgatewayModel) {
        return unfit_model(lookup, key);
    }
    let backend = (key.known() == Some(Kind::AgentgatewayBackend))
        .then(|| lookup.backend(&key.namespace, &key.name))
        .flatten();
    let Some(ai) = backend.and_then(|backend| backend.object.spec.ai.as_ref().zip(Some(backend)))
    else {
        return Some(format!(
            "for AgentgatewayBackends of type ai and AgentgatewayModels, which {key} is not; name another target"
        ));
    };
    let (ai, backend) = ai;
    let inherited = backend.object.spec.policies.as_ref();
    let mut auths = auths(ai, inherited).filter(|(name, _)| section.is_none_or(|own| own == *name));
    let written = auths.find_map(|(name, auth)| {
        let kind = dynamic(auth?)?;
        Some(format!(
            "for providers with keys, and provider {name} of {key} has auth.{kind}; take one of them off"
        ))
    });
    written.or_else(|| {
        let (policy, auth) = auth_given(lookup, key, section)?;
        let kind = dynamic(auth)?;
        Some(format!(
            "for providers with keys, and {policy} gives those of {key} auth.{kind}; take one of them off"
        ))
    })
}

fn unfit_model(lookup: &Lookup<'_>, key: &ObjectKey) -> Option<String> {
    let spec = &lookup.model(&key.namespace, &key.name)?.object.spec;
    if spec.virtual_model.is_some() {
        return Some(format!(
            "for models with a provider, which {key} has not; name the models that it leads to"
        ));
    }
    let auth = spec.policies.as_ref()?.auth.as_ref()?;
    let kind = dynamic(auth)?;
    Some(format!(
        "for models with keys, and {key} has auth.{kind}; take one of them off"
    ))
}

/// The kind of credential that is not one key as it is.
fn dynamic(auth: &BackendAuth) -> Option<&'static str> {
    if auth.aws.is_some() {
        Some("aws")
    } else if auth.azure.is_some() {
        Some("azure")
    } else if auth.gcp.is_some() {
        Some("gcp")
    } else if auth.passthrough.is_some() {
        Some("passthrough")
    } else {
        None
    }
}
