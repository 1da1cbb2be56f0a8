//! `backend.ai.cache`: answers of models that are given again.
//!
//! Owns which level has the say: the greatest that has one, as a whole. Must not hold answers: they outlive a configuration, and
//! are found by the policy's name. Invariant: what divides the cache is decoded or the policy is refused.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::route::field::{FieldError, Within};
use dp_policy::ai_timeouts::positive;
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;
use crate::ai_backend::{AiCredential, AiProvider, provider_alone};

/// A cache; nothing where it is switched off.
pub type AiCaching = Option<Box<AiCache>>;

/// Answers that are given again.
#[derive(Clone, Debug)]
pub struct AiCache {
    /// How long an answer is given again.
    pub ttl: Duration,
    /// The largest answer that is kept, in bytes.
    pub max_entry_bytes: usize,
    /// What all answers may take, in bytes.
    pub max_bytes: u64,
    /// Who shares answers.
    pub scope: AiCacheScope,
    /// What divides the cache further.
    pub vary: Vec<Expr>,
    /// The highest temperature that is cached; any where absent.
    pub max_temperature: Option<f64>,
    /// Requests that offer tools are cached.
    pub cache_tools: bool,
    /// Answers that are given again count in limits and budgets.
    pub charge_hits: bool,
    /// Requests that mean the same share answers.
    pub semantic: Option<SemanticCache>,
}

/// Who shares answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiCacheScope {
    /// Requests of one tenant on one route.
    Tenant,
    /// Requests of one route.
    Route,
    /// Requests to one backend.
    Backend,
}

/// Requests that mean the same share answers.
#[derive(Clone, Debug)]
pub struct SemanticCache {
    /// Who turns texts into vectors.
    pub embeddings: Arc<AiProvider>,
    /// The model that is asked for it.
    pub model: Arc<str>,
    /// The least cosine similarity.
    pub threshold: f64,
    /// How long a vector is waited for.
    pub timeout: Duration,
    /// Texts that are compared at most.
    pub max_entries: usize,
    /// Messages of a request that is compared.
    pub max_messages: usize,
}

pub(super) fn decode(message: &wire::AiCache) -> Result<AiCaching, FieldError> {
    if message.is_off {
        return Ok(None);
    }
    let ttl = positive("ttl", message.ttl.as_ref())?;
    let size = |field: &'static str, bytes: u64| match bytes {
        0 => Err(FieldError::missing(field)),
        bytes => Ok(bytes),
    };
    let max_entry_bytes = size("max_entry_bytes", message.max_entry_bytes)?;
    let mut vary = Vec::with_capacity(message.vary.len());
    for (index, text) in message.vary.iter().enumerate() {
        let compiled = Expr::compile(text, AttributeSet::OF_LLM_REQUEST);
        let compiled = compiled.map_err(|error| FieldError::invalid("", error.to_string()));
        vary.push(compiled.within_index("vary", index)?);
    }
    let semantic = message.semantic.as_ref().map(semantic).transpose();
    Ok(Some(Box::new(AiCache {
        ttl: ttl.ok_or_else(|| FieldError::missing("ttl"))?,
        max_entry_bytes: usize::try_from(max_entry_bytes).unwrap_or(usize::MAX),
        max_bytes: size("max_bytes", message.max_bytes)?,
        scope: scope(message.scope)?,
        vary,
        max_temperature: message.max_temperature,
        cache_tools: message.cache_tools,
        charge_hits: message.charge_hits,
        semantic: semantic.within("semantic")?,
    })))
}

fn scope(scope: i32) -> Result<AiCacheScope, FieldError> {
    use wire::ai_cache::Scope as Wire;
    match Wire::try_from(scope) {
        Ok(Wire::Tenant) => Ok(AiCacheScope::Tenant),
        Ok(Wire::Route) => Ok(AiCacheScope::Route),
        Ok(Wire::Backend) => Ok(AiCacheScope::Backend),
        Ok(Wire::Unspecified) => Err(FieldError::missing("scope")),
        Err(_) => Err(FieldError::unknown_enum("scope", scope)),
    }
}

