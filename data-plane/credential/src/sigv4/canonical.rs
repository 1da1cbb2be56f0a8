//! Parts of a request in the one form that both sides compute (AWS IAM guide "Create a signed AWS API request").
//!
//! Invariant: anything has a canonical form, also what no server would take.

/// The path: without empty and dot segments, each segment percent-encoded once more.
pub(super) fn path(path: &str) -> String {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut canonical = String::with_capacity(path.len() + 16);
    for segment in &segments {
        canonical.push('/');
        encode(segment.as_bytes(), &mut canonical);
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if canonical.is_empty() || is_folder {
        canonical.push('/');
    }
    canonical
}

/// The query: what is percent-encoded stays so, in capitals; sorted by name, then by value.
pub(super) fn query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded_once(name), encoded_once(value))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// A header's value: trimmed, and one space for several.
pub(super) fn header_value(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn encoded_once(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        match rest {
            [] => return canonical,
            [b'%', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                canonical.push('%');
                canonical.push(char::from(high.to_ascii_uppercase()));
                canonical.push(char::from(low.to_ascii_uppercase()));
                rest = after;
            }
            [byte, after @ ..] => {
                encode(&[*byte], &mut canonical);
                rest = after;
            }
        }
    }
}

fn encode(bytes: &[u8], out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(*byte));
            }
            _ => {
                out.push('%');
                for digit in [byte >> 4, byte & 15] {
                    out.extend(DIGITS.get(usize::from(digit)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{header_value, path, query};

    #[test]
    fn paths_are_normal_and_encoded_twice() {
        for (written, expected) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/./example", "/example"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("//example//", "/example/"),
            ("/a/./", "/a/"),
            ("/a/.", "/a/"),
            ("/-._~0aZ", "/-._~0aZ"),
            ("/example space/", "/example%20space/"),
            ("/\u{1234}", "/%E1%88%B4"),
            ("/model/a.b%3A0/converse", "/model/a.b%253A0/converse"),
            ("/model/a.b:0/converse", "/model/a.b%3A0/converse"),
        ] {
            assert_eq!(path(written), expected, "{written}");
        }
    }

    #[test]
    fn queries_are_sorted_and_encoded_once() {
        for (written, expected) in [
            ("", ""),
            ("Param2=value2&Param1=value1", "Param1=value1&Param2=value2"),
            ("Param1=value2&Param1=Value1", "Param1=Value1&Param1=value2"),
            ("Param1", "Param1="),
            ("a=%2f&b=c/d&&c=x y", "a=%2F&b=c%2Fd&c=x%20y"),
            ("a=b=c&z=%zz", "a=b%3Dc&z=%25zz"),
            // By the name first: `-` comes before `=`.
            ("a-b=1&a=2", "a=2&a-b=1"),
        ] {
            assert_eq!(query(written), expected, "{written}");
        }
    }

    #[test]
    fn values_are_trimmed() {
        assert_eq!(header_value(" value1 "), "value1");
        assert_eq!(header_value("\"a   b   c\""), "\"a b c\"");
    }
}
