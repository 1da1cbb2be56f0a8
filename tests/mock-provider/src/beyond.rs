//! What OpenAI's API and Bedrock's have beyond conversations: completions of before, moderations, images, sounds, and vectors
//! by InvokeModel.
//!
//! After OpenAI's API reference and the types of its Python SDK, and AWS's references of Titan, Nova and Cohere. Invariant: counts
//! depend on the request alone, and are those of the account.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde_json::{Value, json};

use crate::asked::{Asked, tokens};
use crate::format::Vendor;
use crate::judge;
use crate::node::Node;
use crate::refusal::Refusal;

mod clouds;

/// Tokens of everything that is made here.
pub(crate) const OUTPUT: u64 = 4;

/// A recording of nothing; no text in any encoding.
pub(crate) const SOUND: &[u8] = &[0xff, 0xfb, 0x90, 0x00, 0x00, 0xc3, 0x28, 0x7b];

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Beyond {
    Completions,
    Moderations,
    Images,
    Speech,
    Transcriptions,
    Invoke {
        model: String,
    },
    /// Bedrock's.
    Rerank,
    /// Vertex AI's.
    Rank,
    /// Bedrock's.
    CountTokens {
        model: String,
    },
}

// === impl Beyond ===

impl Beyond {
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/completions" => Some(Self::Completions),
            "/moderations" => Some(Self::Moderations),
            "/images/generations" => Some(Self::Images),
            "/audio/speech" => Some(Self::Speech),
            "/audio/transcriptions" => Some(Self::Transcriptions),
            _ => None,
        }
    }

    /// What is made, besides the answer's text.
    pub(crate) fn output(&self) -> u64 {
        match self {
            Self::Completions | Self::Images | Self::Transcriptions => OUTPUT,
            Self::Moderations
            | Self::Speech
            | Self::Invoke { .. }
            | Self::Rerank
            | Self::Rank
            | Self::CountTokens { .. } => 0,
        }
    }

    /// Whether the answer tells counts.
    pub(crate) fn tells_counts(&self) -> bool {
        !matches!(
            self,
            Self::Moderations | Self::Speech | Self::Rerank | Self::Rank | Self::CountTokens { .. }
        )
    }

    /// Reads a request; the answer is in the `body` of what was asked.
    pub(crate) fn parse(&self, parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
        if *self == Self::Transcriptions {
            return transcription(parts, body);
        }
        let vendor = match self {
            Self::Invoke { .. } | Self::Rerank | Self::CountTokens { .. } => Vendor::Bedrock,
            Self::Rank => Vendor::Google,
            Self::Completions
            | Self::Moderations
            | Self::Images
            | Self::Speech
            | Self::Transcriptions => Vendor::OpenAi,
        };
        let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::not_json_in(vendor))?;
        let node = Node::root(&body, vendor);
        let asked = |name: &str| -> Result<(Asked, u64), Refusal> {
            let mut asked = Asked::new(node.need("model")?.text()?);
            asked.prompt_tokens = tokens(node.need(name)?.text()?);
            let count = asked.prompt_tokens;
            Ok((asked, count))
        };
        let (mut asked, count) = match self {
            Self::Completions | Self::Images => asked("prompt")?,
            Self::Speech | Self::Transcriptions => asked("input")?,
            Self::Moderations => return moderations(&node),
            Self::Invoke { model } => return invoke(&node, model),
            Self::Rerank => return clouds::rerank(&node),
            Self::Rank => return clouds::rank(&node),
            Self::CountTokens { model } => return clouds::count_tokens(&node, model),
        };
        let model = asked.model.clone();
        asked.body = match self {
            Self::Completions => json!({
                "id": "cmpl-mock", "object": "text_completion", "created": 1, "model": model,
                "choices": [{"text": "after all", "index": 0, "logprobs": null, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": count, "completion_tokens": OUTPUT, "total_tokens": count + OUTPUT},
            }),
            Self::Images => json!({
                "created": 1, "data": [{"b64_json": STANDARD.encode(SOUND)}],
                "usage": {
                    "input_tokens": count, "output_tokens": OUTPUT, "total_tokens": count + OUTPUT,
                    "input_tokens_details": {"image_tokens": 0, "text_tokens": count},
                },
            }),
            Self::Moderations
            | Self::Speech
            | Self::Transcriptions
            | Self::Invoke { .. }
            | Self::Rerank
            | Self::Rank
            | Self::CountTokens { .. } => Value::Null,
        };
        Ok(asked)
    }
}

fn moderations(node: &Node<'_>) -> Result<Asked, Refusal> {
    let mut asked = Asked::new(node.need("model")?.text()?);
    let results = judge::moderations(&node.need("input")?)?;
    asked.body = json!({"id": "modr-mock", "model": asked.model, "results": results});
    Ok(asked)
}

/// A form: the boundary is taken at its word, and the model and a file must be there.
fn transcription(parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
    let refuse =
        |name: &str, message: &str| Refusal::parameter(name, "invalid_value", message.to_owned());
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .ok_or_else(|| refuse("content-type", "a form is expected"))?;
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let mut model = None;
    let mut file = None;
    for part in text.split(delimiter.as_str()) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let value = value.strip_suffix("\r\n").unwrap_or(value);
        if head.contains("name=\"model\"") {
            model = Some(value.to_owned());
        } else if head.contains("name=\"file\"") && head.contains("filename=") {
            file = Some(value.len());
        }
    }
    let model = model.ok_or_else(|| refuse("model", "you must provide a model parameter"))?;
    file.ok_or_else(|| refuse("file", "a file is expected"))?;
    let mut asked = Asked::new(&model);
    asked.prompt_tokens = 7;
    asked.body = json!({
        "text": "as was said",
        "usage": {
            "type": "tokens", "input_tokens": 7, "output_tokens": OUTPUT, "total_tokens": 7 + OUTPUT,
            "input_token_details": {"text_tokens": 0, "audio_tokens": 7},
        },
    });
    Ok(asked)
}

/// Titan, Nova and Cohere: of them only the last takes several texts.
fn invoke(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    let mut asked = Asked::new(model);
    if model.contains("titan") {
        node.only(&["inputText", "dimensions", "normalize"])?;
        asked.prompt_tokens = tokens(node.need("inputText")?.text()?);
        let embedding = vector(asked.prompt_tokens);
        asked.body = json!({"embedding": embedding, "inputTextTokenCount": asked.prompt_tokens});
        return Ok(asked);
    }
    if model.contains("nova") {
        node.only(&["taskType", "singleEmbeddingParams"])?;
        let text = node.need("singleEmbeddingParams")?.need("text")?;
        asked.prompt_tokens = tokens(text.need("value")?.text()?);
        let embedding = vector(asked.prompt_tokens);
        // Its counts are in the head.
        asked.body = json!({"embeddings": [{"embeddingType": "TEXT", "embedding": embedding}]});
        return Ok(asked);
    }
    node.only(&["texts", "input_type", "output_dimension"])?;
    node.need("input_type")?.text()?;
    let mut vectors = Vec::new();
    for text in node.need("texts")?.some()? {
        asked.prompt_tokens += tokens(text.text()?);
        vectors.push(json!([0.5, vectors.len()]));
    }
    asked.body = json!({"id": "mock", "response_type": "embeddings_floats", "embeddings": vectors});
    Ok(asked)
}

/// A vector that tells a text by its tokens.
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn vector(tokens: u64) -> [f64; 2] {
    [0.5, tokens as f64 / -8.0]
}
