//! How what proves a model's reasoning travels through clients of another format than the provider's.
//!
//! A client hands back what it got, in the field where it got it: a Messages client a thinking block's `signature`, a chat
//! client a `reasoning_signature`, a Responses client a reasoning item's `encrypted_content`. A mark in front says whose proof
//! it is, so that it goes back to the kind of provider that made it and to no other, which would refuse it. No vendor's own
//! proof has a colon (they are base64), so what has no mark is the client's own provider's: in signatures Claude's. It must
//! not know who reads the texts.

use crate::text::JsonText;

/// In a signature: `responses:<id of the item>:<encrypted_content>`.
const RESPONSES: &str = "responses:";
/// In a signature: Gemini's.
const GEMINI: &str = "gemini:";
/// In `encrypted_content`, and in a signature of chat completions: that of a thinking block.
const THINKING: &str = "thinking:";
/// In `encrypted_content`, and in a block of chat completions: the data of a redacted thinking block.
const REDACTED: &str = "redacted_thinking:";

/// What a reasoning item of the Responses format needs to be sent back.
#[derive(Clone, Debug, PartialEq)]
pub struct Encrypted {
    /// The item's id.
    pub id: Option<JsonText<'static>>,
    /// The item's `encrypted_content`.
    pub content: JsonText<'static>,
}

