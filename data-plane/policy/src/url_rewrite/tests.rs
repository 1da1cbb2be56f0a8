//! URL rewrites: Gateway API's table of prefix replacements, and Envoy's regular expressions.

use proto::envoy::config::route::v3::RouteAction;
use proto::envoy::config::route::v3::route_action::HostRewriteSpecifier;
use proto::envoy::r#type::matcher::v3::{RegexMatchAndSubstitute, RegexMatcher};
use proto::google::protobuf::BoolValue;
use route::PathMatch;
use route::pattern::Pattern;

use super::{HostRewrite, UrlRewrite};

fn prefix(to: &str) -> RouteAction {
    RouteAction {
        prefix_rewrite: to.to_owned(),
        ..RouteAction::default()
    }
}

#[track_caller]
fn check(action: &RouteAction, matched: &PathMatch, target: &str, expected: &str) {
    let rewrite = UrlRewrite::decode(action).expect("valid");
    assert_eq!(rewrite.target(matched, target), expected);
}

/// The table of Gateway API's `ReplacePrefixMatch`.
#[test]
fn prefixes_are_replaced_on_segment_boundaries() {
    let table = [
        ("/foo/bar", "/foo", "/xyz", "/xyz/bar"),
        ("/foo/bar", "/foo", "/xyz/", "/xyz/bar"),
        ("/foo/bar", "/foo/", "/xyz", "/xyz/bar"),
        ("/foo/bar", "/foo/", "/xyz/", "/xyz/bar"),
        ("/foo", "/foo", "/xyz", "/xyz"),
        ("/foo/", "/foo", "/xyz", "/xyz/"),
        ("/foo/bar", "/foo", "/", "/bar"),
        ("/foo/", "/foo", "/", "/"),
        ("/foo", "/foo", "/", "/"),
        ("/bar", "/", "/xyz", "/xyz/bar"),
        ("/", "/", "/xyz", "/xyz/"),
        ("/foo/bar?a=/foo", "/foo", "/xyz", "/xyz/bar?a=/foo"),
    ];
    for (target, matched, to, expected) in table {
        check(
            &prefix(to),
            &PathMatch::segment_prefix(matched),
            target,
            expected,
        );
    }
}

#[test]
fn raw_prefixes_are_replaced_as_text_and_whole_matches_whole() {
    check(
        &prefix("/x"),
        &PathMatch::raw_prefix("/foo"),
        "/foobar",
        "/xbar",
    );
    check(
        &prefix("/"),
        &PathMatch::raw_prefix("/foo/"),
        "/foo/bar",
        "/bar",
    );
    check(
        &prefix("x"),
        &PathMatch::raw_prefix("/foo"),
        "/foo/bar",
        "/x/bar",
    );
    check(
        &prefix("/x"),
        &PathMatch::exact("/foo/bar"),
        "/foo/bar?q",
        "/x?q",
    );
    let regex = PathMatch::regex(Pattern::parse("/foo.*").expect("pattern"));
    check(&prefix("/x"), &regex, "/foo/bar?q", "/x?q");
}

fn regex(pattern: &str, substitution: &str) -> RouteAction {
    RouteAction {
        regex_rewrite: Some(RegexMatchAndSubstitute {
            pattern: Some(RegexMatcher {
                regex: pattern.to_owned(),
                engine_type: None,
            }),
            substitution: substitution.to_owned(),
        }),
        ..RouteAction::default()
    }
}

#[test]
fn regular_expressions_see_the_path_only() {
    let any = PathMatch::segment_prefix("/");
    check(
        &regex("^/a/(.*)$", r"/\1/b"),
        &any,
        "/a/x?y=/a/",
        "/x/b?y=/a/",
    );
    check(&regex("y", "z"), &any, "/a?y", "/a?y");
    check(&regex("^/", ""), &any, "/a/b", "/a/b");
    check(&regex("^/foo(/.*)?$", r"/xyz\1"), &any, "/foo", "/xyz");
    check(&RouteAction::default(), &any, "/a?b", "/a?b");
}

#[test]
fn hosts() {
    let host = |specifier: HostRewriteSpecifier| {
        let action = RouteAction {
            host_rewrite_specifier: Some(specifier),
            ..RouteAction::default()
        };
        UrlRewrite::decode(&action)
            .map(|rewrite| rewrite.host)
            .map_err(|error| error.path)
    };
    let literal = |text: &str| host(HostRewriteSpecifier::HostRewriteLiteral(text.to_owned()));
    let authority = "a.example:81".parse().expect("authority");
    assert_eq!(
        literal("a.example:81"),
        Ok(Some(HostRewrite::Literal(authority)))
    );
    for bad in ["a b", "u@a", "http://a", ""] {
        assert_eq!(
            literal(bad),
            Err("host_rewrite_literal".to_owned()),
            "{bad:?}"
        );
    }
    let auto = |value| host(HostRewriteSpecifier::AutoHostRewrite(BoolValue { value }));
    assert_eq!(auto(true), Ok(Some(HostRewrite::Endpoint)));
    assert_eq!(auto(false), Ok(None));
    let header = HostRewriteSpecifier::HostRewriteHeader("x".to_owned());
    assert_eq!(host(header), Err("host_rewrite_header".to_owned()));
}

#[test]
fn refusals() {
    let path = |action: RouteAction| UrlRewrite::decode(&action).expect_err("refused").path;
    assert_eq!(path(prefix("/a?b")), "prefix_rewrite");
    assert_eq!(path(prefix("/a b")), "prefix_rewrite");
    assert_eq!(path(regex("(", "")), "regex_rewrite.pattern.regex");
    let both = RouteAction {
        prefix_rewrite: "/a".to_owned(),
        ..regex("a", "b")
    };
    assert_eq!(path(both), "regex_rewrite");
    let formatted = RouteAction {
        path_rewrite: "/%REQ(x)%".to_owned(),
        ..RouteAction::default()
    };
    assert_eq!(path(formatted), "path_rewrite");
}
