//! What providers answer to a request for embeddings.
//!
//! Owns where the numbers are. It must not know clients. Invariant: a vector that is not all numbers is no vector.

use serde_json::Value;

use super::Shape;

/// What was read.
pub(super) struct Read {
    pub(super) vectors: Vec<Vec<f64>>,
    pub(super) tokens: Option<u64>,
}

pub(super) fn read(shape: Shape, body: &Value) -> Option<Read> {
    match shape {
        Shape::Titan => Some(Read {
            vectors: vec![numbers(body.get("embedding")?)?],
            tokens: body.get("inputTextTokenCount").and_then(Value::as_u64),
        }),
        Shape::Cohere => {
            let embeddings = body.get("embeddings")?;
            // By type where types were asked for, which newer models do by themselves.
            let embeddings = embeddings.get("float").unwrap_or(embeddings);
            Some(Read {
                vectors: each(embeddings, itself)?,
                tokens: None,
            })
        }
        Shape::Nova => Some(Read {
            vectors: each(body.get("embeddings")?, |one| one.get("embedding"))?,
            tokens: body.get("inputTextTokenCount").and_then(Value::as_u64),
        }),
        Shape::Vertex | Shape::VertexGemini => {
            let predictions = body.get("predictions")?;
            let count = |one: &Value| one.pointer("/embeddings/statistics/token_count")?.as_f64();
            let counts: Option<Vec<f64>> = predictions.as_array()?.iter().map(count).collect();
            Some(Read {
                vectors: each(predictions, |one| one.pointer("/embeddings/values"))?,
                tokens: counts.map(|counts| sum(&counts)),
            })
        }
    }
}

/// Counts are written as floats at times (`4.0`).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and a count is small"
)]
fn sum(counts: &[f64]) -> u64 {
    counts.iter().sum::<f64>() as u64
}

fn each(items: &Value, of: fn(&Value) -> Option<&Value>) -> Option<Vec<Vec<f64>>> {
    items
        .as_array()?
        .iter()
        .map(|item| numbers(of(item)?))
        .collect()
}

fn itself(vector: &Value) -> Option<&Value> {
    Some(vector)
}

fn numbers(vector: &Value) -> Option<Vec<f64>> {
    vector.as_array()?.iter().map(Value::as_f64).collect()
}
