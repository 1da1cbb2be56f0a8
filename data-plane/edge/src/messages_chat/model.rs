//! What a chat completions model takes, as far as its name tells.
//!
//! Only OpenAI's own names are read: elsewhere a name says nothing. Sources: OpenAI's API reference ("Create chat
//! completion": `max_completion_tokens`, `reasoning_effort`) and its guide on reasoning models. It must not know requests.

use super::super::{Target, Vendor};
use crate::shape::messages;
use crate::text::JsonText;

/// OpenAI's families.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family<'a> {
    /// o1, o3, o4-mini...
    O,
    /// gpt-5 and later; what is behind the version.
    ReasoningGpt { minor: u32, variant: &'a str },
    /// Earlier models and those made for chat.
    PlainGpt,
    /// A name that does not tell, such as that of an Azure deployment.
    Unknown,
}

/// The limit of tokens counts reasoning too, and has the name that says so; old servers know the old name only. OpenAI and Azure
/// know the newer one, whatever a deployment is called.
pub(crate) fn counts_reasoning(target: &Target) -> bool {
    target.vendor == Vendor::OpenAi
}

/// The model can be told how hard to think. Where nothing is known, it is told what the client asked for.
pub(crate) fn thinks(target: &Target) -> bool {
    match family(target) {
        Family::O | Family::ReasoningGpt { .. } => true,
        Family::PlainGpt => false,
        Family::Unknown => target.vendor != Vendor::OpenAi,
    }
}

/// The model, asked for this effort, refuses any temperature but its own.
pub(crate) fn fixes_sampling(target: &Target, effort: Option<&JsonText<'_>>) -> bool {
    match family(target) {
        Family::O => true,
        // Later ones take it where they do not think, which is what they do unless they are asked.
        Family::ReasoningGpt { minor, .. } => {
            minor == 0 || effort.is_some_and(|effort| effort.inner() != "none")
        }
        Family::PlainGpt | Family::Unknown => false,
    }
}

/// The model can be told where to stop.
pub(crate) fn takes_stop(target: &Target) -> bool {
    match family(target) {
        Family::O => target.model.contains("o1"),
        Family::ReasoningGpt { .. } => false,
        Family::PlainGpt | Family::Unknown => true,
    }
}

/// The model takes `frequency_penalty` and `presence_penalty`.
pub(crate) fn takes_penalties(target: &Target) -> bool {
    match family(target) {
        Family::O | Family::ReasoningGpt { .. } => false,
        Family::PlainGpt | Family::Unknown => true,
    }
}

/// In chat completions the model thinks also where it has tools: from GPT-5.4 on OpenAI refuses that (llm.md T-5).
pub(crate) fn thinks_with_tools(target: &Target) -> bool {
    match family(target) {
        Family::ReasoningGpt { minor, .. } => minor < 4,
        Family::O | Family::PlainGpt | Family::Unknown => true,
    }
}

/// The least effort that there is for the model.
pub(crate) fn least_effort(target: &Target) -> &'static str {
    match family(target) {
        Family::ReasoningGpt { minor: 0, .. } => "minimal",
        Family::ReasoningGpt { .. } => "none",
        Family::O | Family::PlainGpt | Family::Unknown => "low",
    }
}

/// A client of messages wants no thinking, but for what newer models do between calls of tools.
pub(crate) fn is_off(thinking: &messages::Thinking<'_>) -> bool {
    matches!(thinking.kind.as_str(), "disabled" | "between_tools")
}

/// What tells a model not to think, or as little as it can; `None` where it does not think unasked, or cannot be told: then the
/// second is true.
pub(crate) fn least_thinking(target: &Target) -> (Option<&'static str>, bool) {
    let is_google = matches!(target.vendor, Vendor::Gemini | Vendor::Vertex);
    if is_google && target.model.contains("gemini-") {
        // Google's "OpenAI compatibility": of those that think, only these can be told not to.
        let is_obedient = target.model.contains("gemini-2.5-flash");
        return (is_obedient.then_some("none"), !is_obedient);
    }
    match family(target) {
        Family::ReasoningGpt { .. } | Family::O => (Some(least_effort(target)), false),
        Family::PlainGpt | Family::Unknown => (None, false),
    }
}

