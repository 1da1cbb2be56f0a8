//! What expressions mean: tables, and the reference implementation beside them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and names what it is about"
)]

use std::borrow::Cow;

use expr::{Attribute, AttributeSet, Attributes, Expr, Problem};
use serde_json::{Value as Json, json};

struct Request;

impl Attributes for Request {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        let value = match attribute {
            Attribute::RequestPath => json!("/v1/chat/completions"),
            Attribute::RequestMethod => json!("POST"),
            Attribute::RequestHeaders => json!({"x-team": "red", "accept": ["a", "b"]}),
            Attribute::LlmRequestModel => json!("gpt-4o"),
            Attribute::LlmStreaming => json!(true),
            Attribute::LlmRequest => json!({
                "model": "gpt-4o", "max_tokens": 100, "temperature": 0.5, "big": 18446744073709551615_u64,
                "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}],
            }),
            _ => return None,
        };
        Some(Cow::Owned(value))
    }
}

fn compile(text: &str) -> Expr {
    Expr::compile(text, AttributeSet::OF_LLM_ANSWER)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn check(text: &str, expected: &Json) {
    let value = compile(text).evaluate(&Request);
    assert_eq!(value.as_ref(), Ok(expected), "{text}");
}

#[track_caller]
fn fails(text: &str, expected: Problem) {
    let value = compile(text).evaluate(&Request);
    assert_eq!(
        value.map_err(|error| error.problem),
        Err(expected),
        "{text}"
    );
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = Expr::compile(text, AttributeSet::OF_LLM_REQUEST).expect_err(text);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn attributes_are_read_by_any_spelling() {
    for text in [
        "request.path.startsWith('/v1')",
        "request['path'] == '/v1/chat/completions'",
        "request.headers['X-Team'] == 'red'",
        "request.headers[\"x-team\"] == \"red\"",
        "'x-team' in request.headers",
        "request.headers.accept == ['a', 'b']",
        "has(request.headers.accept) && !has(request.headers.none)",
        "has(llmRequest.model) && has(llm.streaming)",
        "!has(llm.params) && !has(response.code) && !has(llm.params.seed)",
        "llm.streaming && llm.requestModel.matches('^gpt-[0-9]')",
        "request.method in ['POST', 'PUT']",
        "size(request) >= 3",
        "llmRequest.max_tokens + 28 == 128",
        "llmRequest.max_tokens > 99.5 && llmRequest.temperature < 1",
        "llmRequest.big == 18446744073709551615u && llmRequest.big > 1.0e19",
        "llmRequest.messages.exists(m, m.role == 'user' && m.content.contains('ell'))",
        "llmRequest.messages.all(m, m.content.size() > 0)",
        "llmRequest.messages.exists_one(m, m.role == 'system')",
        "llmRequest.messages.map(m, m.role) == ['system', 'user']",
        "llmRequest.messages.map(m, m.role == 'user', m.content) == ['hello']",
        "llmRequest.messages.filter(m, m.role == 'user')[0].content == 'hello'",
        "llmRequest.messages[1].with(m, m.role + m.content) == 'userhello'",
        "default(request.headers['none'], 'x') == 'x' && default('a', fail()) == 'a'",
        "coalesce(request.headers.none, null, 7) == 7",
        "coalesce(request.headers.none, null) == null",
        "request.headers.none == 'x' || request.method == 'POST'",
        "!(request.headers.none == 'x' && request.method == 'GET')",
        "// words\n true",
    ] {
        check(text, &json!(true));
    }
}

#[test]
fn values_are_json() {
    check(
        "llmRequest.messages[0]",
        &json!({"role": "system", "content": "be kind"}),
    );
    check(
        "{'a': 1, 2: [null, 1.5], true: b'ab'}",
        &json!({"a": 1, "2": [null, 1.5], "true": "YWI="}),
    );
    check("{'a': 1}.merge({'b': 2, 'a': 3})", &json!({"a": 3, "b": 2}));
    check("json('{\"a\":[1]}').a[0]", &json!(1));
    check("toJson({'a': [1, 'b']})", &json!(r#"{"a":[1,"b"]}"#));
    check("'a,b,c'.split(',').join('-')", &json!("a-b-c"));
    check("'abc'.split('')", &json!(["a", "b", "c"]));
    check("'abc'.split('', 2)", &json!(["a", "bc"]));
    check("'a-b-c'.replace('-', '+', 1)", &json!("a+b-c"));
    check(
        "'gr\u{fc}n'.substring(2, 4) + 'gr\u{fc}n'.charAt(3)",
        &json!("\u{fc}nn"),
    );
    check(
        "'tacocat'.indexOf('ac') + 'tacocat'.lastIndexOf('a')",
        &json!(6),
    );
    check(
        "'/id/12/x'.regexReplace('/id/[0-9]+/', '/id/{id}/')",
        &json!("/id/{id}/x"),
    );
    check("string(base64.decode(base64.encode('hi')))", &json!("hi"));
    check("max([1, 3, 2]) + min(4, 2) + math.abs(-3)", &json!(8));
    check("int('12') + int(3.9) + int(7u)", &json!(22));
    check(
        "'\\x41\\u00e4\\U0001F600\\101' + r'\\n'",
        &json!("A\u{e4}\u{1F600}A\\n"),
    );
    check("\"\"\"a\"b\nc\"\"\"", &json!("a\"b\nc"));
    check("-9223372036854775808", &json!(i64::MIN));
    check("0xff + 1", &json!(256));
    check("1.5e2", &json!(150.0));
    check("true ? 1 : fail()", &json!(1));
}

#[test]
fn what_has_no_value_says_why() {
    fails("request.headers.none", Problem::Absent);
    fails("response.code", Problem::Absent);
    fails("[1][1]", Problem::Absent);
    fails("llmRequest.model.name", Problem::Type);
    fails("1 + 1.0", Problem::Type);
    fails("'a' + 1", Problem::Type);
    fails("'a' < 1", Problem::Type);
    fails("9223372036854775807 + 1", Problem::Number);
    fails("1 / 0", Problem::Number);
    fails("1u - 2u", Problem::Number);
    fails("int('x')", Problem::Text);
    fails("int(1e19)", Problem::Number);
    fails("'a'.matches(request.path + '(')", Problem::Pattern);
    fails("fail()", Problem::Failed);
    fails("1.0 / 0.0", Problem::Number);
    fails("{'a': 1, 'a': 2}", Problem::Type);
    let error = compile("1 +\n  request.headers.none").evaluate(&Request);
    assert_eq!(
        error.expect_err("absent").to_string(),
        "line 2, column 19: it is not there"
    );
    assert_eq!(
        compile("1").holds(&Request).expect_err("no bool").problem,
        Problem::Type
    );
    assert_eq!(
        compile("llmRequest.max_tokens").text(&Request),
        Ok("100".to_owned())
    );
}

#[test]
fn what_does_not_compile_says_where_and_what_would() {
    refused(
        "request.pth",
        "line 1, column 1: request has no pth; it has method, uri, host, scheme, path, pathAndQuery, version, headers",
    );
    refused(
        "usr == 'a'",
        "line 1, column 1: usr is neither a variable nor something that is known of a request",
    );
    refused(
        "1 +",
        "line 1, column 4: here comes the end, and a value is expected",
    );
    refused(
        "(1",
        "line 1, column 3: here comes the end, and \")\" is expected",
    );
    refused(
        "1 2",
        "line 1, column 3: here comes a number, and an operator or the end is expected",
    );
    refused(
        "response.code == 200",
        "line 1, column 1: response.code is not known here",
    );
    refused(
        "a.map(x, x)",
        "line 1, column 1: a is neither a variable nor something that is known of a request",
    );
    refused(
        "[1].map(x, y)",
        "line 1, column 12: y is neither a variable nor something that is known of a request",
    );
    refused(
        "[1].map(x, x) == x",
        "line 1, column 18: x is neither a variable nor something that is known of a request",
    );
    refused(
        "nope(1)",
        "line 1, column 1: nope is no function that is known here",
    );
    refused(
        "size()",
        "line 1, column 1: size does not take this number of values",
    );
    refused(
        "'a'.matches('(')",
        "line 1, column 5: the pattern is no regular expression in the syntax of RE2, or is too large",
    );
    refused(
        "has(1)",
        "line 1, column 1: has takes one member: has(request.headers.name)",
    );
    refused("'a", "line 1, column 1: the text is not closed");
    refused(
        "'\\q'",
        "line 1, column 2: \\q is no escape; write r'...' for a text without any",
    );
    refused(
        "99999999999999999999",
        "line 1, column 1: the number is too large; write it with a point",
    );
    refused(
        "9223372036854775808",
        "line 1, column 1: the number is beyond 64 bits; write it with a point",
    );
    refused(
        "a # b",
        "line 1, column 3: '#' does not belong into an expression",
    );
    refused(
        &"(".repeat(5_000),
        "line 1, column 49: the expression goes too deep; split it",
    );
    refused(
        &"a".repeat(20_000),
        "line 1, column 1: an expression has 16384 bytes at most",
    );
}

#[test]
fn the_deepest_and_longest_that_compile_run() {
    let nested = format!("{}1{}", "[".repeat(47), "]".repeat(47));
    compile(&nested).evaluate(&Request).expect("a value");
    let links = ["1"; 150].join("+");
    check(&links, &json!(150));
    let signs = format!("{}true", "!".repeat(150));
    check(&signs, &json!(true));
    let chain = vec!["request.method == 'GET'"; 600].join("||");
    check(&chain, &json!(false));
    for text in [
        "1+".repeat(8_000) + "1",
        "!".repeat(16_000) + "true",
        "1?".repeat(5_000),
        "a.b".repeat(5_000),
    ] {
        Expr::compile(&text, AttributeSet::OF_LLM_REQUEST).expect_err("too deep");
    }
}

#[test]
fn an_attribute_that_is_not_reached_is_not_asked_for() {
    struct Once(std::cell::RefCell<Vec<Attribute>>);
    impl Attributes for Once {
        fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
            self.0.borrow_mut().push(attribute);
            Request
                .attribute(attribute)
                .map(|json| Cow::Owned(json.into_owned()))
        }
    }
    let once = Once(Vec::new().into());
    let text = "request.method == 'GET' && llmRequest.model == 'x' || request.method + request.method == 'PP'";
    let compiled = compile(text);
    assert!(compiled.attributes().has(Attribute::LlmRequest));
    assert!(!compiled.attributes().has(Attribute::RequestPath));
    assert_eq!(compiled.holds(&once), Ok(false));
    assert_eq!(*once.0.borrow(), [Attribute::RequestMethod]);
}

#[test]
fn work_is_bounded() {
    struct Long;
    impl Attributes for Long {
        fn attribute(&self, _: Attribute) -> Option<Cow<'_, Json>> {
            let items: Vec<Json> = (0..2_000)
                .map(|index| json!({"content": "x".repeat(index)}))
                .collect();
            Some(Cow::Owned(
                json!({"messages": items, "text": "x".repeat(2 << 20)}),
            ))
        }
    }
    for text in [
        "llmRequest.messages.all(a, llmRequest.messages.all(b, a != b || true))",
        "llmRequest.messages.map(a, llmRequest.messages.map(b, a))",
        "llmRequest.text.replace('x', llmRequest.text)",
        "llmRequest.text.regexReplace('x*', '$0$0$0$0$0')",
        "llmRequest.messages.all(a, !a.content.matches('y' + a.content))",
        "llmRequest.messages.all(m, !default(m.content.matches('y' + m.content), true)) || true",
        "llmRequest.text.split('x').size() > 0",
    ] {
        let value = compile(text).evaluate(&Long);
        assert_eq!(
            value.map_err(|error| error.problem),
            Err(Problem::Steps),
            "{text}"
        );
    }
    let value = compile(
        "llmRequest.messages.exists(m, m.content.contains('xx')) && llmRequest.text.contains('y')",
    )
    .holds(&Long);
    assert_eq!(value, Ok(false));
}
