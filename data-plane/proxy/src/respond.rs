//! From a fault to a response: the only place that does it.
//!
//! Owns the status, the text and the three dialects in which a client may read them (plain, gRPC, OpenAI).
//! Must not look at the cause; it is for the log. Invariant: the match is total, and no text carries
//! upstream detail.

use dp_llm::{
    error::{ErrorBody, ErrorCode},
    format::Format,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, UPGRADE},
};

use crate::{
    ai::{guard, prompt::TooLarge},
    fault::{Fault, Kind},
    global_limit::OverLimit,
    response_body::ResponseBody,
};

/// By which SDKs of AWS tell errors apart.
pub(crate) const AMZN_ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// How the client wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A status and a line of text.
    Plain,
    /// HTTP 200 with `grpc-status`, as the gRPC protocol has it.
    Grpc,
    /// An error body of an LLM format.
    Llm(Format),
}

/// The response to a failed request.
pub(crate) fn respond(fault: &Fault, dialect: Dialect) -> Response<ResponseBody> {
    if let (Dialect::Llm(format), Some(refused)) = (dialect, guard::Refused::of(fault)) {
        return refused.respond(format);
    }
    let (status, message) = answer(fault.kind);
    let mut response = match dialect {
        Dialect::Plain => worded(fault, status).unwrap_or_else(|| plain(status, message)),
        Dialect::Grpc => grpc(status, message),
        Dialect::Llm(format) => llm(fault, status, message, format),
    };
    let headers = response.headers_mut();
    if fault.kind == Kind::MethodNotAllowed {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    if fault.kind == Kind::UpgradeRequired {
        // RFC 9110, section 15.5.22.
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
    if fault.kind == Kind::AnswerTooLarge {
        // Vendors' SDKs try a 502 again by themselves, and each try is paid for.
        headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    // What follows such a head on the connection cannot be trusted to be a request.
    if matches!(
        fault.kind,
        Kind::AmbiguousLength
            | Kind::UpgradeWithBody
            | Kind::HeadersTooLarge
            | Kind::BodyTooLarge
            | Kind::BodyTimeout
    ) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The status and the text of each kind.
#[allow(
    clippy::too_many_lines,
    reason = "one row for each kind, so that status and text stand side by side"
)]
fn answer(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::MissingHost => (StatusCode::BAD_REQUEST, "the request names no valid host"),
        Kind::InvalidRequest => (StatusCode::BAD_REQUEST, "the request is malformed"),
        Kind::BodyBroken => (StatusCode::BAD_REQUEST, "the request body broke off"),
        Kind::InvalidPrompt => (StatusCode::BAD_REQUEST, "the request body is not valid"),
        Kind::UnsupportedFormat => (
            StatusCode::BAD_REQUEST,
            "no provider of this route can be asked in this format for this model",
        ),
        Kind::GuardRejected => (StatusCode::FORBIDDEN, "a guard refused the request"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "the destination is not allowed"),
        Kind::NoRoute => (StatusCode::NOT_FOUND, "no route matches the request"),
        Kind::UnknownModel => (StatusCode::NOT_FOUND, "no such model is offered here"),
        Kind::ModelNotAllowed => (
            StatusCode::FORBIDDEN,
            "this model may not be asked for here",
        ),
        Kind::ModelAuthorizationDenied => (
            StatusCode::FORBIDDEN,
            "this request may not ask for the model",
        ),
        Kind::UnknownResponse => (
            StatusCode::NOT_FOUND,
            "it is not known which provider keeps this response; send the whole conversation",
        ),
        Kind::UnknownOperation => (StatusCode::NOT_FOUND, "the path names no known operation"),
        Kind::AmbiguousLength => (
            StatusCode::BAD_REQUEST,
            "the request has both content-length and transfer-encoding",
        ),
        Kind::UpgradeWithBody => (
            StatusCode::BAD_REQUEST,
            "a request for an upgrade must not have a body",
        ),
        Kind::ConnectRefused => (
            StatusCode::METHOD_NOT_ALLOWED,
            "CONNECT is not allowed here",
        ),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "only POST is allowed here"),
        Kind::UpgradeRequired => (
            StatusCode::UPGRADE_REQUIRED,
            "a realtime session is asked for over a WebSocket (HTTP/1.1, GET with Upgrade: websocket)",
        ),
        Kind::BodyTimeout => (
            StatusCode::REQUEST_TIMEOUT,
            "the request body took too long",
        ),
        Kind::BodyTooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the request body is too large",
        ),
        Kind::UnsupportedEncoding => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content encoding is not supported here",
        ),
        Kind::UnsupportedContentType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the model is not the client's to choose here, and only that of JSON and forms is read: send a JSON object as \
             application/json, or multipart/form-data",
        ),
        Kind::Misdirected => (
            StatusCode::MISDIRECTED_REQUEST,
            "the host is not served on this TLS connection",
        ),
        Kind::HeadersTooLarge => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "the request headers are too large",
        ),
        Kind::InvalidBackend => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the route has no valid backend",
        ),
        Kind::NoCredential => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the gateway has no credential for the provider",
        ),
        Kind::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "internal error"),
        Kind::Garbage => (
            StatusCode::BAD_GATEWAY,
            "the backend's response is not valid",
        ),
        Kind::AnswerTooLarge => (
            StatusCode::BAD_GATEWAY,
            "the answer is larger than the 8 MiB that the gateway holds of one, and has to be held: \
             it is converted, or judged by a guard",
        ),
        Kind::UpgradeFailed => (StatusCode::BAD_GATEWAY, "the backend refused the upgrade"),
        Kind::BudgetExceeded => (StatusCode::TOO_MANY_REQUESTS, "the budget is used up"),
        Kind::BudgetUnpriced => (
            StatusCode::FORBIDDEN,
            "the model has no price, and a budget refuses such models",
        ),
        Kind::BudgetUnavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "a budget cannot be counted now",
        ),
        Kind::TooManyAtOnce => (
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests are under way; try again when one has ended",
        ),
        Kind::SessionExpired => (
            StatusCode::REQUEST_TIMEOUT,
            "the session has lasted as long as it may",
        ),
        Kind::RateLimited => (
            StatusCode::TOO_MANY_REQUESTS,
            "the rate limit is used up; try again later",
        ),
        Kind::RateLimitUnavailable => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "a rate limit cannot be counted now",
        ),
        Kind::PolicyDenied => (
            StatusCode::SERVICE_UNAVAILABLE,
            "a policy that applies to the request cannot be enforced",
        ),
        Kind::NoProvider => (
            StatusCode::SERVICE_UNAVAILABLE,
            "no provider can take the request now",
        ),
        Kind::NoEndpoint => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the backend has no endpoint",
        ),
        Kind::Unresolved => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the backend's name is unknown",
        ),
        Kind::ConnectFailed => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the backend is unreachable",
        ),
        Kind::Reset => (StatusCode::SERVICE_UNAVAILABLE, "the backend broke off"),
        Kind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "the backend took too long"),
    }
}

