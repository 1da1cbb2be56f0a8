//! Tables: the index finds what a scan in rank order finds, whatever is inserted and removed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{RankedEntry, Table};
use crate::head::Head;
use crate::header::HeaderMatch;
use crate::matcher::Matcher;
use crate::method::MethodMatch;
use crate::path::{Case, PathMatch};
use crate::pattern::{Pattern, StringMatch};
use crate::query::{QueryMatch, QueryTest};
use crate::rank::{MatchRank, RouteRank};

type Payload = (u32, u32);

#[derive(Clone, Debug)]
struct Request {
    method: Method,
    path: String,
    header: Option<&'static str>,
    query: Option<&'static str>,
}

impl Request {
    fn find(&self, table: &Table<Payload>) -> Option<Payload> {
        self.with_head(|head| table.find(head).map(|entry| entry.payload))
    }

    fn with_head<T>(&self, then: impl FnOnce(&Head<'_>) -> T) -> T {
        let headers = self.header.map(|value| {
            (
                HeaderName::from_static("x"),
                HeaderValue::from_static(value),
            )
        });
        then(&Head {
            method: &self.method,
            scheme: "http",
            authority: "h",
            path: &self.path,
            query: self.query,
            headers: &HeaderMap::from_iter(headers),
        })
    }
}

fn paths() -> impl Strategy<Value = String> {
    "(/[abA]){0,3}/?".prop_map(|path| {
        if path.is_empty() {
            "/".to_owned()
        } else {
            path
        }
    })
}

fn requests() -> impl Strategy<Value = Request> {
    let methods = prop_oneof![Just(Method::GET), Just(Method::POST)];
    let headers = prop_oneof![Just(None), Just(Some("1")), Just(Some("2"))];
    let queries = prop_oneof![Just(None), Just(Some("q=1")), Just(Some("q=2"))];
    (methods, paths(), headers, queries).prop_map(|(method, path, header, query)| Request {
        method,
        path,
        header,
        query,
    })
}

fn path_matches() -> impl Strategy<Value = PathMatch> {
    let case = prop_oneof![4 => Just(Case::Sensitive), 1 => Just(Case::Insensitive)];
    let kind = prop_oneof![
        paths().prop_map(PathMatch::exact),
        paths().prop_map(|path| PathMatch::segment_prefix(&path)),
        paths().prop_map(|path| PathMatch::raw_prefix(&path)),
        paths().prop_map(|path| PathMatch::regex(
            Pattern::parse(&format!("{path}.*")).expect("pattern")
        )),
    ];
    (kind, case).prop_map(|(kind, case)| kind.with_case(case))
}

fn matchers() -> impl Strategy<Value = Matcher> {
    let method = prop_oneof![Just(None), Just(Some(MethodMatch(Method::POST)))];
    (path_matches(), method, any::<bool>(), any::<bool>()).prop_map(
        |(path, method, header, query)| Matcher {
            path,
            method,
            headers: header
                .then(|| HeaderMatch::exact(HeaderName::from_static("x"), "1"))
                .into_iter()
                .collect(),
            query: query
                .then(|| QueryMatch {
                    name: "q".into(),
                    test: QueryTest::Value(StringMatch::exact("1")),
                })
                .into_iter()
                .collect(),
        },
    )
}

fn entry(route: u32, generation: u32, matcher: Matcher) -> RankedEntry<Payload> {
    RankedEntry::new(
        RouteRank::new(0, "n", "r", route),
        matcher,
        (route, generation),
    )
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_finds(
        steps in proptest::collection::vec((0..12_u32, matchers(), any::<bool>()), 1..40),
        requests in proptest::collection::vec(requests(), 1..8),
    ) {
        let mut table = Table::ranked();
        let mut scan: BTreeMap<MatchRank, RankedEntry<Payload>> = BTreeMap::new();
        for (generation, (route, matcher, removes)) in (0..).zip(steps) {
            let entry = entry(route, generation, matcher);
            let rank = entry.entry().rank.clone();
            if removes {
                let victim = scan.keys().nth(route as usize % scan.len().max(1)).cloned();
                if let Some(victim) = victim.and_then(|rank| scan.remove(&rank)) {
                    prop_assert!(table.remove(&victim));
                    prop_assert!(!table.remove(&victim));
                }
            } else if let Entry::Vacant(vacant) = scan.entry(rank) {
                prop_assert!(table.insert(&entry));
                vacant.insert(entry);
            }
            prop_assert_eq!(table.len(), scan.len());
        }
        for request in requests {
            let expected = request.with_head(|head| {
                scan.values()
                    .find(|entry| entry.entry().matcher.matches(head))
                    .map(|entry| entry.entry().payload)
            });
            prop_assert_eq!(request.find(&table), expected, "{:?}", request);
        }
        let order: Vec<Payload> = table.in_order().iter().map(|entry| entry.payload).collect();
        let expected: Vec<Payload> = scan.values().map(|entry| entry.entry().payload).collect();
        prop_assert_eq!(order, expected);
    }

    #[test]
    fn an_ordered_table_takes_the_first_match(
        matchers in proptest::collection::vec(matchers(), 0..12),
        request in requests(),
    ) {
        let table = Table::ordered(matchers.iter().cloned().zip((0..).map(|index| (index, 0))));
        let expected = request.with_head(|head| matchers.iter().position(|matcher| matcher.matches(head)));
        prop_assert_eq!(request.find(&table).map(|(index, _)| index as usize), expected);
    }
}

#[test]
fn a_replaced_entry_is_found_and_the_old_table_is_as_it_was() {
    let matcher = || Matcher::path(PathMatch::segment_prefix("/a"));
    let mut table = Table::ranked();
    table.insert(&entry(1, 1, matcher()));
    let before = table.clone();
    table.insert(&entry(1, 2, matcher()));
    let request = Request {
        method: Method::GET,
        path: "/a/b".to_owned(),
        header: None,
        query: None,
    };
    assert_eq!(request.find(&table), Some((1, 2)));
    assert_eq!(request.find(&before), Some((1, 1)));
    assert_eq!((table.len(), before.len()), (1, 1));
    assert!(table.remove(&entry(1, 9, matcher())));
    assert!(!table.remove(&entry(1, 9, matcher())));
    assert!(table.is_empty() && request.find(&before).is_some());
}

#[test]
fn ten_thousand_routes_on_one_host_are_one_lookup() {
    let mut table = Table::ranked();
    for index in 0..10_000 {
        table.insert(&entry(
            index,
            0,
            Matcher::path(PathMatch::segment_prefix(&format!("/r{index}"))),
        ));
    }
    for index in [0, 17, 9_999] {
        let path = format!("/r{index}/x");
        let request = Request {
            method: Method::GET,
            path,
            header: None,
            query: None,
        };
        assert_eq!(request.find(&table), Some((index, 0)));
    }
}
