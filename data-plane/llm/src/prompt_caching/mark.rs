//! Writing markers into a body of Anthropic's messages.
//!
//! It must not choose places. Invariant: only the marked tool or block changes; a text that has to become a block keeps the
//! bytes of its string.

use bytes::Bytes;

use super::places::places;
use super::{MarkerPlace, PromptCaching};
use crate::node::{Member, Node};
use crate::shape::messages::Request;
use crate::splice::Splice;
use crate::splice_list::add_members;

const MARKER: &str = r#""cache_control":{"type":"ephemeral"}"#;

pub(super) fn mark(caching: &PromptCaching, body: &Bytes) -> Bytes {
    marked(caching, body).unwrap_or_else(|| body.clone())
}

fn marked(caching: &PromptCaching, body: &Bytes) -> Option<Bytes> {
    let (text, members) = Node::body(body).ok()?;
    // One marker for the whole request lets Anthropic choose the place: the client has decided.
    if members
        .iter()
        .any(|(key, value)| key == "cache_control" && !value.is_null())
    {
        return None;
    }
    let request: Request<'_> = serde_json::from_str(text).ok()?;
    let mut splice = Splice::new(body);
    for place in places(&request, caching) {
        match place {
            MarkerPlace::Tools => {
                let last = one(&members, "tools")?.elements().into_iter().next_back()?;
                mark_object(&mut splice, text, last);
            }
            MarkerPlace::System => {
                let system = one(&members, "system")?;
                match system.elements().into_iter().next_back() {
                    Some(last) => mark_object(&mut splice, text, last),
                    None => mark_text(&mut splice, text, system)?,
                }
            }
            MarkerPlace::Message { message, block } => {
                let content = one(&members, "messages")?
                    .elements()
                    .get(message)?
                    .member("content")?;
                match block {
                    Some(block) => mark_object(&mut splice, text, *content.elements().get(block)?),
                    None => mark_text(&mut splice, text, content)?,
                }
            }
        }
    }
    Some(splice.apply())
}

/// A member that is there once; the typed reading has refused any other.
fn one<'a>(members: &[Member<'a>], name: &str) -> Option<Node<'a>> {
    members
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| *value)
}

fn mark_object(splice: &mut Splice<'_>, text: &str, object: Node<'_>) {
    let null = object
        .member("cache_control")
        .and_then(|null| null.span(text));
    match null {
        // Only a null can be there.
        Some(range) => splice.replace(range, r#"{"type":"ephemeral"}"#),
        None => add_members(splice, text, object, MARKER),
    }
}

/// Makes a text a list of one block.
fn mark_text(splice: &mut Splice<'_>, text: &str, value: Node<'_>) -> Option<()> {
    let range = value.span(text)?;
    splice.replace(range.start..range.start, r#"[{"type":"text","text":"#);
    splice.replace(range.end..range.end, format!(",{MARKER}}}]"));
    Some(())
}
