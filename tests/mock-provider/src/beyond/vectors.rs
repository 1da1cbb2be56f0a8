//! Vectors of texts, as models on Bedrock and on Vertex AI make them.
//!
//! After the Amazon Bedrock User Guide (Titan Text Embeddings, Cohere Embed) and the Nova User Guide (embeddings), and Google's
//! page "Text embeddings API" with what `google-genai` sends (`_EmbedContentParametersPrivate_to_vertex`). Invariants: a vector tells
//! a text by its tokens; what is counted is told in the body where the vendor has a place for it, else in the head.

use serde_json::{Value, json};

use crate::asked::{Asked, tokens};
use crate::node::Node;
use crate::refusal::Refusal;

/// What a text may be embedded for, as Google has it.
const TASKS: [&str; 8] = [
    "RETRIEVAL_QUERY",
    "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",
    "CLASSIFICATION",
    "CLUSTERING",
    "QUESTION_ANSWERING",
    "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
];

/// What Cohere has for it.
const TYPES: [&str; 5] = [
    "search_document",
    "search_query",
    "classification",
    "clustering",
    "image",
];

/// Most texts of one request to Google, and of one to Cohere.
const MOST: usize = 250;
const MOST_OF_COHERE: usize = 96;

/// Whether a body of InvokeModel is one of these: by its model, or by what it asks where an ARN does not tell.
pub(crate) fn is_asked(node: &Node<'_>, model: &str) -> bool {
    let is_opaque = model.starts_with("arn:") && !model.contains("titan-text");
    model.contains("embed")
        || node.has("texts")
        || node.has("singleEmbeddingParams")
        || is_opaque && node.has("inputText") && !node.has("textGenerationConfig")
}

/// Titan, Nova and Cohere by InvokeModel: of them only the last takes several texts.
pub(crate) fn invoke(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    if node.has("inputText") || model.contains("titan") {
        titan(node, model)
    } else if node.has("singleEmbeddingParams") || model.contains("nova") {
        nova(node, model)
    } else {
        cohere(node, model)
    }
}

fn titan(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    node.only(&["inputText", "dimensions", "normalize", "embeddingTypes"])?;
    let mut asked = Asked::new(model);
    asked.prompt_tokens = tokens(node.need("inputText")?.text()?);
    if let Some(dimensions) = node.get("dimensions") {
        dimensions.count(1)?;
    }
    if let Some(normalize) = node.get("normalize") {
        normalize.flag()?;
    }
    let embedding = vector(asked.prompt_tokens);
    asked.body = json!({"embedding": embedding, "inputTextTokenCount": asked.prompt_tokens});
    Ok(asked)
}

/// Its counts are in the head.
fn nova(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    node.only(&["schemaVersion", "taskType", "singleEmbeddingParams"])?;
    node.need("taskType")?.one_of(&["SINGLE_EMBEDDING"])?;
    let asks = node.need("singleEmbeddingParams")?;
    asks.only(&["embeddingPurpose", "embeddingDimension", "text"])?;
    asks.need("embeddingPurpose")?.text()?;
    if let Some(dimension) = asks.get("embeddingDimension") {
        dimension.count(1)?;
    }
    let text = asks.need("text")?;
    text.only(&["truncationMode", "value"])?;
    text.need("truncationMode")?
        .one_of(&["START", "END", "NONE"])?;
    let mut asked = Asked::new(model);
    asked.prompt_tokens = tokens(text.need("value")?.text()?);
    let embedding = vector(asked.prompt_tokens);
    asked.body = json!({"embeddings": [{"embeddingType": "TEXT", "embedding": embedding}]});
    Ok(asked)
}

/// The same.
fn cohere(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    node.only(&[
        "texts",
        "input_type",
        "truncate",
        "embedding_types",
        "output_dimension",
    ])?;
    node.need("input_type")?.one_of(&TYPES)?;
    let texts = node.need("texts")?;
    let elements = texts.some()?;
    if elements.len() > MOST_OF_COHERE {
        return Err(texts.refuse(&format!("there are more than {MOST_OF_COHERE}")));
    }
    let mut asked = Asked::new(model);
    let mut vectors = Vec::new();
    for text in elements {
        asked.prompt_tokens += tokens(text.text()?);
        vectors.push(json!([0.5, vectors.len()]));
    }
    asked.body = json!({"id": "mock", "response_type": "embeddings_floats", "embeddings": vectors});
    Ok(asked)
}

