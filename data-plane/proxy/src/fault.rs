//! What can go wrong with one request.
//!
//! Owns the closed list of kinds and whose side each is on. Must not know HTTP statuses or texts; `respond` has those. Invariant: a kind is added here and the compiler then names
//! every place that has to decide about it.

use dp_config::policy::Denied;
use dp_upstream::{connect::ConnectError, pool::BoxError, pool::SendError};

use crate::request_body::BodyError;

/// A failed request.
#[derive(Debug)]
pub(crate) struct Fault {
    /// What went wrong.
    pub(crate) kind: Kind,
    /// The cause, for the log; never for the client.
    pub(crate) source: Option<BoxError>,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Proxy,
    Upstream,
}

/// Every way in which a request can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Neither `Host` nor `:authority`, or one that is not a host.
    MissingHost,
    /// A target or header that cannot be understood.
    InvalidRequest,
    /// Both `content-length` and `transfer-encoding`: a smuggling shape.
    AmbiguousLength,
    /// CONNECT: this is no forward proxy for tunnels.
    ConnectRefused,
    /// A body in a request for an upgrade: what follows the head is the next protocol's.
    UpgradeWithBody,
    /// More headers than the listener takes.
    HeadersTooLarge,
    /// A body larger than the route buffers.
    BodyTooLarge,
    /// The client stopped sending its body.
    BodyTimeout,
    /// The client broke off or sent a broken body.
    BodyBroken,
    /// The host belongs to another TLS listener of this port.
    Misdirected,
    /// An AI route was asked for something that is no chat completion.
    UnknownOperation,
    /// A method that the operation does not have.
    MethodNotAllowed,
    /// A realtime session that is not asked for over a WebSocket.
    UpgradeRequired,
    /// A body encoding that an AI route cannot read.
    UnsupportedEncoding,
    /// A body in which a provider could find another model than the gateway does, where it matters which.
    UnsupportedContentType,
    /// A chat completion that is not one.
    InvalidPrompt,
    /// A model that nobody serves here, or that clients may not ask for.
    UnknownModel,
    /// A model that the lists of the policies do not have for this request.
    ModelNotAllowed,
    /// A model whose own rules do not admit this request.
    ModelAuthorizationDenied,
    /// A response of which it is not known who keeps it.
    UnknownResponse,
    /// No format leads from the client's to the provider's.
    UnsupportedFormat,
    /// No route matches.
    NoRoute,
    /// The route leads to a backend that does not exist.
    InvalidBackend,
    /// The credential for the provider cannot be had.
    NoCredential,
    /// A guard refused the prompt or the answer.
    GuardRejected,
    /// A policy that applies to the request cannot be enforced.
    PolicyDenied,
    /// A budget is used up.
    BudgetExceeded,
    /// A budget refuses a model without a price.
    BudgetUnpriced,
    /// Nobody can count a budget that fails closed.
    BudgetUnavailable,
    /// As many requests are under way as may be.
    TooManyAtOnce,
    /// A realtime session has lasted as long as it may.
    SessionExpired,
    /// A limit of the route is used up.
    RateLimited,
    /// The service that counts a limit does not answer, and its policy fails closed.
    RateLimitUnavailable,
    /// The address or name may not be reached through a dynamic forward proxy.
    Forbidden,
    /// A case that should be impossible.
    Bug,
    /// Every provider is drained or has all that it may have.
    NoProvider,
    /// The backend has no endpoint.
    NoEndpoint,
    /// The backend's name does not resolve.
    Unresolved,
    /// No connection to the backend.
    ConnectFailed,
    /// The connection broke before the response.
    Reset,
    /// The backend answered something that is not HTTP.
    Garbage,
    /// The model's answer has to be held, and is larger than what is held of one.
    AnswerTooLarge,
    /// The backend did not answer in time.
    Timeout,
    /// The backend did not agree to the upgrade as it should.
    UpgradeFailed,
}

// === impl Fault ===

impl Fault {
    /// A fault without a cause beyond its kind.
    pub(crate) fn new(kind: Kind) -> Fault {
        Fault { kind, source: None }
    }

    /// A fault with its cause.
    pub(crate) fn caused(kind: Kind, source: impl Into<BoxError>) -> Fault {
        Fault {
            kind,
            source: Some(source.into()),
        }
    }

