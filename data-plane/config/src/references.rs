//! What must hold between the resources of one commit.
//!
//! Owns the checks that no single resource can answer. A cluster, an endpoint set or a virtual host that is
//! missing is legal: the request that needs it is answered with an error. A route configuration that a
//! listener names is not: the listener would answer 404 to everything. A certificate that is missing lets
//! the listener stand and its hand-shakes fail. Must be O(listeners): routes are never walked.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use ::route::FieldError;
use proto::type_url::TypeUrl;

use crate::listener::{Chain, Listener, Routes};
use crate::reject::Refused;
use crate::resources::Resources;
use crate::route_resource::RouteConfigResource;
use crate::secret::{Secret, SecretKind};
use crate::tls::{CertificateSource, TrustSource};

/// Everything that is wrong between resources.
pub(crate) fn check(resources: &Resources) -> Vec<Refused> {
    let mut refused = Vec::new();
    let mut addresses: BTreeMap<SocketAddr, &str> = BTreeMap::new();
    for listener in resources.all::<Listener>(TypeUrl::Listener) {
        if let Some(holder) = addresses.insert(listener.address, &listener.name) {
            let text = format!("{} is bound by {holder:?}", listener.address);
            refuse(
                &mut refused,
                resources,
                listener,
                &FieldError::invalid("address", text),
            );
        }
        for (index, chain) in listener.all_chains().enumerate() {
            if let Err(error) = check_chain(resources, chain, index) {
                refuse(&mut refused, resources, listener, &error);
            }
        }
    }
    refused
}

fn check_chain(resources: &Resources, chain: &Chain, index: usize) -> Result<(), FieldError> {
    if let Routes::Named(name) = &chain.routes {
        let config = resources.get::<RouteConfigResource>(TypeUrl::RouteConfiguration, name);
        if config.is_none() {
            let path =
                format!("filter_chains[{index}].filters[0].typed_config.rds.route_config_name");
            return Err(FieldError::invalid(
                path,
                format!("{name:?} does not exist"),
            ));
        }
    }
    let Some(tls) = &chain.tls else { return Ok(()) };
    let base = format!("filter_chains[{index}].transport_socket.typed_config.common_tls_context");
    for (position, source) in tls.certificates.iter().enumerate() {
        if let CertificateSource::Secret(name) = source
            && let Some(secret) = resources.get::<Secret>(TypeUrl::Secret, name)
            && !matches!(secret.kind, SecretKind::Certificate(_))
        {
            let path = format!("{base}.tls_certificate_sds_secret_configs[{position}]");
            return Err(FieldError::invalid(
                path,
                format!("{name:?} is not a certificate"),
            ));
        }
    }
    if let Some(client) = &tls.client
        && let TrustSource::Secret(name) | TrustSource::Combined { secret: name, .. } =
            &client.trust
        && let Some(secret) = resources.get::<Secret>(TypeUrl::Secret, name)
        && !matches!(secret.kind, SecretKind::Trust(_))
    {
        let path = format!("{base}.validation_context_sds_secret_config");
        return Err(FieldError::invalid(
            path,
            format!("{name:?} is not a validation context"),
        ));
    }
    Ok(())
}

fn refuse(
    refused: &mut Vec<Refused>,
    resources: &Resources,
    listener: &Listener,
    error: &FieldError,
) {
    let version = resources.set(TypeUrl::Listener).version(&listener.name);
    let version = version.map_or("", |version| &**version);
    refused.push(Refused::new(
        TypeUrl::Listener,
        &listener.name,
        version,
        error,
    ));
}
