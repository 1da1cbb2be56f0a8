//! Cohere's order of documents, asked of providers that have it in another shape: Amazon Bedrock and Vertex AI (llm.md O-3).
//!
//! Owns the bodies of both directions. It must not know paths. Invariants: numbers of an answer keep their digits; a result
//! that points at no document is no answer; a document is told from the client's request, because providers need not echo it.
//!
//! Bodies after the references of Cohere's v2/rerank, of Bedrock's Rerank (Agents for Amazon Bedrock Runtime) and of Vertex
//! AI's ranking API (Discovery Engine, rankingConfigs.rank).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use dp_wire::error::ProviderError;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::{Notes, Unconvertible};

/// A provider's own way to order documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Bedrock, which names a model by its ARN.
    Bedrock {
        /// In which it is.
        region: String,
    },
    /// Vertex AI.
    Vertex,
}

/// How the answer to a converted request is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    is_bedrock: bool,
    count: usize,
    /// The client's documents, where it wants them back.
    documents: Option<Arc<[String]>>,
}

/// The most documents of one request: Bedrock takes as many, and Vertex AI fewer.
const MOST: usize = 1_000;

/// Members that have a counterpart, or say nothing to a provider.
const KNOWN: [&str; 6] = [
    "model",
    "query",
    "documents",
    "top_n",
    "return_documents",
    "stream",
];

/// The body for a provider, and how its answer is to be read.
///
/// # Errors
/// The body is not what Cohere's clients send, or has what the provider cannot be told.
pub fn request(
    text: &str,
    model: &str,
    shape: &Shape,
    notes: &mut Notes,
) -> Result<(Vec<u8>, Answering), Unconvertible> {
    let body: Map<String, Value> = serde_json::from_str(text)
        .map_err(|_| Unconvertible::invalid("", "the body is not a JSON object"))?;
    let query = match body.get("query") {
        Some(Value::String(query)) => query.as_str(),
        Some(_) | None => {
            let message = "it is not a text; send what the documents are compared with";
            return Err(Unconvertible::invalid("query", message));
        }
    };
    let documents = documents(body.get("documents"))?;
    let top = match body.get("top_n") {
        None | Some(Value::Null) => documents.len(),
        Some(value) => value
            .as_u64()
            .filter(|top| *top > 0)
            .and_then(|top| usize::try_from(top).ok())
            .ok_or_else(|| {
                Unconvertible::invalid(
                    "top_n",
                    "it is not a number above 0; send one or leave it out",
                )
            })?
            .min(documents.len()),
    };
    notes.dropped_if(
        "max_tokens_per_doc",
        body.contains_key("max_tokens_per_doc"),
    );
    let is_unknown =
        |name: &String| name != "max_tokens_per_doc" && !KNOWN.contains(&name.as_str());
    notes.dropped_if("other", body.keys().any(is_unknown));
    let is_echoed = body.get("return_documents") == Some(&Value::Bool(true));
    let rendered = match shape {
        Shape::Bedrock { region } => bedrock(query, &documents, top, &arn(model, region)),
        Shape::Vertex => vertex(query, &documents, top, (model, is_echoed)),
    };
    let answering = Answering {
        is_bedrock: matches!(shape, Shape::Bedrock { .. }),
        count: documents.len(),
        documents: is_echoed.then(|| documents.iter().map(|text| (*text).to_owned()).collect()),
    };
    Ok((rendered.to_string().into_bytes(), answering))
}

fn documents(value: Option<&Value>) -> Result<Vec<&str>, Unconvertible> {
    let Some(Value::Array(items)) =
        value.filter(|value| value.as_array().is_some_and(|it| !it.is_empty()))
    else {
        let message = "it is not a list of documents; send at least one";
        return Err(Unconvertible::invalid("documents", message));
    };
    if items.len() > MOST {
        let message = format!("there are more than {MOST}; send fewer at a time");
        return Err(Unconvertible::unsupported("documents", message));
    }
    let mut texts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let text = match item {
            Value::String(text) => Some(text.as_str()),
            Value::Object(members) => members.get("text").and_then(Value::as_str),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        };
        texts.push(text.ok_or_else(|| {
            let message = "it is neither a text nor an object with `text`; send one of them";
            Unconvertible::invalid(format!("documents[{index}]"), message)
        })?);
    }
    Ok(texts)
}

