//! How units of the translation read the inputs.
//!
//! Owns the only way in: by key, by index, or as a listing of a kind, each a call that could be recorded,
//! answers of "absent" included. Must not hand out the inputs whole: what a unit read is what its result
//! depends on.

use std::sync::Arc;

use cp_api::ObjectKey;
use cp_api::backend::AgentgatewayBackend;
use cp_api::config_map::ConfigMap;
use cp_api::endpoint_slice::EndpointSlice;
use cp_api::gateway::Gateway;
use cp_api::gateway_class::GatewayClass;
use cp_api::http_route::HttpRoute;
use cp_api::namespace::{Namespace, labels};
use cp_api::reference_grant::ReferenceGrant;
use cp_api::secret::Secret;
use cp_api::service::Service;

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

    pub(crate) fn namespace_labels(
        &self,
        namespace: &str,
    ) -> std::collections::BTreeMap<String, String> {
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

    /// Objects that cannot be read.
    pub(crate) fn invalid(&self) -> impl Iterator<Item = (&'a ObjectKey, &'a Invalid)> + use<'a> {
        self.tables.invalid.iter()
    }

    /// What the proxies of a Gateway said.
    pub(crate) fn fleet(&self, gateway: &GatewayKey, profile: Profile) -> Option<&'a Fleet> {
        self.tables.fleets.get(&(gateway.clone(), profile))
    }
}
