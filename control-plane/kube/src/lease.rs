//! Which replica leads: the holder of a Lease.
//!
//! Owns the Lease and the flag that says whether it is ours. Must not know what a leader does. A Lease is no fence: a
//! leader that was frozen may go on for a moment, so every write that is led carries the version that it was made from.
//! Times in the Lease are compared with the own clock: replicas whose clocks differ by less than [`GRACE`] never lead at
//! once; with more the one whose clock is ahead ends up leading.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use kube_lease_manager::{LeaseManagerBuilder, LeaseManagerError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long a Lease is good after its renewal, in seconds.
const DURATION: u64 = 15;
/// How long before its end it is renewed, in seconds.
const GRACE: u64 = 5;
/// After how long without news the Lease is looked at.
const DOUBT: Duration = Duration::from_secs(DURATION - 2);
/// How long that look may take.
const LOOK: Duration = Duration::from_secs(2);
/// Name of the Lease, of which there is one per controllerName.
const NAME: &str = "tidegate-control-plane";
/// Pause before the Lease is asked for again, where it cannot be.
const PAUSE: Duration = Duration::from_secs(2);
/// How long giving the Lease up may take.
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
    let mut is_told = false;
    while !shutdown.is_cancelled() {
        match hold(&client, &candidate, &leads, &shutdown).await {
            Ok(()) => {}
            Err(error) if !is_told => {
                is_told = true;
                warn!(
                    "nobody can be elected: {error}; grant get, create and patch on leases in namespace {}",
                    candidate.namespace
                );
            }
            Err(_) => {}
        }
        leads.send_replace(false);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn hold(
    client: &Client,
    candidate: &Candidate,
    leads: &watch::Sender<bool>,
    shutdown: &CancellationToken,
) -> Result<(), LeaseManagerError> {
    let manager = LeaseManagerBuilder::new(client.clone(), candidate.lease())
        .with_namespace(&candidate.namespace)
        .with_identity(&candidate.identity)
        .with_field_manager(format!("tidegate-lease-{}", candidate.identity))
        .with_duration(DURATION)
        .with_grace(GRACE)
        .build()
        .await?;
    let result = loop {
        let changed = tokio::time::timeout(DOUBT, manager.changed());
        let changed = tokio::select! {
            () = shutdown.cancelled() => break Ok(()),
            changed = changed => changed,
        };
        match changed {
            Ok(Ok(is_held)) => {
                info!(is_held, identity = candidate.identity, "lease");
                leads.send_replace(is_held);
            }
            Ok(Err(error)) => break Err(error),
            // A renewal that hangs must not let us lead on.
            Err(_) if *leads.borrow() && !is_held(client, candidate).await => break Ok(()),
            Err(_) => {}
        }
    };
    leads.send_replace(false);
    let _ = tokio::time::timeout(RELEASE, manager.release()).await;
    result
}

/// Whether the API server says, in time, that the Lease is ours.
async fn is_held(client: &Client, candidate: &Candidate) -> bool {
    let leases: Api<Lease> = Api::namespaced(client.clone(), &candidate.namespace);
    let name = candidate.lease();
    let lease = tokio::time::timeout(LOOK, leases.get(&name)).await;
    let holder = lease
        .ok()
        .and_then(Result::ok)
        .and_then(|lease| lease.spec?.holder_identity);
    holder.as_ref() == Some(&candidate.identity)
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