fn bedrock(query: &str, documents: &[&str], top: usize, arn: &str) -> Value {
    let source = |text: &&str| {
        json!({
            "type": "INLINE",
            "inlineDocumentSource": { "type": "TEXT", "textDocument": { "text": text } },
        })
    };
    let sources: Vec<Value> = documents.iter().map(source).collect();
    json!({
        "queries": [{ "type": "TEXT", "textQuery": { "text": query } }],
        "sources": sources,
        "rerankingConfiguration": {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "modelConfiguration": { "modelArn": arn },
                "numberOfResults": top,
            },
        },
    })
}

/// The ARN of a model; one that is given stays.
fn arn(model: &str, region: &str) -> String {
    if model.starts_with("arn:") {
        return model.to_owned();
    }
    let partition = match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")
}

fn vertex(query: &str, documents: &[&str], top: usize, (model, is_echoed): (&str, bool)) -> Value {
    let record =
        |(index, text): (usize, &&str)| json!({ "id": index.to_string(), "content": text });
    let records: Vec<Value> = documents.iter().enumerate().map(record).collect();
    let model = ["publishers/google/models/", "models/", "google/"]
        .iter()
        .find_map(|front| model.strip_prefix(front))
        .unwrap_or(model);
    json!({
        "model": model,
        "query": query,
        "records": records,
        "topN": top,
        "ignoreRecordDetailsInResponse": !is_echoed,
    })
}

/// What Bedrock answers.
#[derive(Deserialize)]
struct Ranked<'a> {
    #[serde(borrow)]
    results: Vec<RankedOne<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RankedOne<'a> {
    index: usize,
    #[serde(borrow)]
    relevance_score: &'a RawValue,
}

/// What Vertex AI answers.
#[derive(Deserialize)]
struct Records<'a> {
    #[serde(borrow, default)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    id: Cow<'a, str>,
    #[serde(borrow)]
    score: Option<&'a RawValue>,
}

// === impl Answering ===

impl Answering {
    /// Cohere's answer, made of a provider's.
    ///
    /// # Errors
    /// It is not what the provider's format asks for.
    pub fn write(&self, body: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let read = match self.is_bedrock {
            true => read_bedrock(body),
            false => read_vertex(body),
        };
        let results = read.filter(|results| results.iter().all(|(index, _)| *index < self.count));
        let results = results.ok_or_else(|| ProviderError {
            message: "the provider's order of documents is not what its format asks for".to_owned(),
            ..ProviderError::default()
        })?;
        let mut out = String::from("{\"results\":[");
        for (at, (index, score)) in results.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            // Writing to a string does not fail.
            let _ = write!(out, "{{\"index\":{index},\"relevance_score\":{score}");
            if let Some(text) = self.documents.as_ref().and_then(|own| own.get(*index)) {
                let text = Value::from(text.as_str());
                let _ = write!(out, ",\"document\":{{\"text\":{text}}}");
            }
            out.push('}');
        }
        out.push_str("],\"meta\":{\"api_version\":{\"version\":\"2\"}}}");
        Ok(out.into_bytes())
    }
}

fn read_bedrock(body: &[u8]) -> Option<Vec<(usize, &str)>> {
    let ranked: Ranked<'_> = serde_json::from_slice(body).ok()?;
    let results = ranked.results.into_iter();
    results
        .map(|own| Some((own.index, number(own.relevance_score)?)))
        .collect()
}

fn read_vertex(body: &[u8]) -> Option<Vec<(usize, &str)>> {
    let records: Records<'_> = serde_json::from_slice(body).ok()?;
    let records = records.records.into_iter();
    records
        .map(|own| {
            // The reference leaves a score out where it is the highest.
            let score = own.score.map_or(Some("1.0"), number)?;
            Some((own.id.parse().ok()?, score))
        })
        .collect()
}

fn number(raw: &RawValue) -> Option<&str> {
    let text = raw.get();
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number.then_some(text)
}

#[cfg(test)]
mod tests {
    use dp_edge::Cause;
    use serde_json::{Value, json};

    use super::{Shape, request};
    use crate::Notes;

    fn bedrock() -> Shape {
        Shape::Bedrock {
            region: "eu-central-1".to_owned(),
        }
    }

