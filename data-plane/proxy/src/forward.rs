//! Sending a request to the upstream that its route names.
//!
//! Owns the choice of the cluster, the changes to the head, deadlines, and what of the response passes. Must
//! not speak a protocol. Invariant: an upstream gets the normalised path and the authority that were
//! matched, changed only by the route.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::{
    Cluster,
    cluster::ClusterKind,
    route::{Action, ClusterChoice, Forward, IdleTimeout},
    route_config::Found,
};
use dp_policy::{hop_by_hop, url_rewrite::HostRewrite};
use dp_upstream::{
    PickError, Picked,
    pool::{Lease, Protocol},
    provider_group::attempts::Attempt,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version,
    header::HOST,
    request::Parts,
    uri::{Authority, PathAndQuery},
};
use hyper::body::Incoming;

use crate::{
    ai, attempt,
    exchange::{Exchange, Reply, failed},
    fault::{Fault, Kind},
    forward_proxy,
    global_limit::{self, Stage},
    in_place::pinned,
    mirror,
    request_body::RequestBody,
    response_body::{ResponseBody, Upstream},
    upgrade,
};

/// Time limits of one exchange.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// For the head of the response, where the route or the client says so.
    pub(crate) deadline: Option<Instant>,
    /// How long that is from the begin of the request on.
    pub(crate) timeout: Option<Duration>,
    /// For one attempt, from its begin on.
    pub(crate) attempt: Option<Duration>,
    /// For each wait for something to move: a part of a body in either direction, and the head of the response where
    /// it has no deadline.
    pub(crate) idle: Option<Duration>,
    /// For the last byte of the request.
    pub(crate) body_end: Option<Instant>,
}

/// What leads to an upstream.
#[derive(Clone, Copy)]
struct Way<'a> {
    found: &'a Found<'a>,
    forward: &'a Forward,
    choice: &'a ClusterChoice,
}

impl Limits {
    /// When the head of the response is due. `since` is when something moved last.
    pub(crate) fn due(&self, since: Instant) -> Option<Instant> {
        let idle = || self.idle.and_then(|limit| since.checked_add(limit));
        self.deadline.or_else(idle)
    }

    /// Where there is one attempt, which begins with the request.
    fn of_one_attempt(self, start: Instant) -> Limits {
        let attempt = self.attempt.map(|limit| start + limit);
        Limits {
            deadline: [self.deadline, attempt].into_iter().flatten().min(),
            ..self
        }
    }
}

/// Forwards a request whose route says so.
pub(crate) async fn forward(
    exchange: &mut Exchange<'_>,
    found: &Found<'_>,
    forward: &Forward,
    head: Box<Parts>,
    body: Incoming,
) -> Result<Reply, Fault> {
    let random = exchange.client.worker.upstream.random();
    let choice = forward.clusters.pick(random).ok_or(Kind::InvalidBackend)?;
    exchange.record.upstream.cluster = Some(choice.cluster.clone());
    let way = Way {
        found,
        forward,
        choice,
    };
    let reply = follow(exchange, way, head, body).await;
    // Whoever answers, in the end: every kind of backend, or this proxy where there is no answer.
    let mut reply = reply.unwrap_or_else(|fault| failed(&fault, exchange.record));
    choice.response_headers.apply(reply.response.headers_mut());
    Ok(reply)
}

/// Finds out what kind of client a request that is refused has: one of models is told, and recorded, as such.
pub(crate) fn refused(exchange: &mut Exchange<'_>, found: &Found<'_>, head: &mut Parts) {
    let Action::Forward(forward) = &found.route().action else {
        return;
    };
    let active = exchange.active;
    let serving = forward.clusters.iter().find_map(|choice| {
        let cluster = active.config.cluster(&choice.cluster)?;
        ai::Serving::of(&cluster.kind)
    });
    if let Some(serving) = serving
        && rewrite_target(head, forward, found).is_ok()
    {
        ai::refused(exchange, head, serving);
    }
}

