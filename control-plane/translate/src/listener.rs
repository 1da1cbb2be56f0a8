//! Listeners: which exist, which conflict, whom they admit.
//!
//! Owns protocols, conflicts inside one Gateway and `allowedRoutes`. Must not resolve routes. Of listeners that
//! are not distinct none is served (Gateway API, "Handling indistinct Listeners"): picking a winner would send
//! traffic where nobody asked for it.

use cp_api::condition::{Condition, ConditionStatus, ConditionType, Reason};
use cp_api::gateway::{FromNamespaces, Gateway, Listener};
use cp_api::{Kind, ObjectKey};

use crate::hostname::ANY;
use crate::lookup::Lookup;
use crate::plan::{Attached, Certificate, Protocol};
use crate::report::{Detail, Programmed};
use crate::settings::Settings;
use crate::tls;

/// Kinds of route that HTTP and HTTPS listeners serve where nothing is asked for.
const HTTP_KINDS: [Kind; 1] = [Kind::HttpRoute];
/// Kinds that they serve where they are asked to. With models come routes that nobody wrote.
const ASKED_KINDS: [Kind; 1] = [Kind::AgentgatewayModel];

/// A listener on its way to a plan.
#[derive(Debug)]
pub(crate) struct ListenerDraft<'a> {
    pub(crate) spec: &'a Listener,
    pub(crate) hostname: Option<String>,
    pub(crate) protocol: Option<Protocol>,
    /// Whether the proxy itself uses its port.
    is_reserved: bool,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) routes: Vec<Attached>,
    /// Who has its port instead.
    pub(crate) lost: Option<String>,
    namespace: &'a str,
    kinds: Vec<Kind>,
    refused: Option<Condition>,
    conflict: Option<(Reason, String)>,
    unresolved: Vec<(Reason, String)>,
}

/// Drafts of the listeners of a Gateway, in the order in which they are written.
pub(crate) fn drafts<'a>(
    lookup: &Lookup<'a>,
    settings: &Settings,
    gateway: &'a Gateway,
) -> Vec<ListenerDraft<'a>> {
    let mut drafts: Vec<ListenerDraft<'a>> = gateway
        .spec
        .listeners
        .iter()
        .map(|listener| draft(lookup, settings, gateway, listener))
        .collect();
    let conflicts: Vec<Option<(Reason, String)>> = drafts
        .iter()
        .map(|draft| conflict(draft, &drafts))
        .collect();
    for (draft, conflict) in drafts.iter_mut().zip(conflicts) {
        draft.conflict = conflict;
    }
    drafts
}

fn draft<'a>(
    lookup: &Lookup<'a>,
    settings: &Settings,
    gateway: &'a Gateway,
    spec: &'a Listener,
) -> ListenerDraft<'a> {
    let protocol = match spec.protocol.as_str() {
        "HTTP" => Some(Protocol::Http),
        "HTTPS" => Some(Protocol::Https),
        _ => None,
    };
    let hostname = spec
        .hostname
        .clone()
        .filter(|hostname| !hostname.is_empty());
    let (kinds, mut unresolved) = kinds(spec);
    let mut refused = None;
    let is_reserved = settings.reserved_ports.contains(&spec.port);
    if is_reserved {
        let message = format!(
            "port {} is used by the proxy itself; choose another",
            spec.port
        );
        let reason = Reason::PortUnavailable;
        refused = Some(Condition::fails(ConditionType::Accepted, reason, message));
    }
    if protocol.is_none() {
        let reason = Reason::UnsupportedProtocol;
        refused = Some(Condition::fails(
            ConditionType::Accepted,
            reason,
            unsupported(spec),
        ));
    }
    let certificate = (protocol == Some(Protocol::Https)).then(|| {
        let resolved = tls::resolve(lookup, gateway, spec);
        unresolved.extend(resolved.unresolved);
        if let Some(message) = resolved.refused {
            let reason = Reason::UnsupportedValue;
            refused = Some(Condition::fails(ConditionType::Accepted, reason, message));
        }
        resolved.certificate
    });
    ListenerDraft {
        spec,
        hostname,
        protocol,
        is_reserved,
        certificate,
        routes: Vec::new(),
        lost: None,
        namespace: &gateway.metadata.namespace,
        kinds,
        refused,
        conflict: None,
        unresolved,
    }
}

fn unsupported(spec: &Listener) -> String {
    let upper = spec.protocol.to_ascii_uppercase();
    if matches!(upper.as_str(), "HTTP" | "HTTPS") {
        return format!(
            "protocol {:?} is not supported; write {upper}",
            spec.protocol
        );
    }
    format!(
        "protocol {:?} is not supported; use HTTP or HTTPS",
        spec.protocol
    )
}

/// Kinds that may attach, and what is wrong with those asked for.
fn kinds(spec: &Listener) -> (Vec<Kind>, Vec<(Reason, String)>) {
    let asked = &spec.allowed_routes.kinds;
    if asked.is_empty() {
        return (HTTP_KINDS.to_vec(), Vec::new());
    }
    let is_served = |kind: &Kind| HTTP_KINDS.contains(kind) || ASKED_KINDS.contains(kind);
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for kind in asked {
        match Kind::of(&kind.group, &kind.kind).filter(is_served) {
            Some(kind) => known.push(kind),
            None => unknown.push((
                Reason::InvalidRouteKinds,
                format!(
                    "allowedRoutes.kinds: {} of group {:?} is not supported by protocol {}; use HTTPRoute or AgentgatewayModel",
                    kind.kind, kind.group, spec.protocol
                ),
            )),
        }
    }
    (known, unknown)
}

