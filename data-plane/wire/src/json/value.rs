//! A value of a text that is read once, from the outside in.
//!
//! Reading members and then the members of one of them finds the same ends twice; what is wanted three levels down is passed
//! over four times. Here whoever gets a value either goes into it or passes over it. It must not know which members matter.
//! Invariant: all of the text is checked, whatever its readers look at; a mistake anywhere is one of the whole text.

use std::borrow::Cow;

use super::{key, scan::Scan};

/// A value that has not been read.
pub struct Value<'s, 'a> {
    scan: &'s mut Scan<'a>,
    start: usize,
}

/// Reads a text; `None` if it is not JSON.
pub fn read<'a, T>(text: &'a str, take: impl FnOnce(Value<'_, 'a>) -> T) -> Option<T> {
    let mut scan = Scan::new(text);
    let taken = visit(&mut scan, take)?;
    scan.is_over().then_some(taken)
}

/// Gives the value that comes next away, and passes over it if nobody read it.
fn visit<'a, T>(scan: &mut Scan<'a>, take: impl FnOnce(Value<'_, 'a>) -> T) -> Option<T> {
    let start = scan.begin_value();
    let taken = take(Value { scan, start });
    if scan.is_at(start) {
        scan.value()?;
    }
    (!scan.is_broken()).then_some(taken)
}

// === impl Value ===

impl<'a> Value<'_, 'a> {
    /// Its text; empty where it is broken.
    #[must_use]
    pub fn raw(self) -> &'a str {
        let raw = self.scan.value();
        if raw.is_none() {
            self.scan.break_off();
        }
        raw.unwrap_or_default()
    }

    /// Its members, if it is an object, with their decoded keys and duplicates; in any case its text.
    pub fn members(self, mut each: impl FnMut(Cow<'a, str>, Value<'_, 'a>)) -> &'a str {
        let Self { scan, start } = self;
        if !scan.skip(b'{') {
            return Value { scan, start }.raw();
        }
        let read = inside(scan, b'}', |scan| {
            let literal = scan.string()?;
            // A key that says nothing is nobody's: it stands for itself.
            let name = Cow::Borrowed(literal.inner);
            let name = key(literal).unwrap_or(name);
            scan.skip(b':').then_some(())?;
            visit(scan, |value| each(name, value))
        });
        closed(scan, start, read)
    }

    /// Its elements, if it is an array; in any case its text.
    pub fn elements(self, mut each: impl FnMut(Value<'_, 'a>)) -> &'a str {
        let Self { scan, start } = self;
        if !scan.skip(b'[') {
            return Value { scan, start }.raw();
        }
        let read = inside(scan, b']', |scan| visit(scan, &mut each));
        closed(scan, start, read)
    }
}

/// What stands between two brackets, of which the first has been read.
fn inside<'a>(
    scan: &mut Scan<'a>,
    end: u8,
    mut one: impl FnMut(&mut Scan<'a>) -> Option<()>,
) -> Option<()> {
    if scan.skip(end) {
        return Some(());
    }
    loop {
        one(scan)?;
        if !scan.skip(b',') {
            return scan.skip(end).then_some(());
        }
    }
}

fn closed<'a>(scan: &mut Scan<'a>, start: usize, read: Option<()>) -> &'a str {
    if read.is_none() {
        scan.break_off();
        return "";
    }
    scan.since(start)
}

#[cfg(test)]
mod tests {
    use super::read;

    /// What a reader three levels down sees, and the texts of what it went through.
    fn seen(text: &str) -> Option<Vec<String>> {
        let mut seen = Vec::new();
        read(text, |value| {
            let whole = value.members(|key, value| match key.as_ref() {
                "list" => {
                    let mut inside = Vec::new();
                    let list = value.elements(|element| {
                        let raw = element.members(|key, value| {
                            inside.push(format!("{key}={}", value.raw()));
                        });
                        inside.push(raw.to_owned());
                    });
                    seen.append(&mut inside);
                    seen.push(list.to_owned());
                }
                "raw" => seen.push(value.raw().to_owned()),
                // Nobody reads it.
                _ => (),
            });
            seen.push(whole.to_owned());
        })?;
        Some(seen)
    }

    #[test]
    fn each_goes_in_as_far_as_it_likes() {
        let text =
            r#" {"a":{"b":[1]},"list":[ {"x":"y","z":[{}]} ,7,{}],"raw": {"c":[]} ,"d":"e"} "#;
        let expected = [
            "x=\"y\"",
            "z=[{}]",
            r#"{"x":"y","z":[{}]}"#,
            "7",
            "{}",
            r#"[ {"x":"y","z":[{}]} ,7,{}]"#,
            r#"{"c":[]}"#,
            text.trim(),
        ];
        assert_eq!(seen(text).expect("JSON"), expected);
        assert_eq!(seen("7").expect("JSON"), ["7"]);
        assert_eq!(seen(r#"{"list":3}"#).expect("JSON"), ["3", r#"{"list":3}"#]);
    }

    #[test]
    fn a_key_is_decoded_where_it_can_be() {
        let text = r#"{"l\u0069st":[{"\ud83d":1}]}"#;
        let expected = ["\\ud83d=1", r#"{"\ud83d":1}"#, r#"[{"\ud83d":1}]"#, text];
        assert_eq!(seen(text).expect("JSON"), expected);
    }

    #[test]
    fn a_mistake_anywhere_is_one_of_the_whole() {
        let text = r#"{"a":{"b":[1]},"list":[{"x":"y","z":[{}]},7,{}],"raw":{"c":[]},"d":"e"}"#;
        for end in 0..text.len() {
            assert_eq!(seen(text.get(..end).expect("ASCII")), None, "{end}");
        }
        for broken in [
            r#"{"list":[{"x":}]}"#,
            r#"{"list":[{"x" 1}]}"#,
            r#"{"list":[{1:1}]}"#,
            r#"{"list":[{"x":1,}]}"#,
            r#"{"list":[1 2]}"#,
            r#"{"other":[1 2]}"#,
            r#"{"raw":tru}"#,
            "{} {}",
            "",
        ] {
            assert_eq!(seen(broken), None, "{broken}");
        }
    }
}
