//! The admin server: what an operator or a probe asks one proxy.
//!
//! Owns the HTTP surface over a Unix socket or loopback. Must not change what is served; the level of the log
//! is the one thing that can be set. The invariants: secrets never leave (the dump is dp-config's redacted
//! mirror), a web page that a browser on this machine shows cannot read any of it, and on TCP, where every user of the
//! machine can connect, all but the two probes asks for a token.

mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dp_proxy::Proxy;
use grpc::address::Address;
use grpc::listen::Listening;
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tokio::sync::watch;

pub use self::token::AdminToken;
use crate::standing::Standing;
use crate::telemetry::LogLevel;

/// What the index prints.
const INDEX: &str = "\
tidegate-proxy
  GET /ready                200 once a whole configuration is active, 503 before and while draining
  GET /live                 200 while the process runs
  GET /metrics              Prometheus text
  GET /config_dump          the active configuration and how credentials stand, as JSON, secrets redacted
  GET /listeners            what is bound, as JSON
  GET /providers            how the endpoints and keys of model providers stand that have several, as JSON
  GET /logging              the level of the log
  PUT /logging?level=debug  another one; directives such as info,dp_proxy=debug work too
On TCP, all but /ready and /live needs the token of --admin-token-file: Authorization: Bearer TOKEN
";

/// What the admin server reads.
#[derive(Clone)]
pub struct Admin {
    /// How the proxy stands.
    pub standing: watch::Receiver<Standing>,
    /// The proxy itself.
    pub proxy: Arc<Proxy>,
    /// Every metric of the process.
    pub registry: Arc<Registry>,
    /// The level of the log.
    pub level: LogLevel,
}

/// Answers until it is dropped. A socket file goes with it. The mode of a socket file says who may ask; on TCP the
/// token does, and without one only probes are answered.
pub async fn serve(
    admin: Admin,
    listening: Listening,
    token: Option<AdminToken>,
) -> std::io::Result<()> {
    let routes = router(admin);
    match listening {
        Listening::Unix(listener, _file) => axum::serve(listener, routes).await,
        Listening::Tcp(listener) => {
            let secret = token.as_ref().map(AdminToken::secret);
            let routes = routes
                .layer(middleware::from_fn_with_state(
                    secret,
                    token::only_with_token,
                ))
                .layer(middleware::from_fn(only_local_names));
            axum::serve(listener, routes).await
        }
    }
}

/// Answers probes and scrapers on any address: nothing here names an object or holds a secret.
pub async fn serve_probes(admin: Admin, listening: Listening) -> std::io::Result<()> {
    let routes = probes().with_state(admin);
    match listening {
        Listening::Unix(listener, _file) => axum::serve(listener, routes).await,
        Listening::Tcp(listener) => axum::serve(listener, routes).await,
    }
}

fn probes() -> Router<Admin> {
    Router::new()
        .route("/ready", get(ready))
        .route("/live", get(async || "live\n"))
        .route("/metrics", get(metrics))
}

fn router(admin: Admin) -> Router {
    probes()
        .route("/", get(async || INDEX))
        .route("/config_dump", get(config_dump))
        .route("/listeners", get(listeners))
        .route("/providers", get(providers))
        .route("/logging", get(logging).put(set_logging))
        .with_state(admin)
}

/// A page in a browser can make requests to loopback under a name of its own that resolves there (DNS
/// rebinding), but it cannot change what the browser writes into Host.
async fn only_local_names(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let named = host.map(str::to_owned).or_else(|| authority(request.uri()));
    let local = named.is_some_and(|host| {
        let with_port = if host
            .rsplit(']')
            .next()
            .is_some_and(|rest| rest.contains(':'))
        {
            host
        } else {
            format!("{host}:80")
        };
        with_port
            .parse::<Address>()
            .is_ok_and(|address| address.is_local())
    });
    if local {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "ask for this by a loopback address or as localhost\n",
        )
            .into_response()
    }
}

fn authority(uri: &Uri) -> Option<String> {
    uri.authority().map(ToString::to_string)
}

