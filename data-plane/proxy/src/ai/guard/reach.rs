//! Which messages guards can read, by operation.
//!
//! Owns the table and nothing else. Invariant: what nobody can read is never taken for harmless: a guard that stands in its
//! way refuses it, also where llm.md would let it pass (T-1, O-4).

use dp_llm::{class::Class, format::Format};

/// What guards can do about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// They read its texts.
    Judged,
    /// No model said anything in it.
    Wordless,
    /// It may have texts that they cannot read.
    Unreadable,
}

/// A request.
pub(super) fn of_request(class: Class) -> Reach {
    match class {
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_) => Reach::Judged,
        // Frames pass as they are.
        Class::Detect(_) | Class::Passthrough(_) | Class::Realtime => Reach::Unreadable,
    }
}

/// The answer to one.
pub(super) fn of_answer(class: Class, is_streamed: bool) -> Reach {
    match class {
        // Nobody writes this format anew, so that what a guard takes out could not be taken out.
        Class::Chat(Format::BedrockConverse) if is_streamed => Reach::Unreadable,
        Class::Chat(_) | Class::LegacyCompletions => Reach::Judged,
        // Numbers, and the client's own documents.
        Class::Embeddings | Class::Rerank | Class::CountTokens(_) => Reach::Wordless,
        Class::Detect(_) | Class::Passthrough(_) | Class::Realtime => Reach::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use dp_llm::{class::Class, format::Format};

    use super::{Reach, of_answer, of_request};

    #[test]
    fn what_guards_read() {
        use Reach::{Judged, Unreadable, Wordless};
        let chat = Class::Chat(Format::OpenAiChatCompletions);
        let converse = Class::Chat(Format::BedrockConverse);
        // The class, its requests, answers in one piece, and streams.
        for (class, request, whole, streamed) in [
            (chat, Judged, Judged, Judged),
            (Class::Chat(Format::OpenAiResponses), Judged, Judged, Judged),
            (
                Class::Chat(Format::AnthropicMessages),
                Judged,
                Judged,
                Judged,
            ),
            (
                Class::Chat(Format::GeminiGenerateContent),
                Judged,
                Judged,
                Judged,
            ),
            (converse, Judged, Judged, Unreadable),
            (Class::LegacyCompletions, Judged, Judged, Judged),
            (Class::Embeddings, Judged, Wordless, Wordless),
            (Class::Rerank, Judged, Wordless, Wordless),
            (
                Class::CountTokens(Format::AnthropicMessages),
                Judged,
                Wordless,
                Wordless,
            ),
            (
                Class::Detect(Format::OpenAiChatCompletions),
                Unreadable,
                Unreadable,
                Unreadable,
            ),
            (Class::Realtime, Unreadable, Unreadable, Unreadable),
            (
                Class::Detect(Format::BedrockConverse),
                Unreadable,
                Unreadable,
                Unreadable,
            ),
        ] {
            let found = (
                of_request(class),
                of_answer(class, false),
                of_answer(class, true),
            );
            assert_eq!(found, (request, whole, streamed), "{class:?}");
        }
    }
}
