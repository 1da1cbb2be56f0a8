//! No bytes make a decoder panic, whatever type they claim to be.

use proptest::prelude::{any, proptest};
use proptest::sample::select;
use prost::Message;
use proto::type_url::TypeUrl;

use super::{commit, value};
use crate::fixture;

/// Valid messages to begin from, so that mutations reach beyond the outermost decoder.
fn seeds() -> Vec<(TypeUrl, Vec<u8>)> {
    let mut listener = fixture::listener("n", 443, "rc");
    listener.filter_chains = vec![fixture::tls_chain(&["a.example"], "s", "rc")];
    let rule = fixture::rule("n", &["rc/a"], vec![fixture::forward("/a", "c")]);
    let inline = proto::envoy::config::route::v3::RouteConfiguration {
        name: "n".to_owned(),
        virtual_hosts: vec![fixture::inline_host("*", vec![fixture::forward("/", "c")])],
        ..Default::default()
    };
    vec![
        (TypeUrl::Listener, listener.encode_to_vec()),
        (TypeUrl::RouteRule, rule.encode_to_vec()),
        (TypeUrl::RouteConfiguration, inline.encode_to_vec()),
        (
            TypeUrl::VirtualHost,
            fixture::host("rc", "a").encode_to_vec(),
        ),
        (TypeUrl::Cluster, fixture::eds("n").encode_to_vec()),
        (
            TypeUrl::Endpoint,
            fixture::endpoints("n", vec![fixture::endpoint("::1", 80)]).encode_to_vec(),
        ),
        (TypeUrl::Secret, fixture::certificate("n").encode_to_vec()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_answered(
        type_url in select(TypeUrl::ALL.to_vec()),
        bytes in proptest::collection::vec(any::<u8>(), 0..96),
    ) {
        let bytes = bytes.into();
        let _ = value(type_url, "n", &bytes);
        let _ = commit("n", &bytes);
    }

    #[test]
    fn mutated_messages_are_answered(
        (type_url, bytes) in select(seeds()),
        mutations in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes;
        for (at, byte) in mutations {
            let len = bytes.len();
            bytes[at % len] = byte;
        }
        let _ = value(type_url, "n", &bytes.into());
    }
}

#[test]
fn the_seeds_are_valid() {
    for (type_url, bytes) in seeds() {
        let name = if type_url == TypeUrl::VirtualHost {
            "rc/a"
        } else {
            "n"
        };
        assert!(value(type_url, name, &bytes.into()).is_ok(), "{type_url}");
    }
}
