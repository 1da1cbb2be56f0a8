//! Reading what InvokeModel takes of models that say something: a body of each family's own.
//!
//! After the Amazon Bedrock User Guide, "Inference request parameters and response fields for foundation models" (Anthropic Claude's
//! Messages, Titan Text, Meta Llama, Mistral AI, OpenAI), and the Nova User Guide, "Complete request schema". It must not know how
//! the answer looks. Invariant: a conversation is read by the code that reads it where its vendor serves it, after what Bedrock has
//! otherwise.

use http::StatusCode;
use serde_json::{Value, json};

use super::request as converse;
use crate::anthropic::request::{self as messages, Purpose, Version};
use crate::asked::{Asked, tokens};
use crate::format::Vendor;
use crate::member::set;
use crate::node::Node;
use crate::openai::chat;
use crate::refusal::Refusal;

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Claude,
    Nova,
    Titan,
    Llama,
    Mistral,
    /// Chat completions: OpenAI's open models, and others that were trained on them.
    Chat,
}

/// What stands in the ids of a family.
const MARKS: [(&str, Family); 12] = [
    ("anthropic.", Family::Claude),
    ("claude", Family::Claude),
    ("amazon.nova", Family::Nova),
    ("amazon.titan", Family::Titan),
    ("meta.llama", Family::Llama),
    ("mistral.", Family::Mistral),
    ("openai.", Family::Chat),
    ("ai21.", Family::Chat),
    ("qwen.", Family::Chat),
    ("nova", Family::Nova),
    ("titan", Family::Titan),
    ("llama", Family::Llama),
];

// === impl Family ===

impl Family {
    /// By the model; an ARN that does not tell is Claude's.
    pub(crate) fn of(model: &str) -> Option<Self> {
        let mut marks = MARKS.iter();
        let found = marks.find(|(mark, _)| model.contains(mark));
        let is_opaque = model.starts_with("arn:");
        found
            .map(|(_, family)| *family)
            .or(is_opaque.then_some(Self::Claude))
    }

    /// It tells what was read from a cache, and written to one.
    pub(crate) fn has_cache(self) -> bool {
        match self {
            Self::Claude | Self::Nova => true,
            Self::Titan | Self::Llama | Self::Mistral | Self::Chat => false,
        }
    }
}

/// Reads a request for this model.
pub(crate) fn parse(body: Value, model: &str, is_streamed: bool) -> Result<Asked, Refusal> {
    let Some(family) = Family::of(model) else {
        let message = "The provided model identifier is invalid.";
        return Err(Refusal::plain(StatusCode::BAD_REQUEST, message));
    };
    let mut asked = match family {
        Family::Claude => claude(body, model)?,
        Family::Nova => nova(body, model)?,
        Family::Titan => titan(&body, model)?,
        Family::Llama => prompt(&body, model, &LLAMA)?,
        Family::Mistral => prompt(&body, model, &MISTRAL)?,
        Family::Chat => conversation(body, model)?,
    };
    asked.is_streamed = is_streamed;
    Ok(asked)
}

/// Anthropic's Messages with a version in the body; model and kind of answer are in the path.
pub(crate) fn claude(mut body: Value, model: &str) -> Result<Asked, Refusal> {
    let node = Node::root(&body, Vendor::Bedrock);
    let version = node.need("anthropic_version")?;
    // The second is what Anthropic's own SDK says here since that day.
    let version = match version.one_of(&["bedrock-2023-05-31", "2026-10-21"])? {
        "2026-10-21" => Version::Second,
        _ => Version::First,
    };
    for elsewhere in ["model", "stream", "betas"] {
        if node.has(elsewhere) {
            return Err(Refusal::unknown_in(Vendor::Bedrock, elsewhere, elsewhere));
        }
    }
    if let Some(betas) = node.get("anthropic_beta") {
        for beta in betas.array()? {
            beta.text()?;
        }
    }
    if let Value::Object(members) = &mut body {
        members.remove("anthropic_beta");
    }
    set(&mut body, "model", model);
    messages::parse(&body, Purpose::Answer, version)
}

/// Converse in JSON, but for the names of its parameters.
fn nova(mut body: Value, model: &str) -> Result<Asked, Refusal> {
    let node = Node::root(&body, Vendor::Bedrock);
    if let Some(version) = node.get("schemaVersion") {
        version.one_of(&["messages-v1"])?;
    }
    let mut limits = json!({});
    if let Some(config) = node.get("inferenceConfig") {
        config.only(&[
            "max_new_tokens",
            "maxTokens",
            "temperature",
            "top_p",
            "topP",
            "top_k",
            "topK",
            "stopSequences",
            "reasoningConfig",
        ])?;
        for (name, plain) in [
            ("max_new_tokens", "maxTokens"),
            ("maxTokens", "maxTokens"),
            ("temperature", "temperature"),
            ("top_p", "topP"),
            ("topP", "topP"),
            ("stopSequences", "stopSequences"),
        ] {
            if let Some(given) = config.get(name) {
                set(&mut limits, plain, given.value.clone());
            }
        }
        for name in ["top_k", "topK"] {
            if let Some(given) = config.get(name) {
                given.count(0)?;
            }
        }
    }
    if let Value::Object(members) = &mut body {
        members.remove("schemaVersion");
    }
    set(&mut body, "inferenceConfig", limits);
    converse::parse(&body, model, false)
}

