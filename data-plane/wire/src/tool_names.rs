//! Names and ids of tool calls where a provider allows only some: written so that it takes them, and restored in answers.
//!
//! It must not know formats. Invariants: a name that may stand stays; two names never become one; the same names of a
//! request become the same ones each time, so that prompt caches hit.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::text::JsonText;

/// The longest name, in characters.
const LONGEST: usize = 64;
/// What is kept of a name that gets a checksum: with `_` and six digits it is as long as may be.
const KEPT: usize = 57;

/// Stands between a tool call's id and the signature that is carried in it: clients send ids back, and drop what they do
/// not know.
pub const SIGNATURE_SEPARATOR: &str = "__thought__";

/// What a provider asks of names. Each also asks for letters, digits, `_` and `-`, 64 of them at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// OpenAI, Anthropic and Amazon Bedrock: nothing else.
    Common,
    /// Google: a letter or `_` in front.
    Letter,
}

/// The names of one request whose provider calls them otherwise.
#[derive(Clone, Debug, Default)]
pub struct ToolNames {
    /// What the provider is told, by what the client said.
    told: HashMap<String, String>,
    /// What the client said, by what the provider is told.
    said: HashMap<String, JsonText<'static>>,
}

// === impl ToolNames ===

impl ToolNames {
    /// The names of a request: all that it declares, calls or chooses, in any order and number.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n JsonText<'n>>) -> Self {
        Self::under(Rule::Common, names)
    }

    /// The same, for a provider of this rule.
    pub fn under<'n>(rule: Rule, names: impl IntoIterator<Item = &'n JsonText<'n>>) -> Self {
        let mut taken = HashSet::new();
        let mut others = Vec::new();
        for name in names {
            let text = name.decode();
            if is_name(&text) && rule.lets_begin(&text) {
                taken.insert(text.into_owned());
            } else {
                others.push((text.into_owned(), name));
            }
        }
        let mut this = Self::default();
        for (text, name) in others {
            if this.told.contains_key(&text) {
                continue;
            }
            let told = free_name(&rule.begun(&text), &text, &taken);
            taken.insert(told.clone());
            this.said.insert(told.clone(), name.reborrow().into_owned());
            this.told.insert(text, told);
        }
        this
    }

    /// Every name stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// What the provider is told for `name`.
    pub fn told<'a>(&self, name: JsonText<'a>) -> JsonText<'a> {
        if self.told.is_empty() {
            return name;
        }
        match self.told.get(name.decode().as_ref()) {
            Some(told) => JsonText::plain(told),
            None => name,
        }
    }

    /// What the client calls the tool that the provider calls `name`; `None` where the two are the same.
    pub fn restore(&self, name: &JsonText<'_>) -> Option<JsonText<'_>> {
        if self.said.is_empty() {
            return None;
        }
        self.said
            .get(name.decode().as_ref())
            .map(JsonText::reborrow)
    }
}

// === impl Rule ===

impl Rule {
    fn lets_begin(self, text: &str) -> bool {
        let first = text.bytes().next();
        match self {
            Self::Common => true,
            Self::Letter => first.is_none_or(|byte| byte.is_ascii_alphabetic() || byte == b'_'),
        }
    }

    /// The name with a first character that may stand.
    fn begun(self, text: &str) -> Cow<'_, str> {
        let mut rest = text.chars();
        match rest.next() {
            Some('0'..='9' | '-') if self == Self::Letter => format!("_{}", rest.as_str()).into(),
            Some(_) | None => text.into(),
        }
    }
}

