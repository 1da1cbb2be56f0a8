//! Gateway and its listeners.
//!
//! Owns the fields and the bounds of the Gateway API v1 schema. Must not decide conflicts or resolve
//! references. What Tidegate does not serve yet but must not ignore (client certificates, addresses) is
//! kept, so that translation can refuse it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::check::Check;
use crate::format;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::selector::LabelSelector;

/// Gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Gateway {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: GatewaySpec,
}

/// `spec` of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewaySpec {
    /// Name of the GatewayClass.
    pub gateway_class_name: String,
    /// What the Gateway listens on, 1 to 64.
    #[serde(default)]
    pub listeners: Vec<Listener>,
    /// Addresses asked for.
    #[serde(default)]
    pub addresses: Vec<GatewayAddress>,
    /// TLS that concerns the whole Gateway.
    pub tls: Option<GatewayTls>,
    /// What is deployed for the Gateway.
    #[serde(default)]
    pub infrastructure: Infrastructure,
    /// Which ListenerSets may attach.
    pub allowed_listeners: Option<AllowedListeners>,
    /// Whether it takes routes that name no Gateway.
    pub default_scope: Option<String>,
}

/// `spec.infrastructure` of a Gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Infrastructure {
    /// Labels of everything that is deployed.
    pub labels: BTreeMap<String, String>,
    /// Annotations of everything that is deployed.
    pub annotations: BTreeMap<String, String>,
    /// How it is deployed.
    pub parameters_ref: Option<LocalParametersReference>,
}

/// Reference to parameters in the namespace of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LocalParametersReference {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// Which ListenerSets may attach to a Gateway; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AllowedListeners {
    /// From which namespaces.
    pub namespaces: ListenerNamespaces,
}

/// From which namespaces ListenerSets may attach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListenerNamespaces {
    /// How namespaces are chosen; `None` by default.
    pub from: Option<String>,
    /// Labels, with `from: Selector`.
    pub selector: Option<Value>,
}

/// An address that a Gateway asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GatewayAddress {
    /// `IPAddress`, `Hostname` or an implementation's own.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The address.
    #[serde(default)]
    pub value: String,
}

/// `spec.tls` of a Gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GatewayTls {
    /// Client certificate towards backends.
    pub backend: Option<Value>,
    /// Validation of client certificates.
    pub frontend: Option<Value>,
}

/// One listener.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// Unique in the Gateway.
    pub name: String,
    /// Hostname it serves; absent or empty for all.
    pub hostname: Option<String>,
    /// Port, 1 to 65535.
    pub port: u16,
    /// `HTTP`, `HTTPS`, or one that is not served yet.
    pub protocol: String,
    /// TLS termination.
    pub tls: Option<ListenerTls>,
    /// Which routes may attach.
    #[serde(default)]
    pub allowed_routes: AllowedRoutes,
}

/// TLS of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerTls {
    /// `Terminate` (default) or `Passthrough`.
    pub mode: Option<String>,
    /// Certificates.
    pub certificate_refs: Vec<SecretObjectReference>,
    /// Implementation options.
    pub options: BTreeMap<String, String>,
    /// Validation of client certificates of Gateway API up to v1.3.
    pub frontend_validation: Option<Value>,
}

/// Reference to a Secret or something like one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretObjectReference {
    /// API group, the core group by default.
    #[serde(default)]
    pub group: String,
    /// Kind, `Secret` by default.
    #[serde(default = "secret_kind")]
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace, the referrer's own by default.
    pub namespace: Option<String>,
}

/// Which routes may attach to a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AllowedRoutes {
    /// From which namespaces.
    pub namespaces: RouteNamespaces,
    /// Of which kinds; empty for all that the protocol has.
    pub kinds: Vec<RouteGroupKind>,
}

/// From which namespaces routes may attach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RouteNamespaces {
    /// How namespaces are chosen.
    pub from: FromNamespaces,
    /// Labels, with `from: Selector`.
    pub selector: Option<LabelSelector>,
}

/// How namespaces are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum FromNamespaces {
    /// All.
    All,
    /// Those whose labels fit.
    Selector,
    /// The Gateway's own.
    #[default]
    Same,
    /// None (ListenerSets only).
    None,
}

/// A kind of route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct RouteGroupKind {
    /// API group, Gateway API's by default.
    #[serde(default = "gateway_group")]
    pub group: String,
    /// Kind.
    pub kind: String,
}

fn secret_kind() -> String {
    "Secret".to_owned()
}

pub(crate) fn gateway_group() -> String {
    Kind::Gateway.group().to_owned()
}

// === impl Gateway ===

impl Resource for Gateway {
    const KIND: Kind = Kind::Gateway;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            let spec = &self.spec;
            check.length("gatewayClassName", &spec.gateway_class_name, 1, 253);
            check.count("listeners", spec.listeners.len(), 1, 64);
            check.count("addresses", spec.addresses.len(), 0, 16);
            check.field("infrastructure", |check| {
                let infrastructure = &spec.infrastructure;
                check.count("labels", infrastructure.labels.len(), 0, 8);
                check.count("annotations", infrastructure.annotations.len(), 0, 8);
            });
            check.each("listeners", &spec.listeners, |check, listener| {
                listener.check(check)
            });
            for (index, listener) in spec.listeners.iter().enumerate() {
                let taken = spec
                    .listeners
                    .iter()
                    .take(index)
                    .any(|other| other.name == listener.name);
                check.that(
                    &format!("listeners[{index}].name"),
                    !taken,
                    "must be unique among the listeners of the Gateway",
                );
            }
        });
    }
}

// === impl Listener ===

impl Listener {
    fn check(&self, check: &mut Check) {
        check.that("name", format::is_subdomain(&self.name), format::SUBDOMAIN);
        check.port("port", i64::from(self.port));
        check.length("protocol", &self.protocol, 1, 255);
        if let Some(hostname) = self
            .hostname
            .as_deref()
            .filter(|hostname| !hostname.is_empty())
        {
            check.that("hostname", format::is_hostname(hostname), format::HOSTNAME);
        }
        if matches!(self.protocol.as_str(), "HTTP" | "TCP" | "UDP") {
            check.that(
                "tls",
                self.tls.is_none(),
                "must not be set for this protocol",
            );
        }
        if let Some(tls) = &self.tls {
            let mode = tls.mode.as_deref().unwrap_or("Terminate");
            check.field("tls", |check| {
                let known = matches!(mode, "Terminate" | "Passthrough");
                check.that("mode", known, "must be Terminate or Passthrough");
                if self.protocol == "HTTPS" {
                    check.that("mode", mode == "Terminate", "must be Terminate for HTTPS");
                }
                check.count("certificateRefs", tls.certificate_refs.len(), 0, 64);
                check.count("options", tls.options.len(), 0, 16);
            });
        }
        check.field("allowedRoutes", |check| {
            check.count("kinds", self.allowed_routes.kinds.len(), 0, 8);
            let namespaces = &self.allowed_routes.namespaces;
            check.field("namespaces", |check| {
                let selects = namespaces.from == FromNamespaces::Selector;
                let message = "must be set with from: Selector";
                check.that(
                    "selector",
                    !selects || namespaces.selector.is_some(),
                    message,
                );
                if let Some(selector) = &namespaces.selector {
                    check.field("selector", |check| selector.check(check));
                }
            });
        });
    }
}
