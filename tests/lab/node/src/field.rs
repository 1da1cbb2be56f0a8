//! What a Pod may ask about itself: `fieldRef` and `resourceFieldRef`.
//!
//! Must not know who asks, a variable or a volume. Invariant: an unknown path is an error that
//! names it, never an empty value.

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{Container, Pod, ResourceFieldSelector};
use kube::ResourceExt;

use crate::quantity;

/// What is known about where a Pod runs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) pod_ip: Ipv4Addr,
    pub(crate) host_ip: Ipv4Addr,
    pub(crate) node_name: String,
}

/// What a machine is said to have, where a container has no limit.
pub(crate) const CAPACITY: [(&str, &str); 2] = [("cpu", "8"), ("memory", "16Gi")];

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FieldError {
    #[error("field path `{0}` is not known")]
    Path(String),
    #[error(
        "resource `{0}` is not known: use limits.cpu, limits.memory, requests.cpu or requests.memory"
    )]
    Resource(String),
    #[error("resource `{0}` has a quantity or divisor that cannot be read")]
    Quantity(String),
}

/// The value of a field of a Pod.
pub(crate) fn of_pod(pod: &Pod, place: &Place, path: &str) -> Result<String, FieldError> {
    if let Some((map, key)) = subscript(path) {
        let entries = match map {
            "metadata.labels" => pod.labels(),
            "metadata.annotations" => pod.annotations(),
            _ => return Err(FieldError::Path(path.to_owned())),
        };
        return Ok(entries.get(key).cloned().unwrap_or_default());
    }
    let spec = pod.spec.as_ref();
    Ok(match path {
        "metadata.name" => pod.name_any(),
        "metadata.namespace" => pod.namespace().unwrap_or_default(),
        "metadata.uid" => pod.uid().unwrap_or_default(),
        "metadata.labels" => lines(pod.labels()),
        "metadata.annotations" => lines(pod.annotations()),
        "spec.nodeName" => place.node_name.clone(),
        "spec.serviceAccountName" => spec
            .and_then(|s| s.service_account_name.clone())
            .unwrap_or_default(),
        "status.hostIP" | "status.hostIPs" => place.host_ip.to_string(),
        "status.podIP" | "status.podIPs" => place.pod_ip.to_string(),
        _ => return Err(FieldError::Path(path.to_owned())),
    })
}

/// A limit or request of a container, in units of the divisor.
pub(crate) fn of_resources(
    container: &Container,
    selector: &ResourceFieldSelector,
) -> Result<String, FieldError> {
    let wrong = || FieldError::Resource(selector.resource.clone());
    let (kind, name) = selector.resource.split_once('.').ok_or_else(wrong)?;
    let resources = container.resources.as_ref();
    let given = match kind {
        "limits" => resources.and_then(|r| r.limits.as_ref()),
        "requests" => resources.and_then(|r| r.requests.as_ref()),
        _ => return Err(wrong()),
    };
    let capacity = CAPACITY.iter().find(|(n, _)| *n == name).map(|(_, q)| *q);
    let absent = if kind == "limits" {
        capacity
    } else {
        capacity.map(|_| "0")
    };
    let given = given.and_then(|map| map.get(name)).map(|q| q.0.as_str());
    let quantity = given.or(absent).ok_or_else(wrong)?;
    let divisor = selector.divisor.as_ref().map_or("", |q| q.0.as_str());
    quantity::divided(quantity, divisor)
        .ok_or_else(|| FieldError::Quantity(selector.resource.clone()))
}

/// `metadata.labels['app']` as its two parts.
fn subscript(path: &str) -> Option<(&str, &str)> {
    let (map, rest) = path.split_once('[')?;
    let key = rest.strip_suffix(']')?;
    let unquoted = key
        .strip_prefix('\'')
        .and_then(|k| k.strip_suffix('\''))
        .or_else(|| key.strip_prefix('"').and_then(|k| k.strip_suffix('"')));
    Some((map, unquoted?))
}

/// The form that the downward API writes maps in.
fn lines(map: &std::collections::BTreeMap<String, String>) -> String {
    let quoted = map.iter().map(|(key, value)| format!("{key}={value:?}"));
    quoted.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            pod_ip: Ipv4Addr::new(10, 244, 0, 5),
            host_ip: Ipv4Addr::new(10, 244, 0, 1),
            node_name: "lab-node".into(),
        }
    }

    fn pod() -> Pod {
        serde_json::from_value(serde_json::json!({
            "metadata": {"name": "web-0", "namespace": "shop", "uid": "u1",
                "labels": {"app": "web", "a.b/c": "d"}, "annotations": {"note": "two\nlines"}},
            "spec": {"serviceAccountName": "web", "containers": []}
        }))
        .expect("a Pod")
    }

    #[track_caller]
    fn check(path: &str, expected: Result<&str, FieldError>) {
        let found = of_pod(&pod(), &place(), path);
        assert_eq!(
            found.as_deref().map_err(|_| ()),
            expected.as_deref().map_err(|_| ()),
            "{path}"
        );
    }

    #[test]
    fn fields_of_a_pod() {
        check("metadata.name", Ok("web-0"));
        check("metadata.namespace", Ok("shop"));
        check("metadata.uid", Ok("u1"));
        check("metadata.labels['app']", Ok("web"));
        check("metadata.labels['a.b/c']", Ok("d"));
        check("metadata.labels['absent']", Ok(""));
        check("metadata.labels", Ok("a.b/c=\"d\"\napp=\"web\""));
        check("metadata.annotations", Ok("note=\"two\\nlines\""));
        check("spec.nodeName", Ok("lab-node"));
        check("spec.serviceAccountName", Ok("web"));
        check("status.podIP", Ok("10.244.0.5"));
        check("status.hostIP", Ok("10.244.0.1"));
        check("status.phase", Err(FieldError::Path("status.phase".into())));
        check("metadata.labels[app]", Err(FieldError::Path(String::new())));
    }

    #[test]
    fn resources_of_a_container() {
        let container: Container = serde_json::from_value(serde_json::json!({
            "name": "c", "resources": {"limits": {"cpu": "1500m"}}
        }))
        .expect("a container");
        let ask = |resource: &str, divisor: &str| {
            let selector = serde_json::from_value(
                serde_json::json!({"resource": resource, "divisor": divisor}),
            )
            .expect("a selector");
            of_resources(&container, &selector).ok()
        };
        assert_eq!(ask("limits.cpu", "0").as_deref(), Some("2"));
        assert_eq!(ask("limits.cpu", "1m").as_deref(), Some("1500"));
        assert_eq!(ask("limits.memory", "1Gi").as_deref(), Some("16"));
        assert_eq!(ask("requests.cpu", "1").as_deref(), Some("0"));
        assert_eq!(ask("limits.gpu", "1"), None);
        assert_eq!(ask("cpu", "1"), None);
    }
}