    #[track_caller]
    fn check(shape: &Shape, model: &str, asked: &Value, sent: &Value, dropped: &[&str]) {
        let mut notes = Notes::default();
        let (body, _) = request(&asked.to_string(), model, shape, &mut notes).expect("converted");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body, *sent);
        assert_eq!(notes.dropped, dropped);
    }

    #[test]
    fn bedrock_is_asked_by_arn() {
        let asked = json!({"model": "m", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 9, "max_tokens_per_doc": 4});
        let sent = json!({
            "queries": [{"type": "TEXT", "textQuery": {"text": "q"}}],
            "sources": [
                {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "a"}}},
                {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "b"}}},
            ],
            "rerankingConfiguration": {
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": {
                    "modelConfiguration": {
                        "modelArn": "arn:aws:bedrock:eu-central-1::foundation-model/cohere.rerank-v3-5:0",
                    },
                    "numberOfResults": 2,
                },
            },
        });
        check(
            &bedrock(),
            "cohere.rerank-v3-5:0",
            &asked,
            &sent,
            &["max_tokens_per_doc"],
        );
    }

    #[test]
    fn vertex_is_asked_by_records() {
        let asked = json!({"query": "q", "documents": ["a"], "return_documents": true});
        let sent = json!({
            "model": "semantic-ranker-default-004",
            "query": "q",
            "records": [{"id": "0", "content": "a"}],
            "topN": 1,
            "ignoreRecordDetailsInResponse": false,
        });
        check(
            &Shape::Vertex,
            "google/semantic-ranker-default-004",
            &asked,
            &sent,
            &[],
        );
    }

    #[test]
    fn what_is_no_order_of_documents_is_refused() {
        for (asked, field) in [
            (json!({"documents": ["a"]}), "query"),
            (json!({"query": "q"}), "documents"),
            (json!({"query": "q", "documents": []}), "documents"),
            (json!({"query": "q", "documents": ["a", 1]}), "documents[1]"),
            (
                json!({"query": "q", "documents": [{"title": "t"}]}),
                "documents[0]",
            ),
            (
                json!({"query": "q", "documents": ["a"], "top_n": 0}),
                "top_n",
            ),
        ] {
            let text = asked.to_string();
            let error =
                request(&text, "m", &bedrock(), &mut Notes::default()).expect_err("refused");
            assert_eq!(
                (&*error.field, error.cause),
                (field, Cause::Invalid),
                "{text}"
            );
        }
        let many: Vec<&str> = vec!["a"; 1_001];
        let text = json!({"query": "q", "documents": many}).to_string();
        let error = request(&text, "m", &bedrock(), &mut Notes::default()).expect_err("refused");
        assert_eq!(error.cause, Cause::Unsupported);
    }

    #[track_caller]
    fn answered(shape: &Shape, is_echoed: bool, body: &str, expected: Option<&str>) {
        let asked = json!({"query": "q", "documents": ["a", "b\""], "return_documents": is_echoed});
        let converted = request(&asked.to_string(), "m", shape, &mut Notes::default());
        let (_, answering) = converted.expect("converted");
        let written = answering.write(body.as_bytes()).ok();
        let written = written.map(|body| String::from_utf8(body).expect("text"));
        assert_eq!(written.as_deref(), expected, "{body}");
    }

    #[test]
    fn answers_are_written_as_cohere_has_them() {
        let meta = r#""meta":{"api_version":{"version":"2"}}}"#;
        let one = format!(
            r#"{{"results":[{{"index":1,"relevance_score":0.98000000000000000001}},{{"index":0,"relevance_score":1e-3}}],{meta}"#
        );
        let told = r#"{"results":[{"index":1,"relevanceScore":0.98000000000000000001},{"index":0,"relevanceScore":1e-3}]}"#;
        answered(&bedrock(), false, told, Some(&one));
        let echoed = format!(
            r#"{{"results":[{{"index":1,"relevance_score":1.0,"document":{{"text":"b\""}}}}],{meta}"#
        );
        answered(
            &Shape::Vertex,
            true,
            r#"{"records":[{"id":"1"}]}"#,
            Some(&echoed),
        );
        let none = format!(r#"{{"results":[],{meta}"#);
        answered(&Shape::Vertex, false, "{}", Some(&none));
        for (shape, body) in [
            (bedrock(), r#"{"results":[{"index":2,"relevanceScore":1}]}"#),
            (
                bedrock(),
                r#"{"results":[{"index":0,"relevanceScore":"high"}]}"#,
            ),
            (bedrock(), "{}"),
            (bedrock(), "<html>"),
            (Shape::Vertex, r#"{"records":[{"id":"x","score":1}]}"#),
            (Shape::Vertex, r#"{"records":[{"id":"7","score":1}]}"#),
        ] {
            answered(&shape, false, body, None);
        }
    }
}