fn titan(body: &Value, model: &str) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Bedrock);
    node.only(&["inputText", "textGenerationConfig"])?;
    let mut asked = said(&node.need("inputText")?, model)?;
    if let Some(config) = node.get("textGenerationConfig") {
        config.only(&["temperature", "topP", "maxTokenCount", "stopSequences"])?;
        read_limit(&config, "maxTokenCount", &mut asked)?;
        for name in ["temperature", "topP"] {
            if let Some(number) = config.get(name) {
                number.number(0.0, 1.0)?;
            }
        }
        if let Some(stops) = config.get("stopSequences") {
            stops.array()?;
        }
    }
    Ok(asked)
}

/// The members of a body that has a prompt.
struct Prompt {
    limit: &'static str,
    /// Between zero and one.
    numbers: &'static [&'static str],
    others: &'static [&'static str],
}

const LLAMA: Prompt = Prompt {
    limit: "max_gen_len",
    numbers: &["temperature", "top_p"],
    others: &["images"],
};

const MISTRAL: Prompt = Prompt {
    limit: "max_tokens",
    numbers: &["temperature", "top_p"],
    others: &["stop", "top_k"],
};

fn prompt(body: &Value, model: &str, known: &Prompt) -> Result<Asked, Refusal> {
    let node = Node::root(body, Vendor::Bedrock);
    let mut names = vec!["prompt", known.limit];
    names.extend(known.numbers);
    names.extend(known.others);
    node.only(&names)?;
    let mut asked = said(&node.need("prompt")?, model)?;
    read_limit(&node, known.limit, &mut asked)?;
    for name in known.numbers {
        if let Some(number) = node.get(name) {
            number.number(0.0, 1.0)?;
        }
    }
    Ok(asked)
}

/// The model may stand in the body, too, where it must be the one of the path.
fn conversation(mut body: Value, model: &str) -> Result<Asked, Refusal> {
    let node = Node::root(&body, Vendor::Bedrock);
    node.object()?;
    if let Some(named) = node.get("model") {
        named.one_of(&[model])?;
    }
    if let Value::Object(members) = &mut body {
        members.remove("stream");
    }
    set(&mut body, "model", model);
    // A code is the name of an exception here.
    chat::parse(&body).map_err(|refused| Refusal {
        code: None,
        ..refused
    })
}

fn said(text: &Node<'_>, model: &str) -> Result<Asked, Refusal> {
    let mut asked = Asked::new(model);
    let words = text.text()?;
    if words.is_empty() {
        return Err(text.refuse("expected minLength: 1, actual: 0"));
    }
    words.clone_into(&mut asked.said);
    asked.prompt_tokens = tokens(words);
    Ok(asked)
}

fn read_limit(node: &Node<'_>, name: &str, asked: &mut Asked) -> Result<(), Refusal> {
    if let Some(limit) = node.get(name) {
        asked.token_limit = Some(limit.count(1)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Family, parse};

    /// A body of each family that says the same, and names of its models.
    fn bodies() -> [(&'static str, Value); 6] {
        let hello = json!([{"role": "user", "content": "hello tide"}]);
        let blocks = json!([{"role": "user", "content": [{"text": "hello tide"}]}]);
        [
            (
                "us.anthropic.claude-x",
                json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": hello}),
            ),
            (
                "amazon.nova-lite-v1:0",
                json!({"messages": blocks, "inferenceConfig": {"max_new_tokens": 9}}),
            ),
            (
                "amazon.titan-text-express-v1",
                json!({"inputText": "hello tide", "textGenerationConfig": {"maxTokenCount": 9}}),
            ),
            (
                "meta.llama3-8b-instruct-v1:0",
                json!({"prompt": "hello tide", "max_gen_len": 9}),
            ),
            (
                "mistral.mistral-7b-instruct-v0:2",
                json!({"prompt": "hello tide", "max_tokens": 9}),
            ),
            (
                "openai.gpt-oss-20b-1:0",
                json!({"messages": hello, "max_completion_tokens": 9}),
            ),
        ]
    }

    #[test]
    fn every_family_is_read() {
        for (model, body) in bodies() {
            let asked = parse(body.clone(), model, true).expect(model);
            assert_eq!(
                (asked.said.as_str(), asked.token_limit, asked.is_streamed),
                ("hello tide", Some(9), true),
                "{model}"
            );
            let mut unknown = body;
            unknown["max_words"] = json!(1);
            // OpenAI's names are not looked at one by one.
            let is_refused = parse(unknown, model, false).is_err();
            assert_eq!(
                is_refused,
                Family::of(model) != Some(Family::Chat),
                "{model}"
            );
        }
    }

    #[test]
    fn what_bedrock_would_refuse_is_refused() {
        let [(claude, body), (nova, other), ..] = bodies();
        for (model, change) in [
            (claude, json!({"anthropic_version": "2023-06-01"})),
            (claude, json!({"model": claude})),
            (claude, json!({"stream": true})),
            (claude, json!({"anthropic_beta": "x"})),
            (nova, json!({"schemaVersion": "v2"})),
            (nova, json!({"inferenceConfig": {"max_tokens": 1}})),
        ] {
            let mut body = if model == claude {
                body.clone()
            } else {
                other.clone()
            };
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            assert!(parse(body, model, false).is_err(), "{change}");
        }
        assert!(parse(json!({"prompt": "a"}), "tide.wave-v1", false).is_err());
    }
}
