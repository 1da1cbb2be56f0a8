//! Writing an error in each dialect: as a body, and as what ends a stream.
//!
//! It must not know where the error comes from. Invariant: no success terminator is ever written (llm.md S-10).

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use super::ErrorBody;
use crate::format::Format;

/// `domain` of the `ErrorInfo` in which the Google dialect carries a code.
const DOMAIN: &str = "tidegate";

/// The dialects; formats of one vendor share theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
    Google,
    Bedrock,
}

/// All four members are always there, as OpenAI sends them.
#[derive(Serialize)]
struct OpenAiEnvelope<'a> {
    error: OpenAiError<'a>,
}

#[derive(Serialize)]
struct OpenAiError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

/// The `error` event of a responses stream. OpenAI's reference has the members flat; the service sends them nested, and its
/// SDKs raise an exception only then. With both, whoever reads either is told.
#[derive(Serialize)]
struct ResponsesEvent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    code: Option<&'a str>,
    message: &'a str,
    param: Option<&'a str>,
    error: OpenAiError<'a>,
}

#[derive(Serialize)]
struct AnthropicEnvelope<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    error: AnthropicError<'a>,
}

#[derive(Serialize)]
struct AnthropicError<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    message: &'a str,
    /// Anthropic has none; ours are told nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

#[derive(Serialize)]
struct GoogleEnvelope<'a> {
    error: GoogleError<'a>,
}

#[derive(Serialize)]
struct GoogleError<'a> {
    code: u16,
    message: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<GoogleDetail<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "@type")]
enum GoogleDetail<'a> {
    #[serde(rename = "type.googleapis.com/google.rpc.ErrorInfo")]
    Info {
        reason: String,
        domain: &'static str,
    },
    #[serde(
        rename = "type.googleapis.com/google.rpc.BadRequest",
        rename_all = "camelCase"
    )]
    BadRequest {
        field_violations: [GoogleViolation<'a>; 1],
    },
}

#[derive(Serialize)]
struct GoogleViolation<'a> {
    field: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct BedrockEnvelope<'a> {
    message: &'a str,
}

// === impl Dialect ===

impl Dialect {
    pub(super) const fn of(format: Format) -> Self {
        match format {
            Format::OpenAiChatCompletions | Format::OpenAiResponses => Self::OpenAi,
            Format::AnthropicMessages => Self::Anthropic,
            Format::GeminiGenerateContent => Self::Google,
            Format::BedrockConverse => Self::Bedrock,
        }
    }
}

// === impl ErrorBody ===

impl ErrorBody {
    /// The body of an error response in `format`'s dialect; content type `application/json`. Towards a client of Bedrock
    /// the header `x-amzn-errortype` belongs to it ([`Self::amzn_error_type`]).
    #[must_use]
    pub fn to_json(&self, format: Format) -> Bytes {
        match Dialect::of(format) {
            Dialect::OpenAi => json(&OpenAiEnvelope {
                error: self.openai(),
            }),
            Dialect::Anthropic => json(&AnthropicEnvelope {
                kind: "error",
                error: AnthropicError {
                    kind: self.class.words().anthropic,
                    message: &self.message,
                    code: self.code.as_deref(),
                },
            }),
            Dialect::Google => json(&GoogleEnvelope {
                error: GoogleError {
                    code: self.status,
                    message: &self.message,
                    status: self.class.words().google,
                    details: self.google_details(),
                },
            }),
            Dialect::Bedrock => json(&BedrockEnvelope {
                message: &self.message,
            }),
        }
        .into()
    }

    /// What ends a stream after a failure; no success terminator may follow it.
    #[must_use]
    pub fn to_event(&self, format: Format) -> Bytes {
        match format {
            Format::OpenAiChatCompletions | Format::GeminiGenerateContent => {
                frame(b"data: ", &self.to_json(format))
            }
            Format::AnthropicMessages => frame(b"event: error\ndata: ", &self.to_json(format)),
            Format::OpenAiResponses => frame(
                b"event: error\ndata: ",
                &json(&ResponsesEvent {
                    kind: "error",
                    code: self.openai().code,
                    message: &self.message,
                    param: self.param.as_deref(),
                    error: self.openai(),
                }),
            ),
            Format::BedrockConverse => exception(self.class.words().bedrock, &self.to_json(format)),
        }
    }

    /// The value of `x-amzn-errortype`, by which clients of Bedrock tell errors apart.
    #[must_use]
    pub const fn amzn_error_type(&self) -> &'static str {
        self.class.words().bedrock
    }

    fn openai(&self) -> OpenAiError<'_> {
        OpenAiError {
            message: &self.message,
            kind: self.class.words().openai_type,
            param: self.param.as_deref(),
            code: self.code.as_deref(),
        }
    }

    fn google_details(&self) -> Vec<GoogleDetail<'_>> {
        let info = self.code.as_deref().map(|code| GoogleDetail::Info {
            reason: code.to_ascii_uppercase(),
            domain: DOMAIN,
        });
        let field = self.param.as_deref().map(|field| GoogleDetail::BadRequest {
            field_violations: [GoogleViolation {
                field,
                description: &self.message,
            }],
        });
        info.into_iter().chain(field).collect()
    }
}

fn json<T: Serialize>(envelope: &T) -> Vec<u8> {
    // Serialising strings cannot fail; were it to, an empty object is still JSON.
    serde_json::to_vec(envelope).unwrap_or_else(|_| b"{}".to_vec())
}

fn frame(head: &[u8], json: &[u8]) -> Bytes {
    [head, json, b"\n\n"].concat().into()
}

/// A message of an AWS event stream that tells an exception; its name begins in lower case there.
fn exception(name: &str, payload: &[u8]) -> Bytes {
    let name: String = name
        .char_indices()
        .map(|(at, letter)| match at {
            0 => letter.to_ascii_lowercase(),
            _ => letter,
        })
        .collect();
    let mut headers = BytesMut::new();
    for (header, value) in [
        (":exception-type", name.as_str()),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ] {
        // Names and values are short: their lengths fit.
        headers.put_u8(u8::try_from(header.len()).unwrap_or_default());
        headers.put_slice(header.as_bytes());
        headers.put_u8(7);
        headers.put_u16(u16::try_from(value.len()).unwrap_or_default());
        headers.put_slice(value.as_bytes());
    }
    let total = 12 + headers.len() + payload.len() + 4;
    let mut message = BytesMut::with_capacity(total);
    message.put_u32(u32::try_from(total).unwrap_or_default());
    message.put_u32(u32::try_from(headers.len()).unwrap_or_default());
    message.put_u32(crc32fast::hash(&message));
    message.put_slice(&headers);
    message.put_slice(payload);
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    use super::exception;

    #[test]
    fn an_exception_is_framed_as_aws_frames_it() {
        let framed = exception("ThrottlingException", br#"{"message":"slow down"}"#);
        let hex: String = framed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700096578636570\
             74696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072"
        );
    }
}
