//! Errors as each vendor words them.
//!
//! After the vendors' published references: OpenAI's and Anthropic's error pages, Google's
//! `google.rpc.Status`, Cohere's page on errors, and the exceptions of botocore's model of `bedrock-runtime`. Cases written by
//! hand, never recordings. It must not know what was checked. Invariant: no header value and no key
//! is ever repeated.

pub(crate) mod envelope;
mod vendor;

use http::StatusCode;
use serde_json::Value;

/// One error response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) kind: &'static str,
    pub(crate) param: Option<String>,
    pub(crate) code: Option<&'static str>,
}

impl Refusal {
    /// 400 about one parameter.
    pub(crate) fn parameter(param: &str, code: &'static str, message: String) -> Self {
        Self {
            param: Some(param.to_owned()),
            code: Some(code),
            ..Self::plain(StatusCode::BAD_REQUEST, message)
        }
    }

    pub(crate) fn missing(param: &str) -> Self {
        let message = format!("Missing required parameter: '{param}'.");
        Self::parameter(param, "missing_required_parameter", message)
    }

    pub(crate) fn wrong_type(param: &str, expected: &str, got: &Value) -> Self {
        let message = format!(
            "Invalid type for '{param}': expected {expected}, but got {} instead.",
            type_name(got)
        );
        Self::parameter(param, "invalid_type", message)
    }

    pub(crate) fn not_json() -> Self {
        let message = "We could not parse the JSON body of your request. The OpenAI API expects a \
                       JSON payload, but what was sent was not valid JSON.";
        Self::plain(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn too_large() -> Self {
        Self::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request body is too large.",
        )
    }

    pub(crate) fn no_key() -> Self {
        let message = "You didn't provide an API key. You need to provide your API key in an \
                       Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
        Self::plain(StatusCode::UNAUTHORIZED, message)
    }

    pub(crate) fn wrong_key() -> Self {
        Self {
            code: Some("invalid_api_key"),
            ..Self::plain(StatusCode::UNAUTHORIZED, "Incorrect API key provided.")
        }
    }

    pub(crate) fn unknown_url(method: &http::Method, path: &str) -> Self {
        Self {
            code: Some("unknown_url"),
            ..Self::plain(
                StatusCode::NOT_FOUND,
                format!("Unknown request URL: {method} {path}. Please check the URL for typos."),
            )
        }
    }

    pub(crate) fn wrong_method(method: &http::Method, path: &str) -> Self {
        Self {
            code: Some("method_not_supported"),
            ..Self::plain(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("Not allowed to {method} on {path}."),
            )
        }
    }

    pub(crate) fn unknown_model(model: &str) -> Self {
        Self {
            param: Some("model".to_owned()),
            code: Some("model_not_found"),
            ..Self::plain(
                StatusCode::NOT_FOUND,
                format!("The model '{model}' does not exist."),
            )
        }
    }

    pub(crate) fn plain(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            kind: "invalid_request_error",
            param: None,
            code: None,
        }
    }
}

pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
