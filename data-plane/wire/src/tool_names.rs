//! Names and ids of tool calls where a provider allows only some: written so that it takes them, and restored in answers.
//!
//! It must not know formats. Invariants: a name that may stand stays; two names never become one; the same names of a
//! request become the same ones each time, so that prompt caches hit.

use std::collections::{HashMap, HashSet};

use crate::text::JsonText;

/// The longest id, in characters.
const LONGEST_ID: usize = 64;
/// What a checksum takes of a name: `_` and six digits.
const CHECKSUM: usize = 7;

/// Stands between a tool call's id and the signature that is carried in it: clients send ids back, and drop what they do
/// not know.
pub const SIGNATURE_SEPARATOR: &str = "__thought__";

/// What Google documents in the place of a thought signature for a call that another model made ("Thought signatures").
pub const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// Which names a provider takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NameRule {
    /// Letters, digits, `_` and `-`, at most 64: OpenAI (`FunctionDefinition.name`), Bedrock (`ToolSpecification.name`),
    /// and who speaks OpenAI's formats.
    #[default]
    Common,
    /// The same, at most 128: Anthropic (its refusals name the pattern).
    Anthropic,
    /// A letter or `_` first, then `.` too, at most 64: what AI Studio and Vertex agree on (`FunctionDeclaration.name`;
    /// newer versions take colons and more characters).
    Google,
}

/// Which ids of calls a provider takes, where it looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdRule {
    /// At most 40 characters: OpenAI's chat completions (its refusal `string_above_max_length`).
    Chat,
    /// At most 64: OpenAI's Responses (the same).
    Responses,
    /// Nine letters and digits: Mistral (`mistral-common`, "must be a-z, A-Z, 0-9, with a length of 9").
    Mistral,
    /// Letters, digits, `_` and `-`: Anthropic (its refusals name the pattern).
    Anthropic,
    /// Any, but without the signature that is carried in it.
    Any,
}

/// The names of one request whose provider calls them otherwise.
#[derive(Clone, Debug, Default)]
pub struct ToolNames {
    /// What the provider is told, by what the client said.
    told: HashMap<String, String>,
    /// What the client said, by what the provider is told.
    said: HashMap<String, JsonText<'static>>,
}

// === impl NameRule ===

impl NameRule {
    const fn longest(self) -> usize {
        match self {
            Self::Common | Self::Google => 64,
            Self::Anthropic => 128,
        }
    }

    fn takes(self, text: &str) -> bool {
        (1..=self.longest()).contains(&text.len())
            && text.chars().all(|c| self.may_stand(c))
            && text.chars().next().is_some_and(|c| self.may_begin(c))
    }

    fn may_stand(self, c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (self == Self::Google && c == '.')
    }

    fn may_begin(self, c: char) -> bool {
        match self {
            Self::Common | Self::Anthropic => true,
            Self::Google => c.is_ascii_alphabetic() || c == '_',
        }
    }

    /// Each character that may not stand becomes `_`; one that may stand, but not in front, gets one in front.
    fn mended(self, text: &str) -> String {
        let mut mended = String::with_capacity(text.len() + 1);
        for c in text.chars() {
            let stands = self.may_stand(c);
            if mended.is_empty() && stands && !self.may_begin(c) {
                mended.push('_');
            }
            mended.push(if stands { c } else { '_' });
        }
        mended
    }

    fn free_name(self, text: &str, taken: &HashSet<String>) -> String {
        let mended = self.mended(text);
        if self.takes(&mended) && !taken.contains(&mended) {
            return mended;
        }
        let mut salt = 0;
        loop {
            let name = with_checksum(&mended, text, self.longest(), salt);
            if !taken.contains(&name) {
                return name;
            }
            // Another salt gives another checksum, so this ends before all of them are taken.
            salt += 1;
        }
    }
}

// === impl ToolNames ===

impl ToolNames {
    /// The names of a request to a provider of the common rule: all that it declares, calls or chooses, in any order and
    /// number.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n JsonText<'n>>) -> Self {
        Self::within(NameRule::default(), names)
    }

    /// The same for a provider of another rule.
    pub fn within<'n>(rule: NameRule, names: impl IntoIterator<Item = &'n JsonText<'n>>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        if names.iter().all(|name| rule.takes(&name.decode())) {
            return Self::default();
        }
        let mut taken = HashSet::new();
        let mut others = Vec::new();
        for name in names {
            let text = name.decode();
            if rule.takes(&text) {
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
            let told = rule.free_name(&text, &taken);
            taken.insert(told.clone());
            this.said.insert(told.clone(), name.reborrow().into_owned());
            this.told.insert(text, told);
        }
        this
    }

    /// The provider takes all names as they are.
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

