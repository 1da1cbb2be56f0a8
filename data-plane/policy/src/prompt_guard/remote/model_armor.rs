//! Model Armor of Google (llm.md G-9).
//!
//! Owns the body, the method, and which filters mask. Must not pass where a filter that belongs to the template did
//! not run: a text that is too long for one would slip through. Which part of a de-identified text belongs to which of
//! several texts cannot be told, so where it masks each text is sent by itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Phase, Reading, Unreadable, Verdict, decode, encode, encode_segment};
use crate::prompt_guard::decision::{Names, vendor_name};

const SERVICE: &str = "Model Armor";
const FOUND: &str = "MATCH_FOUND";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Body<'a> {
    UserPromptData { text: &'a str },
    ModelResponseData { text: &'a str },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    sanitization_result: Sanitization,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sanitization {
    filter_match_state: Option<String>,
    invocation_result: Option<String>,
    filter_results: Option<Filters>,
}

/// Results by filter; some versions list them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Filters {
    Map(Map<String, Value>),
    List(Vec<Map<String, Value>>),
}

/// What the filters found.
#[derive(Default)]
struct Found {
    blocked: Names,
    masked: Option<String>,
}

/// Path of a call on `modelarmor.{location}.rep.googleapis.com`.
#[must_use]
pub fn path(project: &str, location: &str, template: &str, phase: Phase) -> String {
    let mut path = String::from("/v1");
    for (collection, name) in [
        ("projects", project),
        ("locations", location),
        ("templates", template),
    ] {
        path.push('/');
        path.push_str(collection);
        path.push('/');
        encode_segment(&mut path, name);
    }
    path.push_str(match phase {
        Phase::Request => ":sanitizeUserPrompt",
        Phase::Response => ":sanitizeModelResponse",
    });
    path
}

/// Body of a call. Several texts are joined by line feeds.
#[must_use]
pub fn body(phase: Phase, texts: &[&str]) -> Vec<u8> {
    let text = &texts.join("\n");
    encode(&match phase {
        Phase::Request => Body::UserPromptData { text },
        Phase::Response => Body::ModelResponseData { text },
    })
}

/// Reads the answer to a call with `sent` texts.
pub fn read(sent: usize, body: &[u8]) -> Result<Reading, Unreadable> {
    let answer: Answer = decode(SERVICE, body)?;
    let result = answer.sanitization_result;
    let found = match &result.filter_results {
        None => Found::default(),
        Some(Filters::Map(filters)) => Found::of(filters.values().filter_map(Value::as_object)),
        Some(Filters::List(filters)) => Found::of(filters.iter()),
    };
    if !found.blocked.is_empty() {
        return Ok(Reading::Verdict(Verdict::reject(found.blocked)));
    }
    match result.invocation_result.as_deref() {
        Some("SUCCESS") => {}
        Some("PARTIAL" | "FAILURE") => return Err(Unreadable::Incomplete(SERVICE)),
        Some(_) | None => return Err(Unreadable::Shape(SERVICE)),
    }
    match (found.masked, result.filter_match_state.as_deref()) {
        (Some(text), _) if sent == 1 => {
            let masked = Verdict::Mask(vec![text], Names::one("sdp"));
            Ok(Reading::Verdict(masked))
        }
        (Some(_), _) => Ok(Reading::OneByOne),
        (None, Some("NO_MATCH_FOUND")) => Ok(Reading::Verdict(Verdict::Pass)),
        // A filter that is newer than this list.
        (None, Some(FOUND)) => Ok(Reading::Verdict(Verdict::reject(Names::one("other")))),
        (None, Some(_) | None) => Err(Unreadable::Shape(SERVICE)),
    }
}

// === impl Found ===

impl Found {
    fn of<'a>(filters: impl Iterator<Item = &'a Map<String, Value>>) -> Self {
        let mut found = Found::default();
        for (name, result) in filters.flatten() {
            if name == "sdpFilterResult" {
                found.add_sdp(result);
            } else if is_found(result) {
                found.blocked.add(&vendor_name(short(name)));
            }
        }
        found
    }

    /// Sensitive data: found only, or taken out as well.
    fn add_sdp(&mut self, result: &Value) {
        let taken_out = result.get("deidentifyResult");
        let text = taken_out
            .and_then(|result| result.get("data"))
            .and_then(|data| data.get("text"))
            .and_then(Value::as_str);
        match (taken_out.is_some_and(is_found), text) {
            (true, Some(text)) => self.masked = Some(text.to_owned()),
            (true, None) => self.blocked.add(&"sdp".into()),
            (false, _) => {}
        }
        if result.get("inspectResult").is_some_and(is_found) {
            self.blocked.add(&"sdp".into());
        }
    }
}

fn is_found(result: &Value) -> bool {
    result.get("matchState").and_then(Value::as_str) == Some(FOUND)
}

/// `rai` of `raiFilterResult`. The filter for abuse of children is documented as `csamFilterFilterResult`.
fn short(name: &str) -> &str {
    let name = name.strip_suffix("FilterResult").unwrap_or(name);
    name.strip_suffix("Filter").unwrap_or(name)
}
