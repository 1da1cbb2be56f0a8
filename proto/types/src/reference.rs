//! References from a standard Envoy resource to one of ours.
//!
//! Owns the wrapping in `google.protobuf.BytesValue`: Envoy knows that type, so its /config_dump stays whole,
//! where a raw unknown `Any` would break it. Must not be used for anything Envoy itself has a field for.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message;

use crate::any;
use crate::envoy::config::core::v3::Metadata;
use crate::google::protobuf::BytesValue;
use crate::provenance::KEY;
use crate::tidegate::v1::Reference;
use crate::type_url::TypeUrl;

/// Metadata that refers to a resource of ours.
pub fn metadata(type_url: TypeUrl, name: &str) -> Metadata {
    let reference = Reference {
        type_url: type_url.as_str().to_owned(),
        name: name.to_owned(),
    };
    let wrapped = BytesValue {
        value: Bytes::from(reference.encode_to_vec()),
    };
    Metadata {
        filter_metadata: BTreeMap::new(),
        typed_filter_metadata: BTreeMap::from([(KEY.to_owned(), any::pack(&wrapped))]),
    }
}

/// The reference in a resource's metadata: `None` if there is none, an error if it is not readable.
pub fn read(metadata: Option<&Metadata>) -> Result<Option<Reference>, any::UnpackError> {
    let Some(any) = metadata.and_then(|metadata| metadata.typed_filter_metadata.get(KEY)) else {
        return Ok(None);
    };
    let wrapped: BytesValue = any::unpack(any)?;
    Reference::decode(wrapped.value)
        .map(Some)
        .map_err(|source| any::UnpackError::Malformed {
            type_url: any.type_url.clone(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::{metadata, read};
    use crate::type_url::TypeUrl;

    #[test]
    fn a_reference_survives_the_wrapping() {
        let metadata = metadata(TypeUrl::AiBackend, "backend/default/gpt");
        let reference = read(Some(&metadata)).expect("readable").expect("present");
        assert_eq!(reference.name, "backend/default/gpt");
        assert_eq!(reference.type_url, TypeUrl::AiBackend.as_str());
        assert_eq!(read(None), Ok(None));
    }
}
