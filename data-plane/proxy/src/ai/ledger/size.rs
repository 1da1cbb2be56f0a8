//! How large a prompt is, measured only where somebody asks.
//!
//! Owns what is kept until then. Must not decide where texts are counted (`tokenized`). Invariants: what is kept of a request is
//! bounded; it is measured once, and counted once for a vocabulary.

use std::cell::{Cell, OnceCell};

use bytes::Bytes;
use dp_llm::{
    class::Class,
    prompt_text::{Media, PromptText, Scope},
    request::Request as Prompt,
};
use dp_policy::estimate;
use dp_tokens::Vocabulary;

use crate::ai::tokenized::{Cut, Place, counted};

/// How large a prompt is.
pub(in crate::ai) struct Size {
    known: OnceCell<estimate::Prompt>,
    /// Tokens of its texts in a vocabulary, once they were asked for; `None` where they are too many to count.
    counted: Cell<Option<(Vocabulary, Option<u64>)>>,
    /// What is to be measured if need be.
    body: Option<(Class, Bytes)>,
}

/// Texts that are to be counted elsewhere.
pub(in crate::ai) struct Uncounted {
    pub(in crate::ai) vocabulary: Vocabulary,
    pub(in crate::ai) class: Class,
    pub(in crate::ai) body: Bytes,
}

// === impl Size ===

impl Size {
    pub(in crate::ai) fn of(prompt: &Prompt) -> Size {
        // What a session will hold is said later, and its tokens are told then.
        let is_known = prompt.class() == Class::Realtime;
        Size {
            known: OnceCell::new(),
            counted: Cell::new(None),
            body: (!is_known).then(|| (prompt.class(), prompt.body().clone())),
        }
    }

    /// Tokens of the prompt: counted where that was done, or can be done in no time, and else by its length.
    pub(in crate::ai) fn tokens(&self, cut: Cut) -> u64 {
        let prompt = self.measured();
        match cut.vocabulary.and_then(|own| self.texts(own)) {
            Some(texts) => estimate::counted(cut.family, texts, &prompt),
            None => estimate::input(cut.family, &prompt),
        }
    }

    /// What has to be counted elsewhere before [`Size::tokens`] can tell it.
    pub(in crate::ai) fn uncounted(&self, cut: Cut) -> Option<Uncounted> {
        let vocabulary = cut.vocabulary?;
        let (class, body) = self.body.as_ref()?;
        let is_apart = match Place::of(body.len(), vocabulary.is_open()) {
            Place::Here => false,
            Place::Apart => self.known_texts(vocabulary).is_none(),
        };
        is_apart.then(|| Uncounted {
            vocabulary,
            class: *class,
            body: body.clone(),
        })
    }

    /// Takes what was counted elsewhere.
    pub(in crate::ai) fn note(&self, vocabulary: Vocabulary, texts: Option<u64>) {
        self.counted.set(Some((vocabulary, texts)));
    }

    /// Lets go of what was measured.
    pub(super) fn forget(&mut self) {
        self.measured();
        self.body = None;
    }

    fn measured(&self) -> estimate::Prompt {
        *self.known.get_or_init(|| match &self.body {
            None => estimate::Prompt::default(),
            Some((class, body)) => measured(*class, body),
        })
    }

    /// Tokens of the texts.
    fn texts(&self, vocabulary: Vocabulary) -> Option<u64> {
        if let Some(texts) = self.known_texts(vocabulary) {
            return texts;
        }
        let (class, body) = self.body.as_ref()?;
        match Place::of(body.len(), vocabulary.is_open()) {
            Place::Here => {
                let texts = counted(vocabulary, *class, body);
                self.note(vocabulary, texts);
                texts
            }
            Place::Apart => None,
        }
    }

    fn known_texts(&self, vocabulary: Vocabulary) -> Option<Option<u64>> {
        let known = self.counted.get();
        known.and_then(|(of, texts)| (of == vocabulary).then_some(texts))
    }
}

/// How large a prompt is, by its texts and by what is no text.
fn measured(class: Class, body: &Bytes) -> estimate::Prompt {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let Ok(text) = PromptText::of_class(class, body) else {
        return estimate::Prompt {
            text_bytes: count(body.len()),
            messages: 1,
            ..estimate::Prompt::default()
        };
    };
    // Definitions count as a whole.
    let said = text.slots().iter();
    let said = said.filter(|slot| slot.scope != Scope::ToolDefinition);
    let said = said.map(|slot| slot.text.len()).sum::<usize>();
    let Media {
        images,
        recordings,
        documents,
    } = text.media();
    estimate::Prompt {
        text_bytes: count(said),
        definition_bytes: count(text.definition_bytes()),
        messages: count(text.messages()),
        images: count(images),
        recordings: count(recordings),
        documents: count(documents),
    }
}

