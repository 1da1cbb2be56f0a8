//! Azure AI Content Safety: `text:analyze` and `text:shieldPrompt`.
//!
//! After the REST reference of version 2024-09-01 and the service's documented limits; cases written by hand, never recordings. It
//! must not know who asks. Invariant: what is decided depends on words of the text alone: `azure-reject`, `azure-blocked` where a
//! list is named, `azure-attack`, and `azure-break`.

use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};

use super::{Side, Words};
use crate::node::Node;
use crate::refusal::Refusal;

const VERSION: &str = "api-version=2024-09-01";
const KEY: &str = "ocp-apim-subscription-key";
/// Characters of a text, of a prompt, and of all documents together.
const CHARACTERS: usize = 10_000;
const DOCUMENTS: usize = 5;
const CATEGORIES: [&str; 4] = ["Hate", "SelfHarm", "Sexual", "Violence"];
const WORDS: Words = Words {
    who: "azure",
    side: Side::Prompt,
};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Analyze,
    Shield,
}

// === impl Operation ===

impl Operation {
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        match path.strip_prefix("/contentsafety/text:")? {
            "analyze" => Some(Self::Analyze),
            "shieldPrompt" => Some(Self::Shield),
            _ => None,
        }
    }

    pub(crate) fn answer(self, parts: &Parts, node: &Node<'_>) -> Result<Value, Refusal> {
        let refuse = |status, message| Err(Refusal::plain(status, message));
        if parts.uri.query() != Some(VERSION) {
            return refuse(StatusCode::NOT_FOUND, "Resource not found");
        }
        let sent = |name: &str| parts.headers.get_all(name).iter().count();
        // A key or a token of Entra, and one of them.
        if sent(KEY) + sent("authorization") != 1 {
            let message = "Access denied due to invalid subscription key or wrong API endpoint.";
            return refuse(StatusCode::UNAUTHORIZED, message);
        }
        match self {
            Self::Analyze => analyze(node),
            Self::Shield => shield(node),
        }
    }
}

fn analyze(node: &Node<'_>) -> Result<Value, Refusal> {
    node.only(&[
        "text",
        "categories",
        "blocklistNames",
        "haltOnBlocklistHit",
        "outputType",
    ])?;
    let text = within(&node.need("text")?)?;
    let mut lists = Vec::new();
    if let Some(names) = node.get("blocklistNames") {
        for name in names.array()? {
            lists.push(name.name(64, "-_.~")?.to_owned());
        }
    }
    let is_fine = match node.get("outputType") {
        None => false,
        Some(kind) => {
            kind.one_of(&["FourSeverityLevels", "EightSeverityLevels"])? == "EightSeverityLevels"
        }
    };
    let halts = node.get("haltOnBlocklistHit").map(|own| own.value.clone());
    let hits = lists.iter().filter(|_| text.contains("azure-blocked"));
    let hits: Vec<Value> = hits
        .map(|name| {
            json!({"blocklistName": name, "blocklistItemId": "a-word", "blocklistItemText": "azure-blocked"})
        })
        .collect();
    let is_halted = halts == Some(json!(true)) && !hits.is_empty();
    let severity = |category: &str| match (category, WORDS.rejects(text)) {
        ("Violence", true) => json!(if is_fine { 5 } else { 4 }),
        _ if is_halted => Value::Null,
        _ => json!(0),
    };
    let categories = CATEGORIES.map(|own| json!({"category": own, "severity": severity(own)}));
    Ok(json!({"blocklistsMatch": hits, "categoriesAnalysis": categories}))
}

