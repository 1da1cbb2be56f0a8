//! What decides how the fleet of a Gateway is deployed in a cluster.
//!
//! Owns which objects have a say in it and whether they can be used. Must not know what is made of them: that is
//! cp-deploy. The invariant: parameters that cannot be used change nothing that runs.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use cp_api::gateway::Gateway;
use cp_api::gateway_class::GatewayClass;
use cp_api::parameters::AgentgatewayParameters;
use cp_api::{Kind, ObjectKey};

use crate::lookup::Lookup;

/// What decides how a fleet is deployed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployment {
    /// Ports of all its listeners. Also of those that are not served: an address must not go because of a certificate
    /// that is missing for a moment.
    pub ports: BTreeSet<u16>,
    /// `spec.infrastructure.labels`.
    pub labels: BTreeMap<String, String>,
    /// `spec.infrastructure.annotations`.
    pub annotations: BTreeMap<String, String>,
    /// IP addresses that are asked for.
    pub addresses: Vec<String>,
    /// Annotations of the objects that have a say, the strongest first.
    pub notes: Vec<BTreeMap<String, String>>,
    /// Parameters of the class, the weaker ones.
    pub class_parameters: Option<Arc<AgentgatewayParameters>>,
    /// Parameters of the Gateway.
    pub parameters: Option<Arc<AgentgatewayParameters>>,
}

/// What the Gateway and its class say; or why that cannot be used.
pub(crate) fn deployment(lookup: &Lookup<'_>, gateway: &Gateway) -> Result<Deployment, String> {
    let spec = &gateway.spec;
    let class = lookup.class(&spec.gateway_class_name);
    let class_parameters = match class {
        Some(class) => of_class(lookup, &class.object).map_err(|message| {
            let name = &class.object.metadata.name;
            format!("GatewayClass {name}: {message}")
        })?,
        None => None,
    };
    let parameters = match &spec.infrastructure.parameters_ref {
        Some(reference) => {
            let key = ObjectKey {
                group: reference.group.clone(),
                kind: reference.kind.clone(),
                namespace: gateway.metadata.namespace.clone(),
                name: reference.name.clone(),
            };
            let found = find(lookup, &key);
            Some(found.map_err(|message| format!("spec.infrastructure.parametersRef: {message}"))?)
        }
        None => None,
    };
    let ports = spec
        .listeners
        .iter()
        .filter(|listener| listener.protocol != "UDP");
    let asked = spec.addresses.iter().filter(|address| {
        let is_ip = address.kind.as_deref().unwrap_or("IPAddress") == "IPAddress";
        is_ip && !is_any(&address.value)
    });
    let notes = [Some(&gateway.metadata)]
        .into_iter()
        .chain([&parameters, &class_parameters].map(|level| {
            let level = level.as_ref()?;
            Some(&level.metadata)
        }))
        .flatten();
    Ok(Deployment {
        ports: ports.map(|listener| listener.port).collect(),
        labels: spec.infrastructure.labels.clone(),
        annotations: spec.infrastructure.annotations.clone(),
        addresses: asked.map(|address| address.value.clone()).collect(),
        notes: notes.map(|metadata| metadata.annotations.clone()).collect(),
        class_parameters,
        parameters,
    })
}

/// Parameters of a class, if it has any; or why they cannot be used.
pub(crate) fn of_class(
    lookup: &Lookup<'_>,
    class: &GatewayClass,
) -> Result<Option<Arc<AgentgatewayParameters>>, String> {
    let Some(reference) = &class.spec.parameters_ref else {
        return Ok(None);
    };
    let Some(namespace) = &reference.namespace else {
        return Err("spec.parametersRef.namespace must be set".to_owned());
    };
    let key = ObjectKey {
        group: reference.group.clone(),
        kind: reference.kind.clone(),
        namespace: namespace.clone(),
        name: reference.name.clone(),
    };
    let found = find(lookup, &key).map_err(|message| format!("spec.parametersRef: {message}"))?;
    Ok(Some(found))
}

fn find(lookup: &Lookup<'_>, key: &ObjectKey) -> Result<Arc<AgentgatewayParameters>, String> {
    let kind = Kind::AgentgatewayParameters;
    if key.known() != Some(kind) {
        return Err(format!(
            "kind {:?} of group {:?} cannot be used; refer to an {kind} of {}",
            key.kind,
            key.group,
            kind.group()
        ));
    }
    match lookup.parameters_named(&key.namespace, &key.name) {
        Some(stored) => Ok(Arc::clone(&stored.object)),
        None => Err(format!("{key} does not exist")),
    }
}

/// Whether an address leaves the choice to us.
pub(crate) fn is_any(address: &str) -> bool {
    matches!(address, "" | "0.0.0.0" | "::")
}
