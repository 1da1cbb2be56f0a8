//! Files.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{BYTES, Kept, held, missing, own, page, pairs, push};
use crate::beyond::form::Form;
use crate::member::set;
use crate::refusal::Refusal;

const PURPOSES: [&str; 6] = [
    "assistants",
    "batch",
    "fine-tune",
    "vision",
    "user_data",
    "evals",
];

/// A file, and how it is told.
pub(super) struct File {
    pub(super) object: Value,
    pub(super) bytes: Bytes,
}

// === impl Kept ===

impl Kept {
    pub(super) fn upload(&mut self, form: &Form<'_>, now: u64) -> Result<Value, Refusal> {
        form.only(&["file", "purpose", "expires_after"])?;
        let (name, bytes) = form.file("file")?;
        let Some(purpose) = form.one_of("purpose", &PURPOSES)? else {
            return Err(Refusal::missing("purpose"));
        };
        let seconds = form.count("expires_after[seconds]", 3600, 2_592_000)?;
        let anchor = form.one_of("expires_after[anchor]", &["created_at"])?;
        if seconds.is_some() != anchor.is_some() {
            return Err(Refusal::missing("expires_after[anchor]"));
        }
        let mut object = json!({
            "id": self.next_id("file-"),
            "object": "file",
            "bytes": bytes.len(),
            "created_at": now,
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        });
        if let Some(seconds) = seconds {
            set(&mut object, "expires_at", now + seconds);
        }
        let file = File {
            object: object.clone(),
            bytes: own(bytes),
        };
        push(&mut self.files, file);
        while held(&self.files) > BYTES {
            self.files.pop_front();
        }
        Ok(object)
    }

    pub(super) fn list_files(&self, query: Option<&str>) -> Result<Value, Refusal> {
        let pairs = pairs(query, &["after", "limit", "order", "purpose"])?;
        let mut wanted = pairs.iter().filter(|(name, _)| *name == "purpose");
        let purpose = wanted.next().map(|(_, purpose)| *purpose);
        let objects = self.files.iter().map(|file| file.object.clone());
        let is_wanted = |object: &Value| {
            purpose.is_none_or(|purpose| object.get("purpose") == Some(&json!(purpose)))
        };
        page(objects.filter(is_wanted).collect(), &pairs)
    }

    pub(super) fn file(&self, id: &str) -> Result<&File, Refusal> {
        let found = place(&self.files, id).and_then(|at| self.files.get(at));
        found.ok_or_else(|| missing(format!("No such File object: {id}")))
    }

    pub(super) fn delete_file(&mut self, id: &str) -> Result<Value, Refusal> {
        self.file(id)?;
        if let Some(at) = place(&self.files, id) {
            self.files.remove(at);
        }
        Ok(json!({"id": id, "object": "file", "deleted": true}))
    }
}

fn place(files: &VecDeque<File>, id: &str) -> Option<usize> {
    let is_it = |file: &File| file.object.get("id") == Some(&json!(id));
    files.iter().position(is_it)
}
