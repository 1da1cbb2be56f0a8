//! Tables for shadowing, and a property: what is called dead takes no request.

use http::{HeaderName, Method};
use route::header::HeaderMatch;
use route::method::MethodMatch;
use route::pattern::Pattern;
use route::table::RankedEntry;
use route::{Matcher, PathMatch, RouteRank, Table};

use super::{Shadow, cover, shadows};

/// `P/a` prefix, `=/a` exact, `~re` regular expression, then ` GET` and ` x=1`.
fn matcher(text: &str) -> Matcher {
    let mut words = text.split(' ');
    let path = words.next().expect("a path");
    let (kind, path) = path.split_at(1);
    let mut matcher = Matcher::path(match kind {
        "P" => PathMatch::segment_prefix(path),
        "R" => PathMatch::raw_prefix(path),
        "=" => PathMatch::exact(path),
        _ => PathMatch::regex(Pattern::parse(path).expect("pattern")),
    });
    for word in words {
        match word.split_once('=') {
            Some((name, value)) => {
                let name: HeaderName = name.parse().expect("header");
                matcher.headers.push(HeaderMatch::exact(name, value));
            }
            None => matcher.method = Some(MethodMatch(word.parse::<Method>().expect("method"))),
        }
    }
    matcher
}

/// Rules of routes `a`, `b`, ... with their matches, all on one host.
fn table(routes: &[(&str, &[&[&str]])]) -> Table<()> {
    let mut table = Table::ranked();
    for (name, rules) in routes {
        for (rule, matches) in rules.iter().enumerate() {
            for (index, text) in matches.iter().enumerate() {
                let rank = RouteRank::new(0, "n", name, u32::try_from(rule).expect("small"));
                let rank = rank.with_index(u32::try_from(index).expect("small"));
                table.insert(&RankedEntry::new(rank, matcher(text), ()));
            }
        }
    }
    table
}

fn told(shadow: &Shadow) -> String {
    let index = shadow
        .index
        .map(|index| format!(" match {index}"))
        .unwrap_or_default();
    format!(
        "{} rule {}{index} by {}",
        shadow.route.1, shadow.rule, shadow.by
    )
}

#[track_caller]
fn check(routes: &[(&str, &[&[&str]])], expected: &[&str]) {
    let table = table(routes);
    let found: Vec<String> = shadows([&table]).iter().map(told).collect();
    assert_eq!(found, expected);
}

#[test]
fn rules_that_repeat_others_are_dead() {
    check(
        &[("a", &[&["P/x"]]), ("b", &[&["P/x"]])],
        &["b rule 0 by HTTPRoute n/a rule 0"],
    );
    check(
        &[("a", &[&["P/x"], &["P/x/"]])],
        &["a rule 1 by HTTPRoute n/a rule 0"],
    );
    check(
        &[("a", &[&["=/x", "=/x"]])],
        &["a rule 0 match 1 by HTTPRoute n/a rule 0"],
    );
    check(
        &[("a", &[&["P/x GET"]]), ("b", &[&["P/x GET"]])],
        &["b rule 0 by HTTPRoute n/a rule 0"],
    );
}

#[test]
fn regular_expressions_stand_behind_prefixes() {
    check(
        &[("a", &[&["P/"]]), ("b", &[&["~/v[0-9]+/.*"]])],
        &["b rule 0 by HTTPRoute n/a rule 0"],
    );
    check(&[("a", &[&["P/v"]]), ("b", &[&["~/v[0-9]+/.*"]])], &[]);
    check(
        &[("a", &[&["~/.*"]]), ("b", &[&["~/x"]])],
        &["b rule 0 by HTTPRoute n/a rule 0"],
    );
}

#[test]
fn rules_that_take_something_live() {
    check(&[("a", &[&["P/"]]), ("b", &[&["P/x"]])], &[]);
    check(&[("a", &[&["P/x"]]), ("b", &[&["=/x"]])], &[]);
    check(&[("a", &[&["P/x x=1"]]), ("b", &[&["P/x"]])], &[]);
    check(&[("a", &[&["P/x x=1"]]), ("b", &[&["P/x x=2"]])], &[]);
    check(&[("a", &[&["P/x GET"]]), ("b", &[&["P/x POST"]])], &[]);
    check(&[("a", &[&["P/ GET"]]), ("b", &[&["~/x"]])], &[]);
    check(
        &[("a", &[&["P/x"]]), ("b", &[&["P/x", "P/y"]])],
        &["b rule 0 match 0 by HTTPRoute n/a rule 0"],
    );
}

#[test]
fn a_match_that_lives_on_one_host_is_alive() {
    let shared = table(&[("a", &[&["P/x"]]), ("b", &[&["P/x"]])]);
    let own = table(&[("b", &[&["P/x"]])]);
    assert_eq!(shadows([&shared, &own]), []);
    assert_eq!(shadows([&own, &shared]), []);
    assert_eq!(shadows([&shared, &shared]).len(), 1);
}

#[test]
fn one_rule_on_two_listeners_does_not_shadow_itself() {
    let mut table = Table::ranked();
    for resource in ["listener-1", "listener-2"] {
        let rank = RouteRank::new(0, "n", "a", 0).with_resource(resource.into());
        table.insert(&RankedEntry::new(rank, matcher("P/x"), ()));
    }
    assert_eq!(shadows([&table]), []);
}

#[test]
fn paths_that_cover_others() {
    let covers =
        |first: &str, second: &str| cover::path_covers(&matcher(first).path, &matcher(second).path);
    for (first, second) in [
        ("P/", "~x"),
        ("P/a", "P/a/b"),
        ("P/a", "=/a"),
        ("P/a", "R/a/"),
        ("R/a", "P/a"),
        ("R/a", "=/ab"),
        ("~/a.*", "=/ab"),
        ("~.*", "P/a"),
    ] {
        assert!(covers(first, second), "{first} covers {second}");
    }
    for (first, second) in [
        ("P/a", "P/"),
        ("P/a", "P/ab"),
        ("P/a", "R/a"),
        ("=/a", "P/a"),
        ("~/a.*", "P/a"),
        ("=/a", "~/a"),
    ] {
        assert!(!covers(first, second), "{first} does not cover {second}");
    }
}

#[test]
fn ten_thousand_routes_do_not_take_long() {
    let mut table = Table::ranked();
    for index in 0..10_000 {
        let rank = RouteRank::new(0, "n", &format!("r{index}"), 0);
        table.insert(&RankedEntry::new(
            rank,
            matcher(&format!("P/a/{index}")),
            (),
        ));
    }
    assert_eq!(shadows([&table]), []);
}
