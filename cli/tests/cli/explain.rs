//! `tidegate explain request`: the whole text, because the words are the product.

use crate::manifests::{GATEWAY, ROUTE, directory};
use crate::tidegate;

fn explain(flags: &[&str]) -> String {
    let dir = directory(&[("gateway.yaml", GATEWAY), ("route.yaml", ROUTE)]);
    let path = dir.path().display().to_string();
    let mut arguments = vec!["explain", "request", "-f", &path];
    arguments.extend(flags);
    let run = tidegate(&arguments);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    run.out.replace(&format!("{path}/"), "")
}

#[test]
fn a_request_is_followed_to_its_backends() {
    let flags = [
        "--host",
        "shop.example.com",
        "--path",
        "/x/../cart/1?q=2",
        "-H",
        "x-team: blue",
    ];
    assert_eq!(
        explain(&flags),
        "\
request    GET http://shop.example.com/x/../cart/1?q=2   (matched as /cart/1?q=2)
listener   port 8080, plain text   (gw/default/edge/listener/8080)
host       shop.example.com is the most specific pattern that matches
route      HTTPRoute default/cart rule 0   (route.yaml:8)
           matches path prefix /cart, header x-team = blue
not taken  HTTPRoute default/cart rule 1: matches, too, but a longer path prefix beats a shorter one   (route.yaml:18)
           1 other match does not fit
filters    1 request header x-a becomes 1
           2 request header x-team is removed
           3 the path becomes /v2/1?q=2
           4 the response must begin within 3s
backends      90 %  svc/default/web/80   web.example.com:80   (route.yaml:27)
              10 %  svc/default/web/81   web.example.com:81   (route.yaml:27)
"
    );
}

#[test]
fn what_does_not_fit_says_why() {
    let told = explain(&["--host", "SHOP.example.com:8080", "--path", "/cart"]);
    assert!(
        told.contains("route      HTTPRoute default/cart rule 1   (route.yaml:18)"),
        "{told}"
    );
    assert!(
        told.contains("not taken  HTTPRoute default/cart rule 0: needs header x-team = blue"),
        "{told}"
    );
}

#[test]
fn answers_of_the_proxy_itself() {
    let check = |flags: &[&str], expected: &str| {
        let told = explain(flags);
        assert!(told.contains(&format!("\nanswer     {expected}")), "{told}");
    };
    let host = "shop.example.com";
    check(
        &["--host", host, "--path", "/old"],
        "301: redirect to http://new.example.com:8080/old",
    );
    check(&["--host", "nobody.example.com"], "404: no route matches");
    check(
        &["--host", host, "--path", "/%zz"],
        "400: the path has a percent sign",
    );
    check(
        &["--host", host, "--port", "99"],
        "the connection is refused: no listener on port 99",
    );
    check(
        &["--host", host, "--scheme", "https"],
        "the connection is refused: no listener with TLS",
    );
}

#[test]
fn programs_get_the_same_facts() {
    let out = explain(&["--host", "shop.example.com", "-o", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["route"]["rule"], "HTTPRoute default/cart rule 1");
    assert_eq!(value["backends"][0]["percent"], 100.0);
    assert_eq!(value["listener"]["port"], 8080);
}

#[test]
fn bad_questions_are_errors() {
    let dir = directory(&[("gateway.yaml", GATEWAY)]);
    let path = dir.path().display().to_string();
    let base = ["explain", "request", "-f", &path, "--host"];
    for (flags, words) in [
        (&["a", "-H", "nonsense"][..], "write `Name: value`"),
        (&["a", "-X", "NOT A METHOD"], "--method"),
        (
            &["a", "-g", "other/gw"],
            "no Gateway other/gw, only default/edge",
        ),
    ] {
        let run = tidegate(&[&base[..], flags].concat());
        assert_eq!(run.code, 1, "{flags:?}");
        assert!(run.err.contains(words), "{}", run.err);
    }
}
