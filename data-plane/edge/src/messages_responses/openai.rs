//! What OpenAI's Responses service asks of a request, whoever it was converted for.
//!
//! It must not know the client's format. Models are known by their names, which say little where a deployment has a name
//! of its own: [`Reasons::Unknown`] then means that the client's wishes are passed on.

use crate::Notes;
use crate::shape::responses::envelope::Encrypted;
use crate::shape::responses::{Item, Part, Reasoning, Tool};
use crate::text::{Json, JsonText};

/// Asks for reasoning in a form that can be sent back.
pub(crate) const ENCRYPTED_REASONING: &str = "reasoning.encrypted_content";

/// The least that `max_output_tokens` may be.
const MIN_OUTPUT_TOKENS: u64 = 16;

/// Whether a model reasons before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reasons {
    Always,
    /// It refuses to be told how.
    Never,
    Unknown,
}

// === impl Reasons ===

impl Reasons {
    pub(crate) fn of(model: &str) -> Self {
        let name = name(model);
        if name.starts_with("gpt-5-chat") || name.starts_with("chatgpt-") {
            return Self::Never;
        }
        if let Some((major, _)) = gpt_version(name) {
            return if major >= 5 {
                Self::Always
            } else {
                Self::Never
            };
        }
        let is_o = name.strip_prefix('o').and_then(|rest| rest.chars().next());
        match is_o {
            Some(digit) if digit.is_ascii_digit() => Self::Always,
            Some(_) | None => Self::Unknown,
        }
    }
}

/// The client can mark where a prompt's reusable part ends.
pub(crate) fn takes_breakpoints(model: &str) -> bool {
    gpt_version(name(model)).is_some_and(|version| version >= (5, 6))
}

/// The effort next to a budget in tokens.
pub(crate) const fn effort_of_budget(budget: u64) -> &'static str {
    match budget {
        0..=1024 => "low",
        1025..=2048 => "medium",
        // Not every model knows more than that.
        _ => "high",
    }
}

/// The limit, at least what the service takes.
pub(crate) fn max_output_tokens(
    limit: Option<u64>,
    field: &'static str,
    notes: &mut Notes,
) -> Option<u64> {
    let limit = limit?;
    notes.dropped_if(field, limit < MIN_OUTPUT_TOKENS);
    Some(limit.max(MIN_OUTPUT_TOKENS))
}

/// `temperature` and `top_p`, which models that reason refuse.
pub(crate) fn sampling<'a>(
    (temperature, top_p): (Option<Json<'a>>, Option<Json<'a>>),
    reasoning: Option<&Reasoning<'_>>,
    reasons: Reasons,
    notes: &mut Notes,
) -> (Option<Json<'a>>, Option<Json<'a>>) {
    let effort = reasoning.and_then(|reasoning| reasoning.effort.as_ref());
    let is_off = effort.is_some_and(|effort| effort.inner() == "none");
    if reasons != Reasons::Always || is_off {
        return (temperature, top_p);
    }
    notes.dropped_if("temperature", temperature.is_some());
    notes.dropped_if("top_p", top_p.is_some());
    (None, None)
}

/// Models that do not reason refuse to be asked for it.
pub(crate) fn include(reasoning: Option<&Reasoning<'_>>, reasons: Reasons) -> Option<Vec<String>> {
    let is_asked = match reasons {
        Reasons::Always => true,
        Reasons::Never => false,
        Reasons::Unknown => reasoning.is_some(),
    };
    is_asked.then(|| vec![ENCRYPTED_REASONING.to_owned()])
}

/// A function. Its schema is not strict unless that is asked for: Responses would take it to be.
pub(crate) fn function_tool<'a>(
    name: JsonText<'a>,
    description: Option<JsonText<'a>>,
    parameters: Option<Json<'a>>,
    strict: Option<bool>,
) -> Tool<'a> {
    let parameters = parameters.filter(|schema| !schema.is_null());
    Tool {
        kind: "function".to_owned(),
        name: Some(name),
        description,
        parameters: Some(match parameters {
            Some(schema) => schema,
            None => no_parameters(),
        }),
        strict: Some(strict.unwrap_or(false)),
        format: None,
    }
}

/// The `tool_choice` that names a function.
pub(crate) fn choose_function(name: &JsonText<'_>) -> Json<'static> {
    Json::of(&Tool {
        kind: "function".to_owned(),
        name: Some(name.reborrow()),
        ..Tool::default()
    })
}

/// The schema of a function that takes nothing.
fn no_parameters() -> Json<'static> {
    match Json::object(r#"{"type":"object","properties":{}}"#) {
        Some(schema) => schema,
        None => Json::of(&()),
    }
}

/// The reasoning item that a thinking block was.
pub(crate) fn reasoning_item(encrypted: Encrypted, text: Option<JsonText<'_>>) -> Item<'static> {
    let text = text.filter(|text| !text.is_empty());
    let part = text.map(|text| Part::text("summary_text", text.into_owned()));
    Item {
        kind: Some("reasoning".to_owned()),
        id: encrypted.id,
        summary: Some(part.into_iter().collect()),
        encrypted_content: Some(encrypted.content),
        ..Item::default()
    }
}

/// Without the vendor that routers put in front.
fn name(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

/// `(5, 6)` of `gpt-5.6-mini`.
fn gpt_version(name: &str) -> Option<(u32, u32)> {
    let version = name.strip_prefix("gpt-")?;
    let end = version
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(version.len());
    let version = version.get(..end)?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Reasons, gpt_version, takes_breakpoints};

    #[test]
    fn models_are_known_by_their_names() {
        for (model, reasons) in [
            ("gpt-5", Reasons::Always),
            ("gpt-5.2-codex", Reasons::Always),
            ("openai/gpt-5-mini", Reasons::Always),
            ("o3", Reasons::Always),
            ("o4-mini", Reasons::Always),
            ("gpt-5-chat-latest", Reasons::Never),
            ("gpt-4o", Reasons::Never),
            ("gpt-4.1-mini", Reasons::Never),
            ("gpt-3.5-turbo", Reasons::Never),
            ("gpt-oss-120b", Reasons::Unknown),
            ("my-deployment", Reasons::Unknown),
            ("opus", Reasons::Unknown),
            ("", Reasons::Unknown),
        ] {
            assert_eq!(Reasons::of(model), reasons, "{model}");
        }
        assert_eq!(gpt_version("gpt-5.6-mini"), Some((5, 6)));
        assert!(takes_breakpoints("gpt-5.6") && takes_breakpoints("gpt-6"));
        assert!(!takes_breakpoints("gpt-5.2") && !takes_breakpoints("claude"));
    }
}
