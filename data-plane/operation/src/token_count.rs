//! Anthropic's count of tokens, asked of Bedrock (llm.md O-4).
//!
//! Owns the bodies of both directions. It must not know paths. Invariants: what is counted is the client's prompt, byte for
//! byte but for the members that Bedrock has elsewhere; an answer without a number is no answer.
//!
//! Bodies after the reference of CountTokens (Amazon Bedrock Runtime) and of Claude's request on Bedrock.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dp_wire::error::ProviderError;
use serde::Deserialize;

use crate::{Unconvertible, json};

/// What Claude's requests on Bedrock begin with. How long an answer may be is asked for, and not counted.
const FRONT: &str = "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":1";

/// What Bedrock has elsewhere, or sets here.
const ELSEWHERE: [&str; 4] = ["model", "stream", "max_tokens", "anthropic_version"];

/// The body for Bedrock: the request that is not made, as bytes in Base64.
///
/// # Errors
/// The body is no JSON object.
pub fn request(text: &str) -> Result<Vec<u8>, Unconvertible> {
    let mut inner = String::with_capacity(text.len() + FRONT.len());
    inner.push_str(FRONT);
    json::members(text, |key, value| {
        if ELSEWHERE.contains(&key.as_ref()) {
            return;
        }
        inner.push(',');
        inner.push_str(&serde_json::Value::from(key.as_ref()).to_string());
        inner.push(':');
        inner.push_str(value);
    })
    .map_err(|_| Unconvertible::invalid("", "the body is not a JSON object"))?;
    inner.push('}');
    let body = STANDARD.encode(inner);
    Ok(format!("{{\"input\":{{\"invokeModel\":{{\"body\":\"{body}\"}}}}}}").into_bytes())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    input_tokens: u64,
}

/// Anthropic's answer, made of Bedrock's.
///
/// # Errors
/// It has no number.
pub fn answer(body: &[u8]) -> Result<Vec<u8>, ProviderError> {
    let counted: Counted = serde_json::from_slice(body).map_err(|_| ProviderError {
        message: "the provider's count of tokens is not what its format asks for".to_owned(),
        ..ProviderError::default()
    })?;
    Ok(written(counted.input_tokens))
}

/// Anthropic's answer.
#[must_use]
pub fn written(tokens: u64) -> Vec<u8> {
    format!("{{\"input_tokens\":{tokens}}}").into_bytes()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::{answer, request};

    #[test]
    fn what_is_counted_is_the_request_that_is_not_made() {
        let asked =
            r#"{"model":"m","max_tokens":8,"messages":[{"role":"user","content":"Hi"}],"x":1e400}"#;
        let sent = request(asked).expect("converted");
        let sent: Value = serde_json::from_slice(&sent).expect("JSON");
        let body = sent
            .pointer("/input/invokeModel/body")
            .and_then(Value::as_str);
        let body = STANDARD.decode(body.expect("a text")).expect("Base64");
        let expected = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[{"role":"user","content":"Hi"}],"x":1e400}"#;
        assert_eq!(String::from_utf8(body).as_deref(), Ok(expected));
        assert!(request("[]").is_err());
    }

    #[test]
    fn the_answer_is_anthropics() {
        let written = answer(br#"{"inputTokens":41}"#).expect("a count");
        assert_eq!(written, br#"{"input_tokens":41}"#);
        assert!(answer(b"{}").is_err());
        assert!(answer(b"<html>").is_err());
    }
}