async fn follow(
    exchange: &mut Exchange<'_>,
    way: Way<'_>,
    mut head: Box<Parts>,
    body: Incoming,
) -> Result<Reply, Fault> {
    let Way {
        found,
        forward,
        choice,
    } = way;
    let active = exchange.active;
    let cluster = active
        .config
        .cluster(&choice.cluster)
        .ok_or_else(|| missing(choice))?;
    let serving = ai::Serving::of(&cluster.kind);
    // Nobody speaks gRPC with models, and what a client makes up would count against their providers.
    let own = serving
        .is_none()
        .then(|| grpc_timeout(&head.headers))
        .flatten();
    let limits = limits(exchange, forward, own);
    let is_upgrade = wants_upgrade(exchange, forward);
    if !is_upgrade {
        // One that is not allowed is none.
        exchange.inspected.upgrade = None;
    }
    modify(&mut head.headers, way);
    rewrite_target(&mut head, forward, found)?;
    if let Some(serving) = serving {
        // Boxed, like other rare ways: the future of an exchange has room for the largest of its branches.
        return pinned(|| ai::forward(exchange, serving, head, body, limits)).await;
    }
    if exchange
        .policies
        .is_some_and(|policies| policies.global_rate_limit().is_some())
    {
        Box::pin(global_limit::admit(exchange, &mut head, Stage::Unread)).await?;
    }
    let limits = limits.of_one_attempt(exchange.record.start);
    if is_upgrade {
        upgrade::check(&body)?;
    }
    let due = limits.due(exchange.record.start);
    let picked = pick(exchange, cluster, &head, is_upgrade, due).await?;
    rewrite_authority(&mut head.headers, forward, choice, &picked);
    if is_upgrade {
        return Box::pin(upgrade::forward(exchange, &picked, head, limits)).await;
    }
    let copies = mirror::start(exchange, &forward.mirrors, &head, &body);
    let body = RequestBody::stream(exchange.client, body, limits, copies);
    let (response, lease) = send(exchange, &picked, head, body, due).await?;
    let response = answered(response, lease, limits)?;
    Ok(response.map(ResponseBody::upstream).into())
}

/// What the header filters make of a request: those of the choice first, as Envoy has it.
fn modify(headers: &mut HeaderMap, way: Way<'_>) {
    let mut authority = None;
    let of_route = way.found.request_headers();
    for modifier in std::iter::once(&way.choice.request_headers).chain(of_route) {
        modifier.apply(headers);
        authority = modifier.authority().or(authority);
    }
    if let Some(authority) = authority {
        headers.insert(HOST, authority.clone());
    }
}

/// The endpoint for a request to a cluster. Names may have to be resolved: that is part of the wait for the response.
pub(crate) async fn pick(
    exchange: &Exchange<'_>,
    cluster: &Arc<Cluster>,
    head: &Parts,
    is_upgrade: bool,
    due: Option<Instant>,
) -> Result<Picked<RequestBody>, Fault> {
    let deadline = exchange.client.worker.timers.deadline(due);
    // Pinned here, as a wait that is handed on by value is copied.
    let picked = pin!(endpoint(exchange, cluster, head, is_upgrade));
    deadline.bound(picked).await.ok_or(Kind::Timeout)?
}

/// The same for an attempt at a provider, which is told how the endpoint did.
pub(crate) async fn pick_for(
    exchange: &Exchange<'_>,
    cluster: &Arc<Cluster>,
    head: &Parts,
    is_upgrade: bool,
    due: Option<Instant>,
    attempt: &mut Attempt,
) -> Result<Picked<RequestBody>, Fault> {
    let worker = &exchange.client.worker;
    let deadline = worker.timers.deadline(due);
    let (config, client) = (&exchange.active.config, spoken(head, is_upgrade));
    let upstream = &worker.upstream;
    let now = Instant::now();
    let picked = pin!(upstream.pick_for(config, cluster, client, now, attempt));
    Ok(deadline.bound(picked).await.ok_or(Kind::Timeout)??)
}

async fn endpoint(
    exchange: &Exchange<'_>,
    cluster: &Arc<Cluster>,
    head: &Parts,
    is_upgrade: bool,
) -> Result<Picked<RequestBody>, Fault> {
    let config = &exchange.active.config;
    if let ClusterKind::ForwardProxy(name) = &cluster.kind {
        return Box::pin(forward_proxy::pick(exchange, cluster, name, head)).await;
    }
    let upstream = &exchange.client.worker.upstream;
    let client = spoken(head, is_upgrade);
    Ok(upstream
        .pick(config, cluster, client, exchange.record.start)
        .await?)
}

/// The protocol that a client speaks, which its upstream may have to as well.
fn spoken(head: &Parts, is_upgrade: bool) -> Protocol {
    match head.version {
        // An upgrade is HTTP/1.1's own.
        Version::HTTP_2 if !is_upgrade => Protocol::Http2,
        _ => Protocol::Http1,
    }
}

/// Sends to an endpoint, and notes what is learnt there.
pub(crate) async fn send(
    exchange: &mut Exchange<'_>,
    picked: &Picked<RequestBody>,
    head: Box<Parts>,
    body: RequestBody,
    due: Option<Instant>,
) -> Result<(Response<Incoming>, Lease<RequestBody>), Fault> {
    let deadline = exchange.client.worker.timers.deadline(due);
    let facts = &mut exchange.record.upstream;
    let answer = attempt::send(picked, head, body, deadline, facts).await?;
    exchange.record.upstream.first_byte = Some(exchange.record.start.elapsed());
    Ok(answer)
}

