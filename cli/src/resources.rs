//! Resources as they are shown and compared: type, name, version and canonical JSON.
//!
//! Owns this form and its file format, which is the canonical JSON of a `SnapshotResponse`; what `snapshot get -o
//! json` writes, `snapshot diff` reads. Must not hold secrets: whoever made the response took them out. The order is
//! push order, then name.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use proto::tidegate::v1::SnapshotResponse;
use proto::type_url::TypeUrl;
use serde_json::{Value, json};

use crate::render::{self, MessageJson};

/// The resources of one Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Resources {
    /// Id of the commit; empty where there is none.
    pub(crate) commit_id: String,
    /// By type and name.
    pub(crate) held: BTreeMap<Id, Shown>,
}

/// Which resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    /// Its type.
    pub(crate) type_url: TypeUrl,
    /// Its name.
    pub(crate) name: String,
}

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    /// Hash of the content, secrets included.
    pub(crate) version: String,
    /// Content without secrets.
    pub(crate) content: Value,
    /// Where it comes from.
    pub(crate) provenance: Value,
}

// === impl Resources ===

impl Resources {
    /// From what an instance answered.
    pub(crate) fn of_response(response: &SnapshotResponse) -> Result<Self> {
        let json = MessageJson::new()?;
        let mut held = BTreeMap::new();
        for resource in &response.resources {
            let Some(any) = &resource.resource else {
                continue;
            };
            let Ok(type_url) = any.type_url.parse() else {
                continue;
            };
            let provenance = match &resource.provenance {
                Some(provenance) => json.message(provenance)?,
                None => Value::Null,
            };
            let id = Id {
                type_url,
                name: resource.name.clone(),
            };
            let version = resource.version.clone();
            held.insert(
                id,
                Shown {
                    version,
                    content: json.any(any),
                    provenance,
                },
            );
        }
        Ok(Self {
            commit_id: response.commit_id.clone(),
            held,
        })
    }

    /// From a file that `snapshot get -o json` (or `-o yaml`) wrote.
    pub(crate) fn of_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let value: Value = serde_saphyr::from_str(&text)
            .with_context(|| format!("{} is neither JSON nor YAML", path.display()))?;
        Self::of_value(&value).with_context(|| {
            format!(
                "{} is not what `tidegate snapshot get -o json` writes",
                path.display()
            )
        })
    }

    /// For programs, in the shape of a `SnapshotResponse`.
    pub(crate) fn to_value(&self) -> Value {
        let resource = |(id, shown): (&Id, &Shown)| {
            let mut value = json!({
                "name": id.name, "version": shown.version, "resource": shown.content,
            });
            if let (Some(fields), false) = (value.as_object_mut(), shown.provenance.is_null()) {
                fields.insert("provenance".to_owned(), shown.provenance.clone());
            }
            value
        };
        json!({
            "commitId": self.commit_id,
            "resources": self.held.iter().map(resource).collect::<Vec<_>>(),
        })
    }

    /// Keeps what is of one of these types (any, if there is none) and has this text in its name.
    pub(crate) fn retain(&mut self, types: &[TypeUrl], name: &str) {
        self.held.retain(|id, _| {
            (types.is_empty() || types.contains(&id.type_url)) && id.name.contains(name)
        });
    }

    fn of_value(value: &Value) -> Result<Self> {
        let text = |value: &Value, key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .with_context(|| format!("no {key}"))
        };
        let mut held = BTreeMap::new();
        let list = value
            .get("resources")
            .and_then(Value::as_array)
            .context("no resources")?;
        for item in list {
            let content = item.get("resource").cloned().context("no resource")?;
            let type_url = text(&content, "@type")?.parse()?;
            let id = Id {
                type_url,
                name: text(item, "name")?,
            };
            let provenance = item.get("provenance").cloned().unwrap_or(Value::Null);
            let version = text(item, "version").unwrap_or_default();
            held.insert(
                id,
                Shown {
                    version,
                    content,
                    provenance,
                },
            );
        }
        Ok(Self {
            commit_id: text(value, "commitId").unwrap_or_default(),
            held,
        })
    }
}

// === impl Shown ===

impl Shown {
    /// File and line, or kind and name, of the object that it was made from.
    pub(crate) fn source(&self) -> String {
        let Some(source) = self.provenance.pointer("/sources/0") else {
            return String::new();
        };
        let text = |key: &str| {
            source
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let line = source
            .get("line")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let source = proto::tidegate::v1::Source {
            kind: text("kind"),
            namespace: text("namespace"),
            name: text("name"),
            file: text("file"),
            line: u32::try_from(line).unwrap_or_default(),
            ..Default::default()
        };
        let place = render::source_place(&source);
        if place.is_empty() {
            render::source_name(&source)
        } else {
            place
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Resources;
    use proto::any;
    use proto::envoy::config::cluster::v3::Cluster;
    use proto::tidegate::v1::{Provenance, SnapshotResource, SnapshotResponse, Source};
    use proto::type_url::TypeUrl;

    #[test]
    fn what_is_written_is_read_back() {
        let cluster = Cluster {
            name: "c".to_owned(),
            ..Cluster::default()
        };
        let source = Source {
            kind: "Service".to_owned(),
            file: "a.yaml".to_owned(),
            line: 3,
            ..Source::default()
        };
        let response = SnapshotResponse {
            commit_id: "abc".to_owned(),
            resources: vec![SnapshotResource {
                name: "c".to_owned(),
                version: "1".to_owned(),
                resource: Some(any::pack(&cluster)),
                provenance: Some(Provenance {
                    sources: vec![source],
                }),
            }],
        };
        let mut resources = Resources::of_response(&response).expect("shown");
        let again = Resources::of_value(&resources.to_value()).expect("read");
        assert_eq!(again, resources);
        let shown = again.held.values().next().expect("a resource");
        assert_eq!(shown.source(), "a.yaml:3");
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("s.json");
        std::fs::write(&path, resources.to_value().to_string()).expect("written");
        assert_eq!(Resources::of_file(&path).expect("read"), resources);
        resources.retain(&[TypeUrl::Listener], "");
        assert!(resources.held.is_empty());
    }

    #[test]
    fn other_files_are_refused() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("s.json");
        std::fs::write(&path, "{\"a\": 1}").expect("written");
        let error = Resources::of_file(&path).expect_err("refused");
        assert!(
            error.to_string().contains("snapshot get -o json"),
            "{error:#}"
        );
    }
}
