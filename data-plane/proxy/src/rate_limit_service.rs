//! Calls to rate limit services.
//!
//! Owns the one unary call over the pools of upstreams, and how long it may take. Must not know what is counted, nor what follows
//! from an answer. Invariants: a request waits no longer than its policy says; what is told behind a request is told once: it is
//! sent again only where it cannot have arrived; the end of the process waits for what is being told.

use std::{
    future::poll_fn,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use dp_rls::{METHOD, Service, unary};
use dp_upstream::pool::{Protocol, SendError};
use http::{
    HeaderMap, HeaderValue, Method, Request,
    header::{CONTENT_TYPE, HOST, TE},
    request::Parts,
};
use proto::envoy::service::ratelimit::v3::{RateLimitRequest, RateLimitResponse};

use crate::{
    attempt,
    fault::{Fault, Kind},
    record::UpstreamFacts,
    request_body::RequestBody,
    response_body::Upstream,
    served::Active,
    worker::Worker,
};

/// How long what is told behind a request may take.
const TELLING: Duration = Duration::from_secs(5);

/// What one worker tells at once. More is lost, and counted as such.
const AT_ONCE: usize = 10_000;

/// Something is being told; the end of the process waits for it as for a connection.
struct Telling(Rc<Worker>);

/// Asks whether a request may pass.
///
/// # Errors
/// There is no answer, or not in time.
pub(crate) async fn ask(
    worker: &Worker,
    active: &Active,
    service: &Service,
    request: &RateLimitRequest,
) -> Result<RateLimitResponse, Fault> {
    let limit = service.timeout;
    let called = tokio::time::timeout(limit, call(worker, active, service, request, limit));
    let outcome = called.await.unwrap_or_else(|_| Err(Kind::Timeout.into()));
    if let Err(fault) = &outcome {
        let (reason, error) = (fault.kind.reason(), fault.detail().unwrap_or_default());
        let (policy, service) = (&service.label, &service.authority);
        tracing::debug!(%policy, %service, reason, error, "a rate limit service did not answer");
        worker.metrics.limit_call(policy, "check", "error");
    }
    outcome
}

/// Tells what a request took, while nobody waits.
pub(crate) fn tell(
    worker: &Rc<Worker>,
    active: &Arc<Active>,
    service: &Arc<Service>,
    request: RateLimitRequest,
) {
    let (worker, active, service) = (worker.clone(), active.clone(), service.clone());
    let Some(telling) = Telling::begin(&worker) else {
        worker.metrics.limit_call(&service.label, "report", "error");
        return;
    };
    // Ends with its answer, at the latest after `TELLING`.
    tokio::task::spawn_local(async move {
        let called = call(&worker, &active, &service, &request, TELLING);
        let called = tokio::time::timeout(TELLING, called).await;
        let outcome = match called.unwrap_or_else(|_| Err(Kind::Timeout.into())) {
            Ok(_) => "ok",
            Err(fault) => {
                let (reason, error) = (fault.kind.reason(), fault.detail().unwrap_or_default());
                let (policy, service) = (&service.label, &service.authority);
                tracing::warn!(%policy, %service, reason, error, "what a request took may not be counted");
                "error"
            }
        };
        worker.metrics.limit_call(&service.label, "report", outcome);
        drop(telling);
    });
}

/// One call, and another where the first cannot have arrived.
async fn call(
    worker: &Worker,
    active: &Active,
    service: &Service,
    request: &RateLimitRequest,
    limit: Duration,
) -> Result<RateLimitResponse, Fault> {
    let due = Instant::now() + limit;
    match once(worker, active, service, request, due).await {
        // Its server had closed the connection.
        Err(fault) if never_left(&fault) => once(worker, active, service, request, due).await,
        outcome => outcome,
    }
}

/// Whether nothing was sent on a connection that was there before.
fn never_left(fault: &Fault) -> bool {
    let source = fault.source.as_deref();
    let error = source.and_then(|source| source.downcast_ref::<SendError>());
    matches!(error, Some(SendError::Exchange(cause)) if cause.is_canceled())
}

async fn once(
    worker: &Worker,
    active: &Active,
    service: &Service,
    request: &RateLimitRequest,
    due: Instant,
) -> Result<RateLimitResponse, Fault> {
    let config = &active.config;
    let cluster = config.cluster(&service.cluster);
    let cluster = cluster.ok_or(Kind::InvalidBackend)?;
    let now = Instant::now();
    let picked = worker
        .upstream
        .pick(config, cluster, Protocol::Http2, now)
        .await?;
    let head = head(service, due.saturating_duration_since(now))?;
    let body = RequestBody::Full(unary::body(request));
    let deadline = worker.timers.deadline(Some(due));
    let mut facts = UpstreamFacts::default();
    let sent = attempt::send(&picked, Box::new(head), body, deadline, &mut facts);
    let (response, lease) = sent.await?;
    let (head, incoming) = response.into_parts();
    let mut upstream = Upstream::new(incoming, lease, None);
    let (mut body, mut trailers) = (BytesMut::new(), HeaderMap::new());
    while let Some(frame) = poll_fn(|cx| upstream.poll(cx)).await {
        let frame = frame.map_err(|error| Fault::caused(Kind::Reset, error))?;
        match frame.into_data() {
            Ok(data) if body.len() + data.len() > unary::LIMIT => {
                return Err(Fault::caused(Kind::Garbage, "its answer is too large"));
            }
            Ok(data) => body.extend_from_slice(&data),
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    unary::read(head.status, [&trailers, &head.headers], &body.freeze())
        .map_err(|error| Fault::caused(Kind::Garbage, error))
}

fn head(service: &Service, patience: Duration) -> Result<Parts, Fault> {
    let request = Request::builder().method(Method::POST).uri(METHOD).body(());
    let (mut head, ()) = request
        .map_err(|error| Fault::caused(Kind::Bug, error))?
        .into_parts();
    let authority = HeaderValue::from_str(&service.authority)
        .map_err(|error| Fault::caused(Kind::Bug, error))?;
    let timeout = HeaderValue::from_str(&format!("{}m", patience.as_millis().max(1)))
        .map_err(|error| Fault::caused(Kind::Bug, error))?;
    head.headers.insert(HOST, authority);
    head.headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    head.headers
        .insert(TE, HeaderValue::from_static("trailers"));
    head.headers.insert("grpc-timeout", timeout);
    Ok(head)
}

// === impl Telling ===

impl Telling {
    fn begin(worker: &Rc<Worker>) -> Option<Telling> {
        let now = worker.telling.get();
        if now >= AT_ONCE {
            return None;
        }
        worker.telling.set(now + 1);
        worker.shared.connections.send_modify(|open| *open += 1);
        Some(Telling(worker.clone()))
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let Telling(worker) = self;
        worker.telling.set(worker.telling.get().saturating_sub(1));
        let connections = &worker.shared.connections;
        connections.send_modify(|open| *open = open.saturating_sub(1));
    }
}
