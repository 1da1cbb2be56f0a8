//! `backend.ai.cache` of a TidegatePolicy: answers of models that are given again (llm.md 4.8).
//!
//! Owns the defaults, and the way to the provider that turns texts into vectors. Must not leave out what divides the cache:
//! an expression that does not compile, or a backend that cannot be asked, makes the policy refuse.

use std::time::Duration;

use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::tidegate_policy::ai_cache::{
    AiCache, AiCacheMode, AiCacheScope, CacheEmbeddings, SemanticCache,
};
use cp_api::{Kind, ObjectKey};
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::ai_cache::Scope;

use super::of_providers::transport_given;
use super::{Ground, Noun};
use crate::backend::ai as provider;
use crate::plan::credential::Credential;
use crate::plan::{AiCachePlan, PolicyBody, ProviderPlan, SemanticCachePlan, Upstream};

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "backend.ai.cache";

const TTL: Duration = Duration::from_secs(3600);
const MAX_ENTRY_BYTES: u32 = 256 << 10;
const MAX_BYTES: u32 = 64 << 20;
const THRESHOLD: f64 = 0.95;
const TIMEOUT: Duration = Duration::from_millis(200);
const MAX_ENTRIES: u32 = 1000;
const MAX_MESSAGES: u32 = 4;

pub(super) fn compile(ground: &Ground<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.cache.as_ref()?;
    let body = plan(ground, &policy.metadata.namespace, own);
    Some((FIELD, body.map(|plan| PolicyBody::AiCache(Box::new(plan)))))
}

fn plan(ground: &Ground<'_>, namespace: &str, own: &AiCache) -> Result<AiCachePlan, String> {
    let mut vary = Vec::new();
    for (index, expression) in own.vary.iter().flatten().enumerate() {
        Expr::compile(&expression.0, AttributeSet::OF_LLM_REQUEST)
            .map_err(|error| format!("spec.{FIELD}.vary[{index}]: {error}"))?;
        vary.push(expression.0.clone());
    }
    let max_entry_bytes = own.max_entry_bytes.unwrap_or(MAX_ENTRY_BYTES);
    let max_bytes = own.max_bytes.unwrap_or(MAX_BYTES);
    if max_entry_bytes > max_bytes {
        return Err(format!(
            "spec.{FIELD}: one answer may take {max_entry_bytes} bytes and all of them {max_bytes}; raise maxBytes or lower maxEntryBytes"
        ));
    }
    let semantic = match &own.semantic {
        None => None,
        Some(semantic) => Some(self::semantic(ground, namespace, semantic)?),
    };
    Ok(AiCachePlan {
        wire: tidegate::AiCache {
            is_off: own.mode == Some(AiCacheMode::Disabled),
            ttl: None,
            max_entry_bytes: max_entry_bytes.into(),
            max_bytes: max_bytes.into(),
            scope: scope(own.scope.unwrap_or_default()).into(),
            vary,
            max_temperature: match &own.max_temperature {
                None => None,
                Some(text) => Some(decimal("maxTemperature", text)?),
            },
            cache_tools: own.cache_tools == Some(true),
            charge_hits: own.charge_hits == Some(true),
            semantic: None,
        },
        ttl: own.ttl.map_or(TTL, |own| own.0),
        semantic,
    })
}

fn semantic(
    ground: &Ground<'_>,
    namespace: &str,
    own: &SemanticCache,
) -> Result<SemanticCachePlan, String> {
    let threshold = match &own.threshold {
        None => THRESHOLD,
        Some(text) => decimal("semantic.threshold", text)?,
    };
    if threshold <= 0.0 {
        return Err(format!(
            "spec.{FIELD}.semantic.threshold must be above 0: at 0 any two texts mean the same"
        ));
    }
    Ok(SemanticCachePlan {
        embeddings: embeddings(ground, namespace, &own.embeddings)?,
        wire: tidegate::SemanticCache {
            embeddings: None,
            threshold,
            timeout: None,
            max_entries: own.max_entries.unwrap_or(MAX_ENTRIES),
            max_messages: own.max_messages.unwrap_or(MAX_MESSAGES),
        },
        timeout: own.timeout.map_or(TIMEOUT, |own| own.0),
    })
}

/// The first provider of the backend that is named, with the model that is asked.
fn embeddings(
    ground: &Ground<'_>,
    namespace: &str,
    own: &CacheEmbeddings,
) -> Result<ProviderPlan, String> {
    let path = format!("spec.{FIELD}.semantic.embeddings.backendRef");
    let reference = &own.backend_ref;
    if Kind::of(&reference.group, &reference.kind) != Some(Kind::AgentgatewayBackend) {
        return Err(format!(
            "{path}: {} of group {:?} has no embeddings; name an AgentgatewayBackend of group agentgateway.dev",
            reference.kind, reference.group
        ));
    }
    let elsewhere = reference.namespace.as_deref();
    if elsewhere.is_some_and(|elsewhere| elsewhere != namespace) {
        return Err(format!("{path} must be in the same namespace"));
    }
    let name = &reference.name;
    let called = format!("{path}: AgentgatewayBackend {namespace}/{name}");
    let stored = ground.lookup.backend(namespace, name);
    let object = &*stored
        .ok_or_else(|| format!("{called} does not exist"))?
        .object;
    let Some(ai) = &object.spec.ai else {
        return Err(format!("{called} must be of type ai"));
    };
    let key = ObjectKey::new(Kind::AgentgatewayBackend, namespace, &**name);
    if let Some(policy) = transport_given(ground.lookup, &key) {
        return Err(format!(
            "{called} has auth or tls of {policy}, which requests for embeddings would not get; write it into the backend"
        ));
    }
    let served = provider::resolve(ground.lookup, ground.settings, (object, ai), &|_| {
        Vec::new()
    });
    if let Some((_, message)) = served.verdict.refused {
        return Err(format!("{called}: {message}"));
    }
    let Upstream::Ai(groups) = served.upstream else {
        return Err(format!("{called} must be of type ai"));
    };
    let first = groups.into_iter().flatten().next();
    let mut first = first.ok_or_else(|| format!("{called} has no provider"))?;
    if let Some(model) = &own.model {
        first.model.clone_from(model);
    }
    if first.model.is_empty() {
        return Err(format!(
            "{called} names no model; set spec.{FIELD}.semantic.embeddings.model"
        ));
    }
    if matches!(first.credential.main, Credential::Passthrough(_)) {
        return Err(format!(
            "{called} passes on the client's credential, and embeddings are no request of a client; set another auth"
        ));
    }
    // Nothing of a client is in what is asked: policies for clients' requests and the balance of groups mean nothing here.
    (first.policy, first.health, first.weight) = (None, None, 1);
    Ok(first)
}

fn scope(own: AiCacheScope) -> Scope {
    match own {
        AiCacheScope::Tenant => Scope::Tenant,
        AiCacheScope::Route => Scope::Route,
        AiCacheScope::Backend => Scope::Backend,
    }
}

fn decimal(field: &str, text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("spec.{FIELD}.{field} must be a decimal, such as 0.9"))
}
