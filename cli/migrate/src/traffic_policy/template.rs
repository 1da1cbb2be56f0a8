//! `transformation` of a TrafficPolicy: templates to expressions.
//!
//! Owns the part of Inja that says the same as an expression: text, and headers in it. Must not guess: any other
//! template is left out, because half of a body is worse than none.

use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::super::manifest::{self, put};
use super::super::report::Log;

/// Which message is changed; `header` means its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

/// Converts `transformation`.
pub(super) fn transformation(
    mut transformation: Fields,
    traffic: &mut Map<String, Value>,
    log: &mut Log,
) {
    let place = transformation.path().to_owned();
    let mut to = Map::new();
    for (key, side) in [("request", Side::Request), ("response", Side::Response)] {
        if let Some(message) = transformation.object(key) {
            put(&mut to, key, transform(message, side, log));
        }
    }
    if !to.is_empty() {
        log.changed(
            &place,
            "spec.traffic.transformation; templates are expressions now",
        );
        put(traffic, "transformation", to);
    }
    transformation.finish(log);
}

fn transform(mut message: Fields, side: Side, log: &mut Log) -> Map<String, Value> {
    let mut to = Map::new();
    for key in ["set", "add"] {
        let mut headers = Vec::new();
        for mut header in message.objects(key) {
            let value = header.text("value").unwrap_or_default();
            match expression(&value, side) {
                Some(value) => {
                    let name = header.take("name").unwrap_or_default();
                    headers.push(json!({"name": name, "value": value}));
                }
                None => {
                    log.left_out(header.path(), UNKNOWN);
                    header.take("name");
                }
            }
            header.finish(log);
        }
        put(&mut to, key, headers);
    }
    put(
        &mut to,
        "remove",
        message.take("remove").unwrap_or_default(),
    );
    if let Some(mut body) = message.object("body") {
        body.text("parseAs");
        match body.text("value").map(|value| expression(&value, side)) {
            Some(Some(value)) => put(&mut to, "body", json!(value)),
            Some(None) => log.left_out(body.path(), UNKNOWN),
            None => {}
        }
        body.finish(log);
    }
    message.finish(log);
    to
}

const UNKNOWN: &str = "the template is more than text and headers: write it as an expression";

/// A template as an expression.
fn expression(template: &str, side: Side) -> Option<String> {
    if template.contains("{%") || template.contains("{#") {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}")?;
        if !text.is_empty() {
            parts.push(manifest::cel_text(text));
        }
        parts.push(header(inside.trim(), side)?);
        rest = after;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(manifest::cel_text(rest));
    }
    Some(parts.join(" + "))
}

/// `header("x")` or `request_header("x")`.
fn header(call: &str, side: Side) -> Option<String> {
    let (function, argument) = call.strip_suffix(')')?.split_once('(')?;
    let message = match (function.trim(), side) {
        ("request_header", _) | ("header", Side::Request) => "request",
        ("header", Side::Response) => "response",
        _ => return None,
    };
    let argument = argument.trim();
    let quoted = |quote: char| argument.strip_prefix(quote)?.strip_suffix(quote);
    let name = quoted('"').or_else(|| quoted('\''))?;
    (!name.contains(['"', '\'', '\\'])).then(|| {
        let name = manifest::cel_text(&name.to_lowercase());
        format!("{message}.headers[{name}]")
    })
}

#[cfg(test)]
mod tests {
    use super::{Side, expression};

    #[track_caller]
    fn check(template: &str, expected: Option<&str>) {
        assert_eq!(expression(template, Side::Request).as_deref(), expected);
    }

    #[test]
    fn templates_are_expressions() {
        check("plain", Some("\"plain\""));
        check("", Some("\"\""));
        check("say \"hi\"\n", Some("\"say \\\"hi\\\"\\n\""));
        check(
            "{{ header(\"X-Team\") }}",
            Some("request.headers[\"x-team\"]"),
        );
        check(
            "a-{{request_header('b')}}-c",
            Some("\"a-\" + request.headers[\"b\"] + \"-c\""),
        );
        check("{{ model }}", None);
        check("{% if a %}b{% endif %}", None);
        check("{{ header(\"a\") ", None);
        let response = expression("{{ header(\"a\") }}", Side::Response);
        assert_eq!(response.as_deref(), Some("response.headers[\"a\"]"));
    }
}
