//! One status, brought into the API server.
//!
//! Owns reading, merging and patching one object, and what each answer means. Must not decide when. A patch carries the
//! resourceVersion that was read, so that it never goes over what another wrote in between; only the leader gets here.

use std::time::Duration;

use cp_api::ObjectKey;
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::{Client, Error};
use serde_json::{Value, json};
use tokio::sync::watch;
use tracing::{debug, warn};

use crate::kinds;
use crate::status::counts::{Attempt, Counts};
use crate::status::merge::merge;
use crate::status::queue::Outcome;
use crate::status::wanted::Wanted;

/// Attempts while others write the same object.
const ATTEMPTS: u32 = 5;
/// Pause between them.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes one object say what is wanted.
pub(crate) async fn write(
    client: &Client,
    key: &ObjectKey,
    wanted: &Wanted,
    leader: &watch::Receiver<bool>,
    counts: &Counts,
) -> (Outcome, Option<Denied>) {
    let Some(api) = api(client, key) else {
        return (Outcome::Gone, None);
    };
    for attempt in 1..=ATTEMPTS {
        if attempt > 1 {
            tokio::time::sleep(PAUSE).await;
        }
        let result = tokio::time::timeout(PATIENCE, once(&api, key, wanted, leader)).await;
        let result = result.unwrap_or(Err(Fault::Failed("no answer in time".to_owned())));
        let (write, outcome) = match result {
            Ok(write) => (write, Outcome::Settled),
            Err(Fault::Conflict) => {
                counts.wrote(Attempt::Conflict);
                continue;
            }
            Err(Fault::Gone) => (Attempt::Gone, Outcome::Gone),
            Err(Fault::Lost) => return (Outcome::Failed, None),
            Err(Fault::Forbidden(message)) => {
                counts.wrote(Attempt::Forbidden);
                let kind = key.kind.clone();
                return (Outcome::Failed, Some(Denied { kind, message }));
            }
            Err(Fault::Invalid(message)) => {
                warn!("{key}: the API server refuses its status: {message}");
                (Attempt::Invalid, Outcome::Failed)
            }
            Err(Fault::Failed(message)) => {
                debug!("{key}: its status could not be written: {message}");
                (Attempt::Failed, Outcome::Failed)
            }
        };
        counts.wrote(write);
        return (outcome, None);
    }
    debug!("{key}: others wrote its status {ATTEMPTS} times while we tried");
    (Outcome::Failed, None)
}

/// Statuses of a kind may not be read or written.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    pub(crate) kind: String,
    pub(crate) message: String,
}

enum Fault {
    Conflict,
    Gone,
    /// Another leads by now.
    Lost,
    Forbidden(String),
    Invalid(String),
    Failed(String),
}

async fn once(
    api: &Api<DynamicObject>,
    key: &ObjectKey,
    wanted: &Wanted,
    leader: &watch::Receiver<bool>,
) -> Result<Attempt, Fault> {
    let live = api.get(&key.name).await.map_err(fault)?;
    let version = live.metadata.resource_version.clone();
    let uid = live.metadata.uid.clone();
    let live = serde_json::to_value(live).map_err(|error| Fault::Failed(error.to_string()))?;
    let Some(status) = merge(&live, wanted, &now()) else {
        return Ok(Attempt::Unchanged);
    };
    if !*leader.borrow() {
        return Err(Fault::Lost);
    }
    let patch = json!({
        "metadata": {"uid": uid, "resourceVersion": version},
        "status": status,
    });
    let params = PatchParams::default();
    api.patch_status(&key.name, &params, &Patch::Merge(&patch))
        .await
        .map_err(fault)?;
    Ok(Attempt::Written)
}

/// The objects of a kind; `None` for kinds that are not watched.
fn api(client: &Client, key: &ObjectKey) -> Option<Api<DynamicObject>> {
    let kind = key.known()?;
    let version = kind.versions().first()?;
    let resource = kinds::watched(kind).resource(version);
    Some(if kind.is_namespaced() {
        Api::namespaced_with(client.clone(), &key.namespace, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    })
}

fn fault(error: Error) -> Fault {
    let Error::Api(status) = error else {
        return Fault::Failed(error.to_string());
    };
    match status.code {
        404 | 410 => Fault::Gone,
        409 => Fault::Conflict,
        401 | 403 => Fault::Forbidden(status.message),
        400 | 422 => Fault::Invalid(status.message),
        _ => Fault::Failed(status.message),
    }
}

/// The time that a condition which changes gets.
pub(crate) fn now() -> String {
    let now = k8s_openapi::jiff::Timestamp::now().as_second();
    let now = k8s_openapi::jiff::Timestamp::from_second(now).unwrap_or_default();
    now.to_string()
}

/// What a status says, for comparing.
pub(crate) fn differs(live: &Value, wanted: &Wanted) -> bool {
    merge(live, wanted, "").is_some()
}
