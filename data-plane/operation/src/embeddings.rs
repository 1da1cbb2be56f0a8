//! OpenAI's embeddings, asked of providers that have others: Titan, Cohere and Nova on Bedrock, and Vertex AI (llm.md O-2).
//!
//! Owns the bodies of both directions: one, or one for each text where a provider takes no more at once. It must not know paths
//! or framing, or how many are on their way. Invariants: the answer has one vector per input, in the inputs' order, or it is a
//! failure; a count of tokens that nobody told is no usage, and zero where OpenAI's answer asks for one.
//!
//! Bodies after the references of Amazon Titan Text Embeddings, Cohere Embed and Amazon Nova on Bedrock, and of Vertex AI's
//! text embeddings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{
    Map, Value, json,
    value::{RawValue, to_raw_value},
};

use crate::error::ProviderError;
use crate::usage::Usage;
use crate::{Notes, Unconvertible};

mod answer;
mod fold;
mod list;

pub use fold::Fold;

/// The most texts of a list that are asked for one by one: as many as OpenAI takes.
pub const MOST: usize = 2048;

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
    /// Gemini's embeddings on Vertex AI: the same, and one text ("Text embeddings API": one instance a request).
    VertexGemini,
}

/// How the answer to a converted request is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    shape: Shape,
    /// The client reads vectors as Base64 of little-endian floats.
    is_base64: bool,
    inputs: usize,
    /// Each text is asked for by itself.
    is_split: bool,
}

/// What a provider is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bodies {
    /// Of the only request, or of the first text's.
    pub first: Vec<u8>,
    /// Of the texts behind it, in their order, where the provider takes one at a time.
    pub further: Vec<Vec<u8>>,
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

/// The bodies for a provider, and how its answers are to be read.
pub fn request(
    text: &str,
    shape: Shape,
    notes: &mut Notes,
) -> Result<(Bodies, Answering), Unconvertible> {
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
    // Titan's texts are all alike.
    notes.dropped_if("input_type", shape == Shape::Titan && purpose.is_some());
    let bodies = match shape {
        Shape::Titan => each(&inputs, |text| titan(text, dimensions))?,
        Shape::Cohere => Bodies::one(&cohere(&inputs, dimensions, purpose)),
        Shape::Nova => each(&inputs, |text| nova(text, dimensions, purpose))?,
        Shape::Vertex => Bodies::one(&vertex(&inputs, dimensions, purpose)),
        Shape::VertexGemini => each(&inputs, |text| vertex(&[text], dimensions, purpose))?,
    };
    let answering = Answering {
        shape,
        is_base64,
        inputs: inputs.len(),
        is_split: !bodies.further.is_empty(),
    };
    Ok((bodies, answering))
}

/// A body for each text.
fn each(inputs: &[&str], body: impl Fn(&str) -> Value) -> Result<Bodies, Unconvertible> {
    let [first, further @ ..] = inputs else {
        return Err(nothing());
    };
    if inputs.len() > MOST {
        let message = format!(
            "this model embeds one text per request, and a list of {} would be more than {MOST} requests; send shorter \
             lists, or ask for a model that takes many texts",
            inputs.len()
        );
        return Err(Unconvertible::unsupported("input", message));
    }
    let further = further.iter().map(|text| body(text).to_string().into());
    Ok(Bodies {
        further: further.collect(),
        ..Bodies::one(&body(first))
    })
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

fn nova(text: &str, dimensions: Option<u64>, purpose: Option<&str>) -> Value {
    let mut asked = json!({
        "embeddingPurpose": purpose.map_or("GENERIC_RETRIEVAL", nova_purpose),
        "text": { "truncationMode": "END", "value": text },
    });
    set(&mut asked, "embeddingDimension", dimensions);
    json!({ "taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked })
}

/// Nova's word for what a vector is for, by Cohere's and Vertex AI's, which it refuses: a failover must not depend on whose the
/// client used. Any other passes, for Nova to judge.
fn nova_purpose(asked: &str) -> &str {
    match asked {
        "search_document" | "RETRIEVAL_DOCUMENT" => "GENERIC_INDEX",
        "search_query" | "RETRIEVAL_QUERY" => "GENERIC_RETRIEVAL",
        "classification" => "CLASSIFICATION",
        "clustering" => "CLUSTERING",
        own => own,
    }
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
    match input {
        Some(Value::String(text)) => Ok(vec![text]),
        Some(Value::Array(items)) if !items.is_empty() => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.as_str()),
                Value::Number(_) | Value::Array(_) => Err(tokens()),
                Value::Null | Value::Bool(_) | Value::Object(_) => Err(nothing()),
            })
            .collect(),
        Some(_) | None => Err(nothing()),
    }
}

/// There is no text at all.
fn nothing() -> Unconvertible {
    let message = "it is neither a text nor a list of texts; send one of them";
    Unconvertible::invalid("input", message)
}

/// An answer that is none.
fn unreadable() -> ProviderError {
    ProviderError {
        message: "the provider's embeddings are not what its format asks for".to_owned(),
        ..ProviderError::default()
    }
}

// === impl Bodies ===

impl Bodies {
    fn one(body: &Value) -> Self {
        Self {
            first: body.to_string().into_bytes(),
            further: Vec::new(),
        }
    }
}

// === impl Answering ===

impl Answering {
    /// OpenAI's answer, made of a provider's, or of what [`Fold`] wrote of several. `told` are the tokens that the provider
    /// told in its head.
    ///
    /// # Errors
    /// It is not what the provider's format asks for, or has not a vector for each text.
    pub fn write(
        &self,
        body: &[u8],
        model: &str,
        told: Option<u64>,
    ) -> Result<(Vec<u8>, Option<Usage>), ProviderError> {
        if self.is_split {
            let tokens = list::tokens(body, self.inputs).ok_or_else(unreadable)?;
            return Ok((body.to_vec(), Usage::from_input(tokens)));
        }
        let (vectors, tokens) = self.read(body, self.inputs)?;
        let tokens = tokens.or(told);
        let out = list::write(&vectors, model, tokens)?;
        Ok((out, Usage::from_input(tokens)))
    }

    /// The vectors of one answer as the client reads them, of which there must be so many, and its tokens.
    fn read(
        &self,
        body: &[u8],
        inputs: usize,
    ) -> Result<(Vec<Box<RawValue>>, Option<u64>), ProviderError> {
        let body: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let read = answer::read(self.shape, &body).ok_or_else(unreadable)?;
        if read.vectors.len() != inputs {
            return Err(unreadable());
        }
        let written = read.vectors.iter().map(|vector| match self.is_base64 {
            true => to_raw_value(&to_base64(vector)),
            false => to_raw_value(vector),
        });
        let written: Result<Vec<_>, _> = written.collect();
        Ok((written.map_err(|_| unreadable())?, read.tokens))
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