/// The answer to an ordinary request, with a body that gives its connection back at the end.
///
/// # Errors
/// The upstream speaks something else from here on, which nobody asked of it.
pub(crate) fn answered(
    response: Response<Incoming>,
    lease: Lease<RequestBody>,
    limits: Limits,
) -> Result<Response<Upstream>, Fault> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Kind::Garbage.into());
    }
    let (parts, incoming) = response.into_parts();
    let upstream = Upstream::new(incoming, lease, limits.idle);
    Ok(passed(Response::from_parts(parts, upstream)))
}

/// A response as it passes: without what belongs to the upstream's connection.
pub(crate) fn passed<B>(mut response: Response<B>) -> Response<B> {
    hop_by_hop::strip(response.headers_mut());
    // hyper writes the version that the client speaks.
    *response.version_mut() = Version::HTTP_11;
    response
}

fn missing(choice: &ClusterChoice) -> Fault {
    Fault::new(match choice.missing_status {
        StatusCode::NOT_FOUND => Kind::NoRoute,
        StatusCode::SERVICE_UNAVAILABLE => Kind::NoEndpoint,
        _ => Kind::InvalidBackend,
    })
}

/// `own` is what the client asks for.
fn limits(exchange: &Exchange<'_>, forward: &Forward, own: Option<Duration>) -> Limits {
    let timeout = [forward.timeout, own].into_iter().flatten().min();
    let idle = match forward.idle_timeout {
        IdleTimeout::Inherit => exchange.chain.http.timeouts.stream_idle,
        IdleTimeout::Never => None,
        IdleTimeout::After(limit) => Some(limit),
    };
    if forward.idle_timeout != IdleTimeout::Inherit {
        exchange.client.writes.be_patient(idle);
    }
    let after = |limit| exchange.record.start + limit;
    Limits {
        deadline: timeout.map(after),
        timeout,
        attempt: forward.attempt_timeout,
        idle,
        body_end: exchange.chain.http.timeouts.request.map(after),
    }
}

fn grpc_timeout(headers: &HeaderMap) -> Option<Duration> {
    const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
    duration(headers.get(&GRPC_TIMEOUT)?.to_str().ok()?)
}

/// A number of at most eight digits and a unit, as gRPC writes it.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.len() > 8 {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

fn wants_upgrade(exchange: &Exchange<'_>, forward: &Forward) -> bool {
    let Some(upgrade) = &exchange.inspected.upgrade else {
        return false;
    };
    let Ok(protocol) = upgrade.protocol.to_str() else {
        return false;
    };
    let of_route = forward
        .upgrades
        .iter()
        .find(|own| own.protocol.eq_ignore_ascii_case(protocol));
    match of_route {
        Some(own) => own.is_allowed,
        None => exchange.chain.http.allows_upgrade(protocol),
    }
}

fn rewrite_target(head: &mut Parts, forward: &Forward, found: &Found<'_>) -> Result<(), Fault> {
    let target = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let rewritten = match forward.rewrite.target(&found.entry.matcher.path, target) {
        std::borrow::Cow::Borrowed(_) => return Ok(()),
        std::borrow::Cow::Owned(rewritten) => rewritten,
    };
    let target = PathAndQuery::try_from(rewritten)
        .map_err(|error| Fault::caused(Kind::InvalidRequest, error))?;
    head.uri = target.into();
    Ok(())
}

fn rewrite_authority(
    headers: &mut HeaderMap,
    forward: &Forward,
    choice: &ClusterChoice,
    picked: &Picked<RequestBody>,
) {
    let of_endpoint = || {
        picked
            .hostname
            .as_deref()
            .and_then(|host| host.parse().ok())
    };
    let authority: Option<Authority> = match (&choice.authority, &forward.rewrite.host) {
        (Some(own), _) => Some(own.clone()),
        (None, Some(HostRewrite::Literal(literal))) => Some(literal.clone()),
        (None, Some(HostRewrite::Endpoint)) => of_endpoint(),
        (None, None) => None,
    };
    if let Some(value) = authority.and_then(|own| HeaderValue::from_str(own.as_str()).ok()) {
        headers.insert(HOST, value);
    }
}

impl From<PickError> for Fault {
    fn from(error: PickError) -> Fault {
        let kind = match &error {
            PickError::NoEndpoint(_) => Kind::NoEndpoint,
            PickError::Full(_) => Kind::NoProvider,
            PickError::Unresolved(_) => Kind::Unresolved,
            PickError::Tls { .. } => Kind::ConnectFailed,
        };
        Fault::caused(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("1S", Some(Duration::from_secs(1))),
            ("250m", Some(Duration::from_millis(250))),
            ("2M", Some(Duration::from_secs(120))),
            ("3H", Some(Duration::from_secs(10_800))),
            ("7u", Some(Duration::from_micros(7))),
            ("9n", Some(Duration::from_nanos(9))),
            ("123456789S", None),
            ("S", None),
            ("", None),
            ("5x", None),
            ("-1S", None),
        ] {
            assert_eq!(duration(text), expected, "{text:?}");
        }
    }
}
