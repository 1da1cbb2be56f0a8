//! Services that judge prompts and answers: the guardrail webhook of agentgateway, OpenAI's moderations, ApplyGuardrail of
//! Bedrock, Model Armor of Google, and Azure AI Content Safety.
//!
//! After agentgateway's types of the webhook, OpenAI's API reference, the references of ApplyGuardrail and of Model Armor's
//! SanitizationResult, and the types of the vendors' SDKs; cases written by hand, never recordings. It must not know who asks.
//! Invariant: what is decided depends on words of the text alone, as [`HELP`] says.

mod content_safety;

use http::StatusCode;
use http::request::Parts;
use serde_json::{Map, Value, json};

use crate::format::Vendor;
use crate::node::Node;
use crate::refusal::Refusal;
use content_safety::Operation;

/// The rule, for `--help`.
pub(crate) const HELP: &str = "\n\nWhat it judges: POST /request and /response (guardrail webhook), {base}/moderations, \
     /guardrail/{id}/version/{v}/apply, ../templates/{t}:sanitizeUserPrompt and :sanitizeModelResponse, and \
     /contentsafety/text:analyze and text:shieldPrompt. A prompt with the \
     word `WHO-reject` is refused, one with `WHO-mask` comes back with <masked> in its place, and `WHO-break` is an error of \
     the service; WHO is webhook, moderation, bedrock or armor. Of answers the words are `WHO-answer-reject` and so on. \
     Moderations mask nothing. Azure's words are `azure-reject`, `azure-blocked` (of a blocklist), `azure-attack` (for the \
     shield) and `azure-break`, in prompts and answers.";

const CATEGORIES: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

/// A service and the side that it is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    Webhook(Side),
    Bedrock,
    Armor(Side),
    ContentSafety(Operation),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Prompt,
    Answer,
}

/// What is to become of texts.
struct Words {
    who: &'static str,
    side: Side,
}

// === impl Judge ===

impl Judge {
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/request" => return Some(Self::Webhook(Side::Prompt)),
            "/response" => return Some(Self::Webhook(Side::Answer)),
            _ => {}
        }
        let guardrail = path.strip_prefix("/guardrail/");
        let guardrail = guardrail.and_then(|rest| rest.strip_suffix("/apply"));
        if let Some((id, version)) = guardrail.and_then(|rest| rest.split_once("/version/")) {
            let is_segment = |text: &str| !text.is_empty() && !text.contains('/');
            return (is_segment(id) && is_segment(version)).then_some(Self::Bedrock);
        }
        if let Some(operation) = Operation::of_path(path) {
            return Some(Self::ContentSafety(operation));
        }
        let (template, verb) = path.strip_prefix("/v1/projects/")?.rsplit_once(':')?;
        let parts: Vec<&str> = template.split('/').collect();
        match (parts.as_slice(), verb) {
            ([_, "locations", _, "templates", _], "sanitizeUserPrompt") => {
                Some(Self::Armor(Side::Prompt))
            }
            ([_, "locations", _, "templates", _], "sanitizeModelResponse") => {
                Some(Self::Armor(Side::Answer))
            }
            _ => None,
        }
    }

    pub(crate) fn vendor(self) -> Vendor {
        match self {
            // Azure words errors as OpenAI does.
            Self::Webhook(_) | Self::ContentSafety(_) => Vendor::OpenAi,
            Self::Bedrock => Vendor::Bedrock,
            Self::Armor(_) => Vendor::Google,
        }
    }

    pub(crate) fn answer(self, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        if parts.method != http::Method::POST {
            return Err(Refusal::wrong_method(&parts.method, parts.uri.path()));
        }
        let vendor = self.vendor();
        let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::not_json_in(vendor))?;
        let node = Node::root(&body, vendor);
        match self {
            Self::Webhook(side) => webhook(&node, side),
            Self::Bedrock => bedrock(&node),
            Self::Armor(side) => armor(&node, side),
            Self::ContentSafety(operation) => operation.answer(parts, &node),
        }
    }
}

