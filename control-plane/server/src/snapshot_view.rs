//! Snapshots for people: what a tool is shown, what a log line says.
//!
//! Owns redaction on the way out and the words for a change. Must not print or return a secret: Secret resources lose
//! every value here, and no caller can ask otherwise.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cp_translate::{Change, Profile};
use prost::Message;
use proto::envoy::extensions::transport_sockets::tls::v3::Secret;
use proto::google::protobuf::Any;
use proto::tidegate::v1::{GetSnapshotRequest, Provenance, SnapshotResource, SnapshotResponse};
use proto::type_url::TypeUrl;
use xds::resource::Resource;

use crate::publish::Published;

/// For which kind of proxy a request asks.
pub fn profile(request: &GetSnapshotRequest) -> Profile {
    match request.profile.as_str() {
        "envoy" => Profile::Envoy,
        _ => Profile::Tidegate,
    }
}

/// The resources that a request asks for, without secrets.
pub fn view(published: &Published, request: &GetSnapshotRequest) -> SnapshotResponse {
    let snapshot = published.of(profile(request));
    let is_wanted = |url: &TypeUrl| {
        request.type_urls.is_empty() || request.type_urls.iter().any(|want| want == url.as_str())
    };
    let resources = snapshot
        .types()
        .filter(is_wanted)
        .flat_map(|url| snapshot.iter(url).map(move |resource| shown(url, resource)));
    SnapshotResponse {
        commit_id: snapshot
            .commit_id()
            .map(ToString::to_string)
            .unwrap_or_default(),
        resources: resources.collect(),
    }
}

fn shown(url: TypeUrl, resource: &Resource) -> SnapshotResource {
    let value = match url {
        TypeUrl::Secret => redacted(resource.name()),
        TypeUrl::Cluster
        | TypeUrl::Endpoint
        | TypeUrl::Policy
        | TypeUrl::PolicySet
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::AiBackend
        | TypeUrl::ModelRouter
        | TypeUrl::Listener
        | TypeUrl::RouteConfiguration
        | TypeUrl::VirtualHost
        | TypeUrl::RouteRule
        | TypeUrl::Commit => resource.message().clone(),
    };
    let provenance: Option<Provenance> = resource
        .metadata()
        .and_then(|metadata| proto::provenance::read(Some(&metadata)));
    SnapshotResource {
        name: resource.name().to_string(),
        version: resource.version().hex(),
        resource: Some(Any {
            type_url: url.as_str().to_owned(),
            value,
        }),
        provenance,
    }
}

/// A Secret with its name only: no value, no length of one.
fn redacted(name: &str) -> Bytes {
    let secret = Secret {
        name: name.to_owned(),
        ..Secret::default()
    };
    Bytes::from(secret.encode_to_vec())
}

/// Why an epoch ran: its first change, and how many more.
pub fn reason(changes: &[Change]) -> String {
    let Some(first) = changes.first().map(describe) else {
        return "nothing".to_owned();
    };
    match changes.len() {
        1 => first,
        more => format!("{first} and {} more", more.saturating_sub(1)),
    }
}

fn describe(change: &Change) -> String {
    match change {
        Change::Apply { object, .. } => {
            let key = object.key();
            format!("{} {}/{}", key.kind, key.namespace, key.name)
        }
        Change::Delete(key) => format!("{} {}/{} deleted", key.kind, key.namespace, key.name),
        Change::Invalid { key, .. } => {
            format!("{} {}/{} unreadable", key.kind, key.namespace, key.name)
        }
        Change::Relist { kind, .. } => format!("all of {}", kind.as_str()),
        Change::Rejected(rejection) => format!("{} refused by a proxy", rejection.content.name),
        Change::Retry(content) => format!("{} tried again", content.name),
        Change::Accepted(content) => format!("{} accepted", content.name),
        Change::Applied { gateway, .. } => format!("applied by Gateway {gateway}"),
    }
}

/// `route-rule +1 ~2 -0, cluster +1 ~0 -0`: what differs for our proxies.
pub fn summary(old: Option<&Published>, new: &Published) -> String {
    let empty = xds::snapshot::Snapshot::default();
    let old = old.map_or(&empty, |old| old.of(Profile::Tidegate));
    let differences = xds::diff::diff(old, new.of(Profile::Tidegate));
    let words: Vec<String> = differences
        .iter()
        .filter(|difference| difference.type_url != TypeUrl::Commit)
        .map(|difference| {
            format!(
                "{} +{} ~{} -{}",
                difference.type_url.short(),
                difference.added.len(),
                difference.changed.len(),
                difference.removed.len()
            )
        })
        .collect();
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(", ")
    }
}

/// Milliseconds since the Unix epoch.
pub fn millis(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::view;
    use crate::publish::Published;
    use proto::envoy::config::core::v3::DataSource;
    use proto::envoy::config::core::v3::data_source::Specifier;
    use proto::envoy::extensions::transport_sockets::tls::v3::{
        GenericSecret, Secret, secret::Type,
    };
    use proto::tidegate::v1::GetSnapshotRequest;
    use xds::resource::Resource;
    use xds::snapshot::Snapshot;

    #[test]
    fn no_secret_leaves() {
        let value = "sk-very-secret";
        let secret = Secret {
            name: "secret/default/key".to_owned(),
            r#type: Some(Type::GenericSecret(GenericSecret {
                secret: Some(DataSource {
                    specifier: Some(Specifier::InlineBytes(value.as_bytes().to_vec().into())),
                    watched_directory: None,
                }),
                ..GenericSecret::default()
            })),
        };
        let snapshot: Snapshot = [Resource::of(&secret, None)].into_iter().collect();
        let published = Published {
            tidegate: snapshot.clone(),
            envoy: snapshot,
        };
        let shown = view(&published, &GetSnapshotRequest::default());
        assert_eq!(shown.resources.len(), 1);
        let text = format!("{shown:?}");
        assert!(text.contains("secret/default/key"));
        let bytes: Vec<u8> = prost::Message::encode_to_vec(&shown);
        assert!(
            !bytes
                .windows(value.len())
                .any(|window| window == value.as_bytes())
        );
    }
}
