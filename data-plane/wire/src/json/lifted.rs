//! A document without its long values, so that whoever reads it all need not pass over them.
//!
//! Must not know what a document means. Invariant: with the values put back in their places, it is the document.

use super::key;
use super::scan::Scan;

/// A document without some of its values.
#[derive(Debug, PartialEq, Eq)]
pub struct Lifted<'a> {
    /// The document with `null` in their places.
    pub rest: String,
    /// The values, and in which element of the list they were.
    pub values: Vec<(usize, &'a str)>,
}

/// What is looked for: the member of each object in a list, which is itself a member of the document.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Name of the list.
    pub list: &'static str,
    /// Name of the member.
    pub member: &'static str,
    /// From how many bytes on a value is long.
    pub least: usize,
}

/// Lifts the long values out of a document; `None` where they are less than half of it, or the text is no JSON object.
#[must_use]
pub fn lift<'a>(text: &'a str, wanted: &Wanted) -> Option<Lifted<'a>> {
    let mut scan = Scan::new(text);
    let mut values = Vec::new();
    scan.skip(b'{').then_some(())?;
    if !scan.skip(b'}') {
        loop {
            let key = key(scan.string()?)?;
            scan.skip(b':').then_some(())?;
            match key == wanted.list && scan.skip(b'[') {
                true => elements(&mut scan, wanted, &mut values)?,
                false => scan.value().map(drop)?,
            }
            if !scan.skip(b',') {
                break;
            }
        }
        scan.skip(b'}').then_some(())?;
    }
    let long: usize = values.iter().map(|(_, value)| value.len()).sum();
    // The rest is copied: that has to be worth it.
    if !scan.is_over() || long < text.len() / 2 {
        return None;
    }
    let mut rest = String::with_capacity(text.len().saturating_sub(long) + 4 * values.len());
    let mut from = 0;
    for (_, value) in &values {
        let place = super::span(text, value)?;
        rest.push_str(text.get(from..place.start)?);
        rest.push_str("null");
        from = place.end;
    }
    rest.push_str(text.get(from..)?);
    Some(Lifted { rest, values })
}

/// What stands behind the bracket that opens a list.
fn elements<'a>(
    scan: &mut Scan<'a>,
    wanted: &Wanted,
    values: &mut Vec<(usize, &'a str)>,
) -> Option<()> {
    if scan.skip(b']') {
        return Some(());
    }
    for index in 0.. {
        match scan.skip(b'{') {
            true => members(scan, (wanted, index), values)?,
            false => scan.value().map(drop)?,
        }
        if !scan.skip(b',') {
            break;
        }
    }
    scan.skip(b']').then_some(())
}

/// What stands behind the brace that opens an object.
fn members<'a>(
    scan: &mut Scan<'a>,
    (wanted, index): (&Wanted, usize),
    values: &mut Vec<(usize, &'a str)>,
) -> Option<()> {
    if scan.skip(b'}') {
        return Some(());
    }
    loop {
        let key = key(scan.string()?)?;
        scan.skip(b':').then_some(())?;
        let value = scan.value()?;
        if key == wanted.member && value.len() >= wanted.least {
            values.push((index, value));
        }
        if !scan.skip(b',') {
            break;
        }
    }
    scan.skip(b'}').then_some(())
}

#[cfg(test)]
mod tests {
    use super::{Lifted, Wanted, lift};

    const WANTED: Wanted = Wanted {
        list: "messages",
        member: "content",
        least: 6,
    };
    const LONG: &str = "a text that is as long as all that stands around it, which would not be worth the copy if it were shorter, \
        and it has to be a little longer than this, so that nobody need count, and some more words";

    #[test]
    fn long_values_are_lifted_out_of_their_places() {
        let text = format!(
            r#" {{"a":[{{"content":"elsewhere"}}], "messages" : [ {{"role":"x", "content" : "\"{LONG}\"" }},
            7, {{"content":"1234"}}, {{"content":"123"}}, {{}}, {{"c\u006fntent":[1,2,3]}}],"content":"beside it" }} "#
        );
        let Lifted { rest, values } = lift(&text, &WANTED).expect("lifted");
        let long = format!(r#""\"{LONG}\"""#);
        assert_eq!(values, [(0, &*long), (2, "\"1234\""), (5, "[1,2,3]")]);
        let mut whole = rest;
        for (_, value) in values {
            whole = whole.replacen("null", value, 1);
        }
        assert_eq!(whole, text);
    }

    #[test]
    fn where_nothing_is_long_nothing_is_lifted() {
        for text in [
            "{}",
            "[]",
            "",
            r#"{"messages":[]}"#,
            r#"{"messages":[{"content":"123"}]}"#,
            r#"{"messages":{"content":"123456"}}"#,
            r#"{"messages":"123456"}"#,
            r#"{"messages":[{"content":"12345678"}],"tools":"longer than that"}"#,
        ] {
            assert_eq!(lift(text, &WANTED), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_who_says_so() {
        let text = r#"{"messages":[{"content":"1234567890123456789012345678901234567890"}]}"#;
        assert!(lift(text, &WANTED).is_some());
        for end in 0..text.len() {
            let cut = text.get(..end).expect("ASCII");
            assert_eq!(lift(cut, &WANTED), None, "{cut}");
        }
        for text in [
            r#"{"messages":[{"content":"LONG"}]} x"#,
            r#"{"messages":[{"content":"LONG"},]}"#,
            r#"{"messages":[{"content":"LONG" "a":1}]}"#,
            r#"{"messages":[{"content":"LONG\x456"}]}"#,
        ] {
            let text = text.replace("LONG", LONG);
            assert_eq!(lift(&text, &WANTED), None, "{text}");
        }
    }
}