/// Moderations of a text, or of each of several.
pub(crate) fn moderations(input: &Node<'_>) -> Result<Vec<Value>, Refusal> {
    let words = Words {
        who: "moderation",
        side: Side::Prompt,
    };
    let texts = match input.value.is_array() {
        true => input.some()?,
        false => vec![input.clone()],
    };
    let judge = |text: Node<'_>| {
        let text = text.text()?;
        words.check(text)?;
        Ok(moderation(words.rejects(text)))
    };
    texts.into_iter().map(judge).collect()
}

fn moderation(is_flagged: bool) -> Value {
    let of = |value: &dyn Fn(&str) -> Value| -> Value {
        let members = CATEGORIES.map(|name| (name.to_owned(), value(name)));
        Value::Object(members.into_iter().collect::<Map<_, _>>())
    };
    let is_hit = |name: &str| is_flagged && name == "violence";
    json!({
        "flagged": is_flagged,
        "categories": of(&|name| json!(is_hit(name))),
        "category_scores": of(&|name| json!(if is_hit(name) { 0.75 } else { 0.25 })),
        "category_applied_input_types": of(&|_| json!(["text"])),
    })
}

fn webhook(node: &Node<'_>, side: Side) -> Result<Value, Refusal> {
    let words = Words {
        who: "webhook",
        side,
    };
    node.only(&["body"])?;
    let body = node.need("body")?;
    let list = match side {
        Side::Prompt => "messages",
        Side::Answer => "choices",
    };
    body.only(&[list])?;
    let mut masked = Vec::new();
    let mut changes = false;
    for item in body.need(list)?.some()? {
        let message = match side {
            Side::Prompt => item,
            Side::Answer => item.need("message")?,
        };
        message.only(&["role", "content"])?;
        let role = message.need("role")?.text()?;
        let text = message.need("content")?.text()?;
        words.check(text)?;
        if words.rejects(text) {
            return Ok(json!({"action": {
                "body": "not with this judge", "status_code": 451, "reason": "a word",
            }}));
        }
        let masks = words.masked(text);
        changes |= masks != text;
        let message = json!({"role": role, "content": masks});
        masked.push(match side {
            Side::Prompt => message,
            Side::Answer => json!({"message": message}),
        });
    }
    Ok(match changes {
        true => json!({"action": {"body": {list: masked}, "reason": "a word"}}),
        false => json!({"action": {"reason": "nothing was found"}}),
    })
}

fn bedrock(node: &Node<'_>) -> Result<Value, Refusal> {
    node.only(&["source", "content", "outputScope"])?;
    let source = node.need("source")?;
    source.one_of(&["INPUT", "OUTPUT"])?;
    let words = Words {
        who: "bedrock",
        side: match source.text()? {
            "OUTPUT" => Side::Answer,
            _ => Side::Prompt,
        },
    };
    let mut outputs = Vec::new();
    let (mut rejects, mut changes) = (false, false);
    for block in node.need("content")?.some()? {
        block.only(&["text"])?;
        let own = block.need("text")?;
        own.only(&["text", "qualifiers"])?;
        let text = own.need("text")?.text()?;
        words.check(text)?;
        rejects |= words.rejects(text);
        let masked = words.masked(text);
        changes |= masked != text;
        outputs.push(json!({"text": masked}));
    }
    let topics = json!({"topicPolicy": {"topics": [{"name": "words", "type": "DENY", "action": "BLOCKED"}]}});
    let entity = json!({"match": "a word", "type": "NAME", "action": "ANONYMIZED"});
    let names = json!({"sensitiveInformationPolicy": {"piiEntities": [entity], "regexes": []}});
    let (action, outputs, assessment) = match (rejects, changes) {
        (true, _) => {
            let blocked = vec![json!({"text": "the guardrail blocked this"})];
            ("GUARDRAIL_INTERVENED", blocked, topics)
        }
        (false, true) => ("GUARDRAIL_INTERVENED", outputs, names),
        (false, false) => ("NONE", Vec::new(), json!({})),
    };
    Ok(json!({
        "usage": {"topicPolicyUnits": 1, "contentPolicyUnits": 1, "wordPolicyUnits": 0,
            "sensitiveInformationPolicyUnits": 1, "sensitiveInformationPolicyFreeUnits": 0,
            "contextualGroundingPolicyUnits": 0},
        "action": action,
        "outputs": outputs,
        "assessments": [assessment],
    }))
}

