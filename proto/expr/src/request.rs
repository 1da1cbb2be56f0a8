//! Values that attributes of a request have, wherever it is asked about.
//!
//! It must not know who asks. Invariant: what is no text has no value.

use http::HeaderMap;
use serde_json::{Map, Value};

/// `request.host`: an authority without its port.
pub fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        Some(_) | None => authority,
    }
}

/// `request.headers`, `response.headers`: a text for each name, a list where there is more than one.
pub fn headers(headers: &HeaderMap) -> Value {
    let mut members = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let mut values: Vec<Value> = values
            .filter_map(|value| Some(value.to_str().ok()?.into()))
            .collect();
        let value = match values.len() {
            0 => continue,
            1 => values.swap_remove(0),
            _ => values.into(),
        };
        members.insert(name.as_str().to_owned(), value);
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::json;

    use super::{headers, host};

    #[test]
    fn hosts_have_no_port() {
        for (authority, expected) in [
            ("a.test", "a.test"),
            ("a.test:80", "a.test"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(host(authority), expected);
        }
    }

    #[test]
    fn a_header_that_came_twice_is_a_list() {
        let mut map = HeaderMap::new();
        for (name, value) in [("x-one", "1"), ("x-two", "a,b"), ("x-two", "c")] {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        map.append(
            "x-bytes",
            HeaderValue::from_bytes(b"\xff").expect("a value"),
        );
        assert_eq!(headers(&map), json!({"x-one": "1", "x-two": ["a,b", "c"]}));
    }
}