/// Google's models by `predict`.
pub(crate) fn predict(node: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    node.only(&["instances", "parameters", "labels"])?;
    let length = match node.get("parameters") {
        None => None,
        Some(parameters) => {
            parameters.only(&["autoTruncate", "outputDimensionality"])?;
            if let Some(truncates) = parameters.get("autoTruncate") {
                truncates.flag()?;
            }
            let length = parameters.get("outputDimensionality");
            length.map(|length| length.count(1)).transpose()?
        }
    };
    let instances = node.need("instances")?;
    let texts = instances.some()?;
    let most = match model.starts_with("gemini-embedding-001") {
        true => 1,
        false => MOST,
    };
    if texts.len() > most {
        return Err(instances.refuse(&format!("this model takes {most} a request")));
    }
    let mut asked = Asked::new(model);
    let (mut predictions, mut characters) = (Vec::new(), 0);
    for instance in texts {
        // An instance is free in its form: the names are the model's, in this spelling alone.
        instance.only(&["content", "task_type", "title", "mimeType"])?;
        let content = instance.need("content")?;
        let text = content.text()?;
        if text.is_empty() {
            return Err(content.refuse("the text content is empty"));
        }
        let task = instance.get("task_type");
        let task = task.map(|task| task.one_of(&TASKS)).transpose()?;
        if let Some(title) = instance.get("title")
            && task != Some("RETRIEVAL_DOCUMENT")
        {
            return Err(title.refuse("only valid with the task type RETRIEVAL_DOCUMENT"));
        }
        let count = tokens(text);
        asked.prompt_tokens += count;
        characters += text.chars().filter(|own| !own.is_whitespace()).count();
        let statistics = json!({"truncated": false, "token_count": count});
        let values = vector_of(count, length);
        predictions.push(json!({"embeddings": {"statistics": statistics, "values": values}}));
    }
    asked.body = json!({
        "predictions": predictions,
        "metadata": {"billableCharacterCount": characters},
    });
    Ok(asked)
}

/// A vector that tells a text by its tokens.
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn vector(tokens: u64) -> [f64; 2] {
    [0.5, tokens as f64 / -8.0]
}

/// The same, as long as it is wanted.
fn vector_of(tokens: u64, length: Option<u64>) -> Value {
    let told = vector(tokens);
    let length = length.and_then(|length| usize::try_from(length).ok());
    let rest = std::iter::repeat(0.0);
    told.into_iter()
        .chain(rest)
        .take(length.unwrap_or(told.len()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::predict;
    use crate::format::Vendor;
    use crate::node::Node;

    fn asked(model: &str, body: &Value) -> Option<Value> {
        let node = Node::root(body, Vendor::Google);
        predict(&node, model).ok().map(|asked| asked.body)
    }

    #[test]
    fn every_instance_has_a_vector() {
        let body = json!({
            "instances": [{"content": "one", "task_type": "RETRIEVAL_QUERY"}, {"content": "two words"}],
            "parameters": {"outputDimensionality": 3},
        });
        let told = asked("text-embedding-005", &body).expect("taken");
        let values = &told["predictions"][1]["embeddings"];
        assert_eq!(values["values"], json!([0.5, -0.25, 0.0]));
        assert_eq!(values["statistics"]["token_count"], 2);
        assert_eq!(told["metadata"]["billableCharacterCount"], 11);
        // Google's page: this one takes one a request.
        assert_eq!(asked("gemini-embedding-001", &body), None);
    }

    #[test]
    fn what_google_would_refuse_is_refused() {
        for body in [
            json!({}),
            json!({"instances": []}),
            json!({"instances": [{}]}),
            json!({"instances": [{"content": ""}]}),
            json!({"instances": [{"content": ["a"]}]}),
            json!({"instances": [{"content": "a", "taskType": "CLUSTERING"}]}),
            json!({"instances": [{"content": "a", "task_type": "search_query"}]}),
            json!({"instances": [{"content": "a", "task_type": "CLUSTERING", "title": "t"}]}),
            json!({"instances": [{"content": "a"}], "parameters": {"dimensions": 1}}),
            json!({"instances": [{"content": "a"}], "parameters": {"outputDimensionality": 0}}),
            json!({"instances": [{"content": "a"}], "model": "m"}),
        ] {
            assert_eq!(asked("text-embedding-005", &body), None, "{body}");
        }
    }
}
