//! The rows.
//!
//! Grouped by the host that each group of routes has to itself; the routes stand in `routes.yaml`.

use anyhow::Result;

use super::row::{Row, get, send};

/// Every row.
pub(crate) fn rows() -> Result<Vec<Row>> {
    let groups = [
        hosts(),
        paths(),
        normalised(),
        terms(),
        headers(),
        rewrites(),
        redirects(),
        faults(),
    ];
    Ok(groups.into_iter().flatten().collect())
}

fn hosts() -> Vec<Row> {
    vec![
        get("an exact host", "http://exact.hosts.test/").served_by("a"),
        get("an exact host in capitals", "http://EXACT.Hosts.Test/").served_by("a"),
        get(
            "a port in the host is no part of it",
            "http://exact.hosts.test:8443/",
        )
        .served_by("a"),
        get("a wildcard", "http://x.wild.hosts.test/").served_by("b"),
        get(
            "a wildcard covers several labels",
            "http://x.y.wild.hosts.test/",
        )
        .served_by("b"),
        get(
            "a wildcard does not cover its own domain",
            "http://wild.hosts.test/",
        )
        .status(404),
        get("exact before wildcard", "http://one.wild.hosts.test/").served_by("c"),
        get("no host of ours", "http://nobody.test/").status(404),
        get("a route for any host", "http://nobody.test/any-host").served_by("a"),
    ]
}

fn paths() -> Vec<Row> {
    vec![
        get("exact", "http://paths.test/exact").served_by("a"),
        get("exact is exact", "http://paths.test/exact/").status(404),
        get("exact with a query", "http://paths.test/exact?x=1").served_by("a"),
        get("case matters", "http://paths.test/Exact").status(404),
        get("a prefix", "http://paths.test/prefix")
            .served_by("b")
            .saw("path", "/prefix"),
        get("a prefix and more", "http://paths.test/prefix/x").served_by("b"),
        get("a prefix ends at a segment", "http://paths.test/prefixes").status(404),
        get("the longest prefix", "http://paths.test/prefix/longer/x").served_by("c"),
        get("exact before prefix", "http://paths.test/prefix/exact").served_by("a"),
        get("a regular expression", "http://paths.test/re/123").served_by("c"),
        get("a regular expression is whole", "http://paths.test/re/123x").status(404),
    ]
}

fn normalised() -> Vec<Row> {
    vec![
        get("dot segments", "http://paths.test/x/../exact")
            .served_by("a")
            .saw("path", "/exact"),
        get("encoded dots", "http://paths.test/x/%2e%2e/exact").served_by("a"),
        get("double slashes", "http://paths.test//prefix//x")
            .served_by("b")
            .saw("path", "/prefix/x"),
        get("an encoded slash", "http://paths.test/prefix%2Flonger").served_by("c"),
        get("nothing is above the root", "http://paths.test/../../exact").served_by("a"),
    ]
}

fn terms() -> Vec<Row> {
    vec![
        get("a header", "http://terms.test/")
            .with("x-color", "blue")
            .served_by("a"),
        get("a header's name in capitals", "http://terms.test/")
            .with("X-COLOR", "blue")
            .served_by("a"),
        get("a header by expression", "http://terms.test/")
            .with("x-color", "red-7")
            .served_by("b"),
        get("another value", "http://terms.test/")
            .with("x-color", "blueish")
            .served_by("c"),
        get("more headers win", "http://terms.test/")
            .with("x-color", "blue")
            .with("x-size", "big")
            .served_by("b"),
        get("no header", "http://terms.test/").served_by("c"),
        send("a method", "PUT", "http://terms.test/method")
            .served_by("a")
            .saw("method", "PUT"),
        send("another method", "DELETE", "http://terms.test/method").served_by("c"),
        get("a query", "http://terms.test/query?kind=one").served_by("a"),
        get(
            "a query among others",
            "http://terms.test/query?x=y&kind=one&z",
        )
        .served_by("a"),
        get(
            "a query by expression",
            "http://terms.test/query?kind=many-3",
        )
        .served_by("b"),
        get("another query", "http://terms.test/query?kind=none").served_by("c"),
    ]
}

fn headers() -> Vec<Row> {
    vec![
        get("request headers", "http://headers.test/request")
            .with("x-set", "client")
            .with("x-add", "client")
            .with("x-remove", "client")
            .saw_header("x-set", "route")
            .saw_header("x-add", "client, route")
            .saw_header("x-remove", ""),
        get("response headers", "http://headers.test/response")
            .answers("x-set", "route")
            .answers("x-upstream", ""),
        get("per backend", "http://headers.test/backend").saw_header("x-backend", "only-here"),
        get("forwarded headers", "http://headers.test/")
            .saw_header("x-forwarded-proto", "http")
            .saw_some("x-forwarded-for")
            .saw_some("x-request-id")
            .saw("authority", "headers.test"),
        get("hop-by-hop headers end here", "http://headers.test/")
            .with("connection", "x-hop")
            .with("keep-alive", "timeout=5")
            .with("proxy-connection", "keep-alive")
            .saw_header("keep-alive", "")
            .saw_header("proxy-connection", ""),
    ]
}

fn rewrites() -> Vec<Row> {
    vec![
        get("a prefix", "http://rewrite.test/old/x?q=1").saw("path", "/new/x?q=1"),
        get("only the prefix", "http://rewrite.test/old").saw("path", "/new"),
        get("a prefix to the root", "http://rewrite.test/strip/x").saw("path", "/x"),
        get("all of the prefix to the root", "http://rewrite.test/strip").saw("path", "/"),
        get("the whole path", "http://rewrite.test/full/x?q=1").saw("path", "/whole?q=1"),
        get("the host", "http://rewrite.test/host").saw("authority", "inside.test"),
    ]
}

fn redirects() -> Vec<Row> {
    vec![
        get("a host", "http://redirect.test/host/x?q=1")
            .status(302)
            .answers("location", "http://elsewhere.test/host/x?q=1"),
        get("scheme, status and port", "http://redirect.test/scheme")
            .status(301)
            .answers("location", "https://redirect.test:8443/scheme"),
        get("a prefix", "http://redirect.test/old/x")
            .status(302)
            .answers("location", "http://elsewhere.test/new/x"),
        get("the whole path", "http://redirect.test/full/x")
            .status(302)
            .answers("location", "http://elsewhere.test/whole"),
    ]
}

fn faults() -> Vec<Row> {
    vec![
        get("a Service that is missing", "http://faults.test/missing").status(500),
        get(
            "an upstream that is not there",
            "http://faults.test/refused",
        )
        .one_of(&[502, 503]),
        get("an upstream that closes", "http://faults.test/close").one_of(&[502, 503]),
        get("an upstream that resets", "http://faults.test/reset").one_of(&[502, 503]),
        get(
            "an upstream that sends garbage",
            "http://faults.test/garbage",
        )
        .one_of(&[502, 503]),
        get(
            "an upstream that is slower than the route allows",
            "http://faults.test/hang",
        )
        .status(504),
        get("a status of the upstream's own", "http://paths.test/exact")
            .with("x-reply-status", "418")
            .status(418),
        get("a Service by its endpoints", "http://service.test/").served_by("a"),
    ]
}