/// The id of a call as the provider takes it. Nothing has to be kept for it: an id that a provider made is never
/// changed, and one that is changed becomes the same one in the call and in its result.
pub fn call_id(id: JsonText<'_>) -> JsonText<'_> {
    let text = id.decode();
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    if is_short(&text) && text.bytes().all(may_stand) {
        drop(text);
        return id;
    }
    JsonText::plain(&with_checksum(&text, 0))
}

fn is_name(text: &str) -> bool {
    is_short(text) && text.bytes().all(may_stand_in_name)
}

fn is_short(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
}

fn may_stand_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// `text` is the name as it may begin, and `said` the client's, of which the checksum is made.
fn free_name(text: &str, said: &str, taken: &HashSet<String>) -> String {
    let plain = replaced(text);
    if is_short(&plain) && !taken.contains(plain.as_ref()) {
        return plain.into_owned();
    }
    let mut salt = 0;
    loop {
        let name = with_checksum_of(text, said, salt);
        if !taken.contains(&name) {
            return name;
        }
        // Another salt gives another checksum, so this ends before all of them are taken.
        salt += 1;
    }
}

/// Each character that may not stand becomes `_`.
fn replaced(text: &str) -> Cow<'_, str> {
    text.chars()
        .map(|c| match u8::try_from(c) {
            Ok(byte) if may_stand_in_name(byte) => c,
            Ok(_) | Err(_) => '_',
        })
        .collect::<String>()
        .into()
}

fn with_checksum(text: &str, salt: u32) -> String {
    with_checksum_of(text, text, salt)
}

fn with_checksum_of(text: &str, said: &str, salt: u32) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(said.as_bytes());
    if salt > 0 {
        hasher.update(&salt.to_be_bytes());
    }
    let sum = hasher.finalize() & 0x00ff_ffff;
    let plain = replaced(text);
    let kept = plain.get(..KEPT).unwrap_or(&plain);
    format!("{kept}_{sum:06x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::{ToolNames, call_id, is_name};
    use crate::text::JsonText;

    #[track_caller]
    fn check(said: &[&str], told: &[&str]) {
        let said: Vec<_> = said.iter().map(|name| JsonText::plain(name)).collect();
        let names = ToolNames::new(&said);
        for (said, told) in said.iter().zip(told) {
            let actual = names.told(said.reborrow());
            assert_eq!(actual.decode(), *told);
            let restored = names.restore(&actual);
            assert_eq!(restored.is_some(), said.decode() != *told);
            if let Some(restored) = restored {
                assert_eq!(restored.as_json(), said.as_json());
            }
        }
    }

    #[test]
    fn names_are_told_so_that_they_may_stand() {
        check(&["get_weather", "a-B_9"], &["get_weather", "a-B_9"]);
        check(&["fs.read", "größe"], &["fs_read", "gr__e"]);
        // The name that may stand keeps it, wherever it comes.
        check(&["a.b", "a_b"], &["a_b_ef715d", "a_b"]);
        check(&["a.b", "a b"], &["a_b", "a_b_6c5cd3"]);
        check(&[""], &["_000000"]);
        let long = format!("mcp__server__{}", "x".repeat(60));
        let told = format!("{}_{}", &long[..57], "fc19d3");
        check(&[&long], &[&told]);
    }

    #[test]
    fn ids_may_stand_too() {
        for id in ["toolu_01", "call_a-b", "functions.get:0"] {
            assert_eq!(call_id(JsonText::plain(id)).decode(), id);
        }
        let long = "a".repeat(65);
        for id in ["", "call 1", "call/1", &long] {
            let told = call_id(JsonText::plain(id));
            assert!(told.decode().len() <= 64 && told.decode() != id);
            assert_eq!(told, call_id(JsonText::plain(id)));
        }
        assert_ne!(
            call_id(JsonText::plain("call 1")),
            call_id(JsonText::plain("call/1"))
        );
    }

    proptest! {
        #[test]
        fn names_stay_apart(said in prop::collection::vec("[ab._ é]{0,3}|[a.]{63,66}|[a-z]{1,3}", 0..20), other in any::<String>()) {
            let texts: Vec<_> = said.iter().map(|name| JsonText::plain(name)).collect();
            let names = ToolNames::new(&texts);
            let mut told = HashSet::new();
            for text in said.iter().collect::<HashSet<_>>() {
                let name = names.told(JsonText::plain(text));
                prop_assert!(is_name(&name.decode()));
                prop_assert!(told.insert(name.decode().into_owned()));
                let back = names.restore(&name).unwrap_or(name.reborrow());
                prop_assert_eq!(back.decode(), text.as_str());
            }
            if !said.contains(&other) {
                let other = JsonText::plain(&other);
                prop_assert_eq!(names.told(other.reborrow()), other.reborrow());
            }
        }
    }
}
