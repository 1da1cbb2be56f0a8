//! Embeddings: a request for vectors, and the vectors.
//!
//! After OpenAI's published API reference ("Embeddings") and the `openai` Python SDK's types
//! (`create_embedding_response.py`, `embedding_create_params.py`). Invariant: the same input gives the
//! same vector in both encodings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::asked::{Asked, tokens};
use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;

/// Numbers in a vector where the request does not say.
const DIMENSIONS: u64 = 8;

/// Words that are summed up at most: so many of 16 bits are exact.
const WORDS: usize = 256;

/// Most inputs of one request.
const MOST_INPUTS: usize = 2048;

/// Reads a request: `said` stays empty, the inputs are read again when they are answered.
pub(crate) fn parse(body: &Value) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::OpenAi);
    node.only(&[
        "model",
        "input",
        "dimensions",
        "encoding_format",
        "user",
        "safety_identifier",
    ])?;
    let mut asked = Asked::new(node.need("model")?.text()?);
    asked.body = body.clone();
    if let Some(format) = node.get("encoding_format") {
        format.one_of(&["float", "base64"])?;
    }
    if let Some(dimensions) = node.get("dimensions") {
        dimensions.count(1)?;
    }
    let input = node.need("input")?;
    if input.value.is_string() {
        asked.prompt_tokens = size(&input)?;
        return Ok(asked);
    }
    let elements = input.some()?;
    if elements.len() > MOST_INPUTS && !elements.iter().all(|one| one.value.is_u64()) {
        return Err(input.refuse("array too long"));
    }
    for element in elements {
        asked.prompt_tokens += size(&element)?;
    }
    Ok(asked)
}

/// Tokens of one element: a text, a token, or tokens.
fn size(element: &Node<'_>) -> Result<u64, Refusal> {
    match element.value {
        Value::Number(_) => element.count(0).map(|_| 1),
        Value::Array(_) => {
            let ids = element.some()?;
            ids.iter().try_for_each(|id| id.count(0).map(drop))?;
            Ok(ids.len() as u64)
        }
        Value::String(text) if text.is_empty() => {
            Err(element.refuse("input cannot be an empty string"))
        }
        Value::String(text) => Ok(tokens(text)),
        Value::Null | Value::Bool(_) | Value::Object(_) => {
            Err(element.wrong_type("a string or an array of integers"))
        }
    }
}

/// The vectors.
pub(crate) fn to_object(asked: &Asked) -> Value {
    let inputs: Vec<&Value> = match asked.body.get("input") {
        // Tokens alone are one input.
        Some(Value::Array(inputs)) if !inputs.iter().all(Value::is_u64) => inputs.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let length = asked
        .body
        .get("dimensions")
        .and_then(Value::as_u64)
        .unwrap_or(DIMENSIONS);
    let is_base64 = asked
        .body
        .get("encoding_format")
        .is_some_and(|format| format == "base64");
    let data = inputs.iter().enumerate().map(|(index, input)| {
        let vector = vector(&input.to_string(), length);
        let embedding = if is_base64 {
            let bytes: Vec<u8> = vector
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect();
            Value::from(STANDARD.encode(bytes))
        } else {
            Value::from(vector)
        };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    });
    json!({
        "object": "list",
        "data": data.collect::<Vec<Value>>(),
        "model": asked.model,
        "usage": {"prompt_tokens": asked.prompt_tokens, "total_tokens": asked.prompt_tokens},
    })
}

/// The sum of its words' vectors, in whatever order and spelling they stand: texts that share most words are near each other.
fn vector(text: &str, length: u64) -> Vec<f32> {
    let text = text.to_lowercase();
    let words = text.split(|own: char| !own.is_alphanumeric());
    let mut sum = vec![0.0; usize::try_from(length).unwrap_or_default()];
    let mut add = |word: &str| {
        for (sum, number) in sum.iter_mut().zip(word_vector(word, length)) {
            *sum += number;
        }
    };
    let mut has_words = false;
    for word in words.filter(|word| !word.is_empty()).take(WORDS) {
        has_words = true;
        add(word);
    }
    if !has_words {
        add(&text);
    }
    sum
}

/// Numbers between -1 and 1 that depend on the word (FNV-1a, then a linear congruence).
fn word_vector(word: &str, length: u64) -> impl Iterator<Item = f32> {
    let mut state = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let next = move |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // 16 bits and a power of two: the same number in both encodings.
        let bits = u16::try_from(state >> 48).unwrap_or_default();
        f32::from(bits) / 32_768.0 - 1.0
    };
    (0..length).map(next)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::{parse, to_object};

    #[test]
    fn every_form_of_input_is_taken() {
        for (input, inputs, tokens) in [
            (json!("two words"), 1, 2),
            (json!(["one", "two words"]), 2, 3),
            (json!([1, 2, 3]), 1, 3),
            (json!([[1, 2], [3]]), 2, 3),
        ] {
            let asked = parse(&json!({"model": "m", "input": input})).expect("taken");
            let object = to_object(&asked);
            assert_eq!(object["data"].as_array().map(Vec::len), Some(inputs));
            assert_eq!(object["usage"]["total_tokens"], tokens);
        }
        for input in [
            json!(""),
            json!([]),
            json!([""]),
            json!([-1]),
            json!({}),
            json!([[]]),
        ] {
            assert!(
                parse(&json!({"model": "m", "input": input})).is_err(),
                "{input}"
            );
        }
        assert!(parse(&json!({"model": "m", "input": "a", "top_k": 1})).is_err());
    }

    #[test]
    fn texts_that_share_words_are_near_each_other() {
        let vector = |text: &str| -> Vec<f64> {
            let asked = parse(&json!({"model": "m", "input": text})).expect("taken");
            let object = to_object(&asked);
            let numbers = object["data"][0]["embedding"].as_array().expect("numbers");
            numbers.iter().filter_map(Value::as_f64).collect()
        };
        let cosine = |one: &str, other: &str| {
            let (one, other) = (vector(one), vector(other));
            let dot = |one: &[f64], other: &[f64]| -> f64 {
                one.iter().zip(other).map(|(one, other)| one * other).sum()
            };
            dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt()
        };
        let asked = "How many people live in the city of Paris today?";
        assert!(
            (cosine(asked, "how many PEOPLE live in the city of paris, today") - 1.0).abs() < 1e-9
        );
        assert!(
            cosine(
                asked,
                "How many people live in the city of Paris today, please?"
            ) > 0.9
        );
        assert!(cosine(asked, "Write a poem about rivers and winter") < 0.9);
    }

    #[test]
    fn both_encodings_say_the_same() {
        let mut body = json!({"model": "m", "input": "a", "dimensions": 3});
        let plain = to_object(&parse(&body).expect("taken"));
        body["encoding_format"] = json!("base64");
        let packed = to_object(&parse(&body).expect("taken"));
        let packed = packed["data"][0]["embedding"].as_str().expect("text");
        let bytes = STANDARD.decode(packed).expect("base64");
        let unpacked: Vec<f32> = bytes
            .chunks(4)
            .map(|four| f32::from_le_bytes(four.try_into().expect("four")))
            .collect();
        assert_eq!(Value::from(unpacked), plain["data"][0]["embedding"]);
    }
}