/// A call's id without the signature that is carried in it, and that signature.
pub fn split_id(id: JsonText<'_>) -> (JsonText<'_>, Option<JsonText<'static>>) {
    let Some((bare, signature)) = id.inner().split_once(SIGNATURE_SEPARATOR) else {
        return (id, None);
    };
    let literal = |inner: &str| JsonText::from_inner_literal(format!("\"{inner}\""));
    let signature = Some(signature).filter(|signature| !signature.is_empty());
    (literal(bare), signature.map(literal))
}

/// The id of a call as Bedrock takes it, without the signature that is carried in it. Nothing has to be kept for it: an id
/// that a provider made is never changed, and one that is changed becomes the same one in the call and in its result.
pub fn call_id(id: JsonText<'_>) -> JsonText<'_> {
    let (id, _) = split_id(id);
    let text = id.decode();
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    if (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(may_stand) {
        drop(text);
        return id;
    }
    let mended = NameRule::Common.mended(&text);
    JsonText::plain(&with_checksum(&mended, &text, LONGEST_ID, 0))
}

// === impl IdRule ===

impl IdRule {
    /// The id of a call as the provider takes it, without the signature that is carried in it; the same for the call and
    /// its result.
    pub fn id(self, id: JsonText<'_>) -> JsonText<'_> {
        let (id, _) = split_id(id);
        let text = id.decode();
        let told = match self {
            Self::Chat => shortened(&text, 40),
            Self::Responses => shortened(&text, 64),
            Self::Mistral => nine(&text),
            Self::Anthropic => {
                let mended = NameRule::Common.mended(&text);
                (mended != *text).then_some(mended)
            }
            Self::Any => None,
        };
        match told {
            Some(told) => JsonText::plain(&told),
            None => {
                drop(text);
                id
            }
        }
    }

    /// Whether the provider takes what a literal has inside as it is. Of one with escapes it is not said.
    pub fn takes(self, inner: &str) -> bool {
        if inner.contains('\\') || inner.contains(SIGNATURE_SEPARATOR) {
            return false;
        }
        match self {
            Self::Chat => inner.len() <= 40,
            Self::Responses => inner.len() <= 64,
            Self::Mistral => nine(inner).is_none(),
            Self::Anthropic => inner.chars().all(|c| NameRule::Common.may_stand(c)),
            Self::Any => true,
        }
    }
}

fn shortened(text: &str, longest: usize) -> Option<String> {
    let is_longer = text.chars().count() > longest;
    is_longer.then(|| with_checksum(&NameRule::Common.mended(text), text, longest, 0))
}

/// A checksum in seven letters and digits, and the last two of the text's own.
fn nine(text: &str) -> Option<String> {
    const LENGTH: usize = 9;
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    if text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let mut sum = crc32fast::hash(text.as_bytes());
    let own = text.chars().rev().filter(char::is_ascii_alphanumeric);
    let mut told: String = own.take(2).collect();
    while told.len() < LENGTH {
        let digit = DIGITS.get((sum % 36) as usize).copied().unwrap_or(b'0');
        told.push(char::from(digit));
        sum /= 36;
    }
    Some(told)
}

/// As much of `mended` as fits, and a checksum of the text that it was made of.
fn with_checksum(mended: &str, text: &str, longest: usize, salt: u32) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(text.as_bytes());
    if salt > 0 {
        hasher.update(&salt.to_be_bytes());
    }
    let sum = hasher.finalize() & 0x00ff_ffff;
    let kept = mended.get(..longest - CHECKSUM).unwrap_or(mended);
    format!("{kept}_{sum:06x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::{IdRule, NameRule, ToolNames, call_id, split_id};
    use crate::text::JsonText;

    #[track_caller]
    fn check(said: &[&str], told: &[&str]) {
        check_within(NameRule::Common, said, told);
    }

    #[track_caller]
    fn check_within(rule: NameRule, said: &[&str], told: &[&str]) {
        let said: Vec<_> = said.iter().map(|name| JsonText::plain(name)).collect();
        let names = ToolNames::within(rule, &said);
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
    fn what_may_stand_differs_by_provider() {
        let long = format!("mcp__server__{}", "x".repeat(60));
        check_within(NameRule::Anthropic, &[&long, "a.b"], &[&long, "a_b"]);
        let longer = "x".repeat(129);
        let told = format!("{}_{}", &longer[..121], "cd5306");
        check_within(NameRule::Anthropic, &[&longer], &[&told]);
        check_within(
            NameRule::Google,
            &["fs.read", "a:b", "2nd", "-a", ".b", "é", "_2nd"],
            &["fs.read", "a_b", "_2nd_0f0b84", "_-a", "_.b", "_", "_2nd"],
        );
        check_within(NameRule::Google, &[""], &["_000000"]);
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

    #[track_caller]
    fn check_id(rule: IdRule, id: &str, is_kept: bool) {
        let told = rule.id(JsonText::plain(id));
        assert_eq!(told.decode() == id, is_kept, "{rule:?} {id}: {told:?}");
        assert_eq!(told, rule.id(JsonText::plain(id)));
        let text = told.decode().into_owned();
        match rule {
            IdRule::Chat => assert!(text.len() <= 40, "{text}"),
            IdRule::Responses => assert!(text.len() <= 64, "{text}"),
            IdRule::Mistral => {
                assert!(text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
            IdRule::Anthropic => assert!(!text.contains(['.', ':', ' ', '+', '/', '=']), "{text}"),
            IdRule::Any => (),
        }
        assert!(rule.takes(&text));
        // What was told may stand: it is not changed again.
        assert_eq!(rule.id(told.reborrow()), told);
    }

    #[test]
    fn ids_are_as_long_as_a_provider_takes_them() {
        let (of_41, of_65) = ("a".repeat(41), "b".repeat(65));
        check_id(IdRule::Chat, "call_1", true);
        check_id(IdRule::Chat, &of_41, false);
        check_id(IdRule::Responses, &of_41, true);
        check_id(IdRule::Responses, &of_65, false);
        check_id(IdRule::Mistral, "D681PevKs", true);
        for id in ["", "toolu_01A", "call_1", "call_2", "call-1", "é", &of_65] {
            check_id(IdRule::Mistral, id, false);
        }
        let told = |id: &str| {
            IdRule::Mistral
                .id(JsonText::plain(id))
                .decode()
                .into_owned()
        };
        assert_ne!(told("call_1"), told("call-1"));
        assert_ne!(told("call_1"), told("call_2"));
        check_id(IdRule::Anthropic, "toolu_01-A", true);
        check_id(IdRule::Anthropic, "functions.get:0", false);
        check_id(IdRule::Any, &format!("{of_65} :"), true);
    }

    #[test]
    fn what_an_id_carries_is_no_part_of_it() {
        let id = "call_1__thought__Q+/=__thought__";
        let (bare, signature) = split_id(JsonText::plain(id));
        assert_eq!(bare.decode(), "call_1");
        assert_eq!(signature, Some(JsonText::plain("Q+/=__thought__")));
        assert_eq!(split_id(JsonText::plain("call_1")).1, None);
        assert_eq!(split_id(JsonText::plain("call_1__thought__")).1, None);
        for rule in [
            IdRule::Chat,
            IdRule::Responses,
            IdRule::Anthropic,
            IdRule::Any,
        ] {
            assert_eq!(rule.id(JsonText::plain(id)).decode(), "call_1", "{rule:?}");
            assert!(!rule.takes(id) && !rule.takes("a\\nb"), "{rule:?}");
        }
        assert_eq!(call_id(JsonText::plain(id)).decode(), "call_1");
    }

    proptest! {
        #[test]
        fn names_stay_apart(
            said in prop::collection::vec("[ab._ é2]{0,3}|[a.]{63,66}|[a.]{127,130}|[a-z]{1,3}", 0..20),
            rule in prop::sample::select(vec![NameRule::Common, NameRule::Anthropic, NameRule::Google]),
            other in any::<String>(),
        ) {
            let texts: Vec<_> = said.iter().map(|name| JsonText::plain(name)).collect();
            let names = ToolNames::within(rule, &texts);
            let mut told = HashSet::new();
            for text in said.iter().collect::<HashSet<_>>() {
                let name = names.told(JsonText::plain(text));
                prop_assert!(rule.takes(&name.decode()));
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
