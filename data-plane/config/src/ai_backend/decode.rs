//! `tidegate.v1.AiBackend` to [`AiBackend`].
//!
//! Must refuse a provider without credential kind: absent is not "none", because the request would be sent
//! without the key that somebody configured.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::route::field::{FieldError, Within};
use dp_llm::provider::Endpoint;
use dp_policy::ai_timeouts::positive;
use http::uri::Authority;
use proto::tidegate::v1 as wire;

use super::{AiBackend, AiProvider, Health, Home};
use crate::prompt_guard::PromptGuard;
use crate::scalar::duration;

pub(crate) mod credential;
mod expression;
mod policy;
mod service;

pub(crate) use policy::{decode as ai_policy, targets};

/// How long an eviction lasts at least where nothing is said.
const DEFAULT_EVICTION: Duration = Duration::from_secs(3);

/// Decodes an AI backend.
pub(crate) fn ai_backend(message: &wire::AiBackend) -> Result<AiBackend, FieldError> {
    let mut names = BTreeSet::new();
    let mut groups = Vec::with_capacity(message.groups.len());
    for (index, group) in message.groups.iter().enumerate() {
        let group = self::group(group, message.health.as_ref(), &mut names);
        groups.push(group.within_index("groups", index)?);
    }
    if groups.is_empty() {
        return Err(FieldError::missing("groups"));
    }
    share_guards(message, &mut groups);
    let mut policies = groups
        .iter()
        .flatten()
        .filter_map(|own| own.policy.as_ref());
    let routes = policies.find(|policy| !policy.routes.is_empty());
    let routes = routes
        .map(|policy| policy.routes.clone())
        .unwrap_or_default();
    Ok(AiBackend {
        name: message.name.as_str().into(),
        groups,
        price_layers: message
            .price_catalogs
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        policy_set: (!message.policy_set.is_empty()).then(|| message.policy_set.as_str().into()),
        routes,
    })
}

/// Guards and the services that they ask, as they came.
type Judges<'a> = (&'a wire::PromptGuard, &'a [wire::AiProvider]);

/// Guards of providers that are the same become one, so that a request which goes on to the next provider is not judged
/// anew.
fn share_guards(message: &wire::AiBackend, groups: &mut [Vec<AiProvider>]) {
    let of_wire = message.groups.iter().flat_map(|group| &group.providers);
    let mut known: Vec<(Judges<'_>, Arc<PromptGuard>)> = Vec::new();
    for (wire, provider) in of_wire.zip(groups.iter_mut().flatten()) {
        let guard = wire.policy.as_ref().and_then(|policy| {
            let guard = policy.prompt_guard.as_ref()?;
            Some((guard, policy.guard_targets.as_slice()))
        });
        let own = provider
            .policy
            .as_mut()
            .and_then(|policy| policy.guards.first_mut());
        let (Some(wire), Some(own)) = (guard, own) else {
            continue;
        };
        match known.iter().find(|(other, _)| *other == wire) {
            Some((_, same)) => *own = same.clone(),
            None => known.push((wire, own.clone())),
        }
    }
}

fn group<'a>(
    message: &'a wire::AiProviderGroup,
    inherited: Option<&wire::AiHealth>,
    names: &mut BTreeSet<&'a str>,
) -> Result<Vec<AiProvider>, FieldError> {
    let mut providers = Vec::with_capacity(message.providers.len());
    for (index, provider) in message.providers.iter().enumerate() {
        if !names.insert(&provider.name) {
            let text = format!("{:?} is the name of an earlier provider", provider.name);
            return Err(FieldError::invalid("name", text).within_index("providers", index));
        }
        providers.push(self::provider(provider, inherited).within_index("providers", index)?);
    }
    if providers.is_empty() {
        return Err(FieldError::missing("providers"));
    }
    Ok(providers)
}

/// Decodes a provider that is in no group: no request of a client goes there.
pub(crate) fn provider_alone(message: &wire::AiProvider) -> Result<AiProvider, FieldError> {
    provider(message, None)
}

