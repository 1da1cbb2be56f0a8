//! The last requests, for tests that ask what reached the provider.
//!
//! It must not know routes. Invariants: memory is bounded in entries and bytes; a credential is
//! shown as present and as equal to the required key or not, never as text.

use std::collections::VecDeque;

use http::HeaderMap;
use serde_json::{Value, json};

/// How much of a body is kept, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Headers whose values are never shown.
const SECRET: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "cookie",
    "x-goog-api-key",
    "x-amz-security-token",
    "ocp-apim-subscription-key",
];

/// The last requests, oldest first.
pub(crate) struct Record {
    entries: VecDeque<Value>,
    capacity: usize,
    count: u64,
}

/// What is noted of one request.
pub(crate) struct Entry<'a> {
    pub(crate) parts: &'a http::request::Parts,
    pub(crate) body: &'a [u8],
    /// The credential is what `--require-key` asks for; `None` without a required key.
    pub(crate) is_key_right: Option<bool>,
    /// Scope and headers of an AWS signature.
    pub(crate) signed: Option<Value>,
}

// === impl Record ===

impl Record {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
            count: 0,
        }
    }

    pub(crate) fn add(&mut self, entry: &Entry<'_>) {
        self.count += 1;
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry.to_json(self.count));
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.count = 0;
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"count": self.count, "requests": self.entries})
    }
}

// === impl Entry ===

impl Entry<'_> {
    fn to_json(&self, number: u64) -> Value {
        let kept = self.body.get(..BODY_LIMIT).unwrap_or(self.body);
        json!({
            "number": number,
            "method": self.parts.method.as_str(),
            "path": self.parts.uri.path(),
            "query": self.parts.uri.query().map(without_key),
            "authority": self.parts.uri.authority().map(http::uri::Authority::as_str),
            "version": format!("{:?}", self.parts.version),
            "headers": headers(&self.parts.headers),
            "has_authorization": self.parts.headers.contains_key(http::header::AUTHORIZATION),
            "is_key_right": self.is_key_right,
            "signed": self.signed,
            "body": String::from_utf8_lossy(kept),
            "body_bytes": self.body.len(),
        })
    }
}

/// The query with the value of `key` taken out, which Google takes as a credential.
fn without_key(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some(("key", _)) => "key=[redacted]",
        _ => pair,
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Subprotocols without the key that a web page puts there.
fn without_page_key(protocols: &str) -> String {
    const KEY: &str = "openai-insecure-api-key.";
    let shown = protocols.split(',').map(|one| match one.split_once(KEY) {
        Some((before, _)) => format!("{before}{KEY}[redacted]"),
        None => one.to_owned(),
    });
    shown.collect::<Vec<_>>().join(",")
}

fn headers(headers: &HeaderMap) -> Value {
    let pairs = headers.iter().map(|(name, value)| {
        let shown = if SECRET.contains(&name.as_str()) {
            "[redacted]".into()
        } else if name == http::header::SEC_WEBSOCKET_PROTOCOL {
            without_page_key(&String::from_utf8_lossy(value.as_bytes())).into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        json!([name.as_str(), shown])
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::{BODY_LIMIT, Entry, Record};

    fn add(record: &mut Record, path: &str, body: &[u8]) {
        let request = http::Request::builder()
            .uri(path)
            .header("authorization", "Bearer hush")
            .header("x-api-key", "hush")
            .header("x-a", "1")
            .header("x-a", "2");
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        record.add(&Entry {
            parts: &parts,
            body,
            is_key_right: Some(false),
            signed: None,
        });
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut record = Record::new(2);
        for path in ["/a", "/b?q=1&key=hush", "/c"] {
            add(&mut record, path, b"");
        }
        let shown = record.to_json();
        assert_eq!(shown["count"], 3);
        assert_eq!(shown["requests"].as_array().map(Vec::len), Some(2));
        assert_eq!(shown["requests"][0]["path"], "/b");
        assert_eq!(shown["requests"][0]["query"], "q=1&key=[redacted]");
        record.clear();
        assert_eq!(
            record.to_json()["requests"].as_array().map(Vec::len),
            Some(0)
        );
        let mut none = Record::new(0);
        add(&mut none, "/a", b"");
        assert_eq!(none.to_json()["count"], 1);
    }

    #[test]
    fn a_credential_is_never_shown() {
        let mut record = Record::new(1);
        add(&mut record, "/", b"{}");
        let shown = record.to_json();
        assert!(!shown.to_string().contains("hush"));
        assert_eq!(shown["requests"][0]["has_authorization"], true);
        assert_eq!(shown["requests"][0]["is_key_right"], false);
        let headers = shown["requests"][0]["headers"]
            .as_array()
            .expect("headers")
            .clone();
        assert!(headers.contains(&serde_json::json!(["x-a", "2"])));
        assert!(headers.contains(&serde_json::json!(["x-api-key", "[redacted]"])));
    }

    #[test]
    fn a_large_body_is_cut() {
        let mut record = Record::new(1);
        add(&mut record, "/", &vec![b'x'; BODY_LIMIT + 1]);
        let shown = record.to_json();
        assert_eq!(
            shown["requests"][0]["body"].as_str().map(str::len),
            Some(BODY_LIMIT)
        );
        assert_eq!(shown["requests"][0]["body_bytes"], BODY_LIMIT + 1);
    }
}
