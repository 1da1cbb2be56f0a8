//! A list of vectors as OpenAI has it.
//!
//! Owns its members. It must not know providers. Invariant: a vector stands at the place of its text.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::unreadable;
use crate::error::ProviderError;

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
    model: &'a str,
    usage: Tokens,
}

#[derive(Serialize)]
struct Item<'a> {
    object: &'static str,
    index: usize,
    embedding: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct Tokens {
    prompt_tokens: u64,
    total_tokens: u64,
}

/// What is read of a list that was written before.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    usage: Tokens,
}

/// The list of these vectors.
pub(super) fn write(
    vectors: &[Box<RawValue>],
    model: &str,
    tokens: Option<u64>,
) -> Result<Vec<u8>, ProviderError> {
    // Clients read the counts without asking whether they are there.
    let tokens = tokens.unwrap_or_default();
    let item = |(index, embedding)| Item {
        object: "embedding",
        index,
        embedding,
    };
    let vectors = vectors.iter().map(|vector| &**vector);
    let list = List {
        object: "list",
        data: vectors.enumerate().map(item).collect(),
        model,
        usage: Tokens {
            prompt_tokens: tokens,
            total_tokens: tokens,
        },
    };
    serde_json::to_vec(&list).map_err(|_| unreadable())
}

/// The tokens of a list of so many vectors; `None` where it is none.
#[expect(
    clippy::option_option,
    reason = "a list whose tokens nobody told is another thing than no list"
)]
pub(super) fn tokens(list: &[u8], inputs: usize) -> Option<Option<u64>> {
    let written: Written<'_> = serde_json::from_slice(list).ok()?;
    let tokens = written.usage.prompt_tokens;
    (written.data.len() == inputs).then_some((tokens > 0).then_some(tokens))
}
