//! What anything that can open the socket may ask over plain HTTP: alive, ready, metrics.
//!
//! Owns three routes beside the gRPC services. Must not tell anything that needs a token: configuration and status
//! go through the admin service. Metrics are open on TCP too, because their labels come from closed lists: they name no
//! object, and a scraper with the operators' token could read more than it should.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio::sync::watch;

/// Content type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone)]
struct Shared {
    registry: Arc<Registry>,
    is_ready: watch::Receiver<bool>,
}

/// `/live`, `/ready` and `/metrics`. Ready means that the sources have been read and translated once.
pub fn routes(registry: Arc<Registry>, is_ready: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Shared { registry, is_ready })
}

async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    if *shared.is_ready.borrow() {
        (StatusCode::OK, "ready\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the first translation has not run yet\n",
        )
    }
}

async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &shared.registry) {
        Ok(()) => (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], text),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            "the metrics cannot be encoded\n".to_owned(),
        ),
    }
}
