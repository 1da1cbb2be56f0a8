//! The key by which OpenAI finds what it kept of a prompt (`prompt_cache_key`; OpenAI, prompt caching guide).
//!
//! It must not know what a key is made of. Invariant: a client's own key stays, `null` included.

use bytes::Bytes;

use crate::json;
use crate::splice::Splice;

const NAME: &str = "prompt_cache_key";

/// The body with `key`, in front of all others; the same buffer where it has one, or is no object.
pub(super) fn keyed(key: u64, body: &Bytes) -> Bytes {
    let (mut is_empty, mut has_key) = (true, false);
    let read = json::text(body).and_then(|text| {
        json::members(text, |key, _| {
            is_empty = false;
            has_key |= key == NAME;
        })
        .ok()
    });
    let brace = body.iter().position(|byte| *byte == b'{');
    let (Some(()), Some(brace), false) = (read, brace, has_key) else {
        return body.clone();
    };
    let comma = if is_empty { "" } else { "," };
    let mut splice = Splice::new(body);
    let member = format!("\"{NAME}\":\"{key:016x}\"{comma}");
    splice.replace(brace + 1..brace + 1, member);
    splice.apply()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::keyed;

    #[test]
    fn a_body_gets_a_key_unless_it_has_one() {
        for (body, expected) in [
            (
                r#" {"model":"m"}"#,
                r#" {"prompt_cache_key":"00000000000000ff","model":"m"}"#,
            ),
            ("{}", r#"{"prompt_cache_key":"00000000000000ff"}"#),
            (
                r#"{"a":{"prompt_cache_key":"k"}}"#,
                r#"{"prompt_cache_key":"00000000000000ff","a":{"prompt_cache_key":"k"}}"#,
            ),
            (r#"{"prompt_cache_key":"k"}"#, r#"{"prompt_cache_key":"k"}"#),
            (
                r#"{"prompt_cache_key":null}"#,
                r#"{"prompt_cache_key":null}"#,
            ),
            ("[{}]", "[{}]"),
            (r#"{"a":"#, r#"{"a":"#),
            ("", ""),
        ] {
            let body = Bytes::from_static(body.as_bytes());
            assert_eq!(keyed(255, &body), expected);
        }
    }
}
