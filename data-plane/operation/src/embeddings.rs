//! OpenAI's embeddings, asked of providers that have others: Titan, Cohere and Nova on Bedrock, and Vertex AI (llm.md O-2).
//!
//! Owns the bodies of both directions. It must not know paths or framing. Invariants: the answer has one vector per input, in
//! the inputs' order, or it is a failure; a count of tokens that nobody told is no usage, and zero where OpenAI's answer asks
//! for one.
//!
//! Bodies after the references of Amazon Titan Text Embeddings, Cohere Embed and Amazon Nova on Bedrock, and of Vertex AI's
//! text embeddings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::error::ProviderError;
use crate::usage::Usage;
use crate::{Notes, Unconvertible};

mod answer;

/// A provider's own way to embed texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Amazon Titan: one text.
    Titan,
    /// Cohere on Bedrock: many texts.
    Cohere,
    /// Amazon Nova: one text.
    Nova,
    /// Vertex AI: many texts, as instances.
    Vertex,
}

/// How the answer to a converted request is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    shape: Shape,
    /// The client reads vectors as Base64 of little-endian floats.
    is_base64: bool,
    inputs: usize,
}

/// Members that have a counterpart, or say nothing to a provider.
const KNOWN: [&str; 6] = [
    "model",
    "input",
    "dimensions",
    "encoding_format",
    "input_type",
    "stream",
];

/// The body for a provider, and how its answer is to be read.
pub fn request(
    text: &str,
    shape: Shape,
    notes: &mut Notes,
) -> Result<(Vec<u8>, Answering), Unconvertible> {
    let body: Map<String, Value> = serde_json::from_str(text)
        .map_err(|_| Unconvertible::invalid("", "the body is not a JSON object"))?;
    let inputs = inputs(body.get("input"))?;
    let dimensions = match body.get("dimensions") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_u64().ok_or_else(|| {
            Unconvertible::invalid(
                "dimensions",
                "it is not a whole number; send one or leave it out",
            )
        })?),
    };
    let is_base64 = match body.get("encoding_format").map(Value::as_str) {
        None | Some(Some("float")) => false,
        Some(Some("base64")) => true,
        Some(_) => {
            let message = "it is neither `float` nor `base64`; send one of them";
            return Err(Unconvertible::invalid("encoding_format", message));
        }
    };
    notes.dropped_if("user", body.contains_key("user"));
    let is_unknown = |name: &String| name != "user" && !KNOWN.contains(&name.as_str());
    notes.dropped_if("other", body.keys().any(is_unknown));
    let purpose = body.get("input_type").and_then(Value::as_str);
    let answering = Answering {
        shape,
        is_base64,
        inputs: inputs.len(),
    };
    let body = match shape {
        Shape::Titan => titan(one(&inputs)?, dimensions),
        Shape::Cohere => cohere(&inputs, dimensions, purpose),
        Shape::Nova => nova(one(&inputs)?, dimensions),
        Shape::Vertex => vertex(&inputs, dimensions, purpose),
    };
    Ok((body.to_string().into_bytes(), answering))
}

fn titan(text: &str, dimensions: Option<u64>) -> Value {
    let mut body = json!({ "inputText": text });
    set(&mut body, "dimensions", dimensions);
    body
}

fn cohere(texts: &[&str], dimensions: Option<u64>, purpose: Option<&str>) -> Value {
    let mut body = json!({ "texts": texts, "input_type": purpose.unwrap_or("search_query") });
    set(&mut body, "output_dimension", dimensions);
    body
}

fn nova(text: &str, dimensions: Option<u64>) -> Value {
    let mut asked = json!({
        "embeddingPurpose": "GENERIC_RETRIEVAL",
        "text": { "truncationMode": "END", "value": text },
    });
    set(&mut asked, "embeddingDimension", dimensions);
    json!({ "taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked })
}

fn vertex(texts: &[&str], dimensions: Option<u64>, purpose: Option<&str>) -> Value {
    let task = purpose.unwrap_or("RETRIEVAL_QUERY");
    let instances: Vec<Value> = texts
        .iter()
        .map(|text| json!({ "content": text, "task_type": task }))
        .collect();
    let mut body = json!({ "instances": instances });
    if let Some(dimensions) = dimensions {
        set(
            &mut body,
            "parameters",
            Some(json!({ "outputDimensionality": dimensions })),
        );
    }
    body
}

fn set(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(members), Some(value)) = (body, value) {
        members.insert(name.to_owned(), value.into());
    }
}

/// The texts; numbers are tokens of OpenAI's, which nobody else has.
fn inputs(input: Option<&Value>) -> Result<Vec<&str>, Unconvertible> {
    let tokens = || {
        let message = "tokens are OpenAI's own and mean nothing to this provider; send texts";
        Unconvertible::unsupported("input", message)
    };
    let invalid = || {
        let message = "it is neither a text nor a list of texts; send one of them";
        Unconvertible::invalid("input", message)
    };
    match input {
        Some(Value::String(text)) => Ok(vec![text]),
        Some(Value::Array(items)) if !items.is_empty() => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.as_str()),
                Value::Number(_) | Value::Array(_) => Err(tokens()),
                Value::Null | Value::Bool(_) | Value::Object(_) => Err(invalid()),
            })
            .collect(),
        Some(_) | None => Err(invalid()),
    }
}

fn one<'a>(inputs: &[&'a str]) -> Result<&'a str, Unconvertible> {
    match inputs {
        [text] => Ok(text),
        _ => Err(Unconvertible::unsupported(
            "input",
            "this model embeds one text per request; send one text, or ask for a model that takes many",
        )),
    }
}

// === impl Answering ===

impl Answering {
    /// OpenAI's answer, made of a provider's. `told` are the tokens that the provider told in its head.
    pub fn write(
        &self,
        body: &[u8],
        model: &str,
        told: Option<u64>,
    ) -> Result<(Vec<u8>, Option<Usage>), ProviderError> {
        let unreadable = || ProviderError {
            message: "the provider's embeddings are not what its format asks for".to_owned(),
            ..ProviderError::default()
        };
        let body: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let read = answer::read(self.shape, &body).ok_or_else(unreadable)?;
        if read.vectors.len() != self.inputs {
            return Err(unreadable());
        }
        let data: Vec<Value> = read
            .vectors
            .iter()
            .enumerate()
            .map(|(index, vector)| {
                let embedding = match self.is_base64 {
                    true => Value::from(to_base64(vector)),
                    false => Value::from(vector.clone()),
                };
                json!({ "object": "embedding", "index": index, "embedding": embedding })
            })
            .collect();
        let tokens = read.tokens.or(told);
        // Clients read the counts without asking whether they are there.
        let written = tokens.unwrap_or_default();
        let usage = json!({ "prompt_tokens": written, "total_tokens": written });
        let out = json!({ "object": "list", "data": data, "model": model, "usage": usage });
        Ok((out.to_string().into_bytes(), Usage::from_input(tokens)))
    }
}

/// Base64 text as bytes.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// As OpenAI writes vectors for whoever asks for `base64`: 32-bit floats, little-endian.
#[allow(
    clippy::cast_possible_truncation,
    reason = "vectors are 32-bit floats at their source; JSON has made them longer"
)]
fn to_base64(vector: &[f64]) -> String {
    let bytes: Vec<u8> = vector
        .iter()
        .flat_map(|number| (*number as f32).to_le_bytes())
        .collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests;
