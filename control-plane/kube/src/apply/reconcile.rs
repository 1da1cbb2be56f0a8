//! One fleet, written.
//!
//! Owns the calls: server-side apply in order, then what is pruned. Must not decide what is written. The invariant:
//! a name that somebody else has is never taken over, and what is deleted is exactly what was looked at.

use cp_deploy::Object;
use cp_translate::GatewayKey;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::core::DynamicObject;
use kube::{Api, Client};

use super::child::{ChildKey, Plan, resource};
use crate::failure::Failure;

/// What has to be done, and by whom.
pub(super) struct Job {
    pub(super) client: Client,
    pub(super) manager: String,
    pub(super) gateway: GatewayKey,
    pub(super) uid: String,
    pub(super) plan: Plan,
}

/// What was done.
pub(super) struct Report {
    pub(super) gateway: GatewayKey,
    pub(super) written: usize,
    pub(super) pruned: usize,
    pub(super) fault: Option<String>,
}

impl Job {
    /// Does all that can be done; the first thing that cannot is the fault.
    pub(super) async fn run(self) -> Report {
        let mut report = Report {
            gateway: self.gateway.clone(),
            written: 0,
            pruned: 0,
            fault: None,
        };
        let fail = |report: &mut Report, fault: String| {
            report.fault.get_or_insert(fault);
        };
        for key in &self.plan.taken {
            fail(&mut report, taken(key));
        }
        for (object, lives) in &self.plan.apply {
            match self.apply(object, *lives).await {
                Ok(()) => report.written += 1,
                Err(fault) => fail(&mut report, fault),
            }
        }
        // A workload of the other kind goes once its successor is there, and not where that failed.
        if report.fault.is_none() {
            for (key, uid) in &self.plan.prune {
                match self.prune(key, uid).await {
                    Ok(()) => report.pruned += 1,
                    Err(fault) => fail(&mut report, fault),
                }
            }
        }
        report
    }

    fn api(&self, key: &ChildKey) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &key.1, &resource(key.0))
    }

    async fn apply(&self, object: &Object, lives: bool) -> Result<(), String> {
        let key = (object.kind, object.namespace.clone(), object.name.clone());
        let api = self.api(&key);
        let what = format!(
            "{} {}/{}",
            object.kind.as_str(),
            object.namespace,
            object.name
        );
        let explain = |error: &kube::Error| format!("{what}: {}", Failure::of(error).cause);
        if !lives {
            // What is not watched may be there nevertheless, without our label.
            let found = api
                .get_opt(&object.name)
                .await
                .map_err(|error| explain(&error))?;
            if found.is_some_and(|found| !self.owns(&found)) {
                return Err(taken(&key));
            }
        }
        let params = PatchParams::apply(&self.manager).force();
        api.patch(&object.name, &params, &Patch::Apply(&object.value))
            .await
            .map(drop)
            .map_err(|error| explain(&error))
    }

    fn owns(&self, found: &DynamicObject) -> bool {
        let owners = found
            .metadata
            .owner_references
            .as_deref()
            .unwrap_or_default();
        owners
            .iter()
            .any(|owner| owner.uid == self.uid && owner.controller == Some(true))
    }

    async fn prune(&self, key: &ChildKey, uid: &str) -> Result<(), String> {
        let params = DeleteParams {
            preconditions: Some(Preconditions {
                uid: Some(uid.to_owned()),
                resource_version: None,
            }),
            ..DeleteParams::background()
        };
        match self.api(key).delete(&key.2, &params).await {
            Ok(_) => Ok(()),
            // Gone, or another object by now: either way not there any more.
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(()),
            Err(error) => Err(format!(
                "{} {}/{}: {}",
                key.0.as_str(),
                key.1,
                key.2,
                Failure::of(&error).cause
            )),
        }
    }
}

fn taken(key: &ChildKey) -> String {
    format!(
        "{} {}/{} exists and is not this Gateway's; rename one of them or delete it",
        key.0.as_str(),
        key.1,
        key.2
    )
}
