//! Bodies of embeddings, by provider.

use serde_json::{Value, json};

use super::{Answering, Fold, MOST, Shape, request};
use dp_edge::{Cause, Notes};

#[track_caller]
fn asks(shape: Shape, client: &Value, expected: &Value) {
    let mut notes = Notes::default();
    let (body, _) = request(&client.to_string(), shape, &mut notes).expect("convertible");
    let body_of = |body: &Vec<u8>| serde_json::from_slice(body).expect("JSON");
    let first: Value = body_of(&body.first);
    let further: Vec<Value> = body.further.iter().map(body_of).collect();
    // What a provider takes one by one stands in a list here.
    let sent = match further.is_empty() {
        true => first,
        false => [vec![first], further].concat().into(),
    };
    assert_eq!(&sent, expected);
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
        Shape::Titan,
        &json!({"input": ["a", "b", "a"], "dimensions": 256}),
        &json!([
            {"inputText": "a", "dimensions": 256},
            {"inputText": "b", "dimensions": 256},
            {"inputText": "a", "dimensions": 256},
        ]),
    );
    let nova = |text: &str| {
        json!({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {
            "embeddingPurpose": "GENERIC_RETRIEVAL",
            "text": {"truncationMode": "END", "value": text},
        }})
    };
    let list = json!({"input": ["a", "b"]});
    asks(Shape::Nova, &list, &json!([nova("a"), nova("b")]));
    // A list of one is one text.
    asks(
        Shape::Titan,
        &json!({"input": ["a"]}),
        &json!({"inputText": "a"}),
    );
    asks(
        Shape::Vertex,
        &client,
        &json!({
            "instances": [{"content": "hi", "task_type": "RETRIEVAL_QUERY"}],
            "parameters": {"outputDimensionality": 256},
        }),
    );
    let gemini =
        |text: &str| json!({"instances": [{"content": text, "task_type": "RETRIEVAL_QUERY"}]});
    asks(
        Shape::VertexGemini,
        &list,
        &json!([gemini("a"), gemini("b")]),
    );
}

#[test]
fn what_texts_are_for_reaches_nova_and_is_counted_where_nobody_asks() {
    for (asked, purpose) in [
        ("search_document", "GENERIC_INDEX"),
        ("RETRIEVAL_DOCUMENT", "GENERIC_INDEX"),
        ("search_query", "GENERIC_RETRIEVAL"),
        ("RETRIEVAL_QUERY", "GENERIC_RETRIEVAL"),
        ("classification", "CLASSIFICATION"),
        ("CLUSTERING", "CLUSTERING"),
        ("TEXT_RETRIEVAL", "TEXT_RETRIEVAL"),
    ] {
        asks(
            Shape::Nova,
            &json!({"input": "hi", "input_type": asked}),
            &json!({"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {
                "embeddingPurpose": purpose,
                "text": {"truncationMode": "END", "value": "hi"},
            }}),
        );
    }
    let mut notes = Notes::default();
    let client = json!({"input": "hi", "input_type": "search_document"}).to_string();
    let (bodies, _) = request(&client, Shape::Titan, &mut notes).expect("convertible");
    assert_eq!(bodies.first, br#"{"inputText":"hi"}"#);
    assert_eq!(notes.dropped, ["input_type"]);
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
        &json!({"input": vec!["a"; MOST + 1]}),
        "input",
        Cause::Unsupported,
    );
    refuses(
        Shape::Nova,
        &json!({"input": ["a", 1]}),
        "input",
        Cause::Unsupported,
    );
    refuses(Shape::Titan, &json!({"input": []}), "input", Cause::Invalid);
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

fn split(shape: Shape, client: &Value) -> Answering {
    let text = client.to_string();
    let (_, answering) = request(&text, shape, &mut Notes::default()).expect("convertible");
    answering
}

fn titan(vector: &[f64], tokens: Option<u64>) -> Vec<u8> {
    json!({"embedding": vector, "inputTextTokenCount": tokens})
        .to_string()
        .into_bytes()
}

#[test]
fn as_many_as_openai_takes_are_asked_for_one_by_one() {
    let client = json!({"input": vec!["a"; MOST]}).to_string();
    let (bodies, _) = request(&client, Shape::Titan, &mut Notes::default()).expect("convertible");
    assert_eq!(bodies.further.len(), MOST - 1);
}