/// The budget of thinking, which Google's own format takes as it is, within what its models take.
pub(crate) fn budget(target: &Target, thinking: Option<&messages::Thinking<'_>>) -> Option<u64> {
    let is_google = matches!(target.vendor, Vendor::Gemini | Vendor::Vertex);
    let asked = thinking.filter(|thinking| thinking.kind == "enabled")?;
    if !is_google || !target.model.contains("gemini-") {
        return None;
    }
    let most = if target.model.contains("pro") {
        32_768
    } else {
        24_576
    };
    asked.budget_tokens.map(|tokens| tokens.clamp(128, most))
}

/// The effort that the model takes for the one that was asked for; `None` is that one itself.
pub(crate) fn effort(target: &Target, asked: &str) -> Option<&'static str> {
    if !matches!(asked, "xhigh" | "max") {
        return None;
    }
    Some(match family(target) {
        Family::ReasoningGpt { minor, variant } if minor > 1 || variant.contains("-max") => "xhigh",
        Family::ReasoningGpt { .. } | Family::O | Family::PlainGpt | Family::Unknown => "high",
    })
}

/// The effort that is nearest to a budget of thinking (llm.md 2.4); more than high is never guessed.
pub(super) const fn effort_of_budget(tokens: u64) -> &'static str {
    match tokens {
        0..1536 => "low",
        1536..3072 => "medium",
        3072.. => "high",
    }
}

fn family(target: &Target) -> Family<'_> {
    if target.vendor != Vendor::OpenAi {
        return Family::Unknown;
    }
    let model = target.model.strip_prefix("ft:").unwrap_or(&target.model);
    if let Some(rest) = model.strip_prefix('o')
        && rest.starts_with(|first: char| first.is_ascii_digit())
    {
        return Family::O;
    }
    if model.starts_with("chatgpt-") {
        return Family::PlainGpt;
    }
    let Some(version) = model.strip_prefix("gpt-") else {
        return Family::Unknown;
    };
    let (major, rest) = leading_number(version);
    // Azure writes 3.5 without the point.
    if !(5..35).contains(&major) || version.contains("-chat") {
        return Family::PlainGpt;
    }
    let (minor, variant) = match rest.strip_prefix('.') {
        Some(rest) => leading_number(rest),
        None => (0, rest),
    };
    // A later generation is not the first gpt-5.
    let minor = if major > 5 { u32::MAX } else { minor };
    Family::ReasoningGpt { minor, variant }
}

fn leading_number(text: &str) -> (u32, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.parse().unwrap_or(0), rest)
}

#[cfg(test)]
mod tests {
    use super::{
        counts_reasoning, effort, effort_of_budget, fixes_sampling, least_effort, least_thinking,
        takes_penalties, takes_stop, thinks, thinks_with_tools,
    };
    use crate::text::JsonText;
    use crate::{Target, Vendor};

