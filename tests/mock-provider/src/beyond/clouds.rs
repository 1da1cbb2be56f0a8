//! Orders of documents and counts of tokens, as clouds have them.
//!
//! After AWS's references of Rerank (Agents for Amazon Bedrock Runtime) and CountTokens (Amazon Bedrock Runtime), and Google's
//! of rankingConfigs.rank (Discovery Engine). Invariants: the last document is the best one; what is counted is the request
//! that is not made, which is judged as InvokeModel of a Claude judges it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::bedrock::invoke;
use crate::node::Node;
use crate::refusal::Refusal;

/// What every count is.
pub(crate) const COUNT: u64 = 41;

/// Bedrock's Rerank.
pub(super) fn rerank(node: &Node<'_>) -> Result<Asked, Refusal> {
    node.only(&["queries", "sources", "rerankingConfiguration", "nextToken"])?;
    let queries = node.need("queries")?.some()?;
    let [query] = queries.as_slice() else {
        return Err(node.refuse("exactly one query is taken"));
    };
    query.need("type")?.one_of(&["TEXT"])?;
    query.need("textQuery")?.need("text")?.text()?;
    let sources = node.need("sources")?.some()?;
    for source in &sources {
        source.need("type")?.one_of(&["INLINE"])?;
        let document = source.need("inlineDocumentSource")?;
        document.need("type")?.one_of(&["TEXT", "JSON"])?;
        document.need("textDocument")?.need("text")?.text()?;
    }
    let configuration = node.need("rerankingConfiguration")?;
    configuration
        .need("type")?
        .one_of(&["BEDROCK_RERANKING_MODEL"])?;
    let own = configuration.need("bedrockRerankingConfiguration")?;
    let arn = own.need("modelConfiguration")?.need("modelArn")?;
    if !arn.text()?.starts_with("arn:aws:bedrock:") {
        return Err(arn.refuse("it is no ARN of a model"));
    }
    let mut asked = Asked::new(arn.text()?);
    let results: Vec<Value> = best(sources.len(), own.get("numberOfResults"))?
        .map(|index| json!({"index": index, "relevanceScore": score(index)}))
        .collect();
    asked.body = json!({ "results": results });
    asked.includes_usage = false;
    Ok(asked)
}

/// Google's rankingConfigs.rank.
pub(super) fn rank(node: &Node<'_>) -> Result<Asked, Refusal> {
    node.only(&[
        "model",
        "query",
        "records",
        "topN",
        "ignoreRecordDetailsInResponse",
        "userLabels",
    ])?;
    node.need("query")?.text()?;
    let records = node.need("records")?.some()?;
    let mut ids = Vec::new();
    for record in &records {
        record.only(&["id", "title", "content"])?;
        record.need("content")?.text()?;
        ids.push(record.need("id")?.text()?);
    }
    let mut asked = Asked::new(node.need("model")?.text()?);
    let results: Vec<Value> = best(records.len(), node.get("topN"))?
        .filter_map(|index| Some(json!({"id": ids.get(index)?, "score": score(index)})))
        .collect();
    asked.body = json!({ "records": results });
    asked.includes_usage = false;
    Ok(asked)
}

/// Bedrock's CountTokens.
pub(super) fn count_tokens(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    node.only(&["input"])?;
    let body = node.need("input")?.need("invokeModel")?.need("body")?;
    let inner = STANDARD.decode(body.text()?).ok();
    let inner: Option<Value> = inner.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let inner = inner.ok_or_else(|| body.refuse("it is no JSON in Base64"))?;
    invoke::claude(inner, model)?;
    let mut asked = Asked::new(model);
    asked.body = json!({ "inputTokens": COUNT });
    asked.includes_usage = false;
    Ok(asked)
}

/// The last ones first, as many as are wanted.
pub(super) fn best(
    count: usize,
    wanted: Option<Node<'_>>,
) -> Result<impl Iterator<Item = usize> + use<>, Refusal> {
    let wanted = match wanted {
        None => count,
        Some(wanted) => usize::try_from(wanted.count(1)?).unwrap_or(count),
    };
    Ok((0..count).rev().take(wanted))
}

pub(super) fn score(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or_default()) / 8.0
}
