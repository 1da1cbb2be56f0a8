//! How units of the translation read the inputs.
//!
//! Owns the only way in: by key, by index, or as a listing of a kind, each a call that could be recorded,
//! answers of "absent" included. Must not hand out the inputs whole: what a unit read is what its result
//! depends on.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::backend::AgentgatewayBackend;
use cp_api::config_map::ConfigMap;
use cp_api::endpoint_slice::EndpointSlice;
use cp_api::fleet_pin::FleetPin;
use cp_api::gateway::Gateway;
use cp_api::gateway_class::GatewayClass;
use cp_api::http_route::HttpRoute;
use cp_api::model::AgentgatewayModel;
use cp_api::namespace::{Namespace, labels};
use cp_api::parameters::AgentgatewayParameters;
use cp_api::policy::AgentgatewayPolicy;
use cp_api::price_catalog::PriceCatalog;
use cp_api::reference_grant::ReferenceGrant;
use cp_api::secret::Secret;
use cp_api::service::Service;
use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::{Kind, ObjectKey};

use crate::change::Profile;
use crate::inputs::{Fleet, Inputs, Invalid, Name, Stored, Tables};
use crate::output::GatewayKey;

/// A read interface to the inputs.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    tables: &'a Tables,
}

fn name(namespace: &str, name: &str) -> Name {
    (namespace.to_owned(), name.to_owned())
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(inputs: &'a Inputs) -> Lookup<'a> {
        Lookup {
            tables: inputs.tables(),
        }
    }

    pub(crate) fn class(&self, class: &str) -> Option<&'a Stored<GatewayClass>> {
        self.tables.classes.get(&name("", class))
    }

    pub(crate) fn classes(&self) -> impl Iterator<Item = &'a Stored<GatewayClass>> + use<'a> {
        self.tables.classes.values()
    }

    pub(crate) fn gateways(&self) -> impl Iterator<Item = &'a Stored<Gateway>> + use<'a> {
        self.tables.gateways.values()
    }

    pub(crate) fn gateway(&self, key: &GatewayKey) -> Option<&'a Stored<Gateway>> {
        self.tables.gateways.get(&name(&key.namespace, &key.name))
    }

    pub(crate) fn http_route(&self, namespace: &str, route: &str) -> Option<&'a Stored<HttpRoute>> {
        self.tables.http_routes.get(&name(namespace, route))
    }

    pub(crate) fn http_routes(&self) -> impl Iterator<Item = &'a Stored<HttpRoute>> + use<'a> {
        self.tables.http_routes.values()
    }

    /// Grants that live in a namespace.
    pub(crate) fn grants(
        &self,
        namespace: &str,
    ) -> impl Iterator<Item = &'a Arc<ReferenceGrant>> + use<'a> {
        let namespace = namespace.to_owned();
        self.tables
            .grants
            .range(name(&namespace, "")..)
            .take_while(move |((of, _), _)| *of == namespace)
            .map(|(_, grant)| &grant.object)
    }

    pub(crate) fn namespace_labels(&self, namespace: &str) -> BTreeMap<String, String> {
        let object: Option<&Namespace> = self
            .tables
            .namespaces
            .get(&name("", namespace))
            .map(|stored| &*stored.object);
        labels(namespace, object)
    }

    pub(crate) fn service(&self, namespace: &str, service: &str) -> Option<&'a Stored<Service>> {
        self.tables.services.get(&name(namespace, service))
    }

    /// EndpointSlices of a Service, by name.
    pub(crate) fn slices(
        &self,
        namespace: &str,
        service: &str,
    ) -> impl Iterator<Item = &'a Stored<EndpointSlice>> + use<'a> {
        let tables = self.tables;
        let namespace = namespace.to_owned();
        tables
            .slices_by_service
            .get(&name(&namespace, service))
            .into_iter()
            .flatten()
            .filter_map(move |slice| tables.slices.get(&name(&namespace, slice)))
    }

    pub(crate) fn secret(&self, namespace: &str, secret: &str) -> Option<&'a Stored<Secret>> {
        self.tables.secrets.get(&name(namespace, secret))
    }

    pub(crate) fn config_map(
        &self,
        namespace: &str,
        config_map: &str,
    ) -> Option<&'a Stored<ConfigMap>> {
        self.tables.config_maps.get(&name(namespace, config_map))
    }

    pub(crate) fn backend(
        &self,
        namespace: &str,
        backend: &str,
    ) -> Option<&'a Stored<AgentgatewayBackend>> {
        self.tables.backends.get(&name(namespace, backend))
    }

    pub(crate) fn backends(
        &self,
    ) -> impl Iterator<Item = &'a Stored<AgentgatewayBackend>> + use<'a> {
        self.tables.backends.values()
    }

    pub(crate) fn policies(
        &self,
    ) -> impl Iterator<Item = &'a Stored<AgentgatewayPolicy>> + use<'a> {
        self.tables.policies.values()
    }

    pub(crate) fn tidegate_policies(
        &self,
    ) -> impl Iterator<Item = &'a Stored<TidegatePolicy>> + use<'a> {
        self.tables.tidegate_policies.values()
    }

    pub(crate) fn parameters(
        &self,
    ) -> impl Iterator<Item = &'a Stored<AgentgatewayParameters>> + use<'a> {
        self.tables.parameters.values()
    }

    pub(crate) fn parameters_named(
        &self,
        namespace: &str,
        of: &str,
    ) -> Option<&'a Stored<AgentgatewayParameters>> {
        self.tables.parameters.get(&name(namespace, of))
    }

    pub(crate) fn model(
        &self,
        namespace: &str,
        model: &str,
    ) -> Option<&'a Stored<AgentgatewayModel>> {
        self.tables.models.get(&name(namespace, model))
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = &'a Stored<AgentgatewayModel>> + use<'a> {
        self.tables.models.values()
    }

    pub(crate) fn fleet_pins(&self) -> impl Iterator<Item = &'a Stored<FleetPin>> + use<'a> {
        self.tables.fleet_pins.values()
    }

    pub(crate) fn price_catalogs(
        &self,
    ) -> impl Iterator<Item = &'a Stored<PriceCatalog>> + use<'a> {
        self.tables.price_catalogs.values()
    }

    /// Labels of an object that a policy may be attached to; `None` where it does not exist.
    pub(crate) fn labels_of(&self, key: &ObjectKey) -> Option<&'a BTreeMap<String, String>> {
        let name = name(&key.namespace, &key.name);
        let tables = self.tables;
        let metadata = match key.known()? {
            Kind::Gateway => &tables.gateways.get(&name)?.object.metadata,
            Kind::HttpRoute => &tables.http_routes.get(&name)?.object.metadata,
            Kind::Service => &tables.services.get(&name)?.object.metadata,
            Kind::AgentgatewayBackend => &tables.backends.get(&name)?.object.metadata,
            Kind::AgentgatewayModel => &tables.models.get(&name)?.object.metadata,
            Kind::GatewayClass
            | Kind::ReferenceGrant
            | Kind::Namespace
            | Kind::Secret
            | Kind::ConfigMap
            | Kind::EndpointSlice
            | Kind::AgentgatewayPolicy
            | Kind::AgentgatewayParameters
            | Kind::TidegatePolicy
            | Kind::FleetPin
            | Kind::PriceCatalog => return None,
        };
        Some(&metadata.labels)
    }

    /// Names of the parts of an object that a policy may be confined to.
    pub(crate) fn sections_of(&self, key: &ObjectKey) -> Vec<String> {
        let name = name(&key.namespace, &key.name);
        let tables = self.tables;
        match key.known() {
            Some(Kind::Gateway) => {
                let found = tables.gateways.get(&name).into_iter();
                let listeners = found.flat_map(|stored| &stored.object.spec.listeners);
                listeners.map(|listener| listener.name.clone()).collect()
            }
            Some(Kind::HttpRoute) => {
                let found = tables.http_routes.get(&name).into_iter();
                let rules = found.flat_map(|stored| &stored.object.spec.rules);
                rules.filter_map(|rule| rule.name.clone()).collect()
            }
            Some(Kind::Service) => {
                let found = tables.services.get(&name).into_iter();
                let ports = found.flat_map(|stored| &stored.object.spec.ports);
                ports.map(|port| port.port.to_string()).collect()
            }
            Some(Kind::AgentgatewayBackend) => {
                let found = tables.backends.get(&name);
                found.map_or_else(Vec::new, |stored| stored.object.spec.sections())
            }
            Some(
                Kind::GatewayClass
                | Kind::ReferenceGrant
                | Kind::Namespace
                | Kind::Secret
                | Kind::ConfigMap
                | Kind::EndpointSlice
                | Kind::AgentgatewayPolicy
                | Kind::AgentgatewayParameters
                | Kind::AgentgatewayModel
                | Kind::TidegatePolicy
                | Kind::FleetPin
                | Kind::PriceCatalog,
            )
            | None => Vec::new(),
        }
    }

    /// Objects of a namespace that have labels.
    pub(crate) fn labelled(
        &self,
        kind: Kind,
        namespace: &str,
        wanted: &BTreeMap<String, String>,
    ) -> Vec<ObjectKey> {
        self.tables
            .names(kind)
            .into_iter()
            .filter(|(of, _)| of == namespace)
            .map(|(of, name)| ObjectKey::new(kind, of, name))
            .filter(|key| {
                self.labels_of(key).is_some_and(|labels| {
                    wanted
                        .iter()
                        .all(|(label, value)| labels.get(label) == Some(value))
                })
            })
            .collect()
    }

    /// Objects that cannot be read.
    pub(crate) fn invalid(&self) -> impl Iterator<Item = (&'a ObjectKey, &'a Invalid)> + use<'a> {
        self.tables.invalid.iter()
    }

    /// What the proxies of a Gateway said.
    pub(crate) fn fleet(&self, gateway: &GatewayKey, profile: Profile) -> Option<&'a Fleet> {
        self.tables.fleets.get(&(gateway.clone(), profile))
    }
}
