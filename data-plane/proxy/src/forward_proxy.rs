//! The endpoint of a dynamic forward proxy: the host that the client asked for.
//!
//! Owns the order: name, resolution, addresses, connection. Must not judge names or addresses itself.
//! Invariant: what is dialled is exactly what was checked.

use std::{net::IpAddr, rc::Rc, sync::Arc};

use dp_config::Cluster;
use dp_upstream::{
    PickError, Picked,
    forward_proxy::{Refusal, check_addresses, check_name},
    pool::Protocol,
    upstream::transport,
};
use http::{header::HOST, request::Parts, uri::Authority};

use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
    request_body::RequestBody,
};

/// The endpoint that the authority of a request names.
pub(crate) async fn pick(
    exchange: &Exchange<'_>,
    cluster: &Arc<Cluster>,
    name: &str,
    head: &Parts,
) -> Result<Picked<RequestBody>, Fault> {
    let config = &exchange.active.config;
    let settings = config.forward_proxy(name).ok_or(Kind::InvalidBackend)?;
    let authority = head.headers.get(HOST).ok_or(Kind::MissingHost)?;
    let authority = Authority::try_from(authority.as_bytes())
        .map_err(|error| Fault::caused(Kind::MissingHost, error))?;
    let default_port = if cluster.tls.is_some() { 443 } else { 80 };
    let port = authority.port_u16().unwrap_or(default_port);
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let is_allowed = |host: &str| settings.is_allowed(host);
    check_name(host, is_allowed)?;
    let upstream = &exchange.client.worker.upstream;
    let addresses = match host.parse::<IpAddr>() {
        Ok(address) => [address].into(),
        Err(_) => upstream
            .resolver
            .resolve_for_client(host)
            .await
            .map_err(PickError::from)?,
    };
    let sockets: Rc<[_]> = check_addresses(host, &addresses, port, is_allowed)?.into();
    let &first = sockets.first().ok_or(Kind::Unresolved)?;
    let transport =
        transport(config, cluster, Protocol::Http1, host).map_err(|source| PickError::Tls {
            cluster: cluster.name.clone(),
            source,
        })?;
    Ok(Picked {
        endpoint: upstream.pools.endpoint(first, &transport),
        hostname: Some(host.into()),
        fallbacks: if sockets.len() > 1 {
            sockets
        } else {
            Rc::default()
        },
        connect_timeout: cluster.connect_timeout,
    })
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::caused(Kind::Forbidden, refusal)
    }
}
