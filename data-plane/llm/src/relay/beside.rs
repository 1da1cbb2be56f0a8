//! What a relay is told of an answer beside its body.
//!
//! It must not read bodies. Invariant: it is told before the first chunk.

use super::{Output, Relay, Way};
use crate::usage::{HeadCounts, tier_named};

// === impl Relay ===

impl Relay {
    /// The provider told counts of tokens in its head (Bedrock's embeddings and invocations).
    pub fn note_head(&mut self, head: HeadCounts) {
        match &mut self.way {
            Way::Embedded(embedded) => embedded.told = head.prompt(),
            Way::Passed(tap) => tap.note_head(head),
            Way::Tapped(_) | Way::Read(_) => (),
        }
    }

    /// The provider named the tier of service in the head of a conversation's answer (the Gemini API).
    pub fn note_tier(&mut self, tier: &str) {
        match &mut self.way {
            Way::Read(read) => read.watch.observed.head_tier = tier_named(tier),
            Way::Tapped(_) | Way::Passed(_) | Way::Embedded(_) => (),
        }
    }

    /// How many tokens the prompt has, as far as the gateway can tell: clients of Anthropic's read it at the begin of a stream,
    /// when the provider has not counted yet (llm.md S-2). To be told before the first chunk.
    pub fn expect_prompt(&mut self, tokens: u64) {
        match &mut self.way {
            Way::Read(read) => match &mut read.output {
                Output::Encode(encoder) => encoder.expect_prompt(tokens),
                Output::Forward => (),
            },
            Way::Tapped(_) | Way::Passed(_) | Way::Embedded(_) => (),
        }
    }
}
