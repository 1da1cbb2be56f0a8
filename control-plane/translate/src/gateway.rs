//! Gateways: which are ours, what each of them may bind.
//!
//! Owns conditions of the Gateway as a whole and the claims of Gateways that share a machine's
//! ports. Must not look at routes. Who wins a port is the tie of decisions 4 (oldest, then namespace, then
//! name), never the order in which objects arrived.

use std::collections::BTreeMap;

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_api::gateway::Gateway;
use cp_api::{Kind, ObjectKey};

use crate::deployment::{Deployment, deployment, is_any};
use crate::gateway_class::{IMPLICIT, is_ours, no_effect};
use crate::inputs::Stored;
use crate::listener::ListenerDraft;
use crate::lookup::Lookup;
use crate::output::{GatewayKey, GatewayOutput, ListenerOutput};
use crate::plan::{Families, GatewayPlan, ListenerPlan, PortPlan};
use crate::policy::Attachments;
use crate::report::{Detail, Programmed, Report, Scope};
use crate::settings::{Settings, Source};

/// A Gateway on its way to a plan.
#[derive(Debug)]
pub(crate) struct GatewayDraft<'a> {
    pub(crate) key: GatewayKey,
    pub(crate) stored: &'a Stored<Gateway>,
    pub(crate) listeners: Vec<ListenerDraft<'a>>,
    /// Why nothing of it is served.
    refused: Option<Condition>,
    /// Why it has no address, though it is accepted.
    unaddressed: Option<Condition>,
    /// How its fleet is deployed.
    deployment: Option<Deployment>,
    /// Why that cannot be told. What runs is left as it is, and goes on being served.
    misfit: Option<String>,
}

/// Drafts of all Gateways that are ours, in the order of their keys.
pub(crate) fn drafts<'a>(lookup: &Lookup<'a>, settings: &Settings) -> Vec<GatewayDraft<'a>> {
    let mut drafts: Vec<GatewayDraft<'a>> = lookup
        .gateways()
        .filter(|stored| is_ours(lookup, settings, &stored.object.spec.gateway_class_name))
        .map(|stored| draft(lookup, settings, stored))
        .collect();
    if settings.shared_host {
        claim_ports(&mut drafts);
    }
    drafts
}

/// In a directory, a Gateway of an unknown class is told so: nobody else would.
pub(crate) fn orphan_reports(lookup: &Lookup<'_>, settings: &Settings) -> Vec<Report> {
    if settings.source == Source::Kubernetes {
        return Vec::new();
    }
    lookup
        .gateways()
        .filter(|stored| {
            let class = &stored.object.spec.gateway_class_name;
            lookup.class(class).is_none() && !IMPLICIT.contains(&class.as_str())
        })
        .map(|stored| {
            let class = &stored.object.spec.gateway_class_name;
            let controller = &settings.controller;
            let message = format!(
                "GatewayClass {class:?} does not exist; use tidegate, or create it with controllerName {controller}"
            );
            let condition = Condition {
                kind: ConditionType::Accepted,
                status: ConditionStatus::Unknown,
                reason: Reason::Pending,
                message,
            };
            report(stored, vec![condition], Programmed::Absent, Vec::new())
        })
        .collect()
}

fn draft<'a>(
    lookup: &Lookup<'a>,
    settings: &Settings,
    stored: &'a Stored<Gateway>,
) -> GatewayDraft<'a> {
    let gateway = &*stored.object;
    let key = GatewayKey::new(&*gateway.metadata.namespace, &*gateway.metadata.name);
    let mut refused = None;
    let mut unaddressed = None;
    for (index, address) in gateway.spec.addresses.iter().enumerate() {
        match address.kind.as_deref().unwrap_or("IPAddress") {
            "IPAddress" if is_any(&address.value) => {}
            // Who deploys asks for it, and says if it is not given.
            "IPAddress" if settings.deploys => {}
            kind @ ("IPAddress" | "Hostname") => {
                let remedy = if settings.deploys {
                    "ask for an IPAddress, or for none"
                } else {
                    "remove it, listeners bind every address"
                };
                let message = format!(
                    "spec.addresses[{index}]: {kind} {:?} cannot be assigned; {remedy}",
                    address.value
                );
                let reason = Reason::AddressNotUsable;
                unaddressed = Some(Condition::fails(ConditionType::Programmed, reason, message));
            }
            other => {
                let message =
                    format!("spec.addresses[{index}].type: {other:?} is not supported; remove it");
                let reason = Reason::UnsupportedAddress;
                refused = Some(Condition::fails(ConditionType::Accepted, reason, message));
            }
        }
    }
    let (deployment, misfit) = match settings.deploys.then(|| deployment(lookup, gateway)) {
        None => (None, None),
        Some(Ok(deployment)) => (Some(deployment), None),
        Some(Err(message)) => (None, Some(message)),
    };
    let listeners = crate::listener::drafts(lookup, settings, gateway);
    GatewayDraft {
        key,
        stored,
        listeners,
        refused,
        unaddressed,
        deployment,
        misfit,
    }
}

