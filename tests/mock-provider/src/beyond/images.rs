//! Pictures: made, edited and varied, whole or as a stream that shows what is there before the end.
//!
//! After OpenAI's API reference ("Images", "Image streaming") and the types of its Python SDK (`image_generate_params.py`,
//! `image_edit_params.py`, `image_create_variation_params.py`, `images_response.py`, `image_gen_*_event.py`, `image_edit_*_event.py`).
//! Invariant: the picture does not depend on the request, its counts do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::form::Form;
use super::{MADE, OUTPUT};
use crate::asked::{Asked, tokens};
use crate::member::set;
use crate::node::Node;
use crate::refusal::Refusal;

/// Who makes pictures where the request does not say.
const MODEL: &str = "gpt-image-1";

/// Who varies them.
const VARIES: &str = "dall-e-2";

/// Tokens of a picture that is sent.
const SENT: u64 = 50;

/// Members of requests for new pictures and for edited ones.
const SHARED: [&str; 18] = [
    "prompt",
    "background",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "model",
    "n",
    "output_compression",
    "output_format",
    "partial_images",
    "quality",
    "response_format",
    "safety_identifier",
    "size",
    "stream",
    "svg",
    "user",
    "moderation",
];

const FORMATS: [&str; 5] = ["png", "webp", "jpeg", "gif", "svg"];

/// Most pictures of one request, and most that are shown before the end.
const MOST: u64 = 10;
const PARTIAL: u64 = 3;

/// What is asked, whether in JSON or in a form.
struct Wanted<'a> {
    model: &'a str,
    is_streamed: bool,
    partial: u64,
    count: u64,
    text: u64,
    pictures: u64,
    /// In front of the types of events.
    event: &'static str,
}

pub(super) fn generations(node: &Node<'_>) -> Result<Asked, Refusal> {
    let known: Vec<&str> = SHARED.into_iter().chain(["style"]).collect();
    node.only(&known)?;
    let count = |name: &str, least: u64, most: u64| -> Result<Option<u64>, Refusal> {
        let Some(given) = node.get(name) else {
            return Ok(None);
        };
        let count = given.count(least)?;
        if count > most {
            return Err(given.refuse(&format!("must be at most {most}")));
        }
        Ok(Some(count))
    };
    let prompt = node.need("prompt")?.text()?;
    if let Some(format) = node.get("output_format") {
        format.one_of(&FORMATS)?;
    }
    if let Some(format) = node.get("response_format") {
        format.one_of(&["url", "b64_json"])?;
    }
    for name in ["size", "quality", "background"] {
        if let Some(given) = node.get(name) {
            given.text()?;
        }
    }
    let wanted = Wanted {
        model: node.get("model").map_or(Ok(MODEL), |model| model.text())?,
        is_streamed: node.get("stream").map_or(Ok(false), |one| one.flag())?,
        partial: count("partial_images", 0, PARTIAL)?.unwrap_or_default(),
        count: count("n", 1, MOST)?.unwrap_or(1),
        text: tokens(prompt),
        pictures: 0,
        event: "image_generation",
    };
    Ok(wanted.made())
}

pub(super) fn edits(form: &Form<'_>) -> Result<Asked, Refusal> {
    let own = ["image", "mask", "markup", "input_fidelity"];
    let known: Vec<&str> = SHARED.into_iter().chain(own).collect();
    form.only(&known)?;
    let pictures = form.files("image")?.len() as u64;
    if pictures == 0 {
        return Err(Refusal::missing("image"));
    }
    form.files("mask")?;
    form.one_of("output_format", &FORMATS)?;
    form.one_of("input_fidelity", &["high", "low"])?;
    let wanted = Wanted {
        model: form.text("model")?.unwrap_or(MODEL),
        is_streamed: form.flag("stream")?,
        partial: form
            .count("partial_images", 0, PARTIAL)?
            .unwrap_or_default(),
        count: form.count("n", 1, MOST)?.unwrap_or(1),
        text: tokens(form.need("prompt")?),
        pictures,
        event: "image_edit",
    };
    Ok(wanted.made())
}

pub(super) fn variations(form: &Form<'_>) -> Result<Asked, Refusal> {
    form.only(&["image", "model", "n", "response_format", "size", "user"])?;
    form.file("image")?;
    form.one_of("size", &["256x256", "512x512", "1024x1024"])?;
    form.one_of("response_format", &["url", "b64_json"])?;
    let mut asked = Asked::new(form.text("model")?.unwrap_or(VARIES));
    let count = form.count("n", 1, MOST)?.unwrap_or(1);
    asked.body = json!({"created": 1, "data": pictures(count)});
    // It is paid for by the piece.
    asked.includes_usage = false;
    Ok(asked)
}

fn pictures(count: u64) -> Vec<Value> {
    let one = json!({"b64_json": STANDARD.encode(MADE)});
    (0..count).map(|_| one.clone()).collect()
}

// === impl Wanted ===

impl Wanted<'_> {
    fn made(&self) -> Asked {
        let mut asked = Asked::new(self.model);
        asked.is_streamed = self.is_streamed;
        let shown = self.pictures * SENT;
        asked.prompt_tokens = self.text + shown;
        asked.token_limit = Some(OUTPUT);
        let usage = json!({
            "input_tokens": asked.prompt_tokens,
            "output_tokens": OUTPUT,
            "total_tokens": asked.prompt_tokens + OUTPUT,
            "input_tokens_details": {"image_tokens": shown, "text_tokens": self.text},
        });
        let event = |kind: &str| {
            json!({
                "type": format!("{}.{kind}", self.event),
                "b64_json": STANDARD.encode(MADE),
                "created_at": 1,
                "size": "1024x1024",
                "quality": "low",
                "background": "opaque",
                "output_format": "png",
            })
        };
        for index in 0..self.partial {
            let mut partial = event("partial_image");
            set(&mut partial, "partial_image_index", index);
            asked.events.push(partial);
        }
        let mut last = event("completed");
        set(&mut last, "usage", usage.clone());
        asked.events.push(last);
        asked.body = json!({"created": 1, "data": pictures(self.count), "usage": usage});
        asked
    }
}
