//! The strings inside a JSON value, at any depth.
//!
//! It must not know formats. Invariant: the value is valid JSON; the walk is one pass without recursion, so that brackets
//! without end cost no stack.

use std::ops::Range;

/// A string that is a value, not a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// The string with its quotes, in the value's text.
    pub(crate) range: Range<usize>,
    /// The key, as written between its quotes, of the member that it is the value of, or stands in a list of.
    pub(crate) key: Range<usize>,
}

struct Level {
    is_object: bool,
    key: Range<usize>,
}

/// The strings of `json`, in order.
pub(crate) fn strings(json: &str) -> Vec<Leaf> {
    let bytes = json.as_bytes();
    let mut leaves = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    // In an object a string is a key until a colon comes, and again behind a comma.
    let mut is_key = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let mut next = at + 1;
        match byte {
            b'{' | b'[' => {
                let key = levels.last().map_or(0..0, |level| level.key.clone());
                is_key = *byte == b'{';
                levels.push(Level {
                    is_object: is_key,
                    key,
                });
            }
            b'}' | b']' => {
                levels.pop();
                is_key = false;
            }
            b',' => is_key = levels.last().is_some_and(|level| level.is_object),
            b':' => is_key = false,
            b'"' => {
                next = end_of_string(bytes, at);
                match levels.last_mut() {
                    Some(level) if is_key => level.key = at + 1..next.saturating_sub(1),
                    level => leaves.push(Leaf {
                        range: at..next,
                        key: level.map_or(0..0, |level| level.key.clone()),
                    }),
                }
            }
            _ => (),
        }
        at = next;
    }
    leaves
}

/// Behind the closing quote of the string that opens at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::strings;

    #[track_caller]
    fn check(json: &str, expected: &[(&str, &str)]) {
        let leaves = strings(json);
        let found: Vec<_> = leaves
            .iter()
            .map(|leaf| (&json[leaf.key.clone()], &json[leaf.range.clone()]))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn strings_are_found_with_their_key() {
        check(r#""a""#, &[("", r#""a""#)]);
        check(
            r#"{"a":"1","b":{"c":["2",3,{"d":"4"},"5"]},"e\"":"\\","f":null,"g":""}"#,
            &[
                ("a", r#""1""#),
                ("c", r#""2""#),
                ("d", r#""4""#),
                ("c", r#""5""#),
                (r#"e\""#, r#""\\""#),
                ("g", r#""""#),
            ],
        );
        check(
            r#"["{\"a\":1}",":",","]"#,
            &[("", r#""{\"a\":1}""#), ("", r#"":""#), ("", r#"",""#)],
        );
        check("[[[[]]]]", &[]);
        check("12", &[]);
    }

    #[test]
    fn depth_is_no_matter() {
        let deep = format!("{}\"x\"{}", "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(strings(&deep).len(), 1);
    }
}
