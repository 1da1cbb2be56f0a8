//! Callers that the API server knows: tokens by review, SPIFFE certificates by their account.
//!
//! Owns the step from the cluster's answers to rights. Must not ask anything itself: `cp_kube::identity` does, and keeps
//! the answers for a moment. The invariant: a token that the API server cannot be asked about lets nobody in.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use cp_kube::identity::{AccountName, Accounts, Proxy, Refused};
use grpc::identity::{Authenticate, Caller, Denied, Identity, Presented, Purpose, Rights};
use grpc::token::GatewayName;

use crate::certificates::{Claim, claim};

/// Judges by the API server's facts.
pub struct ClusterIdentity {
    accounts: Arc<Accounts>,
    /// Accounts in certificates count in this trust domain only.
    trust_domain: String,
}

// === impl ClusterIdentity ===

impl ClusterIdentity {
    /// Asks these; certificates count in this trust domain.
    pub fn new(accounts: Arc<Accounts>, trust_domain: String) -> Self {
        ClusterIdentity {
            accounts,
            trust_domain,
        }
    }

    async fn by_token(&self, token: &str, purpose: Purpose) -> Result<Identity, Denied> {
        match purpose {
            Purpose::Stream => {
                let proxy = self.accounts.proxy(token).await.map_err(denied)?;
                Ok(identity(proxy))
            }
            Purpose::Admin => {
                let expires_at = self.accounts.viewer(token).await.map_err(denied)?;
                Ok(Identity {
                    rights: Rights::Viewer,
                    expires_at,
                })
            }
        }
    }

    /// The account that a certificate names, in our trust domain.
    fn account(&self, uris: &[String]) -> Option<AccountName> {
        uris.iter().find_map(|uri| match claim(uri)? {
            Claim::Account {
                domain,
                namespace,
                name,
            } if domain == self.trust_domain => Some(AccountName { namespace, name }),
            Claim::Account { .. } | Claim::Gateway(_) => None,
        })
    }
}

#[tonic::async_trait]
impl Authenticate for ClusterIdentity {
    async fn identify(
        &self,
        caller: &Caller,
        purpose: Purpose,
    ) -> Result<Option<Identity>, Denied> {
        if let Some(token) = caller.token.as_ref().map(Presented::expose) {
            return self.by_token(token, purpose).await.map(Some);
        }
        let Some(certificate) = &caller.certificate else {
            return Ok(None);
        };
        let Some(account) = self.account(&certificate.uris) else {
            return Ok(None);
        };
        let proxy = self.accounts.account(&account).await.map_err(denied)?;
        Ok(Some(Identity {
            expires_at: Some(certificate.expires_at),
            ..identity(proxy)
        }))
    }
}

impl fmt::Debug for ClusterIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClusterIdentity({})", self.trust_domain)
    }
}

fn identity(proxy: Proxy) -> Identity {
    let names: BTreeSet<GatewayName> = proxy
        .gateways
        .into_iter()
        .map(|(namespace, name)| GatewayName { namespace, name })
        .collect();
    Identity {
        rights: Rights::Gateways(names),
        expires_at: proxy.expires_at,
    }
}

fn denied(refused: Refused) -> Denied {
    match refused {
        Refused::Unknown => Denied::Unauthenticated,
        Refused::Forbidden(words) => Denied::Forbidden(words),
        Refused::Unavailable(words) => Denied::Unavailable(words),
    }
}
