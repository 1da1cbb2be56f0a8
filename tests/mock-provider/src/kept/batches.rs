//! Batches of requests, which are never done: they go on until somebody cancels them.

use serde_json::{Value, json};

use super::{Kept, missing, page, pairs, push};
use crate::format::Vendor;
use crate::member::set;
use crate::node::Node;
use crate::refusal::Refusal;

const ENDPOINTS: [&str; 8] = [
    "/v1/responses",
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/completions",
    "/v1/moderations",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/videos",
];

/// Seconds that a batch may take.
const WINDOW: u64 = 86_400;

// === impl Kept ===

impl Kept {
    pub(super) fn start_batch(&mut self, node: &Node<'_>, now: u64) -> Result<Value, Refusal> {
        node.only(&[
            "completion_window",
            "endpoint",
            "input_file_id",
            "metadata",
            "output_expires_after",
        ])?;
        let window = node.need("completion_window")?.one_of(&["24h"])?;
        let endpoint = node.need("endpoint")?.one_of(&ENDPOINTS)?;
        let input = node.need("input_file_id")?;
        let file = self.file(input.text()?)?;
        if file.object.get("purpose") != Some(&json!("batch")) {
            return Err(input.refuse("the file has another purpose than 'batch'"));
        }
        let lines = lines(&input, &file.bytes, endpoint)?;
        let batch = json!({
            "id": self.next_id("batch_"),
            "object": "batch",
            "endpoint": endpoint,
            "completion_window": window,
            "input_file_id": input.text()?,
            "status": "in_progress",
            "created_at": now,
            "in_progress_at": now,
            "expires_at": now + WINDOW,
            "request_counts": {"total": lines, "completed": 0, "failed": 0},
            "metadata": node.get("metadata").map(|metadata| metadata.value.clone()),
        });
        push(&mut self.batches, batch.clone());
        Ok(batch)
    }

    pub(super) fn list_batches(&self, query: Option<&str>) -> Result<Value, Refusal> {
        let pairs = pairs(query, &["after", "limit"])?;
        page(self.batches.iter().cloned().collect(), &pairs)
    }

    pub(super) fn batch(&self, id: &str) -> Result<&Value, Refusal> {
        let mut batches = self.batches.iter();
        let found = batches.find(|batch| batch.get("id") == Some(&json!(id)));
        found.ok_or_else(|| missing(format!("No batch found with id '{id}'.")))
    }

    pub(super) fn cancel_batch(&mut self, id: &str, now: u64) -> Result<Value, Refusal> {
        self.batch(id)?;
        let mut batches = self.batches.iter_mut();
        let found = batches.find(|batch| batch.get("id") == Some(&json!(id)));
        let batch = found.ok_or_else(|| missing(format!("No batch found with id '{id}'.")))?;
        set(batch, "status", "cancelling");
        set(batch, "cancelling_at", now);
        Ok(batch.clone())
    }
}

/// How many requests there are, one a line, each with a name of its own.
fn lines(input: &Node<'_>, bytes: &[u8], endpoint: &str) -> Result<usize, Refusal> {
    let mut names = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let read: Result<Value, _> = serde_json::from_slice(line);
        let Ok(read) = read else {
            return Err(input.refuse("a line of the file is no JSON"));
        };
        let line = Node::root(&read, Vendor::OpenAi);
        line.only(&["custom_id", "method", "url", "body"])?;
        line.need("method")?.one_of(&["POST"])?;
        line.need("url")?.one_of(&[endpoint])?;
        line.need("body")?.object()?;
        let name = line.need("custom_id")?.text()?.to_owned();
        if names.contains(&name) {
            return Err(input.refuse("a custom_id comes more than once"));
        }
        names.push(name);
    }
    match names.len() {
        0 => Err(input.refuse("the file is empty")),
        count => Ok(count),
    }
}