/// Why a listener is not distinct from the others, if it is not.
fn conflict(draft: &ListenerDraft<'_>, all: &[ListenerDraft<'_>]) -> Option<(Reason, String)> {
    // A protocol that is not served takes part in no conflict.
    let protocol = draft.protocol?;
    let others = || {
        all.iter().filter(|other| {
            other.spec.name != draft.spec.name
                && other.spec.port == draft.spec.port
                && other.protocol.is_some()
        })
    };
    let names = |listeners: Vec<&str>| listeners.join(", ");
    let of_other_protocol: Vec<&str> = others()
        .filter(|other| other.protocol != Some(protocol))
        .map(|other| other.spec.name.as_str())
        .collect();
    if !of_other_protocol.is_empty() {
        let message = format!(
            "port {} has another protocol in listener {}",
            draft.spec.port,
            names(of_other_protocol)
        );
        return Some((Reason::ProtocolConflict, message));
    }
    let of_same_host: Vec<&str> = others()
        .filter(|other| other.hostname == draft.hostname)
        .map(|other| other.spec.name.as_str())
        .collect();
    (!of_same_host.is_empty()).then(|| {
        let host = draft.hostname.as_deref().unwrap_or(ANY);
        let message = format!(
            "port {}, protocol {} and hostname {host} are those of listener {}; none of them is served",
            draft.spec.port,
            draft.spec.protocol,
            names(of_same_host)
        );
        (Reason::HostnameConflict, message)
    })
}

// === impl ListenerDraft ===

impl ListenerDraft<'_> {
    /// Whether nothing is wrong with it that its author must mend for it to be accepted.
    pub(crate) fn is_valid(&self) -> bool {
        self.refused.is_none() && self.conflict.is_none()
    }

    /// Whether it goes to the proxies. A listener without a usable certificate does: its handshakes fail,
    /// instead of its clients reaching another listener.
    pub(crate) fn is_served(&self) -> bool {
        let is_closed = matches!(self.certificate, Some(Certificate::Unusable));
        self.conflict.is_none()
            && !self.is_reserved
            && (self.refused.is_none() || is_closed)
            && self.protocol.is_some()
    }

    /// Whether it goes to the proxies and has its port.
    pub(crate) fn is_bound(&self) -> bool {
        self.is_served() && self.lost.is_none()
    }

    /// Its hostname as a domain.
    pub(crate) fn domain(&self) -> &str {
        self.hostname.as_deref().unwrap_or(ANY)
    }

    pub(crate) fn lose_port(&mut self, message: String) {
        self.lost = Some(message);
    }

    /// Whether routes of this kind and namespace may attach.
    pub(crate) fn admits(&self, lookup: &Lookup<'_>, kind: Kind, namespace: &str) -> bool {
        let from = &self.spec.allowed_routes.namespaces;
        self.kinds.contains(&kind)
            && match from.from {
                FromNamespaces::All => true,
                FromNamespaces::Same => namespace == self.namespace,
                FromNamespaces::None => false,
                FromNamespaces::Selector => from
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.matches(&lookup.namespace_labels(namespace))),
            }
    }

    /// Number of attached routes.
    pub(crate) fn attached(&self) -> u32 {
        let accepted = self
            .routes
            .iter()
            .filter(|attached| attached.route.is_accepted);
        u32::try_from(accepted.count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn detail(&self) -> Detail {
        let is_known = self.protocol.is_some();
        let kinds = self.kinds.iter().filter(|_| is_known);
        Detail::Listener {
            attached_routes: self.attached(),
            supported_kinds: kinds
                .map(|kind| ObjectKey::new(*kind, "", ""))
                .map(|key| (key.group, key.kind))
                .collect(),
        }
    }

    /// Conditions, and who decides `Programmed`.
    pub(crate) fn conditions(&self, gateway_serves: bool) -> (Vec<Condition>, Programmed) {
        let accepted = match (&self.conflict, &self.refused) {
            (Some((reason, message)), _) => {
                Condition::fails(ConditionType::Accepted, *reason, message.clone())
            }
            (None, Some(condition)) => condition.clone(),
            (None, None) => Condition::holds(ConditionType::Accepted, Reason::Accepted),
        };
        let conflicted = match &self.conflict {
            Some((reason, message)) => {
                Condition::holds(ConditionType::Conflicted, *reason).saying(message.clone())
            }
            None => Condition::fails(ConditionType::Conflicted, Reason::NoConflicts, ""),
        };
        let resolved = match self.unresolved.first() {
            None => Condition::holds(ConditionType::ResolvedRefs, Reason::ResolvedRefs),
            Some((reason, _)) => {
                let messages: Vec<&str> = self
                    .unresolved
                    .iter()
                    .map(|(_, message)| message.as_str())
                    .collect();
                Condition::fails(ConditionType::ResolvedRefs, *reason, messages.join("; "))
            }
        };
        let is_accepted = accepted.status == ConditionStatus::True;
        let unprogrammed = if let Some(message) = &self.lost {
            Some((Reason::AddressNotUsable, message.as_str()))
        } else if !is_accepted {
            Some((Reason::Invalid, "the listener is not accepted"))
        } else if matches!(self.certificate, Some(Certificate::Unusable)) {
            Some((Reason::Invalid, "no usable certificate: handshakes fail"))
        } else if !gateway_serves {
            Some((Reason::Invalid, "the Gateway is not served"))
        } else {
            None
        };
        let mut conditions = vec![accepted];
        let programmed = match unprogrammed {
            Some((reason, message)) => {
                conditions.push(Condition::fails(ConditionType::Programmed, reason, message));
                Programmed::Settled
            }
            None => Programmed::Pending,
        };
        conditions.extend([conflicted, resolved]);
        (conditions, programmed)
    }
}
