//! The fields of a `multipart/form-data` body (RFC 7578), as far as the gateway reads and changes them.
//!
//! Owns where the value of a field is. It must not look into files. Invariants: all but the value that is replaced keeps its
//! bytes, the boundary included; a body that is not what its boundary says, or that two readers could take for different forms,
//! is none: the provider would read another model in it than the gateway.

use std::ops::Range;

/// The longest boundary (RFC 2046 section 5.1.1).
const BOUNDARY: usize = 70;

/// Where fields without a file name are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, as it was sent.
    pub name: String,
    /// Where its value is.
    pub value: Range<usize>,
}

/// What divides two parts.
struct Delimiter {
    /// Where it begins, with the line end in front.
    start: usize,
    /// What follows it.
    end: usize,
    /// No part follows.
    is_last: bool,
}

/// The boundary of a content type that is `multipart/form-data`; empty, which is no form's, where it names none or several.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (essence, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters(rest).filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    let boundary = once(named.map(|(_, value)| value)).unwrap_or_default();
    let is_fit = boundary.len() <= BOUNDARY && !boundary.contains(['\\', '"', '\r', '\n']);
    Some(if is_fit { boundary } else { "" })
}

/// The fields of `body` that are no files, in order; `None` where it is no whole form, or could be taken for two.
pub fn fields(body: &[u8], boundary: &str) -> Option<Vec<Field>> {
    if boundary.is_empty() {
        return None;
    }
    let (first, inner) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let mut fields = Vec::new();
    let opening = delimiter(body, 0, first.as_bytes()).filter(|opening| opening.start == 0);
    let mut last = opening.or_else(|| delimiter(body, 0, inner.as_bytes()))?;
    while !last.is_last {
        let head_end = find(body, last.end, b"\r\n\r\n")?;
        // The empty line itself may be the line end in front of the delimiter.
        let next = delimiter(body, head_end + 2, inner.as_bytes())?;
        let head = body.get(last.end..head_end).unwrap_or_default();
        if find(head, 0, inner.as_bytes()).is_some() {
            return None;
        }
        if let Some(name) = name_of_field(head)? {
            let start = head_end + 4;
            fields.push(Field {
                name,
                value: start..next.start.max(start),
            });
        }
        last = next;
    }
    Some(fields)
}

/// The next delimiter; a longer boundary that begins the same is none. White space behind it is of the way (RFC 2046 section 5.1.1).
fn delimiter(body: &[u8], from: usize, wanted: &[u8]) -> Option<Delimiter> {
    let mut at = from;
    loop {
        let start = find(body, at, wanted)?;
        let end = start + wanted.len();
        let rest = body.get(end..)?;
        let (is_last, rest) = match rest.strip_prefix(b"--") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        let padding = padding.count();
        let rest = rest.get(padding..)?;
        if rest.starts_with(b"\r\n") || (is_last && rest.is_empty()) {
            let end = end + padding;
            return Some(Delimiter {
                start,
                end,
                is_last,
            });
        }
        if is_last {
            // The end to one reader, and a longer boundary to another.
            return None;
        }
        at = end;
    }
}

/// The `name` of a part's head, `Some(None)` for a file; `None` where readers could take different ones.
fn name_of_field(head: &[u8]) -> Option<Option<String>> {
    let head = String::from_utf8_lossy(head);
    // A line may be folded.
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut dispositions = Vec::new();
    for line in head.split("\r\n") {
        if line.contains(['\r', '\n', '\0']) {
            return None;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name.trim().eq_ignore_ascii_case("content-disposition") {
            dispositions.push(value);
        }
    }
    let disposition = match dispositions.as_slice() {
        [] => return Some(None),
        [one] => one.split_once(';').map_or("", |(_, rest)| rest),
        _ => return None,
    };
    let (mut names, mut is_file) = (Vec::new(), false);
    for (name, value) in parameters(disposition) {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "name" => names.push(value),
            "filename" | "filename*" => is_file = true,
            // Encoded, or in parts (RFC 2231): RFC 7578 has neither.
            _ if name.starts_with("name*") => return None,
            _ => {}
        }
    }
    match names.as_slice() {
        [] => Some(None),
        // What is escaped reads as it is to one, and without the escape to another.
        [name] if name.contains('\\') => is_file.then_some(None),
        [name] => Some((!is_file).then(|| (*name).to_owned())),
        _ => None,
    }
}

/// Names and values behind a header's first semicolon; quotes are taken off, and escapes left.
fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(move |sign| {
        match (sign, is_escaped) {
            (_, true) => is_escaped = false,
            ('\\', false) => is_escaped = is_quoted,
            ('"', false) => is_quoted = !is_quoted,
            _ => {}
        }
        sign == ';' && !is_quoted
    });
    parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim();
        let inside = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        Some((name.trim(), inside.unwrap_or(value)))
    })
}

/// The only one.
fn once<'a>(mut values: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let one = values.next()?;
    values.next().is_none().then_some(one)
}

