//! What happened to one request.
//!
//! Owns the facts, in small structs by who learns them, and the moment they are complete. Must not format or
//! count; `log`, `metrics` and `trace` each read a closed record. Invariant: a record is closed exactly once,
//! with the last byte of the response or when the client is gone.

use std::{
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use dp_config::Route;
use dp_llm::{format::Format, observed::Observed};
use dp_policy::usage_record::CacheStatus;
use http::{HeaderValue, Method, StatusCode, Version};
use opentelemetry::global::BoxedSpan;

use crate::{
    ai::Left,
    ai::guard::{Check, Watchers},
    ai::ledger::Ledger,
    budget::BudgetFacts,
    connection::Flight,
    fault::{Fault, Kind},
    in_place::boxed,
    limit::LimitFacts,
    options::UsageEvent,
    respond::Dialect,
    worker::Worker,
};

/// The facts of one request.
pub(crate) struct Record {
    pub(crate) start: Instant,
    pub(crate) request: RequestFacts,
    pub(crate) route: RouteFacts,
    pub(crate) upstream: UpstreamFacts,
    pub(crate) response: ResponseFacts,
    pub(crate) llm: LlmFacts,
    pub(crate) limits: LimitFacts,
    pub(crate) budgets: BudgetFacts,
    pub(crate) bytes_sent: u64,
    pub(crate) span: Option<Box<BoxedSpan>>,
    worker: Rc<Worker>,
    is_closed: bool,
    /// Keeps the connection from counting as idle.
    _flight: Flight,
}

/// What the request's head said.
pub(crate) struct RequestFacts {
    pub(crate) dialect: Dialect,
    /// Only where somebody reads it: the texts cost allocations.
    pub(crate) head: Option<Box<HeadFacts>>,
}

/// The head as access log and trace show it.
pub(crate) struct HeadFacts {
    pub(crate) method: Method,
    pub(crate) scheme: &'static str,
    pub(crate) authority: String,
    pub(crate) target: String,
    pub(crate) version: Version,
    pub(crate) peer: SocketAddr,
    pub(crate) client: IpAddr,
    pub(crate) request_id: Option<HeaderValue>,
    pub(crate) user_agent: Option<HeaderValue>,
}

/// Where it went inside the proxy.
#[derive(Default)]
pub(crate) struct RouteFacts {
    pub(crate) listener: Option<Arc<str>>,
    pub(crate) route: Option<Arc<Route>>,
}

/// Where it went outside.
#[derive(Default)]
pub(crate) struct UpstreamFacts {
    pub(crate) cluster: Option<Arc<str>>,
    pub(crate) endpoint: Option<SocketAddr>,
    pub(crate) attempts: u32,
    /// From the start of the request to the head of the response.
    pub(crate) first_byte: Option<Duration>,
}

/// What came back.
#[derive(Default)]
pub(crate) struct ResponseFacts {
    pub(crate) status: StatusCode,
    pub(crate) fault: Option<Kind>,
    pub(crate) detail: Option<String>,
}

/// What an LLM route learned.
#[derive(Default)]
pub(crate) struct LlmFacts {
    /// Whose service answered, or was tried last; as telemetry names it.
    pub(crate) provider: Option<Arc<str>>,
    /// Its name in the backend.
    pub(crate) entry: Option<Arc<str>>,
    /// Its group there: 0 for the first.
    pub(crate) group: Option<usize>,
    /// The model that was asked of the provider.
    pub(crate) model: Option<String>,
    /// The client's format and the provider's that was asked last.
    pub(crate) edge: Option<(Format, Format)>,
    /// From the start of the request to the first content of a stream.
    pub(crate) first_token: Option<Duration>,
    pub(crate) observed: Option<Box<Observed>>,
    /// What was seen of an answer that the client did not wait for.
    pub(crate) left: Option<Left>,
    /// What guards decided, in order.
    pub(crate) checks: Vec<Check>,
    /// Guards that only watch, and may not be done yet.
    pub(crate) watchers: Watchers,
    /// How long guards kept the first content of a stream back.
    pub(crate) guard_hold: Option<Duration>,
    /// What the cache of answers had, where there is one.
    pub(crate) cache: Option<CacheFacts>,
    /// What becomes the usage record, from the moment that the request is read.
    pub(crate) ledger: Option<Box<Ledger>>,
}

/// What the cache of answers had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CacheFacts {
    pub(crate) status: CacheStatus,
    /// Nobody counts what the answer took when it came first.
    pub(crate) is_free: bool,
}

