//! What a model has beside what providers of backends have: `authorization` and `headers`.
//!
//! Owns which headers may be changed. Must refuse what could not be done as it is written: the model then refuses its requests,
//! because nobody can tell what the policy would have prevented. Invariants: no header of ours is changed by one of these, and
//! the credential least of all.

use cp_api::format;
use cp_api::model::ModelPolicies;
use cp_api::policy::authorization::{Action, Authorization};
use cp_api::policy::header_modifier::{HeaderModifier, PlainHeader};
use expr::AttributeSet;

use crate::backend::ai::expression;
use crate::filters;
use crate::plan::credential::{Credential, Credentials};
use crate::plan::{AuthorizationPlan, HeaderChange, ProviderPlan};

/// Place of both in the spec.
const AT: &str = "spec.policies";

/// Headers of one connection, of its framing, and those that say what the body is.
const OF_MESSAGE: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "accept-encoding",
];
/// Where clients and providers have credentials.
const OF_CREDENTIALS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
];
/// What a signature of AWS would contradict.
const OF_AWS: [&str; 2] = ["session_id", "conversation_id"];

/// Adds them to a provider that was built.
pub(super) fn add(policies: Option<&ModelPolicies>, plan: &mut ProviderPlan) -> Result<(), String> {
    let Some(policies) = policies else {
        return Ok(());
    };
    let (rules, headers) = (&policies.authorization, &policies.headers);
    if rules.is_none() && headers.is_none() {
        return Ok(());
    }
    let mut policy = plan.policy.take().unwrap_or_default();
    policy.authorization = rules.as_ref().map(authorization).transpose()?;
    if let Some(headers) = headers {
        let credential = &plan.credential;
        let is_taken = |name: &str| is_of_credential(name, credential);
        let at = |side: &str| format!("{AT}.headers.{side}");
        policy.request_headers = change(headers.request.as_ref(), &at("request"), &is_taken)?;
        policy.response_headers = change(headers.response.as_ref(), &at("response"), &|_| false)?;
    }
    plan.policy = Some(policy);
    Ok(())
}

fn authorization(own: &Authorization) -> Result<AuthorizationPlan, String> {
    let at = format!("{AT}.authorization.policy.matchExpressions");
    let own_rules = own.policy.match_expressions.iter().enumerate();
    let rules = own_rules.map(|(index, rule)| {
        expression::compiled(
            &rule.0,
            AttributeSet::OF_LLM_REQUEST,
            &format!("{at}[{index}]"),
        )
    });
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    let none = AuthorizationPlan::default();
    Ok(match own.action {
        Action::Allow => AuthorizationPlan {
            allow: rules,
            ..none
        },
        Action::Deny => AuthorizationPlan {
            deny: rules,
            ..none
        },
        Action::Require => AuthorizationPlan {
            require: rules,
            ..none
        },
    })
}

fn change(
    own: Option<&HeaderModifier>,
    at: &str,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<HeaderChange, String> {
    let Some(own) = own else {
        return Ok(HeaderChange::default());
    };
    let values = |field: &str, list: &Option<Vec<PlainHeader>>| {
        let list = list.as_deref().unwrap_or_default();
        for (index, header) in list.iter().enumerate() {
            let at = format!("{at}.{field}[{index}]");
            check(&header.name.0, &format!("{at}.name"), is_taken)?;
            if !format::is_header_value(&header.value) {
                return Err(format!("{at}.value must not contain control characters"));
            }
        }
        let pairs = list.iter();
        let pairs = pairs.map(|header| (header.name.0.as_str(), header.value.as_str()));
        Ok(filters::first_of_each(pairs))
    };
    let remove = own.remove.as_deref().unwrap_or_default();
    for (index, name) in remove.iter().enumerate() {
        check(name, &format!("{at}.remove[{index}]"), is_taken)?;
    }
    Ok(HeaderChange {
        set: values("set", &own.set)?,
        add: values("add", &own.add)?,
        remove: remove
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect(),
    })
}

/// Whether a header may be changed; `at` is its place in the spec.
fn check(name: &str, at: &str, is_taken: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let lower = name.to_ascii_lowercase();
    if !format::is_header(name) {
        return Err(format!("{at} {name:?} {}", format::HEADER));
    }
    if OF_MESSAGE.contains(&lower.as_str()) || lower.starts_with("sec-websocket-") {
        return Err(format!(
            "{at} must not be {name}: the gateway sets it for each connection and body; remove it"
        ));
    }
    if is_taken(&lower) {
        return Err(format!(
            "{at} must not be {name}: it is for credentials; use policies.auth, with location or credentials for a header of its own"
        ));
    }
    Ok(())
}

fn is_of_credential(name: &str, credentials: &Credentials) -> bool {
    let mut further = credentials.further.iter();
    let is_main = match &credentials.main {
        Credential::Key(key) => key.header == name,
        Credential::Passthrough(place) => place.as_ref().is_some_and(|(header, _)| header == name),
        Credential::Aws(_) => name.starts_with("x-amz-") || OF_AWS.contains(&name),
        Credential::None
        | Credential::Azure(_)
        | Credential::Gcp(_)
        | Credential::Missing(_)
        | Credential::Unavailable(_) => false,
    };
    is_main || OF_CREDENTIALS.contains(&name) || further.any(|key| key.header == name)
}
