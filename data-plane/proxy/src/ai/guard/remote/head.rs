//! The head of a question to a service.
//!
//! Owns which headers of the client go along, and what expressions compute of it. Must not know bodies. Invariants: a credential of
//! the client is sent only where the guard names it; what frames the call cannot be computed.

use dp_config::prompt_guard::{Computed, ForwardRule};
use dp_policy::hop_by_hop;
use expr::{Attributes, Expr};
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
    },
    request::Parts,
    uri::{Authority, PathAndQuery},
};
use serde_json::Value as Json;

use crate::fault::{Fault, Kind};

/// Headers of the call that nobody computes.
const FRAMING: [http::HeaderName; 4] = [CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING];

/// What is computed of one call.
#[derive(Debug, Default)]
pub(in crate::ai::guard) struct Values {
    method: Option<Method>,
    path: Option<PathAndQuery>,
    /// What is sent as the host.
    pub(super) authority: Option<Authority>,
    headers: HeaderMap,
}

/// A POST of JSON.
pub(super) fn post(path: &str, length: usize, values: &Values) -> Result<Parts, Fault> {
    let request = Request::builder().method(Method::POST).uri(path).body(());
    let (mut head, ()) = request
        .map_err(|error| Fault::caused(Kind::Bug, error))?
        .into_parts();
    if let Some(method) = &values.method {
        head.method = method.clone();
    }
    if let Some(path) = &values.path {
        head.uri = Uri::from(path.clone());
    }
    let json = || HeaderValue::from_static("application/json");
    head.headers.insert(CONTENT_TYPE, json());
    head.headers.insert(ACCEPT, json());
    let identity = HeaderValue::from_static("identity");
    head.headers.insert(ACCEPT_ENCODING, identity);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(head)
}

/// The headers of the client that the guard names, but for those that are the call's own.
pub(super) fn forward(rules: &[ForwardRule], client: &HeaderMap, headers: &mut HeaderMap) {
    let own = headers.clone();
    for rule in rules {
        if own.contains_key(&rule.name) {
            continue;
        }
        let values = client.get_all(&rule.name).iter();
        for value in values.filter(|value| rule.value.matches(value.as_bytes())) {
            headers.append(rule.name.clone(), value.clone());
        }
    }
    headers.remove(EXPECT);
    hop_by_hop::strip(headers);
}

// === impl Values ===

impl Values {
    /// Evaluates what a guard computes.
    ///
    /// # Errors
    /// Method, path or authority has no value that could be sent: the question would go to a place that nobody meant.
    pub(super) fn of(computed: &Computed, attributes: &dyn Attributes) -> Result<Values, Fault> {
        let mut values = Values {
            method: pseudo(":method", computed.method.as_ref(), attributes, |text| {
                Method::from_bytes(text.as_bytes()).ok()
            })?,
            path: pseudo(":path", computed.path.as_ref(), attributes, |text| {
                let is_path = text.starts_with('/');
                is_path.then(|| PathAndQuery::try_from(text).ok()).flatten()
            })?,
            authority: pseudo(
                ":authority",
                computed.authority.as_ref(),
                attributes,
                |text| {
                    let authority = Authority::try_from(text).ok()?;
                    (!text.contains('@')).then_some(authority)
                },
            )?,
            headers: HeaderMap::new(),
        };
        for (name, expression) in &computed.headers {
            let value = text(expression, attributes);
            let value = value.and_then(|text| HeaderValue::from_str(&text).ok());
            if let Some(value) = value.filter(|_| !FRAMING.contains(name)) {
                values.headers.append(name.clone(), value);
            }
        }
        Ok(values)
    }

    /// Puts the headers in the place of others of their names.
    pub(super) fn set(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        hop_by_hop::strip(headers);
    }
}

fn pseudo<T>(
    name: &str,
    expression: Option<&Expr>,
    attributes: &dyn Attributes,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let Some(expression) = expression else {
        return Ok(None);
    };
    let value = text(expression, attributes);
    match value.and_then(|text| read(&text)) {
        Some(value) => Ok(Some(value)),
        None => Err(Fault::caused(
            Kind::InvalidBackend,
            format!("{name} of the guard has no value that can be sent"),
        )),
    }
}

/// The value as a text; `None` where there is none, or it is no text, number or truth.
fn text(expression: &Expr, attributes: &dyn Attributes) -> Option<String> {
    match expression.evaluate(attributes).ok()? {
        Json::String(text) => Some(text),
        value @ (Json::Number(_) | Json::Bool(_)) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use dp_config::prompt_guard::Computed;
    use expr::{Attribute, AttributeSet, Attributes, Expr};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::{Value as Json, json};

    use super::{Values, post};

    struct Client;

    impl Attributes for Client {
        fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
            (attribute == Attribute::RequestHeaders)
                .then(|| Cow::Owned(json!({"x-user": "ann", "x-bad": "a\nb"})))
        }
    }

    fn expression(text: &str) -> Expr {
        Expr::compile(text, AttributeSet::OF_LLM_REQUEST).expect("compiles")
    }

    #[test]
    fn headers_are_set_where_they_have_a_value() {
        let set =
            |name: &'static str, text: &str| (HeaderName::from_static(name), expression(text));
        let computed = Computed {
            path: Some(expression(r#""/judge/" + request.headers["x-user"]"#)),
            method: Some(expression("'PUT'")),
            authority: Some(expression("'judge.test:80'")),
            headers: vec![
                set("x-user", r#"request.headers["x-user"]"#),
                set("x-absent", r#"request.headers["x-absent"]"#),
                set("x-bad", r#"request.headers["x-bad"]"#),
                set("x-level", "1 + 1"),
                set("content-length", "'0'"),
            ],
        };
        let values = Values::of(&computed, &Client).expect("values");
        let head = post("/request", 7, &values).expect("a head");
        assert_eq!(
            (head.method.as_str(), head.uri.path()),
            ("PUT", "/judge/ann")
        );
        assert_eq!(
            values.authority.as_ref().map(|own| own.as_str()),
            Some("judge.test:80")
        );
        let mut headers = head.headers;
        headers.insert("x-user", HeaderValue::from_static("bob"));
        values.set(&mut headers);
        let shown = |headers: &HeaderMap, name: &str| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        for (name, expected) in [
            ("x-user", Some("ann")),
            ("x-absent", None),
            ("x-bad", None),
            ("x-level", Some("2")),
            ("content-length", Some("7")),
        ] {
            assert_eq!(shown(&headers, name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_question_without_a_place_is_not_asked() {
        for (path, authority) in [
            ("request.headers['x-absent']", "'a'"),
            ("'judge'", "'a'"),
            ("'/a b'", "'a'"),
            ("'/a'", "'user@host'"),
            ("'/a'", "''"),
        ] {
            let computed = Computed {
                path: Some(expression(path)),
                authority: Some(expression(authority)),
                ..Computed::default()
            };
            let values = Values::of(&computed, &Client);
            assert!(values.is_err(), "{path} {authority}");
        }
    }
}
