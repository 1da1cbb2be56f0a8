//! What the files of a Pod's volumes are.
//!
//! Must not touch the file system: `files` writes what is decided here. Invariant: what is missing
//! keeps the Pod waiting with a reason, and contents never print.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, anyhow, bail};
use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, KeyToPath, Pod, Volume, VolumeProjection};
use kube::ResourceExt;

use crate::env::Sources;
use crate::field::{self, Place};
use crate::root;

/// One file of a volume.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mode: u32,
}

/// Relative path to file.
pub(crate) type Content = BTreeMap<String, Entry>;

/// A token that somebody must ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TokenWish {
    pub(crate) path: String,
    pub(crate) audience: Option<String>,
    pub(crate) expiration_seconds: i64,
}

/// Where a volume's files come from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nothing of the cluster: an empty directory.
    Empty,
    /// A directory or file of the machine.
    Host { path: String, make: bool },
    /// Files, and tokens to be put beside them.
    Files {
        content: Content,
        tokens: Vec<TokenWish>,
    },
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, mode {:o}", self.bytes.len(), self.mode)
    }
}

/// What a volume holds now.
pub(crate) fn source(
    pod: &Pod,
    volume: &Volume,
    place: &Place,
    sources: &dyn Sources,
) -> Result<Source> {
    let namespace = pod.namespace().unwrap_or_default();
    let gather = Gather {
        pod,
        place,
        sources,
        namespace: &namespace,
    };
    let mut content = Content::new();
    let mut tokens = Vec::new();
    if volume.empty_dir.is_some() {
        return Ok(Source::Empty);
    } else if let Some(host) = &volume.host_path {
        let make = host.type_.as_deref() == Some("DirectoryOrCreate");
        return Ok(Source::Host {
            path: host.path.clone(),
            make,
        });
    } else if let Some(secret) = &volume.secret {
        let name = secret.secret_name.as_deref().unwrap_or_default();
        let optional = secret.optional == Some(true);
        let mode = mode(secret.default_mode);
        gather.secret(
            name,
            secret.items.as_deref(),
            (optional, mode),
            &mut content,
        )?;
    } else if let Some(map) = &volume.config_map {
        let optional = map.optional == Some(true);
        let mode = mode(map.default_mode);
        gather.config_map(
            &map.name,
            map.items.as_deref(),
            (optional, mode),
            &mut content,
        )?;
    } else if let Some(downward) = &volume.downward_api {
        let items = downward.items.as_deref().unwrap_or_default();
        gather.downward(items, mode(downward.default_mode), &mut content)?;
    } else if let Some(projected) = &volume.projected {
        let mode = mode(projected.default_mode);
        for part in projected.sources.iter().flatten() {
            gather.project(part, mode, &mut content, &mut tokens)?;
        }
    } else {
        bail!(
            "volume `{}` has a type that lab-node does not know: use secret, configMap, projected, \
             downwardAPI, emptyDir or hostPath",
            volume.name
        );
    }
    Ok(Source::Files { content, tokens })
}

struct Gather<'a> {
    pod: &'a Pod,
    place: &'a Place,
    sources: &'a dyn Sources,
    namespace: &'a str,
}

