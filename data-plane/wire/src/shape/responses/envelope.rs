//! How what proves a model's reasoning travels through clients of another format than the provider's.
//!
//! A client hands back what it got, in the field where it got it: a Messages client a thinking block's `signature`, a
//! Responses client a reasoning item's `encrypted_content`. A mark in front says whose proof it is, so that it goes back to
//! the kind of provider that made it and to no other, which would refuse it. No vendor's own proof has a colon (they are
//! base64), so what has no mark is the client's own provider's. It must not know who reads the texts.

use crate::text::JsonText;

/// In a signature: `responses:<id of the item>:<encrypted_content>`.
const RESPONSES: &str = "responses:";
/// In `encrypted_content`: the signature of a thinking block.
const THINKING: &str = "thinking:";
/// In `encrypted_content`: the data of a redacted thinking block.
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

    /// Reads either back; `None` for OpenAI's own encrypted content.
    pub fn from_encrypted(content: &JsonText<'_>) -> Option<Self> {
        let inner = content.inner();
        if let Some(signature) = inner.strip_prefix(THINKING) {
            return Some(Self::Signature(literal(&[signature])));
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
    use super::{Encrypted, Thought};
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
    }
}
