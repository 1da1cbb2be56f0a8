//! The token sources of a configuration.
//!
//! Owns the way from a configured credential to its source. Must not know flows or clouds. Invariant: a source is in use as
//! long as a configuration that names it is, so that a commit which leaves it alone asks for nothing.

use std::{collections::HashMap, sync::Arc};

use dp_config::{
    Config,
    ai_backend::{AiCredential, AiProvider, MissingSecret},
};
use dp_credential::{failure::Failure, grant::Grant};
use dp_upstream::tokens::{TokenSource, TokenSources};
use http::StatusCode;

use super::credential::unavailable;
use crate::fault::{Fault, Kind};

/// Token sources by the credential that asks for them.
#[derive(Debug, Default)]
pub(crate) struct Tokens(HashMap<AiCredential, Result<Arc<TokenSource>, MissingSecret>>);

/// A token that an attempt carries.
pub(super) struct Lent {
    source: Arc<TokenSource>,
    pub(super) grant: Arc<Grant>,
}

/// Whether an answer with this status refuses a token in whose place there is another by now.
pub(super) async fn is_outdated(lent: Option<Lent>, status: StatusCode) -> bool {
    let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    match lent {
        Some(lent) => is_refused && lent.is_replaced().await,
        None => false,
    }
}

// === impl Tokens ===

impl Tokens {
    /// Those of a configuration; new ones are asked for at once.
    pub(crate) fn join(sources: &TokenSources, config: &Config) -> Tokens {
        let mut tokens = HashMap::new();
        let groups = config.ai_backends().flat_map(|backend| &backend.groups);
        let providers: Vec<&AiProvider> = groups.flatten().collect();
        let own = providers.iter().filter_map(|own| own.policy.as_ref());
        let own = own.flat_map(|own| &own.guards);
        let attached = config.all_policies().filter_map(|policy| policy.guard());
        let asked = own.chain(attached).flat_map(|guards| guards.remotes());
        let asked = asked.map(|remote| &remote.target);
        let caches = config.all_policies().filter_map(|policy| policy.ai_cache());
        let compared = caches.filter_map(|own| own.semantic.as_ref());
        let asked = asked.chain(compared.map(|own| &*own.embeddings));
        for provider in providers.iter().copied().chain(asked) {
            if let Some(source) = provider.credential.source(config) {
                tokens
                    .entry(provider.credential.clone())
                    .or_insert_with(|| source.map(|source| sources.join(&source)));
            }
        }
        Tokens(tokens)
    }

    /// A token for an attempt.
    pub(super) async fn lend(&self, credential: &AiCredential) -> Result<Lent, Fault> {
        let source = match self.0.get(credential) {
            None => return Err(Kind::Bug.into()),
            Some(Err(MissingSecret(name))) => {
                return Err(unavailable(&format!("secret {name} is not there")));
            }
            Some(Ok(source)) => source.clone(),
        };
        match source.token().await {
            Ok(grant) => Ok(Lent { source, grant }),
            Err(failure) => Err(Fault::caused(Kind::NoCredential, Failure::clone(&failure))),
        }
    }
}

// === impl Lent ===

impl Lent {
    /// Whether there is another token now that the provider refused this one.
    pub(super) async fn is_replaced(&self) -> bool {
        self.source.other_than(&self.grant).await.is_some()
    }
}
