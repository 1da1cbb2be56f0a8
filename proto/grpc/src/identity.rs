//! Who calls, and what follows from it: the port behind which tokens and certificates are judged.
//!
//! Owns what a caller can present, what it may be, and the order in which judges are asked. Must not know how a judge
//! decides: this run's tokens are judged here, an API server's tokens elsewhere. The invariants: rights follow from
//! what was proved, never from what a peer says about itself; a judge that cannot decide lets nobody pass.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use crate::certificate::PeerCertificate;
use crate::token::{GatewayName, RunSecret, Subject, bearer};

/// What a caller presents.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The bearer token of the call.
    pub token: Option<Presented>,
    /// The certificate of the connection.
    pub certificate: Option<PeerCertificate>,
}

/// A bearer token that somebody presents; nothing is known of it.
#[derive(Clone)]
pub struct Presented(Arc<str>);

/// What the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The resources of a Gateway.
    Stream,
    /// The admin service.
    Admin,
}

/// Who a caller was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What it may do.
    pub rights: Rights,
    /// When what it presented ends; a stream ends then, too.
    pub expires_at: Option<SystemTime>,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read the resources of these Gateways; never none.
    Gateways(BTreeSet<GatewayName>),
    /// Read what the admin service tells, which has no secrets.
    Viewer,
    /// Everything that the admin service can do; it hands out tokens of proxies.
    Operator,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nothing was presented, or nothing that is valid. The words never say which part was wrong.
    Unauthenticated,
    /// It is known who calls, and that is not enough.
    Forbidden(String),
    /// It cannot be decided now; the caller should try again.
    Unavailable(String),
}

/// A judge of callers.
#[tonic::async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Who this is; `None` if what was presented is of a kind that others judge.
    async fn identify(&self, caller: &Caller, purpose: Purpose)
    -> Result<Option<Identity>, Denied>;
}

/// The judges of one server, asked in order.
#[derive(Clone)]
pub struct Guard(Arc<[Arc<dyn Authenticate>]>);

// === impl Caller ===

impl Caller {
    /// What came with a request. The certificate is what the server put into its extensions.
    pub fn of<T>(request: &Request<T>) -> Self {
        Caller {
            token: Presented::of(request.metadata()),
            certificate: request.extensions().get().cloned(),
        }
    }
}

// === impl Presented ===

impl Presented {
    /// A token as text.
    pub fn new(text: &str) -> Self {
        Presented(text.into())
    }

    /// The text, for a judge. It must not be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn of(metadata: &MetadataMap) -> Option<Self> {
        let value = metadata.get("authorization")?.to_str().ok()?;
        bearer(value)
            .filter(|token| !token.is_empty())
            .map(Presented::new)
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presented(redacted)")
    }
}

// === impl Rights ===

impl Rights {
    /// Those of a proxy of one Gateway.
    pub fn gateway(name: GatewayName) -> Self {
        Rights::Gateways(BTreeSet::from([name]))
    }
}

// === impl Guard ===

impl Guard {
    /// These judges.
    pub fn new(judges: impl IntoIterator<Item = Arc<dyn Authenticate>>) -> Self {
        Guard(judges.into_iter().collect())
    }

    /// Who this is.
    ///
    /// # Errors
    /// If no judge knows, or one refuses.
    pub async fn identify(&self, caller: &Caller, purpose: Purpose) -> Result<Identity, Denied> {
        for judge in self.0.iter() {
            if let Some(identity) = judge.identify(caller, purpose).await? {
                return match identity.expires_at {
                    Some(end) if end <= SystemTime::now() => Err(Denied::Unauthenticated),
                    Some(_) | None => Ok(identity),
                };
            }
        }
        Err(Denied::Unauthenticated)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({} judges)", self.0.len())
    }
}

// === impl Denied ===

impl From<Denied> for Status {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthenticated => Status::unauthenticated(
                "a valid bearer token or client certificate is needed; on one machine, tokens lie beside the socket of the control plane",
            ),
            Denied::Forbidden(words) => Status::permission_denied(words),
            Denied::Unavailable(words) => Status::unavailable(words),
        }
    }
}

// === impl RunSecret ===

#[tonic::async_trait]
impl Authenticate for RunSecret {
    async fn identify(&self, caller: &Caller, _: Purpose) -> Result<Option<Identity>, Denied> {
        let Some(token) = caller.token.as_ref().map(Presented::expose) else {
            return Ok(None);
        };
        if !RunSecret::is_ours(token) {
            return Ok(None);
        }
        let grant = self.verify_grant(token).ok_or(Denied::Unauthenticated)?;
        let rights = match grant.subject {
            Subject::Gateway(name) => Rights::gateway(name),
            Subject::Admin => Rights::Operator,
        };
        Ok(Some(Identity {
            rights,
            expires_at: grant.expires_at,
        }))
    }
}

#[cfg(test)]
mod tests;