/// In the words of the rate limit service that refused, where it has any.
fn worded(fault: &Fault, status: StatusCode) -> Option<Response<ResponseBody>> {
    let over = fault.source.as_deref()?.downcast_ref::<OverLimit>()?;
    let (body, content_type) = over.body.clone()?;
    let mut response = Response::new(ResponseBody::full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Some(response)
}

fn plain(status: StatusCode, message: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::full(message));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

fn grpc(status: StatusCode, message: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::empty());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from_static(grpc_status(status)));
    // The texts above hold nothing that grpc-message would have to percent-encode.
    headers.insert("grpc-message", HeaderValue::from_static(message));
    response
}

/// The gRPC status for an HTTP status.
fn grpc_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "13",
        401 => "16",
        403 => "7",
        404 => "12",
        429 | 502 | 503 | 504 => "14",
        _ => "2",
    }
}

fn llm(
    fault: &Fault,
    status: StatusCode,
    message: &'static str,
    format: Format,
) -> Response<ResponseBody> {
    // A client may know which budget it has used up, and until when.
    let refused = fault.source.as_deref();
    let refused = refused.and_then(|cause| cause.downcast_ref::<dp_policy::budget::Refused>());
    // And how large its requests may be.
    let source = fault.source.as_deref();
    let too_large = source.and_then(|cause| cause.downcast_ref::<TooLarge>());
    let message = match (refused, too_large) {
        (Some(refused), _) => refused.to_string(),
        (None, Some(too_large)) => too_large.to_string(),
        (None, None) => message.to_owned(),
    };
    let invalid = || {
        fault
            .source
            .as_deref()?
            .downcast_ref::<dp_llm::request::RequestError>()
    };
    let body = match (llm_code(fault.kind), invalid()) {
        // What is wrong with the client's own body may be said in full.
        (_, Some(error)) => error.to_body(),
        (Some(code), None) => ErrorBody::gateway(code, message),
        (None, None) => ErrorBody::with_reason(status.as_u16(), fault.kind.reason(), message),
    };
    told(status, &body.with_status(status.as_u16()), format)
}

