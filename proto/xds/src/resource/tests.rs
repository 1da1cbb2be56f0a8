//! One buffer, one version.
//!
//! What is written by hand must be what prost would write.

use bytes::Bytes;
use proptest::prelude::{any, proptest};
use prost::Message;
use proto::envoy::service::discovery::v3 as discovery;
use proto::google::protobuf::Any;
use proto::provenance;
use proto::tidegate::v1::{Provenance, Source};
use proto::type_url::TypeUrl;

use super::{InvalidVersion, Resource, Version};

fn provenance_of(name: &str) -> Provenance {
    Provenance {
        sources: vec![Source {
            name: name.to_owned(),
            ..Source::default()
        }],
    }
}

#[test]
fn the_version_is_the_hash_of_the_message_alone() {
    let bytes = Bytes::from_static(b"content");
    let plain = Resource::new(TypeUrl::Secret, "a", bytes.clone(), None);
    let metadata = provenance::metadata(&provenance_of("x"));
    let traced = Resource::new(TypeUrl::Secret, "a", bytes.clone(), Some(metadata));
    assert_eq!(
        plain.version().hex(),
        blake3::hash(b"content").to_hex()[..32]
    );
    assert_eq!(plain, traced, "provenance is no difference");
    assert_ne!(plain.delta(), traced.delta());
    assert_eq!(plain.any(), traced.any());
    assert_ne!(
        plain,
        Resource::new(TypeUrl::Secret, "b", bytes.clone(), None)
    );
    assert_ne!(plain, Resource::new(TypeUrl::Cluster, "a", bytes, None));
}

#[test]
fn versions_parse_back_and_nothing_else_does() {
    let version = Version::of(b"x");
    assert_eq!(version.hex().parse(), Ok(version));
    for text in [
        "",
        "v1",
        "0123",
        &"g".repeat(32),
        &"A".repeat(32),
        &"+".repeat(32),
        &"é".repeat(16),
    ] {
        assert_eq!(text.parse::<Version>(), Err(InvalidVersion), "{text:?}");
    }
}

#[test]
fn message_and_any_are_slices_of_one_buffer() {
    let resource = Resource::new(TypeUrl::Cluster, "a", Bytes::from_static(b"content"), None);
    let whole = resource.delta().as_ptr_range();
    for part in [resource.any(), resource.message()] {
        let part = part.as_ptr_range();
        assert!(whole.start <= part.start && part.end <= whole.end);
    }
}

#[test]
fn nothing_of_the_content_is_printed() {
    let resource = Resource::new(TypeUrl::Secret, "a", Bytes::from_static(b"hunter2"), None);
    assert!(!format!("{resource:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn the_encoding_is_what_prost_writes(
        name in "\\PC{0,300}",
        message in proptest::collection::vec(any::<u8>(), 0..40_000),
        source in proptest::option::of("[a-z]{0,200}"),
    ) {
        let metadata = source.as_deref().map(|source| provenance::metadata(&provenance_of(source)));
        let resource =
            Resource::new(TypeUrl::RouteRule, &name, Bytes::from(message.clone()), metadata.clone());
        let any = Any { type_url: TypeUrl::RouteRule.as_str().to_owned(), value: message.into() };
        assert_eq!(Any::decode(resource.any().clone()).expect("an any"), any);
        assert_eq!(*resource.message(), any.value);
        assert_eq!(resource.metadata(), metadata);
        let expected = discovery::Resource {
            name,
            version: resource.version().hex(),
            resource: Some(any),
            metadata,
            ..discovery::Resource::default()
        };
        assert_eq!(discovery::Resource::decode(resource.delta().clone()), Ok(expected));
    }
}
