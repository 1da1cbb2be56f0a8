//! The fields of a `multipart/form-data` body (RFC 7578), as far as the gateway reads and changes them.
//!
//! Owns where the value of a field is. It must not look into files. Invariants: all but the value that is replaced keeps its
//! bytes, the boundary included; a body that is not what its boundary says has no fields.

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

/// The boundary of a content type that is `multipart/form-data`.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    let boundary = named.trim_matches('"');
    (!boundary.is_empty() && boundary.len() <= BOUNDARY).then_some(boundary)
}

/// The fields of `body` that are no files, in order.
pub fn fields(body: &[u8], boundary: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let first = format!("--{boundary}");
    let inner = format!("\r\n--{boundary}");
    let Some((_, mut at)) = delimiter(body, 0, first.as_bytes()) else {
        return fields;
    };
    loop {
        if !body.get(at..).unwrap_or_default().starts_with(b"\r\n") {
            // The last one ends in two hyphens.
            return fields;
        }
        let Some(end_of_head) = find(body, at, b"\r\n\r\n") else {
            return fields;
        };
        let start = end_of_head + 4;
        // The empty line itself may be the line end in front of the delimiter.
        let Some((end, behind)) = delimiter(body, end_of_head + 2, inner.as_bytes()) else {
            return fields;
        };
        let head = body.get(at..end_of_head).unwrap_or_default();
        if let Some(name) = name_of_field(head) {
            fields.push(Field {
                name,
                value: start..end.max(start),
            });
        }
        at = behind;
    }
}

/// Where the next delimiter begins and ends; a longer boundary that begins the same is none.
fn delimiter(body: &[u8], from: usize, wanted: &[u8]) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let start = find(body, at, wanted)?;
        let end = start + wanted.len();
        let rest = body.get(end..)?;
        if rest.starts_with(b"\r\n") || rest.starts_with(b"--") {
            return Some((start, end));
        }
        at = end;
    }
}

/// The `name` of a part's head; `None` for a file.
fn name_of_field(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    })?;
    let mut found = None;
    for parameter in disposition.split(';').skip(1) {
        let (name, value) = parameter.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("filename") || name.eq_ignore_ascii_case("filename*") {
            return None;
        }
        if name.eq_ignore_ascii_case("name") {
            found = Some(value.trim_matches('"').to_owned());
        }
    }
    found
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
        let found = fields(BODY.as_bytes(), "b");
        let shown: Vec<(&str, &str)> = found
            .iter()
            .map(|field| (field.name.as_str(), &BODY[field.value.clone()]))
            .collect();
        assert_eq!(shown, [("model", "whisper-1"), ("stream", "")]);
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n--b--\r\n";
        let found = fields(body.as_bytes(), "b");
        assert_eq!(found.len(), 1);
        assert_eq!(&body[found[0].value.clone()], "");
    }

    #[test]
    fn what_is_cut_has_no_more_fields() {
        for cut in 0..BODY.len() {
            assert!(fields(&BODY.as_bytes()[..cut], "b").len() <= 2);
        }
        assert!(fields(b"", "b").is_empty());
    }

    #[test]
    fn boundaries() {
        for (text, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            (
                "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"",
                Some("a b"),
            ),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=abc", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(text), expected, "{text}");
        }
    }
}
