//! Which replica leads: the holder of a Lease.
//!
//! Owns the Lease and the flag that says whether it is ours. Must not know what a leader does. What to do with the Lease
//! is decided in [`term`], which never compares the clocks of two machines. A Lease is no fence: a leader that was frozen
//! may go on for a moment, so every write that is led carries the version that it was made from.

mod term;

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::term::{Step, Term};

/// Name of the Lease, of which there is one per controllerName.
const NAME: &str = "tidegate-control-plane";
/// How often the Lease is looked at, and renewed by its holder.
const PERIOD: Duration = Duration::from_secs(2);
/// How long one request about it may take.
const REQUEST: Duration = Duration::from_secs(5);
/// How long giving it up may take.
const RELEASE: Duration = Duration::from_secs(2);

/// Who applies for the Lease.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Namespace of the control plane.
    pub namespace: String,
    /// Name of this replica, of its Pod in a cluster; no two may be equal.
    pub identity: String,
    /// controllerName of ours: control planes with different ones do not compete.
    pub controller: String,
}

// === impl Candidate ===

impl Candidate {
    /// Name of the Lease.
    pub fn lease(&self) -> String {
        if self.controller == cp_translate::CONTROLLER {
            return NAME.to_owned();
        }
        let hash = blake3::hash(self.controller.as_bytes()).to_hex();
        let hash: String = hash.chars().take(8).collect();
        format!("{NAME}-{hash}")
    }
}

/// Applies for the Lease until `shutdown`, and gives it up then. `leads` is true while it is held.
pub async fn run(
    client: Client,
    candidate: Candidate,
    leads: watch::Sender<bool>,
    shutdown: CancellationToken,
) {
    let lease = Held {
        api: Api::namespaced(client, &candidate.namespace),
        name: candidate.lease(),
    };
    let mut term = Term::new(candidate.identity.clone());
    let mut is_told = false;
    while !shutdown.is_cancelled() {
        let end = term.end().filter(|_| term.is_ours(Instant::now()));
        if end.is_none() {
            // After a freeze the term may be over for long, and the API server may take its time to say so.
            tell(&leads, false, &term);
        }
        let turn = async {
            let turn = tokio::time::timeout(REQUEST, lease.turn(&mut term));
            turn.await.map_err(|_| Fault::Late).flatten()
        };
        // Without a renewal the term ends, whatever the API server is doing.
        let outcome = tokio::select! {
            () = shutdown.cancelled() => break,
            outcome = turn => outcome,
            () = until(end) => Err(Fault::Late),
        };
        if let Err(fault) = &outcome
            && !is_told
        {
            let hint = fault.hint(&candidate.namespace);
            warn!("nobody can be elected: {fault}{hint}");
        }
        is_told = outcome.is_err();
        if let Some(ahead) = term.skew() {
            let holder = term.holder();
            warn!(
                holder,
                ahead,
                "the clock of the leader is that many seconds ahead of the clock here; who leads does not depend on it, but \
                 whether certificates and tokens are valid does: synchronise the clocks of the nodes"
            );
        }
        let is_held = term.is_ours(Instant::now());
        tell(&leads, is_held, &term);
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(PERIOD) => {}
            () = until(term.end()), if is_held => tell(&leads, false, &term),
        }
    }
    leads.send_replace(false);
    if term.is_ours(Instant::now()) {
        let _ = tokio::time::timeout(RELEASE, lease.write(term.given_up())).await;
    }
}

fn tell(leads: &watch::Sender<bool>, is_held: bool, term: &Term) {
    let is_news = leads.send_if_modified(|now| std::mem::replace(now, is_held) != is_held);
    if is_news {
        info!(
            is_held,
            identity = term.identity(),
            holder = term.holder(),
            "lease"
        );
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Why a look at the Lease came to nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the API server did not answer in time")]
    Late,
    #[error(transparent)]
    Api(#[from] kube::Error),
}

// === impl Fault ===

impl Fault {
    /// What helps, where that is known.
    fn hint(&self, namespace: &str) -> String {
        match self {
            Fault::Api(kube::Error::Api(status)) if status.code == 403 => {
                format!("; grant get, create and patch on leases in namespace {namespace}")
            }
            Fault::Api(_) | Fault::Late => String::new(),
        }
    }
}

/// The Lease in the API server.
struct Held {
    api: Api<Lease>,
    name: String,
}

impl Held {
    /// Looks at the Lease and does what is due.
    async fn turn(&self, term: &mut Term) -> Result<(), Fault> {
        let found = self.api.get_opt(&self.name).await?;
        let (now, clock) = (Instant::now(), Timestamp::now());
        match term.step(found.as_ref(), now, clock) {
            Step::Wait => Ok(()),
            Step::Write(lease) => match self.write(*lease).await {
                Ok(written) => {
                    term.written(&written, now);
                    Ok(())
                }
                // Somebody was faster: the next look shows who.
                Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Writes it: made, where it carries no version, or else changed if it still is that version.
    async fn write(&self, mut lease: Lease) -> Result<Lease, kube::Error> {
        lease.metadata.name = Some(self.name.clone());
        if lease.metadata.resource_version.is_none() {
            return self.api.create(&PostParams::default(), &lease).await;
        }
        let params = PatchParams::default();
        self.api
            .patch(&self.name, &params, &Patch::Merge(&lease))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::Candidate;

    #[test]
    fn control_planes_of_other_controllers_have_leases_of_their_own() {
        let lease = |controller: &str| {
            let candidate = Candidate {
                namespace: "n".to_owned(),
                identity: "i".to_owned(),
                controller: controller.to_owned(),
            };
            candidate.lease()
        };
        assert_eq!(lease(cp_translate::CONTROLLER), "tidegate-control-plane");
        let (one, other) = (lease("example.com/a"), lease("example.com/b"));
        assert_ne!(one, other);
        assert!(one.len() <= 63 && !one.contains('/'), "{one}");
    }
}