/// How the response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its last byte.
    Complete,
    /// Before it: the upstream broke off.
    UpstreamBroke,
    /// Before it: the client was gone.
    Dropped,
}

// === impl Record ===

impl Record {
    /// Opens the record of a request that just arrived.
    pub(crate) fn open(worker: Rc<Worker>, flight: Flight) -> Box<Record> {
        worker.shared.metrics.active.inc();
        boxed(|| Record {
            start: Instant::now(),
            request: RequestFacts {
                dialect: Dialect::Plain,
                head: None,
            },
            route: RouteFacts::default(),
            upstream: UpstreamFacts::default(),
            response: ResponseFacts::default(),
            llm: LlmFacts::default(),
            limits: LimitFacts::default(),
            budgets: BudgetFacts::default(),
            bytes_sent: 0,
            span: None,
            worker,
            is_closed: false,
            _flight: flight,
        })
    }

    /// Notes a fault and its cause.
    pub(crate) fn fault(&mut self, fault: &Fault) {
        self.response.fault = Some(fault.kind);
        self.response.detail = fault.detail();
    }

    /// Hands the facts to those who read them, once.
    pub(crate) fn close(&mut self, ending: Ending) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        let worker = self.worker.clone();
        let watched = self.llm.watchers.close();
        self.llm.checks.extend(watched);
        worker.shared.metrics.active.dec();
        let duration = self.start.elapsed();
        if let Some(left) = self.llm.left.take().and_then(|left| left.take()) {
            self.llm.observed.get_or_insert(left);
        }
        let usage = self.llm.ledger.take();
        let usage = usage.map(|ledger| ledger.close(self, ending, duration));
        let is_free = self.llm.cache.is_some_and(|cache| cache.is_free);
        // The record's word, like that of budgets: also an answer that broke off took something.
        let taken = usage.as_ref().and_then(|closed| closed.record.taken());
        let is_sent = self.upstream.attempts > 0 && !is_free;
        let fate = (self.response.status, is_sent);
        let taken = taken.map(|tokens| tokens.total());
        self.limits.settle(&worker.metrics, taken, fate);
        worker.metrics.observe(self, ending, duration);
        if let Some(usage) = &usage {
            worker.metrics.usage(usage);
        }
        let usage = usage.as_ref().map(|closed| &closed.record);
        if let Some(log) = &worker.shared.log {
            log.write(self, usage, (ending, duration));
        }
        let span = self.span.take();
        let context = span.as_deref().map(crate::trace::context);
        if let Some(span) = span {
            crate::trace::end(*span, self, usage, ending);
        }
        if let (Some(tell), Some(usage)) = (&worker.shared.usage_events, usage) {
            tell(UsageEvent {
                record: usage,
                span: context.as_ref(),
            });
        }
    }

    /// The worker that serves the request.
    pub(crate) fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Whether anybody reads texts of the head.
    pub(crate) fn wants_head(&self) -> bool {
        self.worker.shared.log.is_some() || self.worker.shared.tracer.is_some()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        // hyper drops the exchange of a client that is gone before its response: nobody else can close it.
        if !self.is_closed {
            self.response.status = client_closed_request();
            self.close(Ending::Dropped);
        }
    }
}

/// What logs of other proxies say too where there was nobody to answer.
fn client_closed_request() -> StatusCode {
    StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST)
}

// === impl Ending ===

impl Ending {
    /// The name in the access log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::UpstreamBroke => "upstream_broke",
            Ending::Dropped => "client_gone",
        }
    }
}

// === impl RouteFacts ===

impl RouteFacts {
    /// `namespace/name` of the route object, or the name of the route.
    pub(crate) fn label(&self) -> Arc<str> {
        let route = self.route.as_ref();
        route.map_or_else(Arc::default, |route| route.label.clone())
    }
}