#[cfg(test)]
mod tests {
    use dp_llm::format::Format;

    use super::*;

    const CHAT: Class = Class::Chat(Format::OpenAiChatCompletions);
    const HELLO: &str =
        r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hello, how are you?"}]}"#;

    fn size(body: &str) -> Size {
        Size {
            known: OnceCell::new(),
            counted: Cell::new(None),
            body: Some((CHAT, Bytes::from(body.to_owned()))),
        }
    }

    /// Counts elsewhere what is to be counted there.
    fn tokens(size: &Size, model: &str) -> u64 {
        let cut = Cut::of(model);
        if let Some(uncounted) = size.uncounted(cut) {
            size.note(
                uncounted.vocabulary,
                counted(uncounted.vocabulary, uncounted.class, &uncounted.body),
            );
        }
        size.tokens(cut)
    }

    #[test]
    fn a_prompt_is_counted_as_its_model_cuts_it() {
        // Six tokens in both vocabularies; nineteen bytes are five in fours, six by 3.5.
        assert_eq!(tokens(&size(HELLO), "gpt-4o"), 6 + 4 + 3);
        assert_eq!(tokens(&size(HELLO), "gpt-4"), 6 + 4 + 3);
        assert_eq!(tokens(&size(HELLO), "llama-3.3-70b"), 5 + 4 + 3);
        assert_eq!(tokens(&size(HELLO), "claude-sonnet-4-5"), 6 + 4 + 3);
    }

    #[test]
    fn one_model_after_the_other_has_its_own_count() {
        let japanese = HELLO.replace("Hello, how are you?", "お誕生日おめでとう");
        let size = size(&japanese);
        assert_eq!(tokens(&size, "gpt-4"), 9 + 4 + 3);
        assert_eq!(tokens(&size, "gpt-4o"), 8 + 4 + 3);
        assert_eq!(tokens(&size, "gpt-4"), 9 + 4 + 3);
    }

    #[test]
    fn definitions_of_tools_are_told_by_their_length_and_once() {
        let tools = r#"[{"type":"function","function":{"name":"f","description":"Some words","parameters":{}}}]"#;
        let body = HELLO.replacen('{', &format!(r#"{{"tools":{tools},"#), 1);
        let size = size(&body);
        let defined = size.measured().definition_bytes;
        assert!(defined > 0);
        assert_eq!(size.measured().text_bytes, 19);
        assert_eq!(tokens(&size, "gpt-4o"), 6 + defined.div_ceil(4) + 4 + 3);
    }

    #[test]
    fn what_is_long_is_counted_elsewhere_or_not_at_all() {
        let long = HELLO.replace("Hello, how are you?", &"a".repeat(80_000));
        let own = size(&long);
        let cut = Cut::of("gpt-4o");
        assert_eq!(own.tokens(cut), 20_000 + 4 + 3, "by its length until then");
        assert!(own.uncounted(cut).is_some());
        assert!(own.uncounted(Cut::of("mistral-large")).is_none());
        assert_eq!(tokens(&own, "gpt-4o"), 10_000 + 4 + 3);
        assert!(own.uncounted(cut).is_none(), "it was counted");

        let longer = HELLO.replace("Hello, how are you?", &"a".repeat(2 << 20));
        let own = size(&longer);
        assert_eq!(tokens(&own, "gpt-4o"), (2 << 20) / 4 + 4 + 3);
        assert!(own.uncounted(cut).is_none(), "nobody tries again");
    }

    #[test]
    fn what_was_counted_outlives_the_body() {
        let mut size = size(HELLO);
        assert_eq!(tokens(&size, "gpt-4o"), 6 + 4 + 3);
        size.forget();
        assert_eq!(tokens(&size, "gpt-4o-2024-08-06"), 6 + 4 + 3);
        assert_eq!(tokens(&size, "gpt-4"), 5 + 4 + 3, "by its length");
    }

    #[test]
    fn a_body_without_texts_that_can_be_read_is_told_by_its_length() {
        let size = size("no JSON");
        assert_eq!(tokens(&size, "gpt-4o"), 2 + 4 + 3);
    }
}
