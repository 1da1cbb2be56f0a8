//! A container's environment and command line.
//!
//! Must not know how a process is started. Invariant: a value sees only what stands before it, as
//! in Kubernetes, and whatever is missing is an error that names the variable, the object and the
//! key, unless it is marked optional.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Container, EnvFromSource, EnvVarSource, Pod, Secret};
use kube::ResourceExt;

use crate::field::{self, FieldError, Place};
use crate::images::Image;

/// Where Secrets and ConfigMaps of the Pod's namespace come from.
pub(crate) trait Sources {
    fn secret(&self, namespace: &str, name: &str) -> Option<std::sync::Arc<Secret>>;
    fn config_map(&self, namespace: &str, name: &str) -> Option<std::sync::Arc<ConfigMap>>;
}

/// Why a container cannot be started yet: `CreateContainerConfigError`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvError {
    #[error("{kind} {name} that variable `{variable}` needs does not exist")]
    NoObject {
        kind: &'static str,
        name: String,
        variable: String,
    },
    #[error("{kind} {name} has no key `{key}`, which variable `{variable}` needs")]
    NoKey {
        kind: &'static str,
        name: String,
        key: String,
        variable: String,
    },
    #[error("variable `{variable}`: {source}")]
    Field {
        variable: String,
        source: FieldError,
    },
}

pub(crate) type Environment = BTreeMap<String, String>;

/// Everything that a container finds in its environment.
pub(crate) fn resolve(
    pod: &Pod,
    container: &Container,
    place: &Place,
    sources: &dyn Sources,
    base: &Environment,
) -> Result<Environment, EnvError> {
    let mut found = base.clone();
    for source in container.env_from.iter().flatten() {
        import(pod, source, sources, &mut found)?;
    }
    for variable in container.env.iter().flatten() {
        let value = match (&variable.value, &variable.value_from) {
            (_, Some(from)) => {
                match referred(pod, container, place, sources, (&variable.name, from))? {
                    Some(value) => value,
                    None => continue,
                }
            }
            (Some(literal), None) => expand(literal, &found),
            (None, None) => String::new(),
        };
        found.insert(variable.name.clone(), value);
    }
    Ok(found)
}

/// The command line: the image's program, unless the container replaces it.
pub(crate) fn argv(image: &Image, container: &Container, env: &Environment) -> Vec<String> {
    let command = container
        .command
        .as_ref()
        .filter(|c| !c.is_empty() && !image.fixed);
    let program = command.unwrap_or(&image.argv).iter();
    program
        .chain(container.args.iter().flatten())
        .map(|word| expand(word, env))
        .collect()
}

/// Replaces `$(NAME)`; `$$` is a dollar sign, and an unknown name stays as it is written.
pub(crate) fn expand(text: &str, env: &Environment) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('$') {
            out.push('$');
            rest = tail;
            continue;
        }
        let reference = after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'));
        match reference {
            Some((name, tail)) => {
                match env.get(name) {
                    Some(value) => out.push_str(value),
                    None => out.extend(["$(", name, ")"]),
                }
                rest = tail;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn import(
    pod: &Pod,
    source: &EnvFromSource,
    sources: &dyn Sources,
    found: &mut Environment,
) -> Result<(), EnvError> {
    let namespace = pod.namespace().unwrap_or_default();
    let prefix = source.prefix.as_deref().unwrap_or("");
    if let Some(reference) = &source.secret_ref {
        match sources.secret(&namespace, &reference.name) {
            Some(secret) => found.extend(
                secret
                    .data
                    .iter()
                    .flatten()
                    .map(|(key, value)| (format!("{prefix}{key}"), text(value))),
            ),
            None if reference.optional == Some(true) => {}
            None => return Err(missing("Secret", &reference.name, "envFrom")),
        }
    }
    if let Some(reference) = &source.config_map_ref {
        match sources.config_map(&namespace, &reference.name) {
            Some(map) => found.extend(
                map.data
                    .iter()
                    .flatten()
                    .map(|(key, value)| (format!("{prefix}{key}"), value.clone())),
            ),
            None if reference.optional == Some(true) => {}
            None => return Err(missing("ConfigMap", &reference.name, "envFrom")),
        }
    }
    Ok(())
}

fn referred(
    pod: &Pod,
    container: &Container,
    place: &Place,
    sources: &dyn Sources,
    (variable, from): (&str, &EnvVarSource),
) -> Result<Option<String>, EnvError> {
    let in_field = |source| EnvError::Field {
        variable: variable.to_owned(),
        source,
    };
    let namespace = pod.namespace().unwrap_or_default();
    if let Some(reference) = &from.field_ref {
        return field::of_pod(pod, place, &reference.field_path)
            .map(Some)
            .map_err(in_field);
    }
    if let Some(selector) = &from.resource_field_ref {
        return field::of_resources(container, selector)
            .map(Some)
            .map_err(in_field);
    }
    let (kind, name, key, optional, object, value) = if let Some(r) = &from.secret_key_ref {
        let secret = sources.secret(&namespace, &r.name);
        let value = secret
            .as_ref()
            .and_then(|s| Some(text(s.data.as_ref()?.get(&r.key)?)));
        (
            "Secret",
            &r.name,
            &r.key,
            r.optional,
            secret.is_some(),
            value,
        )
    } else if let Some(r) = &from.config_map_key_ref {
        let map = sources.config_map(&namespace, &r.name);
        let value = map
            .as_ref()
            .and_then(|m| m.data.as_ref()?.get(&r.key).cloned());
        (
            "ConfigMap",
            &r.name,
            &r.key,
            r.optional,
            map.is_some(),
            value,
        )
    } else {
        return Ok(None);
    };
    match value {
        None if optional == Some(true) => Ok(None),
        None if object => Err(EnvError::NoKey {
            kind,
            name: name.clone(),
            key: key.clone(),
            variable: variable.to_owned(),
        }),
        None => Err(missing(kind, name, variable)),
        Some(value) => Ok(Some(value)),
    }
}

fn missing(kind: &'static str, name: &str, variable: &str) -> EnvError {
    EnvError::NoObject {
        kind,
        name: name.to_owned(),
        variable: variable.to_owned(),
    }
}

fn text(value: &ByteString) -> String {
    String::from_utf8_lossy(&value.0).into_owned()
}

#[cfg(test)]
mod tests;