    #[test]
    fn names_of_openai_tell_what_the_model_takes() {
        // Name; max_completion_tokens, reasoning_effort, fixed sampling; the effort for max.
        for (model, counts, is_thinking, is_fixed, most) in [
            ("o3", true, true, true, "high"),
            ("o4-mini-2025-04-16", true, true, true, "high"),
            ("ft:o4-mini:acme::1", true, true, true, "high"),
            ("gpt-5", true, true, true, "high"),
            ("gpt-5-mini", true, true, true, "high"),
            ("gpt-5-chat-latest", true, false, false, "high"),
            ("gpt-5.1", true, true, false, "high"),
            ("gpt-5.1-codex-max", true, true, false, "xhigh"),
            ("gpt-5.2-pro", true, true, false, "xhigh"),
            ("gpt-6", true, true, false, "xhigh"),
            ("gpt-4o-mini", true, false, false, "high"),
            ("gpt-4.1", true, false, false, "high"),
            ("ft:gpt-4o:acme::1", true, false, false, "high"),
            ("gpt-35-turbo", true, false, false, "high"),
            ("chatgpt-4o-latest", true, false, false, "high"),
            ("my-deployment", true, false, false, "high"),
            ("omni", true, false, false, "high"),
        ] {
            let target = Target {
                model: model.to_owned(),
                vendor: Vendor::OpenAi,
                ..Target::default()
            };
            assert_eq!(counts_reasoning(&target), counts, "{model}");
            assert_eq!(thinks(&target), is_thinking, "{model}");
            assert_eq!(fixes_sampling(&target, None), is_fixed, "{model}");
            let [none, high] = ["none", "high"].map(JsonText::plain);
            assert_eq!(fixes_sampling(&target, Some(&none)), is_fixed, "{model}");
            let is_fixed = fixes_sampling(&target, Some(&high));
            assert_eq!(is_fixed, is_thinking, "{model}");
            assert_eq!(takes_penalties(&target), !is_thinking, "{model}");
            assert_eq!(effort(&target, "max"), Some(most), "{model}");
            assert_eq!(effort(&target, "medium"), None, "{model}");
        }
        let elsewhere = Target {
            model: "gpt-5".to_owned(),
            ..Target::default()
        };
        assert!(!counts_reasoning(&elsewhere) && thinks(&elsewhere));
    }

    #[test]
    fn what_reasoning_models_refuse() {
        // Name; stop, thinking with tools, the least effort.
        for (model, stop, with_tools, least) in [
            ("o1", true, true, "low"),
            ("o3", false, true, "low"),
            ("o4-mini", false, true, "low"),
            ("gpt-5", false, true, "minimal"),
            ("gpt-5-mini", false, true, "minimal"),
            ("gpt-5.1", false, true, "none"),
            ("gpt-5.3", false, true, "none"),
            ("gpt-5.4", false, false, "none"),
            ("gpt-5.10-mini", false, false, "none"),
            ("gpt-6", false, false, "none"),
            ("gpt-4o", true, true, "low"),
            ("gpt-5-chat-latest", true, true, "low"),
            ("my-deployment", true, true, "low"),
        ] {
            let target = Target {
                model: model.to_owned(),
                vendor: Vendor::OpenAi,
                ..Target::default()
            };
            let taken = (takes_stop(&target), thinks_with_tools(&target));
            assert_eq!(taken, (stop, with_tools), "{model}");
            assert_eq!(least_effort(&target), least, "{model}");
        }
    }

    #[test]
    fn a_model_is_told_not_to_think() {
        for (vendor, model, expected) in [
            (Vendor::OpenAi, "gpt-5", (Some("minimal"), false)),
            (Vendor::OpenAi, "gpt-5.2", (Some("none"), false)),
            (Vendor::OpenAi, "o3", (Some("low"), false)),
            (Vendor::OpenAi, "gpt-4o", (None, false)),
            (Vendor::OpenAi, "my-deployment", (None, false)),
            (
                Vendor::Gemini,
                "gemini-2.5-flash-lite",
                (Some("none"), false),
            ),
            (
                Vendor::Vertex,
                "google/gemini-2.5-flash",
                (Some("none"), false),
            ),
            (Vendor::Gemini, "gemini-2.5-pro", (None, true)),
            (Vendor::Other, "gpt-5", (None, false)),
        ] {
            let target = Target {
                model: model.to_owned(),
                vendor,
                ..Target::default()
            };
            assert_eq!(least_thinking(&target), expected, "{model}");
        }
    }

    #[test]
    fn budgets_become_the_nearest_effort() {
        for (tokens, expected) in [
            (1024, "low"),
            (2048, "medium"),
            (4096, "high"),
            (32_000, "high"),
        ] {
            assert_eq!(effort_of_budget(tokens), expected);
        }
    }
}
