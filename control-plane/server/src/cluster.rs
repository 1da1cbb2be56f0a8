//! What this replica writes into its cluster.
//!
//! Owns the tasks beside the loop: the Lease, statuses, fleets, FleetReports. Must not decide what is written. Statuses and
//! fleets are led; FleetReports are each replica's own.

use std::sync::Arc;
use std::time::Duration;

use cp_kube::fleet_report::{self, PeerChange};
use cp_kube::lease::{self, Candidate};
use cp_kube::status::{Counts, Writer};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::deploy_settings::DeploySettings;
use crate::deployer::{self, Authorities};
use crate::event::{Event, Events};
use crate::state::Links;
use crate::task;

/// Changes of other replicas' reports that may wait.
const PEERS: usize = 64;
/// Old reports that may wait to be deleted.
const FORGOTTEN: usize = 64;
/// For how long what an earlier process of this name reported is waited for, before the own reports go over it.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// This replica, and its API server.
#[derive(Clone)]
pub struct Replica {
    /// Speaks to the API server.
    pub client: cp_kube::client::Client,
    /// Namespace of the control plane.
    pub namespace: String,
    /// Name; in a cluster that of the Pod.
    pub name: String,
    /// controllerName of ours.
    pub controller: String,
    /// Which namespaces are read.
    pub selection: cp_kube::Selection,
}

/// With what proxies are deployed, and by what they know this control plane.
pub type Deploy = (DeploySettings, Authorities);

/// The running tasks.
#[derive(Default)]
pub struct Writers(Vec<JoinHandle<()>>);

/// Starts everything that writes. They end with `shutdown`; the Lease is given up then.
pub fn start(
    replica: Replica,
    deploy: Option<Deploy>,
    lead: watch::Sender<bool>,
    counts: Counts,
    events: &Events,
    shutdown: &CancellationToken,
) -> (Links, Writers) {
    let (statuses, wanted) = watch::channel(None);
    let (reports, own) = watch::channel(Arc::default());
    let (fleets, desired) = watch::channel(None);
    let (forgotten, old) = mpsc::channel(FORGOTTEN);
    let leads = lead.subscribe();
    let writer = Writer {
        client: replica.client.clone(),
        controller: replica.controller.clone(),
        wanted,
        leader: leads.clone(),
        counts: counts.clone(),
    };
    let candidate = Candidate {
        namespace: replica.namespace.clone(),
        identity: replica.name.clone(),
        controller: replica.controller.clone(),
    };
    let deployer = deploy.map(|(settings, authorities)| deployer::Task {
        settings,
        authorities,
        fleets: desired,
        events: events.clone(),
        writer: deployer::Writer {
            client: replica.client.clone(),
            manager: replica.controller.clone(),
            leader: leads.clone(),
            selection: replica.selection.clone(),
            counts: counts.clone(),
        },
    });
    let lease = lease::run(replica.client.clone(), candidate, lead, shutdown.clone());
    let mut tasks = vec![
        task::spawn("lease", lease),
        task::spawn("statuses", writer.run(shutdown.clone())),
        task::spawn(
            "leadership",
            tell_leads(leads, events.clone(), shutdown.clone()),
        ),
        task::spawn(
            "fleet reports",
            exchange(replica.clone(), own, events.clone(), shutdown.clone()),
        ),
        task::spawn("old fleet reports", forget(replica, old, shutdown.clone())),
    ];
    tasks.extend(deployer.map(|task| task::spawn("deployer", task.run(shutdown.clone()))));
    let links = Links {
        statuses,
        fleets,
        reports,
        forgotten,
    };
    (links, Writers(tasks))
}

async fn tell_leads(mut leads: watch::Receiver<bool>, events: Events, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = leads.changed() => if changed.is_err() { return },
        }
        let now = *leads.borrow_and_update();
        if events.send(Event::Leads(now)).await.is_err() {
            return;
        }
    }
}

async fn exchange(
    replica: Replica,
    own: watch::Receiver<Arc<fleet_report::Reports>>,
    events: Events,
    shutdown: CancellationToken,
) {
    let name = fleet_report::Replica {
        namespace: replica.namespace,
        name: replica.name,
    };
    let (changes, mut changed) = mpsc::channel::<PeerChange>(PEERS);
    let (found, leftovers) = watch::channel(None);
    let follow = fleet_report::follow(
        replica.client.clone(),
        name.clone(),
        changes,
        found,
        shutdown.clone(),
    );
    let write = async {
        let mut known = leftovers.clone();
        let first = known.wait_for(Option::is_some);
        let _ = tokio::time::timeout(FIRST_LOOK, first).await;
        fleet_report::write(replica.client, name, own, leftovers, shutdown.clone()).await;
    };
    let forward = async {
        while let Some(change) = changed.recv().await {
            if events.send(Event::Peer(change)).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(follow, write, forward);
}

async fn forget(
    replica: Replica,
    mut old: mpsc::Receiver<(cp_translate::GatewayKey, String)>,
    shutdown: CancellationToken,
) {
    loop {
        let next = tokio::select! {
            () = shutdown.cancelled() => return,
            next = old.recv() => next,
        };
        let Some((gateway, name)) = next else { return };
        fleet_report::forget(&replica.client, &replica.namespace, &gateway, &name).await;
    }
}

// === impl Writers ===

impl Writers {
    /// Waits until all have ended.
    pub async fn ended(self) {
        for task in self.0 {
            let _ = task.await;
        }
    }
}
