//! The life of a request, from the socket to the last byte.
//!
//! Owns listeners, connections, the exchange and what is recorded about it. Must not know where a
//! configuration comes from: it is handed an `Arc<Config>` to prepare and to commit, nothing more.
//! Invariant: one request sees one configuration from its head to its last byte, and only `respond`
//! turns a fault into a response.
//!
//! ```text
//! bind -> accept -> tls (SNI) -> connection (h1, h2) -> exchange -+-> local: redirect, direct response
//!                                                                 +-> forward -> attempt -> upstream
//!                                                                 +-> ai (tap)   upgrade   mirror
//!                    respond <- fault                record -> log, metrics, trace
//! ```

pub mod options;
pub mod prepare;
pub mod proxy;

mod accept;
mod ai;
mod attempt;
mod attributes;
mod bind;
mod budget;
mod connection;
mod exchange;
mod fault;
mod forward;
mod forward_proxy;
mod global_limit;
mod head;
mod in_place;
mod io;
mod limit;
mod log;
mod metrics;
mod mirror;
mod rate_limit_service;
mod record;
mod request_body;
mod respond;
mod response_body;
mod served;
mod stall;
mod timer;
mod tls;
mod trace;
mod trusted_file;
mod turn;
mod upgrade;
mod worker;

pub use options::{AccessLog, AccessLogFormat, DrainTimeouts, Options, UsageEvent, UsageEvents};
pub use prepare::{Cause, Prepared, Unprepared};
pub use proxy::{ListenerStatus, Proxy, StartError};
