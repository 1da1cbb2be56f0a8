//! Rate limit services that policies ask: a Service, a static backend or an address.
//!
//! Owns the way to one, which is HTTP/2 always: the protocol is gRPC. Must not know what is counted there. Must fail closed:
//! a service that cannot be reached by what is written is an error of the policy that names it.

use cp_api::Kind;
use cp_api::http_route::BackendObjectReference;
use cp_api::scalar::Url;

use super::base_url::BaseUrl;
use super::static_host::authority;
use super::{service, static_host};
use crate::lookup::Lookup;
use crate::plan::{Host, Upstream, UpstreamProtocol, UpstreamTls, Verification};
use crate::reference::{From, To, is_permitted, remedy};

/// A service that speaks gRPC, as a policy names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint<'a> {
    pub(crate) backend_ref: Option<&'a BackendObjectReference>,
    pub(crate) url: Option<&'a Url>,
}

/// Where it is.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// Tells it from others of one policy, and is part of its cluster's name.
    pub(crate) target: String,
    pub(crate) transport: Upstream,
    pub(crate) authority: String,
}

/// Finds the service that an object names below `path`.
pub(crate) fn resolve(
    lookup: &Lookup<'_>,
    from: From<'_>,
    path: &str,
    endpoint: Endpoint<'_>,
) -> Result<Reached, String> {
    let mut reached = match (endpoint.backend_ref, endpoint.url) {
        (Some(reference), None) => {
            of_reference(lookup, from, (&format!("{path}.backendRef"), reference))
        }
        (None, Some(url)) => of_url(&format!("{path}.url"), &url.0),
        (None, None) | (Some(_), Some(_)) => {
            Err(format!("{path} must have one of backendRef and url"))
        }
    }?;
    match &mut reached.transport {
        Upstream::Endpoints { protocol, .. } => *protocol = UpstreamProtocol::Http2,
        Upstream::Host(host) => host.protocol = UpstreamProtocol::Http2,
        Upstream::Ai(_) | Upstream::Models(_) | Upstream::Dynamic { .. } | Upstream::Unserved => {
            return Err(format!("{path} does not lead to a service"));
        }
    }
    Ok(reached)
}

fn of_reference(
    lookup: &Lookup<'_>,
    from: From<'_>,
    (path, reference): (&str, &BackendObjectReference),
) -> Result<Reached, String> {
    let namespace = reference.namespace.as_deref().unwrap_or(from.namespace);
    let to = To {
        group: &reference.group,
        kind: &reference.kind,
        namespace,
        name: &reference.name,
    };
    if !is_permitted(lookup, from, to) {
        return Err(format!("{path}: {}", remedy(from, to)));
    }
    match Kind::of(&reference.group, &reference.kind) {
        Some(Kind::Service) => {
            let (name, port) = (&reference.name, reference.port.unwrap_or(0));
            let plan = service::resolve(lookup, namespace, name, port)
                .map_err(|(_, message)| format!("{path}: {message}"))?;
            Ok(Reached {
                target: format!("Service/{namespace}/{name}/{port}"),
                transport: plan.upstream,
                authority: authority(&format!("{name}.{namespace}.svc"), port, false),
            })
        }
        Some(Kind::AgentgatewayBackend) => of_static(lookup, namespace, (path, &reference.name)),
        Some(_) | None => Err(format!(
            "{path} must be a Service or a static AgentgatewayBackend"
        )),
    }
}

fn of_static(
    lookup: &Lookup<'_>,
    namespace: &str,
    (path, name): (&str, &str),
) -> Result<Reached, String> {
    let stored = lookup
        .backend(namespace, name)
        .ok_or_else(|| format!("{path}: AgentgatewayBackend {namespace}/{name} does not exist"))?;
    let object = &*stored.object;
    let Some(host) = &object.spec.static_host else {
        return Err(format!(
            "{path}: AgentgatewayBackend {namespace}/{name} must be static; give it host and port"
        ));
    };
    let served = static_host::resolve(lookup, object, host);
    if let Some((_, message)) = served.verdict.refused {
        return Err(format!(
            "{path}: AgentgatewayBackend {namespace}/{name}: {message}"
        ));
    }
    let plain = || {
        let (host, port) = (host.host.as_deref(), host.port.unwrap_or_default());
        authority(host.unwrap_or_default(), port, false)
    };
    Ok(Reached {
        target: format!("AgentgatewayBackend/{namespace}/{name}"),
        transport: served.upstream,
        authority: served.host.unwrap_or_else(plain),
    })
}

fn of_url(path: &str, url: &str) -> Result<Reached, String> {
    let base = BaseUrl::parse(url).map_err(|problem| format!("{path} {problem}"))?;
    if !base.path.is_empty() {
        return Err(format!("{path} must not have a path"));
    }
    let authority = authority(&base.host, base.port, base.is_tls);
    let tls = base.is_tls.then(|| UpstreamTls {
        server_name: base.host.clone(),
        ca: None,
        certificate: None,
        verification: Verification::Whole,
    });
    Ok(Reached {
        target: format!("url/{}/{}", base.host, base.port),
        transport: Upstream::Host(Host {
            host: base.host,
            port: base.port,
            tls,
            protocol: UpstreamProtocol::Http2,
        }),
        authority,
    })
}