fn shield(node: &Node<'_>) -> Result<Value, Refusal> {
    node.only(&["userPrompt", "documents"])?;
    let mut answer = serde_json::Map::new();
    let analysis = |text: &str| json!({"attackDetected": text.contains("azure-attack")});
    if let Some(prompt) = node.get("userPrompt") {
        let judged = analysis(within(&prompt)?);
        answer.insert("userPromptAnalysis".to_owned(), judged);
    }
    let mut found = Vec::new();
    let mut characters = 0;
    if let Some(documents) = node.get("documents") {
        for document in documents.array()? {
            let text = within(&document)?;
            characters += text.chars().count();
            found.push(analysis(text));
        }
        if found.len() > DOCUMENTS || characters > CHARACTERS {
            return Err(documents.refuse("at most 5 documents of 10000 characters together"));
        }
    }
    if found.is_empty() && !node.has("userPrompt") {
        return Err(node.refuse("a prompt or documents are required"));
    }
    answer.insert("documentsAnalysis".to_owned(), json!(found));
    Ok(answer.into())
}

/// A text that is not too long.
fn within<'a>(node: &Node<'a>) -> Result<&'a str, Refusal> {
    let text = node.text()?;
    WORDS.check(text)?;
    match text.chars().count() {
        1..=CHARACTERS => Ok(text),
        _ => Err(node.refuse("must have 1 to 10000 characters")),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use serde_json::{Value, json};

    use super::{CHARACTERS, Operation};
    use crate::format::Vendor;
    use crate::node::Node;

    fn answer(operation: Operation, query: &str, body: &Value) -> Result<Value, u16> {
        let request = Request::post(format!("/contentsafety/text:x?{query}"));
        let request = request.header("ocp-apim-subscription-key", "k");
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let node = Node::root(body, Vendor::OpenAi);
        let answer = operation.answer(&parts, &node);
        answer.map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn words_decide() {
        let ask = |operation, body: Value| answer(operation, super::VERSION, &body);
        let analyze = |body| ask(Operation::Analyze, body).expect("judged");
        let found = analyze(json!({"text": "an azure-reject"}));
        assert_eq!(found["categoriesAnalysis"][3]["severity"], 4);
        assert_eq!(found["categoriesAnalysis"][0]["severity"], 0);
        let fine = json!({"text": "an azure-reject", "outputType": "EightSeverityLevels"});
        assert_eq!(analyze(fine)["categoriesAnalysis"][3]["severity"], 5);
        let listed =
            json!({"text": "azure-blocked", "blocklistNames": ["a"], "haltOnBlocklistHit": true});
        let listed = analyze(listed);
        assert_eq!(listed["blocklistsMatch"][0]["blocklistName"], "a");
        assert_eq!(listed["categoriesAnalysis"][0]["severity"], Value::Null);
        let shielded = json!({"userPrompt": "x", "documents": ["an azure-attack", "b"]});
        let shielded = ask(Operation::Shield, shielded).expect("judged");
        assert_eq!(shielded["userPromptAnalysis"]["attackDetected"], false);
        assert_eq!(shielded["documentsAnalysis"][0]["attackDetected"], true);
        assert_eq!(shielded["documentsAnalysis"][1]["attackDetected"], false);
    }

    #[test]
    fn what_the_service_does_not_take_is_refused() {
        let long = "x".repeat(CHARACTERS + 1);
        let half = "x".repeat(CHARACTERS / 2 + 1);
        for (operation, body) in [
            (Operation::Analyze, json!({"text": long})),
            (Operation::Analyze, json!({"text": ""})),
            (
                Operation::Analyze,
                json!({"text": "a", "outputType": "Three"}),
            ),
            (Operation::Analyze, json!({"text": "a", "other": 1})),
            (Operation::Shield, json!({})),
            (Operation::Shield, json!({"documents": [half, half]})),
            (
                Operation::Shield,
                json!({"documents": ["a", "b", "c", "d", "e", "f"]}),
            ),
        ] {
            let refused = answer(operation, super::VERSION, &body);
            assert_eq!(refused, Err(400), "{operation:?} {body}");
        }
        let old = answer(Operation::Analyze, "api-version=1", &json!({"text": "a"}));
        assert_eq!(old, Err(404));
    }
}
