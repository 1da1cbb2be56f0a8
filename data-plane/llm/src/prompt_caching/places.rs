//! Which places of a request get a marker.
//!
//! It must not know bytes: the request is read already. Invariant: places come in the order in which providers put prompts
//! together, tools, system, messages; what is marked is estimated from the beginning of the prompt to the marker.

use super::{MAX_MARKERS, MarkerPlace, PromptCaching};
use crate::shape::OneOrMany;
use crate::shape::messages::{Block, Message, Request, Tool};
use crate::text::Json;

/// The markers that a client set itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Own {
    tools: usize,
    system: usize,
    messages: usize,
    /// One is to live for an hour. A shorter-lived one must not come before it, so ours could get the request refused.
    has_long: bool,
}

/// Where markers are to be added.
pub(crate) fn places(request: &Request<'_>, caching: &PromptCaching) -> Vec<MarkerPlace> {
    let own = Own::of(request);
    let free = MAX_MARKERS.saturating_sub(own.tools + own.system + own.messages);
    if own.has_long || free == 0 {
        return Vec::new();
    }
    let minimum = u64::from(caching.min_tokens);
    let mut places = Vec::new();
    let mut tokens = request.tools.iter().flatten().map(of_tool).sum::<u64>();
    let has_tools = request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty());
    if caching.tools && has_tools && own.tools == 0 && tokens >= minimum {
        places.push(MarkerPlace::Tools);
    }
    let system = request.system.as_ref().map_or(0, of_content);
    tokens += system;
    if caching.system && system > 0 && own.system == 0 && tokens >= minimum {
        places.push(MarkerPlace::System);
    }
    if caching.messages && own.messages == 0 {
        places.extend(message_place(
            &request.messages,
            caching.message_offset,
            |turns| {
                tokens
                    + turns
                        .iter()
                        .map(|turn| of_content(&turn.content.to_json()))
                        .sum::<u64>()
                    >= minimum
            },
        ));
    }
    places.truncate(free);
    places
}

fn message_place(
    messages: &[Message<'_>],
    offset: usize,
    is_long_enough: impl Fn(&[Message<'_>]) -> bool,
) -> Option<MarkerPlace> {
    let message = messages.len().checked_sub(2)?.saturating_sub(offset);
    if !is_long_enough(messages.get(..=message)?) {
        return None;
    }
    let said = messages.get(message)?.content.to_json();
    match content(&said)? {
        OneOrMany::One(text) => (!text.is_blank()).then_some(MarkerPlace::Message {
            message,
            block: None,
        }),
        OneOrMany::Many(blocks) => {
            let block = blocks.iter().rposition(can_be_marked)?;
            Some(MarkerPlace::Message {
                message,
                block: Some(block),
            })
        }
    }
}

/// Anthropic refuses a marker on a thought, and on an empty text.
fn can_be_marked(block: &Block<'_>) -> bool {
    match block.kind.as_str() {
        "thinking" | "redacted_thinking" => false,
        "text" => block.text.as_ref().is_some_and(|text| !text.is_blank()),
        _ => true,
    }
}

fn content<'a>(content: &'a Json<'_>) -> Option<OneOrMany<'a, Block<'a>>> {
    if let Some(text) = content.reborrow().text() {
        return Some(OneOrMany::One(text));
    }
    content.read().ok().map(OneOrMany::Many)
}

// === impl Own ===

impl Own {
    fn of(request: &Request<'_>) -> Self {
        let mut own = Self::default();
        for tool in request.tools.iter().flatten() {
            own.tools += own.count(tool.cache_control.as_ref());
        }
        if let Some(OneOrMany::Many(blocks)) = request.system.as_ref().and_then(content) {
            own.system = blocks
                .iter()
                .map(|block| own.count(block.cache_control.as_ref()))
                .sum();
        }
        for message in &request.messages {
            own.messages += own.in_content(&message.content.to_json());
        }
        own
    }

    fn in_content(&mut self, of: &Json<'_>) -> usize {
        let Some(OneOrMany::Many(blocks)) = content(of) else {
            return 0;
        };
        let mut found = 0;
        for block in &blocks {
            found += self.count(block.cache_control.as_ref());
            // What a tool answered has blocks as well.
            if let Some(OneOrMany::Many(parts)) = block.content.as_ref().and_then(content) {
                found += parts
                    .iter()
                    .map(|part| self.count(part.cache_control.as_ref()))
                    .sum::<usize>();
            }
        }
        found
    }

    fn count(&mut self, marker: Option<&Json<'_>>) -> usize {
        let Some(marker) = marker.filter(|marker| !marker.is_null()) else {
            return 0;
        };
        self.has_long |= marker.get().contains("\"1h\"");
        1
    }
}

/// An estimate: four bytes or three quarters of a word to a token, whichever makes more; scripts without spaces have few
/// words.
fn of_text(text: &str) -> u64 {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let words = count(text.split_ascii_whitespace().count());
    (count(text.len()) / 4).max(words.saturating_mul(13) / 10)
}

fn of_tool(tool: &Tool<'_>) -> u64 {
    let description = tool
        .description
        .as_ref()
        .map_or(0, |text| of_text(text.inner()));
    let schema = tool
        .input_schema
        .as_ref()
        .map_or(0, |schema| of_text(schema.get()));
    of_text(tool.name.inner()) + description + schema
}

fn of_content(of: &Json<'_>) -> u64 {
    match content(of) {
        None => 0,
        Some(OneOrMany::One(text)) => of_text(text.inner()),
        Some(OneOrMany::Many(blocks)) => blocks.iter().map(of_block).sum(),
    }
}

fn of_block(block: &Block<'_>) -> u64 {
    let text = block.text.as_ref().map_or(0, |text| of_text(text.inner()));
    let input = block.input.as_ref().map_or(0, |input| of_text(input.get()));
    let parts = match block.content.as_ref().and_then(content) {
        None => 0,
        Some(OneOrMany::One(text)) => of_text(text.inner()),
        // Media are not counted, and blocks in blocks in blocks not either.
        Some(OneOrMany::Many(parts)) => {
            let texts = parts.iter().filter_map(|part| part.text.as_ref());
            texts.map(|text| of_text(text.inner())).sum()
        }
    };
    text + input + parts
}
