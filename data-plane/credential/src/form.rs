//! `application/x-www-form-urlencoded`, as token services take it.
//!
//! Owns the escapes. Must not know fields. Invariant: what is written reads back as it was, by any reader of RFC 3986.

use std::fmt::Write as _;

use crate::port::{Request, Target};

/// A form as a body.
pub(crate) fn post(target: Target, fields: &[(&str, &str)]) -> Request {
    Request {
        method: "POST",
        target,
        headers: vec![(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
        )],
        body: encoded(fields).into_bytes(),
    }
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => {
                // Writing to a string does not fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_that_is_not_unreserved_is_escaped() {
        let fields = [("a", "b c&d=+/é"), ("Tags.member.1.Key", "")];
        let expected = "a=b%20c%26d%3D%2B%2F%C3%A9&Tags.member.1.Key=";
        assert_eq!(super::encoded(&fields), expected);
    }
}
