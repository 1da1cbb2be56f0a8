//! Bodies of embeddings, by provider.

use serde_json::{Value, json};

use super::{Shape, request};
use dp_edge::{Cause, Notes};

#[track_caller]
fn asks(shape: Shape, client: &Value, expected: &Value) {
    let mut notes = Notes::default();
    let (body, _) = request(&client.to_string(), shape, &mut notes).expect("convertible");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(&body, expected);
    assert!(notes.dropped.is_empty());
}

#[test]
fn requests() {
    let client = json!({"model": "m", "input": "hi", "dimensions": 256});
    asks(
        Shape::Titan,
        &client,
        &json!({"inputText": "hi", "dimensions": 256}),
    );
    asks(
        Shape::Cohere,
        &json!({"model": "m", "input": ["a", "b"], "input_type": "search_document"}),
        &json!({"texts": ["a", "b"], "input_type": "search_document"}),
    );
    asks(
        Shape::Nova,
        &client,
        &json!({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {
            "embeddingPurpose": "GENERIC_RETRIEVAL",
            "text": {"truncationMode": "END", "value": "hi"},
            "embeddingDimension": 256,
        }}),
    );
    asks(
        Shape::Vertex,
        &client,
        &json!({
            "instances": [{"content": "hi", "task_type": "RETRIEVAL_QUERY"}],
            "parameters": {"outputDimensionality": 256},
        }),
    );
}

#[track_caller]
fn refuses(shape: Shape, client: &Value, field: &str, cause: Cause) {
    let refused = request(&client.to_string(), shape, &mut Notes::default()).expect_err("refused");
    assert_eq!((refused.field.as_ref(), refused.cause), (field, cause));
}

#[test]
fn refusals_name_the_member() {
    refuses(
        Shape::Titan,
        &json!({"input": ["a", "b"]}),
        "input",
        Cause::Unsupported,
    );
    refuses(
        Shape::Cohere,
        &json!({"input": [1, 2]}),
        "input",
        Cause::Unsupported,
    );
    refuses(
        Shape::Vertex,
        &json!({"input": [[1]]}),
        "input",
        Cause::Unsupported,
    );
    refuses(
        Shape::Cohere,
        &json!({"input": []}),
        "input",
        Cause::Invalid,
    );
    refuses(Shape::Cohere, &json!({}), "input", Cause::Invalid);
    refuses(
        Shape::Cohere,
        &json!({"input": "a", "encoding_format": "hex"}),
        "encoding_format",
        Cause::Invalid,
    );
    refuses(
        Shape::Cohere,
        &json!({"input": "a", "dimensions": "many"}),
        "dimensions",
        Cause::Invalid,
    );
}

#[track_caller]
fn answers(shape: Shape, client: &Value, provider: &Value, told: Option<u64>, expected: &Value) {
    let (_, answering) =
        request(&client.to_string(), shape, &mut Notes::default()).expect("convertible");
    let (body, usage) = answering
        .write(provider.to_string().as_bytes(), "m", told)
        .expect("readable");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(&body, expected);
    assert_eq!(
        usage.and_then(|usage| usage.input),
        expected
            .pointer("/usage/prompt_tokens")
            .and_then(Value::as_u64)
            .filter(|tokens| *tokens > 0),
        "zero is what nobody told"
    );
}

#[test]
fn answers_are_openais() {
    let one = json!({"input": "a", "encoding_format": "float"});
    let list = |usage: Option<u64>, vectors: &[Value]| {
        let data: Vec<Value> = vectors
            .iter()
            .enumerate()
            .map(|(index, vector)| json!({"object": "embedding", "index": index, "embedding": vector}))
            .collect();
        let tokens = usage.unwrap_or(0);
        let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
        json!({"object": "list", "data": data, "model": "m", "usage": usage})
    };
    answers(
        Shape::Titan,
        &one,
        &json!({"embedding": [0.5, -1.0], "inputTextTokenCount": 3}),
        None,
        &list(Some(3), &[json!([0.5, -1.0])]),
    );
    answers(
        Shape::Cohere,
        &json!({"input": ["a", "b"]}),
        &json!({"embeddings": {"float": [[1.0], [2.0]]}}),
        Some(5),
        &list(Some(5), &[json!([1.0]), json!([2.0])]),
    );
    answers(
        Shape::Nova,
        &one,
        &json!({"embeddings": [{"embeddingType": "TEXT", "embedding": [1.0]}]}),
        None,
        &list(None, &[json!([1.0])]),
    );
    answers(
        Shape::Vertex,
        &json!({"input": "a", "encoding_format": "base64"}),
        &json!({"predictions": [{"embeddings": {"values": [1.0, -2.0], "statistics": {"token_count": 4.0}}}]}),
        None,
        &list(Some(4), &[json!("AACAPwAAAMA=")]),
    );
}

#[test]
fn an_answer_with_a_vector_too_few_is_a_failure() {
    let client = json!({"input": ["a", "b"]}).to_string();
    let (_, answering) =
        request(&client, Shape::Cohere, &mut Notes::default()).expect("convertible");
    for body in [
        r#"{"embeddings":[[1.0]]}"#,
        r#"{"embeddings":[["x"],[1]]}"#,
        "<html>",
        "{}",
    ] {
        assert!(
            answering.write(body.as_bytes(), "m", None).is_err(),
            "{body}"
        );
    }
}
