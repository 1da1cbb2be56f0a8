//! The body and the headers of an error, by vendor.
//!
//! It must not know why something is refused. Invariant: every status has a name with every vendor.

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::Refusal;
use crate::format::Vendor;
use crate::member::set;
use crate::moment;

impl Refusal {
    /// The body; `rest` is how many seconds a client is asked to wait, where the body tells it.
    pub(crate) fn to_json(&self, vendor: Vendor, rest: u64) -> Value {
        match vendor {
            Vendor::OpenAi => json!({"error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }}),
            Vendor::Anthropic => json!({
                "type": "error",
                "error": {"type": self.anthropic_type(), "message": self.message},
                "request_id": "req_mock",
            }),
            Vendor::Bedrock => json!({"message": self.message}),
            Vendor::Cohere => json!({"id": "mock", "message": self.message}),
            Vendor::Google => {
                let mut error = json!({
                    "code": self.status.as_u16(),
                    "message": self.message,
                    "status": self.google_status(),
                });
                if let Some(details) = self.google_details(rest) {
                    set(&mut error, "details", details);
                }
                json!({"error": error})
            }
        }
    }

    /// Headers beside the content type.
    pub(crate) fn headers(&self, vendor: Vendor, demanded: Option<u64>, now: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let is_limit = self.status == StatusCode::TOO_MANY_REQUESTS;
        let is_busy = is_limit
            || self.status == StatusCode::SERVICE_UNAVAILABLE
            || self.status.as_u16() == OVERLOADED;
        match vendor {
            Vendor::OpenAi | Vendor::Anthropic | Vendor::Cohere => {
                if is_busy {
                    put(
                        &mut headers,
                        "retry-after",
                        &demanded.unwrap_or(1).to_string(),
                    );
                }
                if is_limit {
                    limits(&mut headers, vendor, demanded.unwrap_or(1), now);
                }
            }
            Vendor::Bedrock => put(&mut headers, "x-amzn-errortype", self.bedrock_exception()),
            Vendor::Google => (),
        }
        if let Some(rest) = demanded.filter(|_| !headers.contains_key(RETRY_AFTER)) {
            put(&mut headers, "retry-after", &rest.to_string());
        }
        headers
    }

    fn anthropic_type(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            408 | 504 => "timeout_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            OVERLOADED => "overloaded_error",
            500..=599 => "api_error",
            _ => "invalid_request_error",
        }
    }

    fn google_status(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            409 => "ABORTED",
            429 => "RESOURCE_EXHAUSTED",
            500 => "INTERNAL",
            501 => "UNIMPLEMENTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            400..=499 => "INVALID_ARGUMENT",
            _ => "UNKNOWN",
        }
    }

    fn google_details(&self, rest: u64) -> Option<Value> {
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Some(json!([{
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": format!("{rest}s"),
            }]));
        }
        let reason = self.code?;
        Some(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
        }]))
    }

    /// The name of the exception, as in the header of a response.
    pub(crate) fn bedrock_exception(&self) -> &'static str {
        if let Some(code) = self.code {
            return code;
        }
        match self.status.as_u16() {
            401 => "UnrecognizedClientException",
            403 => "AccessDeniedException",
            404 => "ResourceNotFoundException",
            408 | 504 => "ModelTimeoutException",
            424 => "ModelErrorException",
            429 => "ThrottlingException",
            502 | 503 | OVERLOADED => "ServiceUnavailableException",
            500..=599 => "InternalServerException",
            _ => "ValidationException",
        }
    }

    /// The name of the exception inside an event stream, of the five that there are.
    pub(crate) fn bedrock_stream_exception(&self) -> &'static str {
        match self.status.as_u16() {
            424 => "modelStreamErrorException",
            429 => "throttlingException",
            502 | 503 | OVERLOADED => "serviceUnavailableException",
            500..=599 => "internalServerException",
            _ => "validationException",
        }
    }
}

/// A status that Anthropic has and HTTP has not.
const OVERLOADED: u16 = 529;

/// Rate limit headers that leave nothing until `rest` seconds from now.
pub(crate) fn limits(headers: &mut HeaderMap, vendor: Vendor, rest: u64, now: u64) {
    match vendor {
        Vendor::OpenAi => {
            for what in ["requests", "tokens"] {
                put(headers, &format!("x-ratelimit-limit-{what}"), "1000");
                put(headers, &format!("x-ratelimit-remaining-{what}"), "0");
                put(
                    headers,
                    &format!("x-ratelimit-reset-{what}"),
                    &format!("{rest}s"),
                );
            }
        }
        Vendor::Anthropic => {
            for what in ["requests", "tokens", "input-tokens", "output-tokens"] {
                let name = format!("anthropic-ratelimit-{what}");
                put(headers, &format!("{name}-limit"), "1000");
                put(headers, &format!("{name}-remaining"), "0");
                put(
                    headers,
                    &format!("{name}-reset"),
                    &moment::rfc3339(now + rest),
                );
            }
        }
        // None of them publishes such headers.
        Vendor::Bedrock | Vendor::Google | Vendor::Cohere => (),
    }
}

/// Sets a header; what is no header is left out.
pub(crate) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::try_from(value),
    ) {
        headers.insert(name, value);
    }
}
