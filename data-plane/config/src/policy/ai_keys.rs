//! `backend.ai.keys`: the keys of a provider, which take turns.
//!
//! Owns which pool is a provider's: its own, else that of its backend, as a whole. Must not hold a key: they are names of secrets.
//! Invariant: a pool is never empty, so that no request leaves without a key because of one.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;
use crate::ai_backend::{self, AiBackend};
use crate::config::Config;

/// Keys that stand in the place of a provider's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiKeys {
    /// Names of the Secret resources, each once.
    pub secrets: Vec<Arc<str>>,
}

pub(super) fn decode(message: &wire::AiKeys) -> Result<AiKeys, FieldError> {
    let mut secrets: Vec<Arc<str>> = Vec::with_capacity(message.keys.len());
    for (index, key) in message.keys.iter().enumerate() {
        let own = ai_backend::key_credential(key).within_index("keys", index)?;
        if own.header.is_some() {
            let error = FieldError::invalid("header", "it is that of the provider's own key");
            return Err(error.within_index("keys", index));
        }
        if secrets.contains(&own.secret) {
            let error = FieldError::invalid("secret", "it is there twice");
            return Err(error.within_index("keys", index));
        }
        secrets.push(own.secret);
    }
    match secrets.is_empty() {
        true => Err(FieldError::missing("keys")),
        false => Ok(AiKeys { secrets }),
    }
}

// === impl AiKeys ===

impl std::fmt::Display for AiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "keys in turn: {}", self.secrets.join(", "))
    }
}

// === impl AiBackend ===

impl AiBackend {
    /// The keys of one of its providers, where it has a pool.
    pub fn keys<'c>(&self, config: &'c Config, provider: &str) -> Option<&'c AiKeys> {
        let set = self.policy_set.as_deref();
        Effective::of_backend_alone(config, set).ai_keys(provider)
    }
}

// === impl Noun ===

impl Noun for AiKeys {
    const FIELD: &'static str = "backend.ai.keys";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// The keys of a provider of the backend, where it has a pool.
    pub fn ai_keys(&self, provider: &str) -> Option<&'a AiKeys> {
        self.nearest(provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(secrets: &[&str], header: &str) -> Result<AiKeys, String> {
        let keys = secrets.iter().map(|secret| wire::KeyCredential {
            secret: (*secret).to_owned(),
            header: header.to_owned(),
            prefix: String::new(),
        });
        let message = wire::AiKeys {
            keys: keys.collect(),
        };
        decode(&message).map_err(|error| error.to_string())
    }

    #[test]
    fn a_pool_has_keys_each_once() {
        let pool = decoded(&["secret/n/a/k", "secret/n/b/k"], "").expect("a pool");
        assert_eq!(pool.to_string(), "keys in turn: secret/n/a/k, secret/n/b/k");
        for (secrets, header, expected) in [
            (&[][..], "", "keys"),
            (&["a", ""], "", "keys[1].secret"),
            (&["a", "b", "a"], "", "keys[2].secret"),
            (&["a"], "x-key", "keys[0].header"),
        ] {
            let error = decoded(secrets, header).expect_err("no pool");
            assert!(error.contains(expected), "{error}");
        }
    }
}
