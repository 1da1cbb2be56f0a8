//! Keys as metadata services write them: a JSON object with an end.
//!
//! Owns the names of its members, which instances and containers share.

use std::time::Duration;

use crate::sigv4::Credentials;
use dp_llm::retry_after::rfc3339;
use serde_json::Value;

use crate::answer::{line, text};
use crate::failure::{Miss, Outcome};
use crate::grant::{Grant, Token};

pub(super) fn read(answer: &Value, now: u64) -> Outcome<Grant> {
    // Instances say how it went; containers do not.
    match answer.get("Code").and_then(Value::as_str) {
        None | Some("Success") => {}
        Some(code) => {
            let message = answer.get("Message").and_then(Value::as_str);
            let message = line(message.unwrap_or_default());
            return Err(Miss::failed(format!("{}: {message}", line(code))));
        }
    }
    let keys = Credentials {
        access_key_id: text(answer, "AccessKeyId")?.to_owned(),
        secret_access_key: text(answer, "SecretAccessKey")?.to_owned(),
        session_token: match answer.get("Token") {
            None | Some(Value::Null) => None,
            Some(_) => Some(text(answer, "Token")?.to_owned()),
        },
    };
    let end = answer.get("Expiration").and_then(Value::as_str);
    let end = end.map(expiration).transpose()?;
    Ok(Grant::new(Token::Aws(keys), now, end))
}

pub(super) fn expiration(text: &str) -> Outcome<u64> {
    rfc3339(text)
        .map(|end: Duration| end.as_secs())
        .ok_or_else(|| Miss::failed("Expiration is no time"))
}
