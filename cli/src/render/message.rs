//! Protobuf messages as their canonical JSON.
//!
//! Owns the descriptor pool and the conversion; every `Any` inside is resolved. Must not know message types by name:
//! the descriptors say what there is. A message that cannot be shown is shown as an error, not left out.

use anyhow::{Context, Result};
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use proto::google::protobuf::Any;
use serde_json::{Value, json};

/// Converts messages.
#[derive(Debug)]
pub(crate) struct MessageJson {
    pool: DescriptorPool,
}

// === impl MessageJson ===

impl MessageJson {
    /// With the descriptors of every message that we have.
    pub(crate) fn new() -> Result<Self> {
        let pool = DescriptorPool::decode(proto::DESCRIPTORS)
            .context("the descriptors in this binary are damaged")?;
        Ok(Self { pool })
    }

    /// One message.
    pub(crate) fn message<M: Message + Name>(&self, message: &M) -> Result<Value> {
        self.named(&M::full_name(), &message.encode_to_vec())
    }

    /// What an `Any` holds, with its type under `@type`.
    pub(crate) fn any(&self, any: &Any) -> Value {
        let name = any.type_url.rsplit('/').next().unwrap_or_default();
        match self.named(name, &any.value) {
            Ok(Value::Object(mut fields)) => {
                fields.shift_insert(0, "@type".to_owned(), json!(any.type_url));
                Value::Object(fields)
            }
            Ok(other) => json!({"@type": any.type_url, "value": other}),
            Err(error) => json!({"@type": any.type_url, "error": format!("{error:#}")}),
        }
    }

    fn named(&self, name: &str, bytes: &[u8]) -> Result<Value> {
        let descriptor = self
            .pool
            .get_message_by_name(name)
            .with_context(|| format!("{name} is not a message that this version knows"))?;
        let message = DynamicMessage::decode(descriptor, bytes)
            .with_context(|| format!("not a valid {name}"))?;
        let options = SerializeOptions::new().stringify_64_bit_integers(false);
        message
            .serialize_with_options(serde_json::value::Serializer, &options)
            .with_context(|| format!("{name} cannot be shown as JSON"))
    }
}

#[cfg(test)]
mod tests {
    use super::MessageJson;
    use proto::any;
    use proto::envoy::config::cluster::v3::Cluster;
    use proto::tidegate::v1::{Provenance, SnapshotResource, Source};
    use proto::type_url::TypeUrl;
    use serde_json::json;

    #[test]
    fn messages_are_canonical_json() {
        let json = MessageJson::new().expect("descriptors");
        let cluster = Cluster {
            name: "c".to_owned(),
            metadata: Some(proto::reference::metadata(TypeUrl::AiBackend, "b")),
            ..Cluster::default()
        };
        let source = Source {
            kind: "Service".to_owned(),
            generation: 3,
            ..Source::default()
        };
        let resource = SnapshotResource {
            name: "c".to_owned(),
            version: "1".to_owned(),
            resource: Some(any::pack(&cluster)),
            provenance: Some(Provenance {
                sources: vec![source],
            }),
        };
        let value = json.message(&resource).expect("shown");
        assert_eq!(value["resource"]["@type"], json!(TypeUrl::Cluster.as_str()));
        assert_eq!(
            value["resource"]["metadata"]["typedFilterMetadata"]["tidegate"]["@type"],
            "type.googleapis.com/google.protobuf.BytesValue"
        );
        assert_eq!(value["provenance"]["sources"][0]["generation"], 3);
    }

    #[test]
    fn what_cannot_be_shown_says_so() {
        let json = MessageJson::new().expect("descriptors");
        let unknown = proto::google::protobuf::Any {
            type_url: "type.googleapis.com/nobody.Knows".to_owned(),
            value: Default::default(),
        };
        let value = json.any(&unknown);
        assert!(
            value["error"]
                .as_str()
                .expect("an error")
                .contains("nobody.Knows")
        );
    }
}