/// Gives each port to one Gateway; the others are told who has it.
fn claim_ports(drafts: &mut [GatewayDraft<'_>]) {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|index| {
        drafts.get(*index).map(|draft| {
            let created = draft.stored.object.metadata.creation_timestamp;
            (created.is_none(), created, draft.key.clone())
        })
    });
    let mut holders: BTreeMap<u16, GatewayKey> = BTreeMap::new();
    for index in order {
        let Some(draft) = drafts.get_mut(index).filter(|draft| draft.serves()) else {
            continue;
        };
        for listener in draft
            .listeners
            .iter_mut()
            .filter(|listener| listener.is_served())
        {
            let port = listener.spec.port;
            let holder = holders.entry(port).or_insert_with(|| draft.key.clone());
            if *holder != draft.key {
                let message =
                    format!("port {port} is held by Gateway {holder}; choose another port");
                listener.lose_port(message);
            }
        }
    }
}

fn report(
    stored: &Stored<Gateway>,
    conditions: Vec<Condition>,
    programmed: Programmed,
    gateways: Vec<GatewayKey>,
) -> Report {
    let metadata = &stored.object.metadata;
    Report {
        key: ObjectKey::new(Kind::Gateway, &*metadata.namespace, &*metadata.name),
        source: (*stored.source).clone(),
        scope: Scope::Object,
        conditions,
        programmed,
        envoy_limits: Vec::new(),
        gateways,
        detail: Detail::None,
    }
}

// === impl GatewayDraft ===