fn find(body: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = from;
    loop {
        let rest = body.get(at..)?;
        let skipped = rest.iter().position(|byte| *byte == first)?;
        at += skipped;
        if body.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{boundary, fields};

    const BODY: &str = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\
        Content-Type: audio/wav\r\n\r\n\r\n--bogus\r\nname=\"model\"\r\n\r\nx\r\n\
        --b\r\ncontent-disposition: form-data; name=stream\r\n\r\n\r\n--b--\r\n";

    #[test]
    fn fields_are_found_and_files_are_not() {
        let found = fields(BODY.as_bytes(), "b").expect("a form");
        let shown: Vec<(&str, &str)> = found
            .iter()
            .map(|field| (field.name.as_str(), &BODY[field.value.clone()]))
            .collect();
        assert_eq!(shown, [("model", "whisper-1"), ("stream", "")]);
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n--b--\r\n";
        let found = fields(body.as_bytes(), "b").expect("a form");
        assert_eq!(found.len(), 1);
        assert_eq!(&body[found[0].value.clone()], "");
    }

    #[test]
    fn what_is_cut_is_no_form() {
        let whole = BODY.len() - 2;
        for cut in 0..BODY.len() {
            let is_whole = cut == whole;
            assert_eq!(
                fields(&BODY.as_bytes()[..cut], "b").is_some(),
                is_whole,
                "{cut}"
            );
        }
        assert_eq!(fields(b"", "b"), None);
        assert_eq!(fields(BODY.as_bytes(), ""), None);
        assert_eq!(fields(b"--b--", "b"), Some(Vec::new()));
        assert!(fields(format!("preamble\r\n{BODY}epilogue").as_bytes(), "b").is_some());
    }

    /// llm.md O-5: a form is read as its provider reads it, or not at all.
    #[test]
    fn readers_agree_about_names() {
        let of = |head: &str| {
            let body = format!("--b\r\n{head}\r\n\r\nx\r\n--b--");
            let found = fields(body.as_bytes(), "b")?;
            Some(
                found
                    .into_iter()
                    .map(|field| field.name)
                    .collect::<Vec<_>>(),
            )
        };
        let plain = "Content-Disposition: form-data; name=\"model\"";
        for (head, expected) in [
            (plain.to_owned(), Some(vec!["model"])),
            (format!("X: y\r\n{plain}"), Some(vec!["model"])),
            (
                "Content-Disposition: form-data;\r\n name=model".to_owned(),
                Some(vec!["model"]),
            ),
            (
                "Content-Disposition : form-data; NAME=model".to_owned(),
                Some(vec!["model"]),
            ),
            (
                "Content-Disposition: form-data; x=\"; name=y\"; name=model".to_owned(),
                Some(vec!["model"]),
            ),
            (format!("{plain}; filename=\"\""), Some(vec![])),
            (format!("{plain}; filename*=utf-8''a"), Some(vec![])),
            ("Content-Type: text/plain".to_owned(), Some(vec![])),
            (format!("{plain}; name=other"), None),
            (format!("{plain}\r\n{plain}"), None),
            (
                "Content-Disposition: form-data; name*=utf-8''model".to_owned(),
                None,
            ),
            (
                "Content-Disposition: form-data; name*0=mod; name*1=el".to_owned(),
                None,
            ),
            (
                "Content-Disposition: form-data; name=\"mo\\del\"".to_owned(),
                None,
            ),
            (format!("X: y\n{plain}"), None),
            (format!("X: y\r\n--b\r\n{plain}"), None),
        ] {
            let found = of(&head);
            let found = found
                .as_ref()
                .map(|names| names.iter().map(String::as_str).collect());
            assert_eq!(found, expected, "{head}");
        }
        // White space behind a delimiter is none of the delimiter.
        let part = "Content-Disposition: form-data; name=\"model\"\r\n\r\nx\r\n";
        let padded = format!("--b \t\r\n{part}--b\t\r\n{part}--b--");
        assert_eq!(
            fields(padded.as_bytes(), "b").map(|found| found.len()),
            Some(2)
        );
        assert_eq!(
            fields(format!("--b\r\n{part}--b--x\r\n--b--").as_bytes(), "b"),
            None
        );
        // Where the first delimiter is in the middle of a line, there is none.
        assert_eq!(fields(format!("x--b\r\n{part}").as_bytes(), "b"), None);
        assert_eq!(fields(padded.replace("\r\n", "\n").as_bytes(), "b"), None);
    }

    #[test]
    fn boundaries() {
        for (text, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            (
                "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"",
                Some("a b"),
            ),
            ("multipart/form-data; boundary=\"a;b\"; x=y", Some("a;b")),
            // No form's: what cannot be read, or is read by each as he likes.
            ("multipart/form-data", Some("")),
            ("multipart/form-data; boundary=", Some("")),
            ("multipart/form-data; boundary=a; boundary=b", Some("")),
            ("multipart/form-data; boundary=\"a\\b\"", Some("")),
            ("multipart/form-data; boundary=\"a", Some("")),
            ("multipart/mixed; boundary=abc", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(text), expected, "{text}");
        }
    }
}