fn semantic(message: &wire::SemanticCache) -> Result<SemanticCache, FieldError> {
    let embeddings = message.embeddings.as_ref();
    let embeddings = embeddings.ok_or_else(|| FieldError::missing("embeddings"))?;
    let embeddings = provider_alone(embeddings).within("embeddings")?;
    if matches!(embeddings.credential, AiCredential::Passthrough(_)) {
        let text = "is the client's, which is for the models that the client asks";
        return Err(FieldError::invalid("credential", text).within("embeddings"));
    }
    let model = embeddings.model.clone();
    let model = model.ok_or_else(|| FieldError::missing("model").within("embeddings"))?;
    if !(message.threshold > 0.0 && message.threshold <= 1.0) {
        let text = format!("{} is not above 0 and at most 1", message.threshold);
        return Err(FieldError::invalid("threshold", text));
    }
    let timeout = positive("timeout", message.timeout.as_ref())?;
    let count = |field: &'static str, count: u32| match usize::try_from(count) {
        Ok(count) if count > 0 => Ok(count),
        Ok(_) | Err(_) => Err(FieldError::missing(field)),
    };
    Ok(SemanticCache {
        embeddings: Arc::new(embeddings),
        model: model.as_ref().into(),
        threshold: message.threshold,
        timeout: timeout.ok_or_else(|| FieldError::missing("timeout"))?,
        max_entries: count("max_entries", message.max_entries)?,
        max_messages: count("max_messages", message.max_messages)?,
    })
}

// === impl AiCache ===

/// In short, for dumps and explanations.
impl fmt::Display for AiCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = match self.scope {
            AiCacheScope::Tenant => "one tenant on one route",
            AiCacheScope::Route => "one route",
            AiCacheScope::Backend => "one backend",
        };
        write!(f, "answers kept for {:?}, shared by {shared}", self.ttl)?;
        for expression in &self.vary {
            write!(f, ", for each {}", expression.source())?;
        }
        match &self.semantic {
            None => Ok(()),
            Some(own) => write!(f, ", also by meaning from {} on", own.threshold),
        }
    }
}

// === impl Noun ===

impl Noun for AiCaching {
    const FIELD: &'static str = "backend.ai.cache";

    fn in_short(&self) -> String {
        match self {
            Some(own) => own.to_string(),
            None => "no answer is kept".to_owned(),
        }
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// The cache of answers, with the name of its policy. The policies of the backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_cache(&self) -> Option<(&'a Arc<str>, &'a AiCache)> {
        let mut layers = self.layers(AiCaching::FIELD, "").rev();
        let (name, own) = layers.find_map(|layer| {
            let policy = self.policy(layer)?;
            Some((&policy.name, policy.of::<AiCaching>()?))
        })?;
        Some((name, own.as_deref()?))
    }
}

#[cfg(test)]
mod tests {
    use proto::google::protobuf::Duration as WireDuration;

    use super::*;

    fn message() -> wire::AiCache {
        wire::AiCache {
            ttl: Some(WireDuration {
                seconds: 60,
                nanos: 0,
            }),
            max_entry_bytes: 10,
            max_bytes: 100,
            scope: wire::ai_cache::Scope::Tenant.into(),
            ..wire::AiCache::default()
        }
    }

    #[track_caller]
    fn refused(message: wire::AiCache, field: &str) {
        let error = decode(&message).expect_err("refused").to_string();
        assert!(error.contains(field), "{error}");
    }

    #[test]
    fn a_cache_is_what_it_says() {
        let own = decode(&message()).expect("decodes").expect("on");
        assert_eq!((own.max_entry_bytes, own.max_bytes), (10, 100));
        assert_eq!(
            own.to_string(),
            "answers kept for 60s, shared by one tenant on one route"
        );
        let off = decode(&wire::AiCache {
            is_off: true,
            ..wire::AiCache::default()
        });
        assert!(off.expect("decodes").is_none());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        refused(
            wire::AiCache {
                ttl: None,
                ..message()
            },
            "ttl",
        );
        refused(
            wire::AiCache {
                scope: 0,
                ..message()
            },
            "scope",
        );
        refused(
            wire::AiCache {
                scope: 77,
                ..message()
            },
            "scope",
        );
        refused(
            wire::AiCache {
                vary: vec!["1 +".to_owned()],
                ..message()
            },
            "vary[0]",
        );
        refused(
            wire::AiCache {
                max_bytes: 0,
                ..message()
            },
            "max_bytes",
        );
        refused(
            wire::AiCache {
                semantic: Some(wire::SemanticCache::default()),
                ..message()
            },
            "semantic.embeddings",
        );
    }
}
