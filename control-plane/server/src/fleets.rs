//! From what translation wants to what is deployed, and from what became of it to statuses.
//!
//! Owns the choice of the exposure and which faults are whose: parameters that cannot be used are the author's, what
//! cannot be written is the cluster's. Must not do I/O. The invariant: what is wrong with one Gateway's parameters keeps
//! its fleet as it is and touches no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::parameters::{AgentgatewayParameters, ParametersSpec};
use cp_deploy::exposure::{Address, AddressProblem, Exposure, choose};
use cp_deploy::{Fleet, Platform};
use cp_kube::apply::{Outcome, Rendered, Wanted};
use cp_kube::status;
use cp_translate::{Deployment, Desired, GatewayKey};

/// Every fleet, and what each was made from: what is the same is not made again.
#[derive(Default)]
pub struct Fleets {
    platform: Option<Arc<Platform>>,
    made: BTreeMap<GatewayKey, (Desired, Made)>,
}

/// A fleet that was rendered, or why it was not.
#[derive(Clone)]
struct Made {
    rendered: Arc<Rendered>,
    fault: Option<String>,
}

// === impl Fleets ===

impl Fleets {
    /// Renders what is new. Everything, where the platform changed.
    pub fn follow(&mut self, desired: &[Desired], platform: &Arc<Platform>) {
        if self.platform.as_ref() != Some(platform) {
            self.made.clear();
            self.platform = Some(Arc::clone(platform));
        }
        let mut before = std::mem::take(&mut self.made);
        for desired in desired {
            let old = before.remove(&desired.gateway);
            let made = match old {
                Some((from, made)) if from == *desired => made,
                Some(_) | None => made(desired, platform),
            };
            self.made
                .insert(desired.gateway.clone(), (desired.clone(), made));
        }
    }

    /// What should be in the cluster.
    pub fn wanted(&self) -> Wanted {
        let all = self.made.iter();
        all.map(|(key, (_, made))| (key.clone(), Arc::clone(&made.rendered)))
            .collect()
    }

    /// What statuses say of it.
    pub fn deployed(
        &self,
        outcomes: &BTreeMap<GatewayKey, Outcome>,
    ) -> BTreeMap<GatewayKey, status::Deployed> {
        let all = self.made.iter().filter_map(|(key, (_, made))| {
            let outcome = outcomes.get(key);
            (outcome.is_some() || made.fault.is_some())
                .then(|| (key.clone(), deployed(made, outcome)))
        });
        all.collect()
    }
}

fn made(desired: &Desired, platform: &Platform) -> Made {
    let rendered = Rendered {
        uid: desired.uid.clone(),
        ..Rendered::default()
    };
    let Some(deployment) = &desired.deployment else {
        // Translation says why.
        return Made {
            rendered: Arc::new(rendered),
            fault: None,
        };
    };
    let addresses = deployment.addresses.clone();
    match render(desired, deployment, platform) {
        Ok((exposure, objects)) => Made {
            rendered: Arc::new(Rendered {
                exposure,
                addresses,
                objects: Some(objects),
                ..rendered
            }),
            fault: None,
        },
        Err(fault) => Made {
            rendered: Arc::new(Rendered {
                addresses,
                ..rendered
            }),
            fault: Some(fault),
        },
    }
}

fn render(
    desired: &Desired,
    deployment: &Deployment,
    platform: &Platform,
) -> Result<(Exposure, Vec<cp_deploy::Object>), String> {
    let notes: Vec<_> = deployment.notes.iter().collect();
    let exposure = choose(&notes).map_err(|error| error.to_string())?;
    let fleet = Fleet {
        namespace: desired.gateway.namespace.clone(),
        name: desired.gateway.name.clone(),
        uid: desired.uid.clone(),
        class: desired.class.clone(),
        labels: deployment.labels.clone(),
        annotations: deployment.annotations.clone(),
        addresses: deployment.addresses.clone(),
        ports: deployment.ports.iter().copied().collect(),
        exposure: exposure.clone(),
        class_parameters: spec(&deployment.class_parameters),
        parameters: spec(&deployment.parameters),
    };
    let objects = cp_deploy::render(&fleet, platform).map_err(|error| error.to_string())?;
    Ok((exposure, objects))
}

fn spec(parameters: &Option<Arc<AgentgatewayParameters>>) -> Option<ParametersSpec> {
    parameters.as_ref().map(|object| object.spec.clone())
}

fn deployed(made: &Made, outcome: Option<&Outcome>) -> status::Deployed {
    let mut faults = Vec::new();
    if let Some(fault) = &made.fault {
        let fails = |kind, reason, words: &str| Condition::fails(kind, reason, words);
        faults.push(fails(
            ConditionType::Accepted,
            Reason::InvalidParameters,
            fault,
        ));
        let words = "the Gateway is not accepted; what is deployed stays as it is";
        faults.push(fails(ConditionType::Programmed, Reason::Invalid, words));
    } else if let Some(fault) = outcome.and_then(|outcome| outcome.fault.as_ref()) {
        let reason = Reason::DeploymentFailed;
        faults.push(Condition::fails(ConditionType::Programmed, reason, fault));
    }
    let reachability = outcome.map(|outcome| &outcome.reachability);
    let mut unaddressed = None;
    match reachability.and_then(|reachability| reachability.problem.as_ref()) {
        Some(problem @ AddressProblem::NotUsable(_)) if faults.is_empty() => {
            let reason = Reason::AddressNotUsable;
            faults.push(Condition::fails(
                ConditionType::Programmed,
                reason,
                problem.to_string(),
            ));
        }
        Some(AddressProblem::Pending(why)) => unaddressed = Some((*why).to_owned()),
        Some(AddressProblem::NotUsable(_)) | None => {}
    }
    let addresses = reachability.map_or(&[][..], |reachability| &reachability.addresses);
    status::Deployed {
        addresses: addresses.iter().map(address).collect(),
        unaddressed,
        faults,
    }
}

fn address(address: &Address) -> status::Address {
    let (kind, value) = match address {
        Address::Ip(ip) => ("IPAddress", ip),
        Address::Hostname(name) => ("Hostname", name),
    };
    status::Address {
        kind,
        value: value.clone(),
    }
}

#[cfg(test)]
mod tests;