fn provider(
    message: &wire::AiProvider,
    inherited: Option<&wire::AiHealth>,
) -> Result<AiProvider, FieldError> {
    if message.cluster.is_empty() {
        return Err(FieldError::missing("cluster"));
    }
    let (service, guardrail) = service::decode(message.service.as_ref()).within("service")?;
    let (field, own) = match (message.path.as_str(), message.path_prefix.as_str()) {
        ("", prefix) => ("path_prefix", prefix),
        (path, _) => ("path", path),
    };
    let text = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
    let endpoint = Endpoint::try_new(
        service,
        text(&message.path).as_deref(),
        text(&message.path_prefix).as_deref(),
    )
    .map_err(|error| FieldError::invalid(field, format!("{own:?}: {error}")))?;
    let authority = authority(&message.authority)?;
    let rerank = match &message.rerank {
        None => None,
        Some(home) => Some(self::home(home).within("rerank")?),
    };
    let judged = message.health.as_ref().or(inherited);
    let (credential, further) =
        credential::decode(message.credential.as_ref(), region(message)).within("credential")?;
    Ok(AiProvider {
        name: message.name.as_str().into(),
        cluster: message.cluster.as_str().into(),
        endpoint,
        model: (!message.model.is_empty()).then(|| message.model.as_str().into()),
        authority,
        credential,
        further,
        weight: message.weight.unwrap_or(1),
        health: match judged {
            Some(judged) => health(judged).within("health")?,
            None => None,
        },
        unhealthy_condition: match judged {
            Some(judged) => {
                expression::condition("unhealthy_condition", &judged.unhealthy_condition)
                    .within("health")?
            }
            None => None,
        },
        guardrail,
        policy: match &message.policy {
            None => None,
            Some(policy) => Some(policy::decode(policy).within("policy")?),
        },
        refuses_local_addresses: message.refuses_local_addresses,
        request_timeout: positive("request_timeout", message.request_timeout.as_ref())?,
        rerank,
        // A control plane that is older than the field leaves it empty.
        telemetry_name: match message.telemetry_name.as_str() {
            "" => message.name.as_str().into(),
            name => name.into(),
        },
    })
}

fn home(message: &wire::AiHome) -> Result<Home, FieldError> {
    if message.cluster.is_empty() {
        return Err(FieldError::missing("cluster"));
    }
    Ok(Home {
        cluster: message.cluster.as_str().into(),
        authority: authority(&message.authority)?,
    })
}

fn authority(text: &str) -> Result<Option<Authority>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let authority = text.parse::<Authority>().map_err(|_| {
        FieldError::invalid(
            "authority",
            format!("{text:?} is not a host with an optional port"),
        )
    })?;
    Ok(Some(authority))
}

/// The region of a service that has one, which is signed for unless the credential says another.
fn region(message: &wire::AiProvider) -> &str {
    match message
        .service
        .as_ref()
        .and_then(|service| service.kind.as_ref())
    {
        Some(wire::ai_service::Kind::Bedrock(bedrock)) => &bedrock.region,
        _ => "",
    }
}

/// What is said about evictions, if anything.
fn health(message: &wire::AiHealth) -> Result<Option<Health>, FieldError> {
    let says_something = message.eviction_duration.is_some()
        || message.consecutive_failures.is_some()
        || message.health_threshold.is_some()
        || message.restore_health.is_some();
    if !says_something {
        return Ok(None);
    }
    let share = |field: &'static str, share: Option<f64>| match share {
        Some(share) if !(0.0..=1.0).contains(&share) => Err(FieldError::invalid(
            field,
            format!("{share} is not between 0 and 1"),
        )),
        share => Ok(share),
    };
    Ok(Some(Health {
        eviction: duration("eviction_duration", message.eviction_duration.as_ref())?
            .unwrap_or(DEFAULT_EVICTION),
        consecutive_failures: message.consecutive_failures,
        health_threshold: share("health_threshold", message.health_threshold)?,
        restore_health: share("restore_health", message.restore_health)?,
    }))
}

#[cfg(test)]
mod tests;
