//! `ai` of policies: what is done to the bodies of requests, and who judges them and their answers.
//!
//! Owns the choice, field by field, between a provider's policy and its backend's; an attached policy has one level. Must
//! refuse what the proxy could not do: a provider is then served by nobody, because nobody can tell what the policy would
//! have prevented.

use std::collections::BTreeMap;

use cp_api::backend::policy::ai::{BackendAi, FieldExpression, FieldValue, Message};

use super::expression;
use super::guard::{self, Modes, Targets};
use crate::plan::AiPolicyPlan;

const ROLES: [&str; 5] = ["system", "developer", "user", "assistant", "model"];

/// The policy of a provider; the first level that sets a field wins, names of models one by one. `levels` come with their places
/// in the spec, `annotations` are those of the object that has them, and `label` names it; `targets` builds the services that
/// guards ask.
pub(crate) fn resolve(
    levels: &[(&BackendAi, String)],
    (annotations, label): (&BTreeMap<String, String>, &str),
    targets: &mut Targets<'_>,
) -> Result<Option<AiPolicyPlan>, String> {
    let members = |field: fn(&BackendAi) -> Option<&Vec<FieldValue>>| {
        let found = levels.iter().find_map(|(ai, _)| field(ai));
        found.into_iter().flatten().map(member).collect::<Vec<_>>()
    };
    let mut plan = AiPolicyPlan {
        overrides: members(|ai| ai.overrides.as_ref()),
        defaults: members(|ai| ai.defaults.as_ref()),
        ..AiPolicyPlan::default()
    };
    for (ai, at) in levels {
        let Some(own) = &ai.model_aliases else {
            continue;
        };
        for (name, target) in aliases(own, at)? {
            plan.model_aliases.entry(name).or_insert(target);
        }
    }
    for (ai, at) in levels {
        for (suffix, route) in ai.routes.iter().flatten() {
            check_suffix(suffix, at)?;
            plan.routes.entry(suffix.clone()).or_insert(*route);
        }
    }
    if let Some((prompt, at)) = levels
        .iter()
        .find_map(|(ai, at)| Some((ai.prompt.as_ref()?, at)))
    {
        plan.prepend = messages(prompt.prepend.as_ref(), &format!("{at}.prompt.prepend"))?;
        plan.append = messages(prompt.append.as_ref(), &format!("{at}.prompt.append"))?;
    }
    plan.transformations =
        expressions(levels, "transformations", |ai| ai.transformations.as_ref())?;
    plan.final_transformations = expressions(levels, "finalTransformations", |ai| {
        ai.final_transformations.as_ref()
    })?;
    plan.prompt_caching = levels.iter().find_map(|(ai, _)| ai.prompt_caching.clone());
    let modes = Modes::of_annotations(annotations)?;
    if let Some((mut guard, targets)) = guard::resolve(levels, &modes, targets)? {
        if guard.is_beside {
            guard.label = label.to_owned();
        }
        plan.prompt_guard = Some(guard);
        plan.guard_targets = targets;
    }
    Ok((!is_empty(&plan)).then_some(plan))
}

fn is_empty(plan: &AiPolicyPlan) -> bool {
    // Each field by name: a new one has to be thought of here. Who has no guards has nobody for them to ask.
    let AiPolicyPlan {
        overrides,
        defaults,
        model_aliases,
        prepend,
        append,
        prompt_guard,
        guard_targets: _,
        transformations,
        final_transformations,
        prompt_caching,
        routes,
        authorization,
        request_headers,
        response_headers,
    } = plan;
    let has_members = !overrides.is_empty() || !defaults.is_empty() || !model_aliases.is_empty();
    let has_messages = !prepend.is_empty() || !append.is_empty();
    let has_expressions = !transformations.is_empty() || !final_transformations.is_empty();
    let has_more = prompt_guard.is_some() || prompt_caching.is_some() || !routes.is_empty();
    let has_headers = !request_headers.is_empty() || !response_headers.is_empty();
    let has_own = authorization.is_some() || has_headers;
    !(has_members || has_messages || has_expressions || has_more || has_own)
}

fn expressions(
    levels: &[(&BackendAi, String)],
    name: &str,
    field: fn(&BackendAi) -> Option<&Vec<FieldExpression>>,
) -> Result<Vec<(String, String)>, String> {
    let found = levels.iter().find_map(|(ai, at)| Some((field(ai)?, at)));
    match found {
        Some((own, at)) => expression::members(own, &format!("{at}.{name}")),
        None => Ok(Vec::new()),
    }
}

fn member(own: &FieldValue) -> (String, String) {
    (own.field.0.clone(), own.value.to_string())
}

fn aliases(
    aliases: &BTreeMap<String, String>,
    at: &str,
) -> Result<BTreeMap<String, String>, String> {
    for (name, target) in aliases {
        let inside = name.strip_prefix('*').or_else(|| name.strip_suffix('*'));
        if inside.unwrap_or(name).contains('*') {
            return Err(format!(
                "{at}.modelAliases[{name}] may have one *, at its begin or its end"
            ));
        }
        if name.is_empty() || target.is_empty() {
            return Err(format!(
                "{at}.modelAliases[{name}] must name a model on both sides"
            ));
        }
    }
    Ok(aliases.clone())
}

/// A path ends in it, or it is `*`.
fn check_suffix(suffix: &str, at: &str) -> Result<(), String> {
    let stands = |byte: u8| byte.is_ascii_graphic() && !b"*?#".contains(&byte);
    if suffix == "*" || (!suffix.is_empty() && suffix.bytes().all(stands)) {
        return Ok(());
    }
    Err(format!(
        "{at}.routes[{suffix}] must be the end of a path, without *, ?, # and spaces, or * alone for every other path"
    ))
}

fn messages(messages: Option<&Vec<Message>>, at: &str) -> Result<Vec<(String, String)>, String> {
    let read = |(index, own): (usize, &Message)| {
        let role = own.role.to_ascii_lowercase();
        if ROLES.contains(&role.as_str()) {
            return Ok((role, own.content.clone()));
        }
        Err(format!(
            "{at}[{index}].role must be system, user or assistant, not {:?}",
            own.role
        ))
    };
    messages
        .into_iter()
        .flatten()
        .enumerate()
        .map(read)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cp_api::backend::policy::ai::BackendAi;
    use serde_json::json;

    use super::super::guard::Asked;
    use super::resolve;

    #[test]
    fn guards_are_a_part_of_it_and_work_as_their_object_says() {
        let ai = json!({"promptGuard": {"request": [{"regex": {"builtins": ["Ssn"]}}]}});
        let ai: BackendAi = serde_json::from_value(ai).expect("valid");
        let levels = [(&ai, "spec.backend.ai".to_owned())];
        let mode = |mode: &str| {
            let annotation = ("tidegate.dev/guard-mode".to_owned(), mode.to_owned());
            let none = &mut |_: &Asked<'_>| Err("no service".to_owned());
            resolve(&levels, (&BTreeMap::from([annotation]), "ns/name"), none)
        };
        let plan = mode("shadow").expect("valid").expect("a policy");
        let guard = plan.prompt_guard.expect("guards");
        assert!(guard.request[0].is_shadow && guard.response.is_empty());
        let error = mode("off").expect_err("no mode");
        assert!(error.contains("guard-mode"), "{error}");
    }
}
