//! The mock's own paths: what it was sent, what it told, and what it shall do next.
//!
//! They need no credential. It must not know formats. Invariant: what is set by one request is in force
//! before its response.

use std::collections::VecDeque;

use http::{Method, Response};
use serde_json::{Value, json};

use crate::demand::Demand;
use crate::format::Vendor;
use crate::member::set;
use crate::play;
use crate::provider::Provider;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::script::Script;

impl Provider {
    pub(crate) fn own(&self, method: &Method, path: &str, body: &[u8]) -> Response<Script> {
        let refuse =
            |refused: &Refusal| play::refusal(refused, Vendor::OpenAi, &Demand::healthy(), 0);
        match (method, path) {
            (&Method::GET, "/_mock/requests") => {
                let mut shown = self.with_record(|record| record.to_json());
                set(&mut shown, "accounts", self.accounts.to_json());
                play::json(&shown)
            }
            (&Method::DELETE, "/_mock/requests") => {
                self.with_record(Record::clear);
                self.accounts.clear();
                play::json(&json!({}))
            }
            (&Method::GET, "/_mock/script") => {
                let left = self.with_script(|script| json!({"script": script}));
                play::json(&left)
            }
            (&Method::PUT, "/_mock/script") => match read_script(body) {
                Ok(script) => {
                    self.with_script(|old| *old = script);
                    play::json(&json!({}))
                }
                Err(refused) => refuse(&refused),
            },
            (&Method::DELETE, "/_mock/script") => {
                self.with_script(VecDeque::clear);
                play::json(&json!({}))
            }
            _ => refuse(&Refusal::unknown_url(method, path)),
        }
    }
}

/// A JSON array of demands.
fn read_script(body: &[u8]) -> Result<VecDeque<String>, Refusal> {
    let script: Value = serde_json::from_slice(body).map_err(|_| Refusal::not_json())?;
    let Value::Array(entries) = &script else {
        return Err(Refusal::wrong_type(
            "script",
            "an array of strings",
            &script,
        ));
    };
    let words = entries.iter().enumerate().map(|(index, entry)| {
        let words = entry
            .as_str()
            .filter(|words| Demand::parse(words).is_some());
        words.map(str::to_owned).ok_or_else(|| {
            let message = format!("No such mode: {entry}.");
            Refusal::parameter(&format!("script[{index}]"), "invalid_value", message)
        })
    });
    words.collect()
}