fn armor(node: &Node<'_>, side: Side) -> Result<Value, Refusal> {
    let words = Words { who: "armor", side };
    let data = match side {
        Side::Prompt => "userPromptData",
        Side::Answer => "modelResponseData",
    };
    node.only(&[data])?;
    let text = node.need(data)?.need("text")?.text()?;
    words.check(text)?;
    let found = |is_found: bool| match is_found {
        true => "MATCH_FOUND",
        false => "NO_MATCH_FOUND",
    };
    let state = |is_found: bool| json!({"executionState": "EXECUTION_SUCCESS", "matchState": found(is_found)});
    let rejects = words.rejects(text);
    let masked = words.masked(text);
    let masks = masked != text;
    let mut removed = state(masks);
    if masks {
        removed = json!({
            "executionState": "EXECUTION_SUCCESS", "matchState": found(true),
            "data": {"text": masked}, "transformedBytes": "1", "infoTypes": ["PERSON_NAME"],
        });
    }
    Ok(json!({"sanitizationResult": {
        "filterMatchState": found(rejects || masks),
        "invocationResult": "SUCCESS",
        "filterResults": {
            "csam": {"csamFilterFilterResult": state(false)},
            "malicious_uris": {"maliciousUriFilterResult": state(false)},
            "pi_and_jailbreak": {"piAndJailbreakFilterResult": state(rejects)},
            "rai": {"raiFilterResult": state(false)},
            "sdp": {"sdpFilterResult": {"deidentifyResult": removed}},
        },
    }}))
}

// === impl Words ===

impl Words {
    fn word(&self, verb: &str) -> String {
        match self.side {
            Side::Prompt => format!("{}-{verb}", self.who),
            Side::Answer => format!("{}-answer-{verb}", self.who),
        }
    }

    fn check(&self, text: &str) -> Result<(), Refusal> {
        match text.contains(&self.word("break")) {
            true => Err(Refusal::plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the judge is broken",
            )),
            false => Ok(()),
        }
    }

    fn rejects(&self, text: &str) -> bool {
        text.contains(&self.word("reject"))
    }

    fn masked(&self, text: &str) -> String {
        text.replace(&self.word("mask"), "<masked>")
    }
}

#[cfg(test)]
mod tests {
    use super::{Judge, Side};

    #[test]
    fn paths_are_read() {
        for (path, judge) in [
            ("/request", Some(Judge::Webhook(Side::Prompt))),
            ("/response", Some(Judge::Webhook(Side::Answer))),
            ("/guardrail/gr1/version/DRAFT/apply", Some(Judge::Bedrock)),
            ("/guardrail/gr1/version//apply", None),
            ("/guardrail/a/b/version/1/apply", None),
            (
                "/v1/projects/p/locations/l/templates/t:sanitizeUserPrompt",
                Some(Judge::Armor(Side::Prompt)),
            ),
            (
                "/v1/projects/p/locations/l/templates/t:sanitizeModelResponse",
                Some(Judge::Armor(Side::Answer)),
            ),
            ("/v1/projects/p/locations/l/templates/t:sanitize", None),
            ("/v1/chat/completions", None),
            (
                "/contentsafety/text:analyze",
                Some(Judge::ContentSafety(super::Operation::Analyze)),
            ),
            (
                "/contentsafety/text:shieldPrompt",
                Some(Judge::ContentSafety(super::Operation::Shield)),
            ),
            ("/contentsafety/text:detectJailbreak", None),
        ] {
            assert_eq!(Judge::of_path(path), judge, "{path}");
        }
    }
}