impl GatewayDraft<'_> {
    /// Whether anything of it can be served.
    fn serves(&self) -> bool {
        self.idle().is_none()
    }

    /// Why nothing of it is served, for what hangs on it.
    pub(crate) fn idle(&self) -> Option<(Reason, String)> {
        let refused = self.refused.as_ref();
        let unaddressed = self.unaddressed.as_ref();
        refused
            .map(|condition| (Reason::Invalid, condition.message.clone()))
            .or_else(|| unaddressed.map(|condition| (condition.reason, condition.message.clone())))
    }

    /// Why it is not programmed, as far as that is known without asking proxies.
    fn unprogrammed(&self) -> Option<Condition> {
        let lost: Vec<String> = self
            .listeners
            .iter()
            .filter_map(|listener| {
                let message = listener.lost.as_ref()?;
                Some(format!("listener {}: {message}", listener.spec.name))
            })
            .collect();
        self.unaddressed.clone().or_else(|| {
            let reason = Reason::AddressNotUsable;
            (!lost.is_empty())
                .then(|| Condition::fails(ConditionType::Programmed, reason, lost.join("; ")))
        })
    }

    fn accepted(&self) -> Condition {
        if let Some(condition) = &self.refused {
            return condition.clone();
        }
        if let Some(message) = &self.misfit {
            let reason = Reason::InvalidParameters;
            return Condition::fails(ConditionType::Accepted, reason, message);
        }
        let (valid, invalid): (Vec<&ListenerDraft<'_>>, Vec<&ListenerDraft<'_>>) = self
            .listeners
            .iter()
            .partition(|listener| listener.is_valid());
        if invalid.is_empty() {
            let holds = Condition::holds(ConditionType::Accepted, Reason::Accepted);
            return holds.saying(self.unserved().join("; "));
        }
        let names = |listeners: &[&ListenerDraft<'_>]| {
            let names: Vec<&str> = listeners
                .iter()
                .map(|listener| listener.spec.name.as_str())
                .collect();
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        let mut messages = vec![format!(
            "invalid listeners: {}; valid listeners: {}",
            names(&invalid),
            names(&valid)
        )];
        messages.extend(self.unserved());
        Condition {
            kind: ConditionType::Accepted,
            status: if valid.is_empty() {
                ConditionStatus::False
            } else {
                ConditionStatus::True
            },
            reason: Reason::ListenersNotValid,
            message: messages.join("; "),
        }
    }

    /// Fields that only widen who may attach: without them the Gateway serves less, and nothing wrong.
    fn unserved(&self) -> Vec<String> {
        let spec = &self.stored.object.spec;
        let sets = spec
            .allowed_listeners
            .as_ref()
            .and_then(|allowed| allowed.namespaces.from.as_deref());
        let fields = [
            ("allowedListeners", sets, "no ListenerSet attaches"),
            (
                "defaultScope",
                spec.default_scope.as_deref(),
                "routes have to name the Gateway in parentRefs",
            ),
        ];
        fields
            .into_iter()
            .filter(|(_, value, _)| value.is_some_and(|value| value != "None"))
            .map(|(field, _, effect)| {
                format!("spec.{field} is not supported yet: {effect}; remove it")
            })
            .chain(self.passed_over())
            .collect()
    }

    /// Parameters, where nothing is deployed.
    fn passed_over(&self) -> Option<String> {
        let reference = &self.stored.object.spec.infrastructure.parameters_ref;
        let is_deployed = self.deployment.is_some() || self.misfit.is_some();
        (reference.is_some() && !is_deployed)
            .then(|| no_effect("spec.infrastructure.parametersRef"))
    }

    /// Only where the Gateway asks for a client certificate towards its backends.
    fn resolved(&self) -> Option<Condition> {
        let tls = self.stored.object.spec.tls.as_ref()?;
        tls.backend.as_ref()?;
        Some(Condition::fails(
            ConditionType::ResolvedRefs,
            Reason::InvalidClientCertificateRef,
            "spec.tls.backend.clientCertificateRef is not supported yet: backends see no client certificate; remove it",
        ))
    }

    /// Reports of the Gateway and of its listeners.
    pub(crate) fn reports(&self) -> Vec<Report> {
        let accepted = self.accepted();
        let is_accepted = accepted.status == ConditionStatus::True;
        let mut conditions = vec![accepted];
        let mut programmed = Programmed::Pending;
        if !is_accepted {
            let message = "the Gateway is not accepted";
            conditions.push(Condition::fails(
                ConditionType::Programmed,
                Reason::Invalid,
                message,
            ));
            programmed = Programmed::Settled;
        } else if let Some(condition) = self.unprogrammed() {
            conditions.push(condition);
            programmed = Programmed::Settled;
        }
        conditions.extend(self.resolved());
        let own = vec![self.key.clone()];
        let whole = report(self.stored, conditions, programmed, own.clone());
        let serves = self.serves();
        let listeners = self.listeners.iter().map(|listener| {
            let (conditions, programmed) = listener.conditions(serves);
            Report {
                scope: Scope::Listener(listener.spec.name.clone()),
                detail: listener.detail(),
                ..report(self.stored, conditions, programmed, own.clone())
            }
        });
        std::iter::once(whole).chain(listeners).collect()
    }

    /// The plan: ports with the listeners that are served, and what their routes lead to.
    pub(crate) fn plan(&self, settings: &Settings, attached: &Attachments) -> GatewayPlan {
        let mut ports: BTreeMap<u16, PortPlan> = BTreeMap::new();
        let mut backends = BTreeMap::new();
        let served = self
            .listeners
            .iter()
            .filter(|listener| self.serves() && listener.is_bound());
        for listener in served {
            let Some(protocol) = listener.protocol else {
                continue;
            };
            for route in &listener.routes {
                for backend in &route.route.backends {
                    backends.insert(backend.name.clone(), std::sync::Arc::clone(backend));
                }
            }
            let name = &listener.spec.name;
            let policies = attached.of_listener(&self.key, name, &self.stored.source);
            let routes = listener.routes.iter();
            let routes = routes.map(|route| attached.of_route(&self.key, (name, &policies), route));
            let routes = routes.collect();
            let port = listener.spec.port;
            let empty = || PortPlan {
                port,
                protocol,
                listeners: Vec::new(),
            };
            ports
                .entry(port)
                .or_insert_with(empty)
                .listeners
                .push(ListenerPlan {
                    name: listener.spec.name.clone(),
                    hostname: listener.hostname.clone(),
                    certificate: listener.certificate.clone(),
                    routes,
                    policies,
                });
        }
        GatewayPlan {
            key: self.key.clone(),
            class: self.stored.object.spec.gateway_class_name.clone(),
            source: std::sync::Arc::clone(&self.stored.source),
            trusted_hops: settings.trusted_hops,
            families: self.families(),
            ports,
            backends,
            prices: BTreeMap::new(),
            deployment: self.deployment.clone(),
        }
    }

    /// What is asked for decides: a machine without IPv6 cannot bind its wildcard address.
    fn families(&self) -> Families {
        let mut addresses = self.stored.object.spec.addresses.iter();
        if addresses.any(|address| address.value == "::") {
            Families::Both
        } else {
            Families::V4
        }
    }

    /// The output before any resource is in it.
    pub(crate) fn output(&self) -> GatewayOutput {
        let serves = self.serves();
        let listeners = self.listeners.iter().map(|listener| ListenerOutput {
            name: listener.spec.name.clone(),
            port: listener.spec.port,
            is_served: serves && listener.is_bound(),
            protocol: listener.spec.protocol.clone(),
            hostname: listener.hostname.clone(),
            attached_routes: listener.attached(),
        });
        GatewayOutput {
            generation: self.stored.source.generation,
            listeners: listeners.collect(),
            ..GatewayOutput::default()
        }
    }
}
