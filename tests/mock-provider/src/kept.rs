//! What OpenAI keeps for its clients: files, batches of requests, and responses.
//!
//! After OpenAI's API reference ("Files", "Batches", "Responses") and the types of its Python SDK (`file_object.py`, `batch.py`,
//! `response.py`, `response_item_list.py`, and the params beside them). It must not know HTTP beyond the heads of requests. Invariants: what was not
//! made here is unknown; memory is bounded, and the oldest is forgotten; nothing here takes tokens. A response is kept to be looked
//! at: no conversation goes on from it.

use std::collections::VecDeque;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::beyond::form::Form;
use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;
use crate::reply::Reply;

mod batches;
mod files;
mod responses;

/// Most of each kind.
const MOST: usize = 256;

/// Most bytes of files together.
const BYTES: usize = 64 << 20;

/// Something that has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Files,
    File(String),
    Content(String),
    Batches,
    Batch(String),
    CancelBatch(String),
    Response(String),
    CancelResponse(String),
    Items(String),
}

/// What is there.
#[derive(Default)]
pub(crate) struct Kept {
    /// Of files and batches, for their ids.
    made: u64,
    files: VecDeque<files::File>,
    batches: VecDeque<Value>,
    /// What was asked and told; it is written when somebody wants it.
    responses: VecDeque<(Asked, Reply)>,
}

// === impl Resource ===

impl Resource {
    /// By what follows the base path.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let id = |id: &&str| (*id).to_owned();
        match segments.as_slice() {
            ["files"] => Some(Self::Files),
            ["files", file] => Some(Self::File(id(file))),
            ["files", file, "content"] => Some(Self::Content(id(file))),
            ["batches"] => Some(Self::Batches),
            ["batches", batch] => Some(Self::Batch(id(batch))),
            ["batches", batch, "cancel"] => Some(Self::CancelBatch(id(batch))),
            ["responses", response] => Some(Self::Response(id(response))),
            ["responses", response, "cancel"] => Some(Self::CancelResponse(id(response))),
            ["responses", response, "input_items"] => Some(Self::Items(id(response))),
            _ => None,
        }
    }

    pub(crate) fn takes(&self, method: &Method) -> bool {
        match self {
            Self::Files | Self::Batches => matches!(*method, Method::GET | Method::POST),
            Self::File(_) | Self::Response(_) => matches!(*method, Method::GET | Method::DELETE),
            Self::Content(_) | Self::Batch(_) | Self::Items(_) => *method == Method::GET,
            Self::CancelBatch(_) | Self::CancelResponse(_) => *method == Method::POST,
        }
    }

    /// The kind, which stands in the place of a model where requests are counted.
    fn kind(&self) -> &'static str {
        match self {
            Self::Files | Self::File(_) | Self::Content(_) => "files",
            Self::Batches | Self::Batch(_) | Self::CancelBatch(_) => "batches",
            Self::Response(_) | Self::CancelResponse(_) | Self::Items(_) => "responses",
        }
    }
}

// === impl Kept ===

impl Kept {
    /// Keeps a response, unless it shall not be or is large.
    pub(crate) fn keep(&mut self, asked: &Asked, reply: &Reply) {
        let is_wanted = asked.body.get("store").is_none_or(|store| store != false);
        if is_wanted && !reply.is_one_piece {
            push(&mut self.responses, (asked.clone(), reply.clone()));
        }
    }