/// What a thinking block of the Messages format needs to be sent back.
#[derive(Clone, Debug, PartialEq)]
pub enum Thought {
    /// The signature of a block whose text is in the item's summary.
    Signature(JsonText<'static>),
    /// The data of a block that has no text.
    Redacted(JsonText<'static>),
}

/// Whose proof a signature is, and what it was before it was marked.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof<'a> {
    /// Claude's, wherever it is served: marked, or the client's own word.
    Claude(JsonText<'a>),
    /// Gemini's.
    Gemini(JsonText<'static>),
    /// A Responses provider's; read it with [`Encrypted::from_signature`].
    Responses,
}

// === impl Proof ===

impl<'a> Proof<'a> {
    /// Reads a signature; `None` for an empty one, which proves nothing.
    pub fn of(signature: &'a JsonText<'_>) -> Option<Self> {
        let inner = signature.inner();
        let proof = if inner.starts_with(RESPONSES) {
            Self::Responses
        } else if let Some(own) = inner.strip_prefix(GEMINI) {
            Self::Gemini(literal(&[own]))
        } else if let Some(own) = inner.strip_prefix(THINKING) {
            Self::Claude(literal(&[own]))
        } else {
            Self::Claude(signature.reborrow())
        };
        match &proof {
            Self::Claude(own) if own.is_empty() => None,
            Self::Gemini(own) if own.is_empty() => None,
            Self::Claude(_) | Self::Gemini(_) | Self::Responses => Some(proof),
        }
    }

    /// The signature under which Gemini's travels.
    pub fn of_gemini(signature: &JsonText<'_>) -> JsonText<'static> {
        literal(&[GEMINI, signature.inner()])
    }

    /// The signature as chat completions tell it: with a mark in any case.
    pub fn marked(signature: &JsonText<'_>) -> JsonText<'static> {
        match is_marked(signature.inner()) {
            true => signature.reborrow().into_owned(),
            false => literal(&[THINKING, signature.inner()]),
        }
    }

    /// The data of redacted thinking, with or without its mark.
    pub fn redacted(data: &'a JsonText<'_>) -> JsonText<'a> {
        match data.inner().strip_prefix(REDACTED) {
            Some(own) => literal(&[own]),
            None => data.reborrow(),
        }
    }
}

/// Whether the inside of a literal is a proof that this gateway marked: of a signature, of redacted data or of
/// `encrypted_content`.
pub fn is_marked(inner: &str) -> bool {
    [RESPONSES, GEMINI, THINKING, REDACTED]
        .iter()
        .any(|mark| inner.starts_with(mark))
}

// === impl Encrypted ===

impl Encrypted {
    /// The signature under which an item's encrypted content travels.
    pub fn to_signature(id: Option<&JsonText<'_>>, content: &JsonText<'_>) -> JsonText<'static> {
        let id = id.map(JsonText::inner).unwrap_or_default();
        literal(&[RESPONSES, id, ":", content.inner()])
    }

    /// Reads it back; `None` for anybody else's signature.
    pub fn from_signature(signature: &JsonText<'_>) -> Option<Self> {
        let (id, content) = signature.inner().strip_prefix(RESPONSES)?.split_once(':')?;
        (!content.is_empty()).then(|| Self {
            id: (!id.is_empty()).then(|| literal(&[id])),
            content: literal(&[content]),
        })
    }
}

// === impl Thought ===

impl Thought {
    /// The `encrypted_content` under which a piece of a signature travels; a later piece is put behind it.
    pub fn signature_to_encrypted(signature: &JsonText<'_>) -> JsonText<'static> {
        literal(&[THINKING, signature.inner()])
    }

    /// The `encrypted_content` under which redacted thinking travels.
    pub fn redacted_to_encrypted(data: &JsonText<'_>) -> JsonText<'static> {
        literal(&[REDACTED, data.inner()])
    }

    /// The `encrypted_content` of reasoning that nobody proved: no provider takes it back, and OpenAI, which looks for its
    /// own where there is none, least of all.
    pub fn unproven() -> JsonText<'static> {
        literal(&[THINKING])
    }

    /// Reads either back; `None` for OpenAI's own encrypted content.
    pub fn from_encrypted(content: &JsonText<'_>) -> Option<Self> {
        let inner = content.inner();
        if let Some(signature) = inner.strip_prefix(THINKING) {
            return (!signature.is_empty()).then(|| Self::Signature(literal(&[signature])));
        }
        let data = inner.strip_prefix(REDACTED)?;
        Some(Self::Redacted(literal(&[data])))
    }
}

/// Insides of literals, put together.
fn literal(parts: &[&str]) -> JsonText<'static> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut text = String::with_capacity(length + 2);
    text.push('"');
    for part in parts {
        text.push_str(part);
    }
    text.push('"');
    JsonText::from_inner_literal(text)
}

#[cfg(test)]
mod tests {
    use super::{Encrypted, Proof, Thought, is_marked};
    use crate::text::JsonText;

    #[test]
    fn encrypted_reasoning_comes_back_from_a_signature() {
        let content = JsonText::plain("gAAAAABo\"+/=");
        for id in [None, Some(JsonText::plain("rs_68af40"))] {
            let signature = Encrypted::to_signature(id.as_ref(), &content);
            let read = Encrypted::from_signature(&signature).expect("ours");
            assert_eq!(read.id, id);
            assert_eq!(read.content, content);
        }
        for other in ["EqoBCkgIARABGAIiQL8=", "", "responses:", "responses:rs_1:"] {
            assert_eq!(Encrypted::from_signature(&JsonText::plain(other)), None);
        }
    }

    #[test]
    fn thoughts_come_back_from_encrypted_content() {
        let text = JsonText::plain("EqoBCkgIARABGAIiQL8=");
        assert_eq!(
            Thought::from_encrypted(&Thought::signature_to_encrypted(&text)),
            Some(Thought::Signature(text.clone()))
        );
        assert_eq!(
            Thought::from_encrypted(&Thought::redacted_to_encrypted(&text)),
            Some(Thought::Redacted(text))
        );
        assert_eq!(Thought::from_encrypted(&JsonText::plain("gAAAAABo")), None);
        assert!(is_marked(Thought::unproven().inner()));
        assert_eq!(Thought::from_encrypted(&Thought::unproven()), None);
    }

    #[test]
    fn a_mark_says_whose_a_signature_is() {
        let own = JsonText::plain("EqoBCkgIARABGAIiQL8+/=");
        assert_eq!(Proof::of(&own), Some(Proof::Claude(own.clone())));
        assert!(!is_marked(own.inner()));
        let told = Proof::marked(&own);
        assert_eq!(told.decode(), "thinking:EqoBCkgIARABGAIiQL8+/=");
        assert_eq!(Proof::of(&told), Some(Proof::Claude(own.clone())));
        let gemini = Proof::of_gemini(&own);
        assert_eq!(Proof::marked(&gemini), gemini);
        assert_eq!(Proof::of(&gemini), Some(Proof::Gemini(own.clone())));
        let responses = Encrypted::to_signature(None, &own);
        assert_eq!(Proof::marked(&responses), responses);
        assert_eq!(Proof::of(&responses), Some(Proof::Responses));
        for marked in [
            &told,
            &gemini,
            &responses,
            &Thought::redacted_to_encrypted(&own),
        ] {
            assert!(is_marked(marked.inner()));
        }
        for nothing in ["", "gemini:", "thinking:"] {
            assert_eq!(Proof::of(&JsonText::plain(nothing)), None, "{nothing}");
        }
        let redacted = Thought::redacted_to_encrypted(&own);
        assert_eq!(Proof::redacted(&redacted), own);
        assert_eq!(Proof::redacted(&own), own);
    }
}