/// The response that tells an error of the gateway's or a provider's in the client's dialect.
pub(crate) fn told(status: StatusCode, body: &ErrorBody, format: Format) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::full(body.to_json(format)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    name_exception(headers, body, format);
    response
}

/// Tells clients of Bedrock the name of the exception, which is in no body, unless the provider did.
pub(crate) fn name_exception(headers: &mut HeaderMap, body: &ErrorBody, format: Format) {
    match format {
        Format::BedrockConverse => {
            let name = HeaderValue::from_static(body.amzn_error_type());
            headers.entry(AMZN_ERROR_TYPE).or_insert(name);
        }
        Format::OpenAiChatCompletions
        | Format::OpenAiResponses
        | Format::AnthropicMessages
        | Format::GeminiGenerateContent => {}
    }
}

fn llm_code(kind: Kind) -> Option<ErrorCode> {
    match kind {
        Kind::InvalidPrompt | Kind::BodyBroken => Some(ErrorCode::InvalidRequestBody),
        Kind::BodyTooLarge => Some(ErrorCode::RequestBodyTooLarge),
        Kind::UnsupportedEncoding => Some(ErrorCode::UnsupportedEncoding),
        Kind::UnknownModel => Some(ErrorCode::ModelNotFound),
        Kind::ModelNotAllowed => Some(ErrorCode::ModelNotAllowed),
        Kind::ModelAuthorizationDenied => Some(ErrorCode::ModelAuthorizationDenied),
        Kind::UnsupportedFormat => Some(ErrorCode::UnsupportedConversion),
        Kind::NoCredential => Some(ErrorCode::BackendAuthFailed),
        Kind::RateLimited | Kind::TooManyAtOnce => Some(ErrorCode::RateLimitExceeded),
        Kind::BudgetExceeded => Some(ErrorCode::BudgetExceeded),
        Kind::NoProvider | Kind::NoEndpoint | Kind::Unresolved => {
            Some(ErrorCode::NoHealthyProvider)
        }
        Kind::ConnectFailed | Kind::Reset | Kind::Garbage | Kind::UpgradeFailed => {
            Some(ErrorCode::UpstreamError)
        }
        Kind::Timeout => Some(ErrorCode::UpstreamTimeout),
        Kind::GuardRejected => Some(ErrorCode::GuardrailRejected),
        Kind::MissingHost
        | Kind::InvalidRequest
        | Kind::AmbiguousLength
        | Kind::ConnectRefused
        | Kind::UpgradeWithBody
        | Kind::HeadersTooLarge
        | Kind::BodyTimeout
        | Kind::UnsupportedContentType
        | Kind::Misdirected
        | Kind::UnknownOperation
        | Kind::MethodNotAllowed
        | Kind::UnknownResponse
        | Kind::SessionExpired
        | Kind::UpgradeRequired
        | Kind::NoRoute
        | Kind::AnswerTooLarge
        | Kind::InvalidBackend
        | Kind::PolicyDenied
        | Kind::BudgetUnpriced
        | Kind::BudgetUnavailable
        | Kind::RateLimitUnavailable
        | Kind::Forbidden
        | Kind::Bug => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_bedrock_read_the_name_of_the_exception() {
        for (kind, name) in [
            (Kind::RateLimited, "ThrottlingException"),
            (Kind::InvalidPrompt, "ValidationException"),
            (Kind::ModelNotAllowed, "AccessDeniedException"),
            (Kind::ModelAuthorizationDenied, "AccessDeniedException"),
        ] {
            let told = |format| {
                let response = respond(&kind.into(), Dialect::Llm(format));
                response.headers().get(AMZN_ERROR_TYPE).cloned()
            };
            let expected = HeaderValue::from_static(name);
            assert_eq!(told(Format::BedrockConverse), Some(expected));
            assert_eq!(told(Format::OpenAiChatCompletions), None);
        }
    }
}
