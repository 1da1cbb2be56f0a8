//! What each vendor says on the occasions that every vendor has.
//!
//! It must not know envelopes. Invariant: a refusal about a member of the body has its path in
//! `param` and in the message.

use http::StatusCode;
use serde_json::Value;

use super::{Refusal, type_name};
use crate::format::Vendor;

/// Words of a vendor for an error on demand.
type Words = (&'static str, Option<&'static str>, &'static str);

impl Refusal {
    pub(crate) fn missing_in(vendor: Vendor, path: &str) -> Self {
        match vendor {
            Vendor::OpenAi => Self::missing(path),
            Vendor::Anthropic => Self::at(path, format!("{path}: Field required")),
            Vendor::Bedrock => Self::at(
                path,
                format!("The value at {path} is required but is null."),
            ),
            Vendor::Google => Self::at(path, format!("* {path}: required value is not specified")),
            Vendor::Cohere => Self::at(path, format!("invalid request: {path} is required")),
        }
    }

    pub(crate) fn wrong_type_in(vendor: Vendor, path: &str, expected: &str, got: &Value) -> Self {
        let got_name = type_name(got);
        match vendor {
            Vendor::OpenAi => Self::wrong_type(path, expected, got),
            Vendor::Anthropic => Self::at(
                path,
                format!("{path}: Input should be {expected}, not {got_name}"),
            ),
            Vendor::Bedrock => Self::at(
                path,
                format!(
                    "The format of the value at {path} is invalid: expected {expected}, got {got_name}."
                ),
            ),
            Vendor::Google => Self::at(
                path,
                format!("Invalid value at '{path}' (expected {expected}), {got_name}"),
            ),
            Vendor::Cohere => Self::at(
                path,
                format!(
                    "invalid type: parameter {path} is of type {got_name} but should be of type {expected}"
                ),
            ),
        }
    }

    pub(crate) fn unknown_in(vendor: Vendor, path: &str, name: &str) -> Self {
        match vendor {
            Vendor::OpenAi => {
                let message = format!("Unknown parameter: '{path}'.");
                Self::parameter(path, "unknown_parameter", message)
            }
            Vendor::Anthropic => Self::at(path, format!("{path}: Extra inputs are not permitted")),
            Vendor::Bedrock => Self::at(
                path,
                format!("{path}: extraneous key [{name}] is not permitted"),
            ),
            Vendor::Google => Self::at(
                path,
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field."
                ),
            ),
            Vendor::Cohere => Self::at(
                path,
                format!("unknown field: parameter '{path}' is not a valid field"),
            ),
        }
    }

    pub(crate) fn invalid_in(vendor: Vendor, path: &str, message: &str) -> Self {
        match vendor {
            Vendor::OpenAi => Self::parameter(
                path,
                "invalid_value",
                format!("Invalid '{path}': {message}."),
            ),
            Vendor::Anthropic => Self::at(path, format!("{path}: {message}")),
            Vendor::Bedrock => {
                Self::at(path, format!("The value at {path} is invalid: {message}."))
            }
            Vendor::Google => Self::at(path, format!("* {path}: {message}")),
            Vendor::Cohere => Self::at(path, format!("invalid request: {path}: {message}")),
        }
    }

    pub(crate) fn not_json_in(vendor: Vendor) -> Self {
        match vendor {
            Vendor::OpenAi => Self::not_json(),
            Vendor::Anthropic => Self::plain(
                StatusCode::BAD_REQUEST,
                "The request body is not valid JSON",
            ),
            Vendor::Bedrock => Self::plain(
                StatusCode::BAD_REQUEST,
                "Could not parse request body into json: it is no JSON object",
            ),
            Vendor::Google => {
                Self::plain(StatusCode::BAD_REQUEST, "Invalid JSON payload received.")
            }
            Vendor::Cohere => Self::plain(
                StatusCode::BAD_REQUEST,
                "invalid request: the body is no valid JSON",
            ),
        }
    }

    /// The body did not arrive as its head announced it.
    pub(crate) fn body_broke_off() -> Self {
        let message = "The request body is not as long as its content-length says";
        Self::plain(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn too_long_in(vendor: Vendor) -> Self {
        let status = StatusCode::BAD_REQUEST;
        match vendor {
            Vendor::OpenAi => Self {
                param: Some("messages".to_owned()),
                code: Some("context_length_exceeded"),
                ..Self::plain(
                    status,
                    "This model's maximum context length is 128000 tokens. However, your messages \
                     resulted in 200001 tokens. Please reduce the length of the messages.",
                )
            },
            Vendor::Anthropic => {
                Self::plain(status, "prompt is too long: 200001 tokens > 200000 maximum")
            }
            Vendor::Bedrock => Self::plain(status, "Input is too long for requested model."),
            Vendor::Google => Self::plain(
                status,
                "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
            ),
            Vendor::Cohere => Self::plain(
                status,
                "too many tokens: total number of tokens in the request exceeds the limit of 128000",
            ),
        }
    }

    /// The account is not paid for, told with a status that blames the request where the vendor does that.
    pub(crate) fn no_credit_in(vendor: Vendor) -> Self {
        let status = StatusCode::BAD_REQUEST;
        match vendor {
            Vendor::OpenAi => Self {
                code: Some("billing_hard_limit_reached"),
                ..Self::plain(status, "Billing hard limit has been reached")
            },
            Vendor::Anthropic => Self::plain(
                status,
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade \
                 or purchase credits.",
            ),
            Vendor::Bedrock => Self::plain(
                StatusCode::FORBIDDEN,
                "The account is not in good standing.",
            ),
            Vendor::Google => Self {
                code: Some("API_KEY_INVALID"),
                ..Self::plain(status, "API key expired. Please renew the API key.")
            },
            Vendor::Cohere => Self::plain(
                StatusCode::PAYMENT_REQUIRED,
                "Please add or update your payment method to continue",
            ),
        }
    }

    /// What a failure mode answers with.
    pub(crate) fn on_demand(vendor: Vendor, status: StatusCode) -> Self {
        let (kind, code, message) = match vendor {
            Vendor::OpenAi if status == StatusCode::UNAUTHORIZED => return Self::wrong_key(),
            Vendor::OpenAi => openai(status.as_u16()),
            Vendor::Anthropic => anthropic(status.as_u16()),
            Vendor::Bedrock => bedrock(status.as_u16()),
            Vendor::Google => google(status.as_u16()),
            Vendor::Cohere => cohere(status.as_u16()),
        };
        Self {
            kind,
            code,
            ..Self::plain(status, message)
        }
    }

    fn at(path: &str, message: String) -> Self {
        Self {
            param: Some(path.to_owned()),
            ..Self::plain(StatusCode::BAD_REQUEST, message)
        }
    }
}

const ON_DEMAND: &str = "This mock refuses on demand";

fn openai(status: u16) -> Words {
    match status {
        429 => (
            "requests",
            Some("rate_limit_exceeded"),
            "Rate limit reached for requests",
        ),
        503 => ("server_error", None, "The engine is currently overloaded"),
        500..=599 => (
            "server_error",
            None,
            "The server had an error while processing your request. Sorry about that!",
        ),
        _ => ("invalid_request_error", None, ON_DEMAND),
    }
}

fn anthropic(status: u16) -> Words {
    let message = match status {
        401 => "invalid x-api-key",
        429 => "This request would exceed your organization's rate limit",
        529 => "Overloaded",
        500..=599 => "Internal server error",
        _ => ON_DEMAND,
    };
    ("", None, message)
}

fn bedrock(status: u16) -> Words {
    let message = match status {
        401 | 403 => "The security token included in the request is invalid.",
        429 => "Too many requests, please wait before trying again.",
        503 => "Bedrock is unable to process your request.",
        500..=599 => {
            "The system encountered an unexpected error during processing. Try your request again."
        }
        _ => ON_DEMAND,
    };
    ("", None, message)
}

fn google(status: u16) -> Words {
    let message = match status {
        401 => "Request had invalid authentication credentials.",
        429 => "You exceeded your current quota, please check your plan and billing details.",
        503 => "The model is overloaded. Please try again later.",
        500..=599 => "An internal error has occurred. Please retry.",
        _ => ON_DEMAND,
    };
    ("", None, message)
}

fn cohere(status: u16) -> Words {
    let message = match status {
        401 => "invalid api token",
        429 => "You are past the per minute request limit, please wait and try again later.",
        500..=599 => "internal server error",
        _ => ON_DEMAND,
    };
    ("", None, message)
}