async fn ready(State(admin): State<Admin>) -> Response {
    match admin.standing.borrow().readiness() {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &admin.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

async fn config_dump(State(admin): State<Admin>) -> Response {
    let standing = admin.standing.borrow().clone();
    let config = standing
        .active
        .as_ref()
        .map(|config| dp_config::dump::Dump::of(config));
    axum::Json(json!({
        "connected": standing.connected,
        "draining": standing.draining,
        "stale": standing.stale,
        "commit": standing.active.as_ref().map(|config| config.commit_id().as_ref()),
        "rejection": standing.rejection,
        "credentials": credentials(&admin),
        "endpoints": endpoints(&admin),
        "keys": keys(&admin),
        "budget_stores": budget_stores(&admin),
        "config": config,
    }))
    .into_response()
}

/// How the tokens of clouds stand; no token is among it.
fn credentials(admin: &Admin) -> Vec<Value> {
    let tokens = admin.proxy.tokens();
    let told = tokens.into_iter().map(|own| {
        json!({
            "cloud": own.cloud,
            "identity": own.identity,
            "state": own.standing.as_str(),
            "from": own.step,
            "expires_at_unix_seconds": own.expires_at,
            "error": own.failure,
        })
    });
    told.collect()
}

/// How the endpoints of model providers stand, where a provider has several.
fn endpoints(admin: &Admin) -> Vec<Value> {
    let known = admin.proxy.endpoints().into_iter();
    let told = known.map(|(cluster, address, figures)| {
        json!({
            "cluster": cluster,
            "address": address,
            "state": if figures.evicted_for.is_some() { "ejected" } else { "well" },
            "ejected_for_ms": figures.evicted_for.map(|left| left.as_millis()),
            "ejections_in_a_row": figures.times_ejected,
            "health": figures.health,
            "in_flight": figures.in_flight,
            "first_token_seconds": figures.first_token,
            "seconds_per_token": figures.per_token,
        })
    });
    told.collect()
}

/// How the keys of providers stand that have several; by the names of their secrets.
fn keys(admin: &Admin) -> Vec<Value> {
    let told = admin.proxy.keys().into_iter().map(|own| {
        let left = own.figures.evicted_for;
        json!({
            "backend": own.backend,
            "provider": own.entry,
            "key": own.name,
            "state": if left.is_some() { "ejected" } else { "well" },
            "ejected_for_ms": left.map(|left| left.as_millis()),
            "ejections_in_a_row": own.figures.times_ejected,
        })
    });
    told.collect()
}

/// How the stores of shared budgets stand; by the names of the secrets with their addresses.
fn budget_stores(admin: &Admin) -> Vec<Value> {
    let stores = admin.proxy.budget_stores().into_iter();
    let told = stores.map(|(secret, standing)| {
        json!({
            "store": secret,
            "state": if standing.is_up { "up" } else { "away" },
            "orders_waiting": standing.waiting,
            "orders_lost": standing.lost,
        })
    });
    told.collect()
}

/// What of the dump changes with every answer, without the rest of it.
async fn providers(State(admin): State<Admin>) -> Response {
    let told = json!({
        "endpoints": endpoints(&admin),
        "keys": keys(&admin),
        "budget_stores": budget_stores(&admin),
    });
    axum::Json(told).into_response()
}

async fn listeners(State(admin): State<Admin>) -> Response {
    let bound = admin.proxy.listeners();
    let listed: Vec<Value> = bound
        .iter()
        .map(|listener| {
            json!({
                "name": listener.name,
                "address": listener.address.to_string(),
                "tls": listener.tls,
                "connections": listener.connections,
            })
        })
        .collect();
    axum::Json(listed).into_response()
}

async fn logging(State(admin): State<Admin>) -> String {
    format!("{}\n", admin.level.get())
}

async fn set_logging(
    State(admin): State<Admin>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let Some(level) = query.get("level") else {
        return (
            StatusCode::BAD_REQUEST,
            "say which: PUT /logging?level=debug\n",
        )
            .into_response();
    };
    match admin.level.set(level) {
        Ok(()) => format!("{}\n", admin.level.get()).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests;
