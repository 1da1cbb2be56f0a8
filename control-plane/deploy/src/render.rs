//! A fleet as Kubernetes objects.
//!
//! Owns the order of the layers: defaults, typed parameters of the class, of the Gateway, rendering, overlays of
//! the class, of the Gateway. Must not apply anything. The invariant: an overlay changes content, never which
//! object it is, to whom it belongs or by which labels its parts find each other.

pub(crate) mod identity;
mod scale;
mod service;
mod settings;
mod workload;

use cp_api::parameters::{Overlay, WorkloadKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::exposure::Exposure;
use crate::fleet::{Fleet, Platform};
use crate::layers::{LayerError, Layers, Pick};
use crate::merge::{PatchError, strategic_merge};
use crate::object::{Child, Object};

use self::identity::Identity;

/// Where the proxy answers probes and serves metrics.
pub const PROBE_PORT: u16 = 15020;

/// Why a fleet cannot be rendered. All of it is the parameters' fault, or the annotations'.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The levels contradict each other.
    #[error(transparent)]
    Layers(#[from] LayerError),
    /// An overlay cannot be laid over its object.
    #[error("overlay of {kind}: {source}")]
    Overlay {
        /// The object.
        kind: &'static str,
        /// What is wrong.
        #[source]
        source: PatchError,
    },
    /// What an overlay leaves is no such object.
    #[error("overlay of {kind}: {message}")]
    Shape {
        /// The object.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
    /// An overlay has a spec where the object has none.
    #[error("overlay of {0}: it has no spec; set metadata only")]
    NoSpec(&'static str),
    /// A listener wants the port of the probes.
    #[error(
        "port {PROBE_PORT} is the proxy's own, for probes and metrics; choose another port for the listener"
    )]
    Reserved,
}

/// Everything that the fleet is made of, in the order in which it is applied. Nothing for a fleet that people run.
pub fn render(fleet: &Fleet, platform: &Platform) -> Result<Vec<Object>, RenderError> {
    let layers = Layers::lay(fleet.class_parameters.as_ref(), fleet.parameters.as_ref())?;
    if matches!(fleet.exposure, Exposure::Unmanaged(_)) {
        return Ok(Vec::new());
    }
    if fleet.ports.contains(&PROBE_PORT) {
        return Err(RenderError::Reserved);
    }
    let identity = Identity::new(fleet, platform);
    let draft = Draft {
        identity: &identity,
        layers: &layers,
    };
    let mut objects = vec![
        draft.finish(
            Child::ServiceAccount,
            &identity.name,
            identity.account(),
            Some(|spec| spec.service_account.as_ref()),
        )?,
        draft.finish(
            Child::ConfigMap,
            &identity.name,
            settings::proxy(&identity, &layers),
            None,
        )?,
        draft.finish(
            Child::ConfigMap,
            &identity.ca,
            settings::authority(&identity, platform),
            None,
        )?,
    ];
    if !fleet.ports.is_empty() {
        let service = service::service(fleet, &identity);
        objects.push(draft.finish(
            Child::Service,
            &identity.name,
            service,
            Some(|spec| spec.service.as_ref()),
        )?);
    }
    objects.push(draft.workload(fleet, platform)?);
    objects.extend(draft.scale()?);
    Ok(objects)
}

/// Its overlay asks for an autoscaler, and then replicas are not ours to set.
const AUTOSCALER: Pick = |spec| spec.horizontal_pod_autoscaler.as_ref();

/// What turns a typed object into a rendered one.
struct Draft<'a> {
    identity: &'a Identity,
    layers: &'a Layers<'a>,
}

impl Draft<'_> {
    /// The Deployment or DaemonSet.
    fn workload(&self, fleet: &Fleet, platform: &Platform) -> Result<Object, RenderError> {
        let (identity, layers) = (self.identity, self.layers);
        let template = workload::template(fleet, platform, identity, layers);
        match layers.kind {
            WorkloadKind::Deployment => {
                let deployment = self.finish(
                    Child::Deployment,
                    &identity.name,
                    workload::deployment(fleet, identity, template),
                    Some(|spec| spec.deployment.as_ref()),
                )?;
                Ok(match self.scales() {
                    true => workload::without_replicas(deployment),
                    false => deployment,
                })
            }
            WorkloadKind::DaemonSet => self.finish(
                Child::DaemonSet,
                &identity.name,
                workload::daemon_set(fleet, identity, template),
                Some(|spec| spec.daemon_set.as_ref()),
            ),
        }
    }

    /// What parameters ask for beside the workload.
    fn scale(&self) -> Result<Vec<Object>, RenderError> {
        let identity = self.identity;
        let mut objects = Vec::new();
        let budgets: Pick = |spec| spec.pod_disruption_budget.as_ref();
        if self.layers.overlays(budgets).next().is_some() {
            let budget = scale::budget(identity);
            let kind = Child::PodDisruptionBudget;
            let budget = self.finish(kind, &identity.name, budget, Some(budgets))?;
            objects.push(scale::with_a_limit(budget));
        }
        if self.scales() {
            objects.push(self.finish(
                Child::HorizontalPodAutoscaler,
                &identity.name,
                scale::autoscaler(identity),
                Some(AUTOSCALER),
            )?);
        }
        Ok(objects)
    }

    fn scales(&self) -> bool {
        self.layers.overlays(AUTOSCALER).next().is_some()
    }

    fn finish<T: Serialize + DeserializeOwned>(
        &self,
        kind: Child,
        name: &str,
        object: T,
        pick: Option<Pick>,
    ) -> Result<Object, RenderError> {
        let shape = |error: serde_json::Error| RenderError::Shape {
            kind: kind.as_str(),
            message: error.to_string(),
        };
        let mut value = serde_json::to_value(&object).map_err(shape)?;
        for overlay in pick.into_iter().flat_map(|pick| self.layers.overlays(pick)) {
            value = laid_over(kind, value, overlay)?;
        }
        // Wrong types are the user's to mend, so they are found here and not by the API server.
        serde_json::from_value::<T>(value.clone()).map_err(shape)?;
        self.identity.restore(kind, name, &mut value);
        Ok(Object::sealed(kind, &self.identity.namespace, name, value))
    }
}

fn laid_over(kind: Child, value: Value, overlay: &Overlay) -> Result<Value, RenderError> {
    let mut patch = Map::new();
    if let Some(metadata) = &overlay.metadata {
        let strings = |map: &Option<std::collections::BTreeMap<String, String>>| -> Value {
            map.iter()
                .flatten()
                .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
                .collect()
        };
        let mut both = Map::new();
        both.insert("labels".to_owned(), strings(&metadata.labels));
        both.insert("annotations".to_owned(), strings(&metadata.annotations));
        patch.insert("metadata".to_owned(), Value::Object(both));
    }
    if let Some(spec) = &overlay.spec {
        if kind == Child::ServiceAccount {
            return Err(RenderError::NoSpec(kind.as_str()));
        }
        patch.insert("spec".to_owned(), Value::Object(spec.clone()));
    }
    strategic_merge(kind.as_str(), value, Value::Object(patch)).map_err(|source| {
        RenderError::Overlay {
            kind: kind.as_str(),
            source,
        }
    })
}
