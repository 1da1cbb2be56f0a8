//! What a chat completions model takes, as far as its name tells.
//!
//! Only OpenAI's own names are read: elsewhere a name says nothing. Sources: OpenAI's API reference ("Create chat
//! completion": `max_completion_tokens`, `reasoning_effort`) and its guide on reasoning models. It must not know requests.

use super::super::{Target, Vendor};

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

/// The limit of tokens counts reasoning too, and has the name that says so; old servers know the old name only.
pub(super) fn counts_reasoning(target: &Target) -> bool {
    match family(target) {
        Family::O | Family::ReasoningGpt { .. } | Family::PlainGpt => true,
        Family::Unknown => false,
    }
}

/// The model can be told how hard to think. Where nothing is known, it is told what the client asked for.
pub(super) fn thinks(target: &Target) -> bool {
    match family(target) {
        Family::O | Family::ReasoningGpt { .. } => true,
        Family::PlainGpt => false,
        Family::Unknown => target.vendor != Vendor::OpenAi,
    }
}

/// The model refuses any temperature but its own.
pub(super) fn fixes_sampling(target: &Target) -> bool {
    match family(target) {
        Family::O => true,
        // Later ones take it where they do not think.
        Family::ReasoningGpt { minor, .. } => minor == 0,
        Family::PlainGpt | Family::Unknown => false,
    }
}

/// The effort that the model takes for the one that was asked for; `None` is that one itself.
pub(super) fn effort(target: &Target, asked: &str) -> Option<&'static str> {
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
    use super::{counts_reasoning, effort, effort_of_budget, fixes_sampling, thinks};
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
            ("my-deployment", false, false, false, "high"),
            ("omni", false, false, false, "high"),
        ] {
            let target = Target {
                model: model.to_owned(),
                vendor: Vendor::OpenAi,
                ..Target::default()
            };
            assert_eq!(counts_reasoning(&target), counts, "{model}");
            assert_eq!(thinks(&target), is_thinking, "{model}");
            assert_eq!(fixes_sampling(&target), is_fixed, "{model}");
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