    /// The cause in one line, for the log.
    pub(crate) fn detail(&self) -> Option<String> {
        let first: &dyn std::error::Error = self.source.as_deref()?;
        let mut text = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        Some(text)
    }
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Fault {
        Fault::new(kind)
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Fault {
        Fault::caused(Kind::PolicyDenied, denied)
    }
}

impl From<SendError> for Fault {
    fn from(error: SendError) -> Fault {
        Fault::caused(of_send(&error), error)
    }
}

fn of_send(error: &SendError) -> Kind {
    match error {
        SendError::Connect(ConnectError::NoAddress) => Kind::NoEndpoint,
        SendError::Connect(ConnectError::Timeout { .. } | ConnectError::Refused { .. })
        | SendError::Tls(_)
        | SendError::Http2(_) => Kind::ConnectFailed,
        SendError::Shared(error) => of_send(error),
        // A body that ended in an error is the client's doing, not the upstream's.
        SendError::Exchange(cause) if cause.is_user() => of_body(cause),
        SendError::Exchange(cause) if cause.is_parse() => Kind::Garbage,
        SendError::Exchange(_) => Kind::Reset,
    }
}

/// Why a body that we were sending ended in an error.
fn of_body(error: &hyper::Error) -> Kind {
    use std::error::Error as _;
    match error
        .source()
        .and_then(|cause| cause.downcast_ref::<BodyError>())
    {
        Some(BodyError::Stalled) => Kind::BodyTimeout,
        Some(BodyError::Broken(_) | BodyError::MirrorLimit) | None => Kind::BodyBroken,
    }
}

// === impl Side ===

impl Side {
    /// The name in the access log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Proxy => "proxy",
            Side::Upstream => "upstream",
        }
    }
}

// === impl Kind ===

impl Kind {
    /// Whose fault it is.
    pub(crate) fn side(self) -> Side {
        match self {
            Kind::MissingHost
            | Kind::InvalidRequest
            | Kind::AmbiguousLength
            | Kind::ConnectRefused
            | Kind::UpgradeWithBody
            | Kind::HeadersTooLarge
            | Kind::BodyTooLarge
            | Kind::BodyTimeout
            | Kind::BodyBroken
            | Kind::Misdirected
            | Kind::UnknownOperation
            | Kind::MethodNotAllowed
            | Kind::UpgradeRequired
            | Kind::UnsupportedEncoding
            | Kind::UnsupportedContentType
            | Kind::InvalidPrompt
            | Kind::UnknownModel
            | Kind::ModelNotAllowed
            | Kind::ModelAuthorizationDenied
            | Kind::UnknownResponse
            | Kind::UnsupportedFormat
            | Kind::GuardRejected
            | Kind::RateLimited
            | Kind::BudgetExceeded
            | Kind::BudgetUnpriced
            | Kind::TooManyAtOnce
            | Kind::SessionExpired
            | Kind::Forbidden => Side::Client,
            Kind::BudgetUnavailable
            | Kind::RateLimitUnavailable
            | Kind::PolicyDenied
            | Kind::NoRoute
            | Kind::InvalidBackend
            | Kind::NoCredential
            | Kind::AnswerTooLarge
            | Kind::Bug => Side::Proxy,
            Kind::NoProvider
            | Kind::NoEndpoint
            | Kind::Unresolved
            | Kind::ConnectFailed
            | Kind::Reset
            | Kind::Garbage
            | Kind::Timeout
            | Kind::UpgradeFailed => Side::Upstream,
        }
    }

    /// The name in the access log and in metrics.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Kind::MissingHost => "missing_host",
            Kind::InvalidRequest => "invalid_request",
            Kind::AmbiguousLength => "ambiguous_length",
            Kind::ConnectRefused => "connect_refused",
            Kind::UpgradeWithBody => "upgrade_with_body",
            Kind::HeadersTooLarge => "headers_too_large",
            Kind::BodyTooLarge => "body_too_large",
            Kind::BodyTimeout => "body_timeout",
            Kind::BodyBroken => "body_broken",
            Kind::Misdirected => "misdirected",
            Kind::UnknownOperation => "unknown_operation",
            Kind::MethodNotAllowed => "method_not_allowed",
            Kind::UpgradeRequired => "upgrade_required",
            Kind::UnsupportedEncoding => "unsupported_encoding",
            Kind::UnsupportedContentType => "unsupported_content_type",
            Kind::InvalidPrompt => "invalid_prompt",
            Kind::UnknownModel => "unknown_model",
            Kind::ModelNotAllowed => "model_not_allowed",
            Kind::ModelAuthorizationDenied => "model_authorization_denied",
            Kind::UnknownResponse => "unknown_response",
            Kind::UnsupportedFormat => "unsupported_format",
            Kind::NoRoute => "no_route",
            Kind::InvalidBackend => "invalid_backend",
            Kind::NoCredential => "no_credential",
            Kind::GuardRejected => "guard_rejected",
            Kind::PolicyDenied => "policy_denied",
            Kind::RateLimited => "rate_limited",
            Kind::RateLimitUnavailable => "rate_limit_unavailable",
            Kind::BudgetExceeded => "budget_exceeded",
            Kind::BudgetUnpriced => "budget_unpriced",
            Kind::BudgetUnavailable => "budget_unavailable",
            Kind::TooManyAtOnce => "too_many_at_once",
            Kind::SessionExpired => "session_expired",
            Kind::Forbidden => "forbidden_address",
            Kind::Bug => "bug",
            Kind::NoProvider => "no_provider",
            Kind::NoEndpoint => "no_endpoint",
            Kind::Unresolved => "unresolved",
            Kind::ConnectFailed => "connect_failed",
            Kind::Reset => "reset",
            Kind::Garbage => "garbage",
            Kind::AnswerTooLarge => "answer_too_large",
            Kind::Timeout => "timeout",
            Kind::UpgradeFailed => "upgrade_failed",
        }
    }
}
