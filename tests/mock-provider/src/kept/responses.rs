//! Responses that were told.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Kept, missing, page, pairs};
use crate::asked::Asked;
use crate::member::set;
use crate::openai::response;
use crate::refusal::Refusal;
use crate::reply::Reply;

// === impl Kept ===

impl Kept {
    pub(super) fn response(&self, id: &str, query: Option<&str>) -> Result<Value, Refusal> {
        let known = ["include", "include_obfuscation", "starting_after", "stream"];
        if pairs(query, &known)?.contains(&("stream", "true")) {
            let message =
                "This response cannot be streamed because it was not created with background=true.";
            return Err(Refusal::plain(StatusCode::BAD_REQUEST, message));
        }
        let (asked, reply) = self.told(id)?;
        Ok(response::to_object(asked, reply))
    }

    pub(super) fn delete_response(&mut self, id: &str) -> Result<Value, Refusal> {
        self.told(id)?;
        self.responses
            .retain(|(_, reply)| response::id(reply) != id);
        Ok(json!({"id": id, "object": "response", "deleted": true}))
    }

    /// None goes on: what is made in the background is whole when somebody looks.
    pub(super) fn cancel_response(&self, id: &str) -> Result<Value, Refusal> {
        self.told(id)?;
        let message = "Cannot cancel a synchronous response.";
        Err(Refusal::plain(StatusCode::BAD_REQUEST, message))
    }

    /// What it was asked.
    pub(super) fn items(&self, id: &str, query: Option<&str>) -> Result<Value, Refusal> {
        let pairs = pairs(query, &["after", "include", "limit", "order"])?;
        let (asked, reply) = self.told(id)?;
        let items: Vec<Value> = match asked.body.get("input") {
            Some(Value::Array(items)) => items.clone(),
            Some(text) => vec![json!({"role": "user", "content": text})],
            None => Vec::new(),
        };
        let items = (0..).zip(items).map(|(index, mut item)| {
            let name = |front: &str| format!("{front}_mock_{}_{index}", reply.number);
            let kind = item.get("type").and_then(Value::as_str);
            if matches!(kind, None | Some("message")) {
                set(&mut item, "type", "message");
                set(&mut item, "status", "completed");
                set(&mut item, "id", name("msg"));
                if let Some(Value::String(text)) = item.get("content").cloned() {
                    let content = json!([{"type": "input_text", "text": text}]);
                    set(&mut item, "content", content);
                }
            } else if item.get("id").is_none() {
                set(&mut item, "id", name("item"));
            }
            item
        });
        page(items.collect(), &pairs)
    }

    fn told(&self, id: &str) -> Result<&(Asked, Reply), Refusal> {
        let mut responses = self.responses.iter();
        let found = responses.find(|(_, reply)| response::id(reply) == id);
        found.ok_or_else(|| missing(format!("Response with id '{id}' not found.")))
    }
}