impl Gather<'_> {
    fn project(
        &self,
        part: &VolumeProjection,
        mode: u32,
        content: &mut Content,
        tokens: &mut Vec<TokenWish>,
    ) -> Result<()> {
        if let Some(secret) = &part.secret {
            let optional = secret.optional == Some(true);
            self.secret(
                &secret.name,
                secret.items.as_deref(),
                (optional, mode),
                content,
            )?;
        }
        if let Some(map) = &part.config_map {
            let optional = map.optional == Some(true);
            self.config_map(&map.name, map.items.as_deref(), (optional, mode), content)?;
        }
        if let Some(downward) = &part.downward_api {
            self.downward(downward.items.as_deref().unwrap_or_default(), mode, content)?;
        }
        if let Some(token) = &part.service_account_token {
            tokens.push(TokenWish {
                path: relative(&token.path)?,
                audience: token.audience.clone().filter(|a| !a.is_empty()),
                expiration_seconds: token.expiration_seconds.unwrap_or(3600),
            });
        }
        Ok(())
    }

    fn secret(
        &self,
        name: &str,
        items: Option<&[KeyToPath]>,
        how: (bool, u32),
        content: &mut Content,
    ) -> Result<()> {
        let secret = self.sources.secret(self.namespace, name);
        let data = secret.as_ref().map(|secret| {
            let data = secret.data.iter().flatten();
            data.map(|(key, value)| (key.clone(), value.0.clone()))
                .collect()
        });
        select(("Secret", name), data, items, how, content)
    }

    fn config_map(
        &self,
        name: &str,
        items: Option<&[KeyToPath]>,
        how: (bool, u32),
        content: &mut Content,
    ) -> Result<()> {
        let map = self.sources.config_map(self.namespace, name);
        let data = map.as_ref().map(|map| {
            let text = map.data.iter().flatten();
            let text = text.map(|(key, value)| (key.clone(), value.clone().into_bytes()));
            let binary = map.binary_data.iter().flatten();
            text.chain(binary.map(|(key, value)| (key.clone(), value.0.clone())))
                .collect()
        });
        select(("ConfigMap", name), data, items, how, content)
    }

    fn downward(
        &self,
        items: &[DownwardAPIVolumeFile],
        default: u32,
        content: &mut Content,
    ) -> Result<()> {
        for item in items {
            let value = if let Some(reference) = &item.field_ref {
                field::of_pod(self.pod, self.place, &reference.field_path)?
            } else if let Some(selector) = &item.resource_field_ref {
                let spec = self.pod.spec.as_ref();
                let name = selector.container_name.as_deref().unwrap_or_default();
                let container = spec.and_then(|s| s.containers.iter().find(|c| c.name == name));
                let container =
                    container.ok_or_else(|| anyhow!("there is no container `{name}`"))?;
                field::of_resources(container, selector)?
            } else {
                continue;
            };
            let mode = item.mode.map_or(default, |m| mode(Some(m)));
            let bytes = value.into_bytes();
            content.insert(relative(&item.path)?, Entry { bytes, mode });
        }
        Ok(())
    }
}

fn select(
    (kind, name): (&str, &str),
    data: Option<BTreeMap<String, Vec<u8>>>,
    items: Option<&[KeyToPath]>,
    (optional, default): (bool, u32),
    content: &mut Content,
) -> Result<()> {
    let Some(data) = data else {
        if optional {
            return Ok(());
        }
        bail!("{kind} {name} does not exist");
    };
    let Some(items) = items.filter(|items| !items.is_empty()) else {
        let whole = data.into_iter().map(|(key, bytes)| {
            (
                key,
                Entry {
                    bytes,
                    mode: default,
                },
            )
        });
        content.extend(whole);
        return Ok(());
    };
    for item in items {
        match data.get(&item.key) {
            Some(bytes) => {
                let mode = item.mode.map_or(default, |m| mode(Some(m)));
                content.insert(
                    relative(&item.path)?,
                    Entry {
                        bytes: bytes.clone(),
                        mode,
                    },
                );
            }
            None if optional => {}
            None => bail!("{kind} {name} has no key `{}`", item.key),
        }
    }
    Ok(())
}

/// A path inside a volume, which cannot lead out of it.
fn relative(path: &str) -> Result<String> {
    let clean = root::absolute(path).filter(|_| !path.starts_with('/'));
    let clean = clean.ok_or_else(|| anyhow!("path `{path}` must be relative, without `..`"))?;
    Ok(clean.to_string_lossy().trim_start_matches('/').to_owned())
}

/// Kubernetes' default lets everybody read: processes may run as any user.
fn mode(given: Option<i32>) -> u32 {
    u32::try_from(given.unwrap_or(0o644)).unwrap_or(0o644) & 0o777
}

#[cfg(test)]
mod tests;
