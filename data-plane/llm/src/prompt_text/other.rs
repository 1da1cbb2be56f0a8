//! Where requests have texts that need not be conversations: completions of before, embeddings, orders of documents, counts.
//!
//! It must not know conversations: their readers are in `request`. Invariant: what a model would read and nobody here can, such
//! as token ids, is an error and never no text.

use bytes::Bytes;

use super::walk::{Extent, Of, Walk};
use super::{PromptText, Scope, invocation, request};
use crate::class::Class;
use crate::format::Format;
use crate::node::{BodyError, Node};

/// Members with texts; those that OpenAI does not have are those of servers that take its path.
const COMPLETIONS: [&str; 2] = ["prompt", "suffix"];
const EMBEDDINGS: [&str; 6] = [
    "input",
    "inputs",
    "texts",
    "messages",
    "prompt",
    "instruction",
];
const RERANK: [&str; 4] = ["query", "documents", "texts", "instruction"];

pub(super) fn read(
    class: Class,
    body: &Bytes,
    extent: Extent,
) -> Result<PromptText<'_>, BodyError> {
    let names: &[&str] = match class {
        Class::Chat(format) | Class::CountTokens(format) => {
            return request::read(format, body, extent);
        }
        // To be measured; guards see all of it or nothing.
        Class::Detect(Format::BedrockConverse) if extent == Extent::Format => {
            return invocation::read(body);
        }
        Class::LegacyCompletions => &COMPLETIONS,
        Class::Embeddings => &EMBEDDINGS,
        Class::Rerank => &RERANK,
        Class::Detect(_) | Class::Passthrough(_) | Class::Realtime => {
            return Err(BodyError::Opaque);
        }
    };
    let (mut walk, members) = Walk::new(body, extent)?;
    for (key, value) in &members {
        if !names.contains(&key.as_ref()) {
            continue;
        }
        if has_token_ids(*value) {
            return Err(BodyError::Opaque);
        }
        walk.message(Scope::User, |walk| {
            walk.strings(Of::said(Scope::User), *value)
        });
    }
    Ok(walk.finish())
}

/// Numbers in the place of texts: a list of token ids, or lists of them. What is nested deeper is no prompt that anybody takes.
fn has_token_ids(value: Node<'_>) -> bool {
    let is_ids = |node: &Node<'_>| node.is_number() || node.elements().iter().any(is_no_text);
    value.is_number() || value.elements().iter().any(is_ids)
}

fn is_no_text(node: &Node<'_>) -> bool {
    node.is_number() || node.is_array()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{BodyError, Class, Format, PromptText};

    fn texts(class: Class, body: &str) -> Result<Vec<String>, BodyError> {
        let body = Bytes::from(body.to_owned());
        let texts = PromptText::of_class(class, &body)?;
        Ok(texts.runs().map(|run| run.text().into_owned()).collect())
    }

    #[test]
    fn texts_by_operation() {
        let gemini = Class::CountTokens(Format::GeminiGenerateContent);
        for (class, body, expected) in [
            (
                Class::LegacyCompletions,
                r#"{"model":"m","prompt":"a","suffix":"z"}"#,
                vec!["a", "z"],
            ),
            (
                Class::LegacyCompletions,
                r#"{"prompt":["a","b"],"user":"u"}"#,
                vec!["a", "b"],
            ),
            (
                Class::LegacyCompletions,
                r#"{"model":"m","prompt":null}"#,
                vec![],
            ),
            (
                Class::Embeddings,
                r#"{"input":"a","dimensions":2}"#,
                vec!["a"],
            ),
            (
                Class::Embeddings,
                r#"{"input":["a","b"],"encoding_format":"float"}"#,
                vec!["a", "b"],
            ),
            (
                Class::Embeddings,
                r#"{"input":[{"text":"a","weight":2}]}"#,
                vec!["a"],
            ),
            (
                Class::Rerank,
                r#"{"query":"q","top_n":1,"documents":["a",{"text":"b"}]}"#,
                vec!["q", "a", "b"],
            ),
            (
                Class::CountTokens(Format::AnthropicMessages),
                r#"{"system":"s","messages":[{"role":"user","content":"a"}]}"#,
                vec!["s", "a"],
            ),
            (
                Class::CountTokens(Format::OpenAiResponses),
                r#"{"input":"a"}"#,
                vec!["a"],
            ),
            (
                gemini,
                r#"{"contents":[{"parts":[{"text":"a"}]}]}"#,
                vec!["a"],
            ),
            (
                gemini,
                r#"{"generateContentRequest":{"model":"m","contents":[{"parts":[{"text":"a"}]}]}}"#,
                vec!["a"],
            ),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(texts(class, body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (class, body) in [
            (Class::LegacyCompletions, r#"{"prompt":[1,2]}"#),
            (Class::LegacyCompletions, r#"{"prompt":["a",[1]]}"#),
            (
                Class::LegacyCompletions,
                r#"{"prompt":"a","prompt":[[1,2]]}"#,
            ),
            (Class::Embeddings, r#"{"input":[[1,2],[3]]}"#),
            (Class::Embeddings, r#"{"input":[[["a"]]]}"#),
            (Class::Embeddings, r#"{"input":-1}"#),
            (
                Class::Detect(Format::OpenAiChatCompletions),
                r#"{"prompt":"a"}"#,
            ),
        ] {
            assert_eq!(texts(class, body), Err(BodyError::Opaque), "{body}");
        }
        assert_eq!(texts(Class::Rerank, "[]"), Err(BodyError::NotAnObject));
    }

    #[test]
    fn a_text_is_replaced_where_it_stands() {
        let body = Bytes::from_static(br#"{"prompt":["a","b"],"n":1e400}"#);
        let texts = PromptText::of_class(Class::LegacyCompletions, &body).expect("texts");
        let mut rewrite = texts.rewrite();
        let run = texts.runs().nth(1).expect("a second");
        rewrite.run(&run, "<masked>");
        assert_eq!(rewrite.finish(), r#"{"prompt":["a","<masked>"],"n":1e400}"#);
    }
}
