//! Redirects: Gateway API's rules for scheme, host, port and path.

use http::StatusCode;
use proto::envoy::config::route::v3::RedirectAction;
use proto::envoy::config::route::v3::redirect_action::{
    PathRewriteSpecifier, RedirectResponseCode, SchemeRewriteSpecifier,
};
use proto::envoy::r#type::matcher::v3::{RegexMatchAndSubstitute, RegexMatcher};
use route::PathMatch;

use super::{Origin, Redirect};

fn scheme(text: &str) -> RedirectAction {
    let specifier = SchemeRewriteSpecifier::SchemeRedirect(text.to_owned());
    RedirectAction {
        scheme_rewrite_specifier: Some(specifier),
        ..RedirectAction::default()
    }
}

fn path(specifier: PathRewriteSpecifier) -> RedirectAction {
    RedirectAction {
        path_rewrite_specifier: Some(specifier),
        ..RedirectAction::default()
    }
}

/// The location for `http://a.example:8080/foo/bar?q=1`.
#[track_caller]
fn check(action: &RedirectAction, expected: &str) {
    let redirect = Redirect::decode(action).expect("valid");
    let origin = Origin {
        scheme: "http",
        authority: "a.example:8080",
        target: "/foo/bar?q=1",
    };
    let location = redirect.location(origin, &PathMatch::segment_prefix("/foo"));
    assert_eq!(location.expect("a header"), expected);
}

#[test]
fn ports() {
    let none = RedirectAction::default();
    check(&none, "http://a.example/foo/bar?q=1");
    check(&scheme("https"), "https://a.example/foo/bar?q=1");
    check(&scheme("http"), "http://a.example/foo/bar?q=1");
    let with_port = |action: RedirectAction, port| RedirectAction {
        port_redirect: port,
        ..action
    };
    check(&with_port(none.clone(), 80), "http://a.example/foo/bar?q=1");
    check(&with_port(none, 81), "http://a.example:81/foo/bar?q=1");
    check(
        &with_port(scheme("https"), 443),
        "https://a.example/foo/bar?q=1",
    );
    check(
        &with_port(scheme("https"), 80),
        "https://a.example:80/foo/bar?q=1",
    );
    let https = Some(SchemeRewriteSpecifier::HttpsRedirect(true));
    let https = RedirectAction {
        scheme_rewrite_specifier: https,
        ..RedirectAction::default()
    };
    check(&https, "https://a.example/foo/bar?q=1");
}

#[test]
fn hosts_and_paths() {
    let host = RedirectAction {
        host_redirect: "b.example".to_owned(),
        ..RedirectAction::default()
    };
    check(&host, "http://b.example/foo/bar?q=1");
    let strip = RedirectAction {
        strip_query: true,
        ..host
    };
    check(&strip, "http://b.example/foo/bar");
    let whole = |text: &str| path(PathRewriteSpecifier::PathRedirect(text.to_owned()));
    check(&whole("/x"), "http://a.example/x?q=1");
    check(&whole("x"), "http://a.example/x?q=1");
    check(&whole("/x?y=2"), "http://a.example/x?y=2");
    check(
        &path(PathRewriteSpecifier::PrefixRewrite("/x/".to_owned())),
        "http://a.example/x/bar?q=1",
    );
    let regex = RegexMatchAndSubstitute {
        pattern: Some(RegexMatcher {
            regex: "^/foo(.*)$".to_owned(),
            engine_type: None,
        }),
        substitution: r"\1/x".to_owned(),
    };
    check(
        &path(PathRewriteSpecifier::RegexRewrite(regex)),
        "http://a.example/bar/x?q=1",
    );
}

#[test]
fn codes() {
    let code = |code: RedirectResponseCode| {
        let action = RedirectAction {
            response_code: code.into(),
            ..RedirectAction::default()
        };
        Redirect::decode(&action).expect("valid").status()
    };
    assert_eq!(
        code(RedirectResponseCode::MovedPermanently),
        StatusCode::MOVED_PERMANENTLY
    );
    assert_eq!(code(RedirectResponseCode::Found), StatusCode::FOUND);
    assert_eq!(code(RedirectResponseCode::SeeOther), StatusCode::SEE_OTHER);
    assert_eq!(
        code(RedirectResponseCode::TemporaryRedirect),
        StatusCode::TEMPORARY_REDIRECT
    );
    assert_eq!(
        code(RedirectResponseCode::PermanentRedirect),
        StatusCode::PERMANENT_REDIRECT
    );
}

#[test]
fn refusals() {
    let refused = |action: RedirectAction| Redirect::decode(&action).expect_err("refused").path;
    assert_eq!(refused(scheme("ftp")), "scheme_redirect");
    assert_eq!(
        refused(RedirectAction {
            port_redirect: 65_536,
            ..RedirectAction::default()
        }),
        "port_redirect"
    );
    assert_eq!(
        refused(RedirectAction {
            response_code: 9,
            ..RedirectAction::default()
        }),
        "response_code"
    );
    for host in ["a/b", "u@a", "%REQ(x)%"] {
        let action = RedirectAction {
            host_redirect: host.to_owned(),
            ..RedirectAction::default()
        };
        assert_eq!(refused(action), "host_redirect");
    }
    assert_eq!(
        refused(path(PathRewriteSpecifier::PathRewrite("/x".to_owned()))),
        "path_rewrite"
    );
}
