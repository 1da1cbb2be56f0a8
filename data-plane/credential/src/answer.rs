//! What token services answer.
//!
//! Owns how an OAuth answer, good or bad, is read (RFC 6749, 5). Must not repeat more of a refusal than its code and the
//! first line of its description. Invariant: an answer without a token is a failure, whatever its status.

use serde_json::Value;

use crate::failure::{Miss, Outcome};
use crate::grant::Grant;
use crate::port::{Port, Request, Response};

/// The longest part of a description that is told, in bytes.
const TOLD: usize = 300;

/// Sends a request and reads a JSON object out of a good answer.
pub(crate) async fn json(port: &impl Port, request: &Request) -> Outcome<Value> {
    let response = sent(port, request).await?;
    serde_json::from_slice(&response.body)
        .map_err(|_| Miss::failed(format!("{request:?}: the answer is no JSON")))
}

/// Sends a request; every status but success is a failure.
pub(crate) async fn sent(port: &impl Port, request: &Request) -> Outcome<Response> {
    let response = any(port, request).await?;
    match response.status {
        200..=299 => Ok(response),
        status => Err(Miss::failed(format!(
            "{request:?}: status {status}{}",
            refusal(&response.body)
        ))),
    }
}

/// Sends a request.
pub(crate) async fn any(port: &impl Port, request: &Request) -> Outcome<Response> {
    let sent = port.send(request).await;
    sent.map_err(|why| Miss::failed(format!("{request:?}: {why}")))
}

/// The token of an answer to a token request.
pub(crate) fn oauth(answer: &Value, field: &str, now: u64) -> Outcome<Grant> {
    let token = text(answer, field)?;
    let end = number(answer, "expires_in")
        .map(|rest| now + rest)
        .or_else(|| number(answer, "expires_on"));
    Ok(Grant::bearer(token, now, end))
}

/// A text that has to be there.
pub(crate) fn text<'a>(answer: &'a Value, field: &str) -> Outcome<&'a str> {
    let found = answer.get(field).and_then(Value::as_str);
    found
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or_else(|| Miss::failed(format!("there is no usable {field}")))
}

/// Some services write numbers as texts.
fn number(answer: &Value, field: &str) -> Option<u64> {
    let value = answer.get(field)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What a refusal says, in one line; nothing where that cannot be read.
fn refusal(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    // OAuth has `error` as a code; Google's other services and AWS's have an object, or other names.
    let error = body.get("error");
    let code = error
        .and_then(Value::as_str)
        .or_else(|| body.pointer("/error/status").and_then(Value::as_str))
        .or_else(|| body.get("code").and_then(Value::as_str));
    let description = ["/error_description", "/error/message", "/message"]
        .iter()
        .find_map(|path| body.pointer(path).and_then(Value::as_str));
    [code, description]
        .into_iter()
        .flatten()
        .map(|part| format!(": {}", line(part)))
        .collect()
}

/// The first line of what somebody else wrote.
pub(crate) fn line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let end = line.floor_char_boundary(TOLD);
    let clean = line.get(..end).unwrap_or_default();
    clean
        .chars()
        .filter(|letter| !letter.is_control())
        .collect()
}