    /// Does what is asked; the answer is in what was asked.
    pub(crate) fn answer(
        &mut self,
        resource: &Resource,
        parts: &Parts,
        body: &[u8],
        now: u64,
    ) -> Result<Asked, Refusal> {
        let mut asked = Asked::new(resource.kind());
        asked.includes_usage = false;
        let is_new = parts.method == Method::POST;
        let is_end = parts.method == Method::DELETE;
        let query = parts.uri.query();
        asked.body = match resource {
            Resource::Files if is_new => self.upload(&Form::read(parts, body)?, now)?,
            Resource::Files => self.list_files(query)?,
            Resource::File(id) if is_end => self.delete_file(id)?,
            Resource::File(id) => self.file(id)?.object.clone(),
            Resource::Content(id) => {
                let bytes = self.file(id)?.bytes.clone();
                asked.raw = Some(("application/octet-stream", bytes));
                Value::Null
            }
            Resource::Batches if is_new => {
                let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::not_json())?;
                self.start_batch(&Node::root(&body, Vendor::OpenAi), now)?
            }
            Resource::Batches => self.list_batches(query)?,
            Resource::Batch(id) => self.batch(id)?.clone(),
            Resource::CancelBatch(id) => self.cancel_batch(id, now)?,
            Resource::Response(id) if is_end => self.delete_response(id)?,
            Resource::Response(id) => self.response(id, query)?,
            Resource::CancelResponse(id) => self.cancel_response(id)?,
            Resource::Items(id) => self.items(id, query)?,
        };
        Ok(asked)
    }

    /// An id that nothing else has.
    fn next_id(&mut self, front: &str) -> String {
        self.made += 1;
        format!("{front}mock{}", self.made)
    }
}

/// Adds one, and forgets the oldest where there are too many.
fn push<T>(all: &mut VecDeque<T>, one: T) {
    if all.len() >= MOST {
        all.pop_front();
    }
    all.push_back(one);
}

/// 404 about something that is not there.
fn missing(message: String) -> Refusal {
    Refusal {
        param: Some("id".to_owned()),
        ..Refusal::plain(StatusCode::NOT_FOUND, message)
    }
}

/// The pairs of a query, each of which the operation must know.
fn pairs<'q>(query: Option<&'q str>, known: &[&str]) -> Result<Vec<(&'q str, &'q str)>, Refusal> {
    let pairs = query.unwrap_or_default().split('&');
    let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_known = known.contains(&name.trim_end_matches("%5B%5D").trim_end_matches("[]"));
        let wrong = || Refusal::unknown_in(Vendor::OpenAi, name, name);
        is_known.then_some((name, value)).ok_or_else(wrong)
    });
    pairs.collect()
}

/// A page of objects, as `after`, `limit` and `order` want it; `order` is the other way round where nothing is said.
fn page(mut all: Vec<Value>, pairs: &[(&str, &str)]) -> Result<Value, Refusal> {
    let given = |wanted: &str| {
        let mut found = pairs.iter().filter(|(name, _)| *name == wanted);
        found.next().map(|(_, value)| *value)
    };
    let refuse = |name: &str| Refusal::invalid_in(Vendor::OpenAi, name, "it is out of range");
    match given("order") {
        Some("asc") => (),
        Some("desc") | None => all.reverse(),
        Some(_) => return Err(refuse("order")),
    }
    if let Some(after) = given("after") {
        let at = all
            .iter()
            .position(|one| one.get("id") == Some(&json!(after)));
        let at = at.ok_or_else(|| refuse("after"))?;
        all.drain(..=at);
    }
    let limit = match given("limit") {
        None => 20,
        Some(limit) => {
            let limit = limit
                .parse()
                .ok()
                .filter(|limit| (1..=10_000).contains(limit));
            limit.ok_or_else(|| refuse("limit"))?
        }
    };
    let has_more = all.len() > limit;
    all.truncate(limit);
    let id = |one: Option<&Value>| one.and_then(|one| one.get("id").cloned());
    Ok(json!({
        "object": "list",
        "first_id": id(all.first()),
        "last_id": id(all.last()),
        "has_more": has_more,
        "data": all,
    }))
}

/// How many bytes all files have.
fn held(files: &VecDeque<files::File>) -> usize {
    let sizes = files.iter().map(|file| file.bytes.len());
    sizes.sum()
}

/// A copy of bytes of a request.
fn own(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

#[cfg(test)]
mod tests;
