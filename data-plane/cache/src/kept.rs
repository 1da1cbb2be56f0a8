//! Which answers may be kept (llm.md C-2).
//!
//! Owns the judgement of a whole answer. Must not know how it came. Invariants: an answer is kept only where its format says
//! that the model came to its end by itself; one that calls a tool never is.

use dp_llm::class::Class;
use dp_llm::observed::{FinishReason, Observed};

/// Names that only a call of a tool has, in quotes as JSON has them: within a text the quotes would be escaped.
const CALLS: [&[u8]; 8] = [
    b"\"tool_calls\"",
    b"\"function_call\"",
    b"\"functionCall\"",
    b"\"tool_use\"",
    b"\"toolUse\"",
    b"\"server_tool_use\"",
    b"\"mcp_call\"",
    b"\"custom_tool_call\"",
];

/// Whether a whole answer may be kept. `body` is the provider's own.
#[must_use]
pub fn may_keep(class: Class, observed: &Observed, body: &[u8]) -> bool {
    let is_finished = match class {
        Class::Chat(_) | Class::LegacyCompletions => match observed.finish_reason {
            Some(FinishReason::Stop | FinishReason::StopSequence) => true,
            Some(
                FinishReason::Length
                | FinishReason::ContextWindow
                | FinishReason::PauseTurn
                | FinishReason::ToolCalls
                | FinishReason::ContentFilter
                | FinishReason::FunctionCall
                | FinishReason::Other,
            )
            | None => false,
        },
        Class::Embeddings | Class::Rerank => true,
        Class::CountTokens(_) | Class::Realtime | Class::Detect(_) | Class::Passthrough(_) => false,
    };
    is_finished
        && observed.error.is_none()
        && observed.unreadable == 0
        && !body.is_empty()
        && !calls_tools(body)
}

fn calls_tools(body: &[u8]) -> bool {
    CALLS.iter().any(|name| {
        let found = body.windows(name.len()).enumerate();
        let found = found.filter(|(_, window)| window == name);
        found
            .filter_map(|(at, _)| Some((body.get(..at)?, body.get(at + name.len()..)?)))
            .any(
                |(before, rest)| match rest.trim_ascii_start().strip_prefix(b":") {
                    // Some servers write the member where there is no call.
                    Some(value) => !is_empty(value),
                    None => is_type(before),
                },
            )
    })
}

/// Whether what follows is the value of a member `type`.
fn is_type(before: &[u8]) -> bool {
    let before = before.trim_ascii_end().strip_suffix(b":");
    before.is_some_and(|before| before.trim_ascii_end().ends_with(b"\"type\""))
}

/// The value of a member without anything in it.
fn is_empty(value: &[u8]) -> bool {
    let value = value.trim_ascii_start();
    value.starts_with(b"null")
        || value
            .strip_prefix(b"[")
            .is_some_and(|inside| inside.trim_ascii_start().starts_with(b"]"))
}

#[cfg(test)]
mod tests {
    use dp_llm::error::ProviderError;
    use dp_llm::format::Format;

    use super::*;

    const CHAT: Class = Class::Chat(Format::OpenAiChatCompletions);

    fn finished(reason: FinishReason) -> Observed {
        Observed {
            finish_reason: Some(reason),
            ..Observed::default()
        }
    }

    #[test]
    fn only_whole_answers_are_kept() {
        for (reason, expected) in [
            (FinishReason::Stop, true),
            (FinishReason::StopSequence, true),
            (FinishReason::Length, false),
            (FinishReason::ContextWindow, false),
            (FinishReason::PauseTurn, false),
            (FinishReason::ToolCalls, false),
            (FinishReason::ContentFilter, false),
            (FinishReason::FunctionCall, false),
            (FinishReason::Other, false),
        ] {
            let kept = may_keep(CHAT, &finished(reason), b"{}");
            assert_eq!(kept, expected, "{reason:?}");
        }
        assert!(!may_keep(CHAT, &Observed::default(), b"{}"));
        assert!(may_keep(Class::Embeddings, &Observed::default(), b"{}"));
        assert!(!may_keep(
            Class::Realtime,
            &finished(FinishReason::Stop),
            b"{}"
        ));
        let failed = Observed {
            error: Some(ProviderError::default()),
            ..finished(FinishReason::Stop)
        };
        let unread = Observed {
            unreadable: 1,
            ..finished(FinishReason::Stop)
        };
        for observed in [failed, unread] {
            assert!(!may_keep(CHAT, &observed, b"{}"));
        }
        assert!(!may_keep(CHAT, &finished(FinishReason::Stop), b""));
    }

    #[test]
    fn calls_of_tools_are_found() {
        for (body, expected) in [
            (r#"{"message":{"tool_calls":[{"id":"1"}]}}"#, true),
            (r#"{"message":{"tool_calls":null}}"#, false),
            (r#"{"message":{"tool_calls" : [ ]}}"#, false),
            (r#"{"tool_calls":[],"x":{"tool_calls":[1]}}"#, true),
            (r#"{"parts":[{"functionCall":{"name":"f"}}]}"#, true),
            (r#"{"content":[{"type":"tool_use","id":"1"}]}"#, true),
            (r#"{"output":[{"type":"function_call"}]}"#, true),
            (r#"{"contentBlockStart":{"start":{"toolUse":{}}}}"#, true),
            // What is said about tools is no call of one.
            (r#"{"content":"set \"tool_calls\": [1]"}"#, false),
            (r#"{"content":"tool_use"}"#, false),
        ] {
            let kept = may_keep(CHAT, &finished(FinishReason::Stop), body.as_bytes());
            assert_eq!(kept, !expected, "{body}");
        }
    }
}