#[test]
fn answers_of_one_text_each_are_one_list_however_they_come() {
    let answering = split(Shape::Titan, &json!({"input": ["a", "b", "c"]}));
    let each = [(0.5, 2), (1.5, 3), (-1.0, 5)];
    let expected = json!({
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5]},
            {"object": "embedding", "index": 1, "embedding": [1.5]},
            {"object": "embedding", "index": 2, "embedding": [-1.0]},
        ],
        "model": "m",
        "usage": {"prompt_tokens": 10, "total_tokens": 10},
    });
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
        let mut fold = Fold::new(&answering).expect("several");
        for place in order {
            let (number, tokens) = each[place];
            let body = titan(&[number], Some(tokens));
            fold.take(place, &body, None).expect("readable");
        }
        assert_eq!(fold.held(), "[0.5][1.5][-1.0]".len());
        let (body, usage) = fold.finish("m").expect("whole");
        let list: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(list, expected);
        assert_eq!(usage.expect("told").input, Some(10));
        // What was kept of it is given again.
        let (again, usage) = answering.write(&body, "m", None).expect("a list");
        assert_eq!(again, body);
        assert_eq!(usage.expect("told").input, Some(10));
    }
}

#[test]
fn answers_of_one_text_each_are_base64_where_it_is_asked_for() {
    let client = json!({"input": ["a", "b"], "encoding_format": "base64"});
    let mut fold = Fold::new(&split(Shape::Nova, &client)).expect("several");
    for (place, vector) in [(1, [1.0, -2.0]), (0, [0.5, -0.25])] {
        let body = json!({"embeddings": [{"embeddingType": "TEXT", "embedding": vector}]});
        // Nova tells its counts in the head.
        fold.take(place, body.to_string().as_bytes(), Some(4))
            .expect("readable");
    }
    let (body, usage) = fold.finish("m").expect("whole");
    let list: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        list.pointer("/data/0/embedding"),
        Some(&json!("AAAAPwAAgL4="))
    );
    assert_eq!(
        list.pointer("/data/1/embedding"),
        Some(&json!("AACAPwAAAMA="))
    );
    assert_eq!(usage.expect("told").input, Some(8));
}

#[test]
fn a_sum_of_which_a_part_is_unknown_is_unknown() {
    let mut fold = Fold::new(&split(Shape::Titan, &json!({"input": ["a", "b"]}))).expect("several");
    fold.take(0, &titan(&[0.5], Some(4)), None)
        .expect("readable");
    fold.take(1, &titan(&[0.5], None), None).expect("readable");
    let (body, usage) = fold.finish("m").expect("whole");
    let list: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(list.pointer("/usage/prompt_tokens"), Some(&json!(0)));
    assert_eq!(usage, None);
}

#[test]
fn what_was_told_is_known_of_a_list_that_fails() {
    let mut fold =
        Fold::new(&split(Shape::Titan, &json!({"input": ["a", "b", "c"]}))).expect("several");
    let told = |fold: &Fold| fold.told().map(|told| (told.input, told.output));
    assert_eq!(told(&fold), None);
    fold.take(2, &titan(&[0.5], Some(4)), None)
        .expect("readable");
    fold.take(0, &titan(&[0.5], None), None).expect("readable");
    assert_eq!(told(&fold), Some((Some(4), None)));
    // Whoever sends no vector may have told all the same.
    assert!(fold.take(1, b"<html>", Some(5)).is_err());
    assert_eq!(told(&fold), Some((Some(9), None)));
}

#[test]
fn half_a_list_is_never_written() {
    let answering = split(Shape::Titan, &json!({"input": ["a", "b"]}));
    let one = titan(&[0.5], Some(1));
    let begun = || {
        let mut fold = Fold::new(&answering).expect("several");
        fold.take(0, &one, None).expect("readable");
        fold
    };
    assert!(begun().finish("m").is_err());
    assert!(begun().take(0, &one, None).is_err(), "a second");
    assert!(begun().take(2, &one, None).is_err(), "of no text");
    let two = [&one[..], &one[..]].concat();
    for body in [&two[..], b"", b"{}", b"<html>", br#"{"embedding":["x"]}"#] {
        assert!(begun().take(1, body, None).is_err());
    }
    // What one text was answered is no answer to the list, nor is a list of another length.
    let short = r#"{"data":[{}],"usage":{"prompt_tokens":1,"total_tokens":1}}"#;
    for body in [&one[..], short.as_bytes()] {
        assert!(answering.write(body, "m", None).is_err());
    }
    let whole = split(Shape::Cohere, &json!({"input": ["a", "b"]}));
    assert!(Fold::new(&whole).is_none());
}
