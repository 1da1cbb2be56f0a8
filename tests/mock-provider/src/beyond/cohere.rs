//! Cohere's order of documents by relevance, in both versions of its API.
//!
//! After Cohere's API reference (`v1/rerank`, `v2/rerank`) and the types of its Python SDK (`RerankResponse`,
//! `V2RerankResponse`, `ApiMeta`). Servers of open models have the same operation at the same paths. Invariant: the last document
//! is the best one; documents come back where they are asked for, and nowhere else.

use serde_json::{Value, json};

use super::clouds;
use crate::asked::Asked;
use crate::member::set;
use crate::node::Node;
use crate::refusal::Refusal;

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    First,
    Second,
}

/// Members of both versions.
const SHARED: [&str; 5] = ["model", "query", "documents", "top_n", "return_documents"];

/// Most documents of one request.
const MOST: usize = 10_000;

// === impl Version ===

impl Version {
    /// The one of a path.
    pub(crate) fn of_path(path: &str) -> Self {
        match path.ends_with("/v2/rerank") {
            true => Self::Second,
            false => Self::First,
        }
    }

    fn own(self) -> &'static [&'static str] {
        match self {
            Self::First => &["rank_fields", "max_chunks_per_doc"],
            Self::Second => &["max_tokens_per_doc", "priority"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
        }
    }
}

/// Reads a request and orders its documents.
pub(super) fn rerank(node: &Node<'_>, version: Version) -> Result<Asked, Refusal> {
    let known: Vec<&str> = SHARED.iter().chain(version.own()).copied().collect();
    node.only(&known)?;
    let mut asked = Asked::new(node.need("model")?.text()?);
    let query = node.need("query")?;
    if query.text()?.is_empty() {
        return Err(query.refuse("it must not be empty"));
    }
    for name in ["max_chunks_per_doc", "max_tokens_per_doc"] {
        if let Some(most) = node.get(name) {
            most.count(1)?;
        }
    }
    let list = node.need("documents")?;
    let documents = list.some()?;
    if documents.len() > MOST {
        return Err(list.refuse(&format!("there are more than {MOST}")));
    }
    let texts: Result<Vec<&str>, Refusal> = documents.iter().map(text).collect();
    let texts = texts?;
    let is_echoed = match node.get("return_documents") {
        Some(wanted) => wanted.flag()?,
        None => false,
    };
    let best = clouds::best(texts.len(), node.get("top_n"))?;
    let results: Vec<Value> = best
        .filter_map(|index| {
            let mut one = json!({"index": index, "relevance_score": clouds::score(index)});
            let text = texts.get(index)?;
            if is_echoed {
                set(&mut one, "document", json!({ "text": text }));
            }
            Some(one)
        })
        .collect();
    asked.body = json!({
        "id": "rerank-mock",
        "results": results,
        "meta": {
            "api_version": {"version": version.name(), "is_experimental": false},
            "billed_units": {"search_units": 1},
        },
    });
    // What it took is no tokens.
    asked.includes_usage = false;
    Ok(asked)
}

/// A document, which is a text or an object that has one.
fn text<'a>(document: &Node<'a>) -> Result<&'a str, Refusal> {
    match document.value.is_object() {
        true => document.need("text")?.text(),
        false => document.text(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Version, rerank};
    use crate::format::Vendor;
    use crate::node::Node;

    #[test]
    fn documents_come_back_where_they_are_asked_for() {
        for (version, is_echoed) in [(Version::First, true), (Version::Second, false)] {
            let body = json!({
                "model": "m", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 1,
                "return_documents": is_echoed,
            });
            let told = rerank(&Node::root(&body, Vendor::Cohere), version).expect("taken");
            let results = told.body["results"].as_array().expect("results");
            assert_eq!((results.len(), &results[0]["index"]), (1, &json!(1)));
            assert_eq!(results[0].get("document").is_some(), is_echoed);
            assert!(!told.includes_usage);
        }
    }

    #[test]
    fn a_version_refuses_what_the_other_has() {
        for (version, name) in [
            (Version::First, "max_tokens_per_doc"),
            (Version::Second, "max_chunks_per_doc"),
        ] {
            let body = json!({"model": "m", "query": "q", "documents": ["a"], name: 1});
            let refused = rerank(&Node::root(&body, Vendor::Cohere), version).expect_err("unknown");
            let words = format!("unknown field: parameter '{name}' is not a valid field");
            assert_eq!(refused.message, words);
        }
        for body in [
            json!({"query": "q", "documents": ["a"]}),
            json!({"model": "m", "query": "", "documents": ["a"]}),
            json!({"model": "m", "query": "q", "documents": []}),
            json!({"model": "m", "query": "q", "documents": [{"title": "a"}]}),
            json!({"model": "m", "query": "q", "documents": ["a"], "top_n": 0}),
        ] {
            let node = Node::root(&body, Vendor::Cohere);
            assert!(rerank(&node, Version::Second).is_err(), "{body}");
        }
    }
}
