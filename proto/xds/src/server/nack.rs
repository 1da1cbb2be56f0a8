//! What is kept of a client's refusal.
//!
//! Owns the cap and the redaction of error texts (R18, R19): Envoy dumps whole messages, secrets included,
//! into `error_detail`. Must not decide what follows. Nothing of a refusal leaves this file unredacted.

use std::sync::Arc;

use proto::any;
use proto::google::rpc::Status;
use proto::tidegate::v1::RejectReport;

/// A refused response.
#[derive(Clone, Debug, PartialEq)]
pub struct Nack {
    /// Type URL of the response.
    pub type_url: Arc<str>,
    /// Every name that was in the response; all of them count as unknown until re-sent.
    pub names: Vec<Arc<str>>,
    /// Those that the client blames, as far as it says: by report (then also names of other types, of which a
    /// Commit tells), by text, or because there was only one.
    pub culprits: Vec<Arc<str>>,
    /// gRPC status code.
    pub code: i32,
    /// The client's words, redacted, at most [`MESSAGE_CAP`] bytes.
    pub message: String,
    /// The proxy's report, from `Status.details`; each message redacted and capped.
    pub report: Option<RejectReport>,
    /// Commit whose content the response carried.
    pub commit_id: Option<Arc<str>>,
}

/// Longest message that is kept, in bytes.
pub const MESSAGE_CAP: usize = 4096;
/// Most items of a report that are kept.
pub const REPORT_CAP: usize = 256;

/// Fields whose quoted values are taken out of text-format dumps.
const SECRET_FIELDS: [&str; 10] = [
    "inline_bytes",
    "inline_string",
    "private_key",
    "password",
    "token",
    "secret",
    "value",
    "api_key",
    "keys",
    "authorization",
];
const REDACTED: &str = "[redacted]";

// === impl Nack ===

impl Nack {
    /// Reads a NACK of a response that carried `names`.
    pub(crate) fn read(
        type_url: &str,
        names: Vec<Arc<str>>,
        commit_id: Option<Arc<str>>,
        status: &Status,
    ) -> Nack {
        let report = status
            .details
            .iter()
            .find_map(|detail| any::unpack::<RejectReport>(detail).ok())
            .map(tamed);
        let culprits = culprits(&names, report.as_ref(), &status.message);
        Nack {
            type_url: Arc::from(type_url),
            names,
            culprits,
            code: status.code,
            message: tame(&status.message),
            report,
            commit_id,
        }
    }
}

fn tamed(mut report: RejectReport) -> RejectReport {
    report.items.truncate(REPORT_CAP);
    for item in &mut report.items {
        item.message = tame(&item.message);
    }
    report
}

/// Redacted, then cut at a character boundary.
fn tame(message: &str) -> String {
    // What is far behind the cap cannot matter, and a dump may be megabytes long.
    let head = cut(message, MESSAGE_CAP * 4);
    cut(&redact(head), MESSAGE_CAP).to_owned()
}

fn cut(text: &str, cap: usize) -> &str {
    if text.len() <= cap {
        return text;
    }
    let end = (0..=cap)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Takes the values of secret fields and PEM blocks out of a text.
fn redact(message: &str) -> String {
    let without_pem = redact_between(message, "-----BEGIN", "-----END");
    let mut rest = without_pem.as_str();
    let mut safe = String::with_capacity(rest.len());
    while let Some(at) = rest.find('"') {
        let (before, from_quote) = rest.split_at(at);
        safe.push_str(before);
        let value = from_quote.get(1..).unwrap_or_default();
        let end = closing_quote(value);
        let (inside, after) = value.split_at(end.unwrap_or(value.len()));
        let is_secret = is_secret_field(&safe);
        safe.push('"');
        safe.push_str(if is_secret { REDACTED } else { inside });
        if end.is_some() {
            safe.push('"');
        }
        rest = after.get(1..).unwrap_or_default();
    }
    safe.push_str(rest);
    safe
}

fn redact_between(text: &str, begin: &str, end: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(begin) {
        let (before, block) = rest.split_at(at);
        safe.push_str(before);
        safe.push_str(REDACTED);
        rest = block
            .find(end)
            .and_then(|at| block.get(at + end.len()..))
            .unwrap_or_default();
    }
    safe.push_str(rest);
    safe
}

/// True if the text before a quote ends in `name:` or `name=` of a field that may hold a secret.
fn is_secret_field(before: &str) -> bool {
    let field = before
        .trim_end()
        .trim_end_matches([':', '='])
        .trim_end()
        .trim_end_matches('"');
    let start = field
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map_or(0, |at| at + 1);
    let field = field.get(start..).unwrap_or_default().to_ascii_lowercase();
    SECRET_FIELDS.contains(&field.as_str())
}

/// Position of the quote that ends a text-format string.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

fn culprits(names: &[Arc<str>], report: Option<&RejectReport>, message: &str) -> Vec<Arc<str>> {
    if let Some(report) = report.filter(|report| !report.items.is_empty()) {
        return report
            .items
            .iter()
            .map(|item| Arc::from(item.name.as_str()))
            .collect();
    }
    if let [only] = names {
        return vec![Arc::clone(only)];
    }
    // Envoy: "Error adding/updating cluster(s) a: why, b: why". RDS and VHDS texts carry no name at all (R18).
    let head = cut(message, MESSAGE_CAP * 4);
    names
        .iter()
        .filter(|name| mentions(head, name))
        .cloned()
        .collect()
}

/// True if the text holds the name as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !name.is_empty() && !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests;
