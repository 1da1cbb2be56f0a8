//! Fields that no schema has: most often a field that is misspelled.
//!
//! Owns the walk that finds them in the kinds whose schema this crate holds whole. Must not make an object
//! invalid: an API server would prune such a field and warn, so a directory warns too. Kinds of which only a
//! part is read (Service, Secret, ...) are not judged.

use serde_json::Value;

use crate::error::FieldError;
use crate::gateway::Gateway;
use crate::http_route::HttpRoute;
use crate::key::Kind;
use crate::object::{Resource, identify};
use crate::reference_grant::ReferenceGrant;
use crate::schema::{crd, validate};

/// Paths of unknown fields under `spec`; empty for kinds that are not judged and for what does not decode.
pub fn unknown_fields(value: &Value) -> Vec<FieldError> {
    let kind = identify(value).ok().and_then(|key| key.known());
    let paths = match kind {
        Some(Kind::Gateway) => ignored::<Gateway>(value),
        Some(Kind::HttpRoute) => ignored::<HttpRoute>(value),
        Some(Kind::ReferenceGrant) => ignored::<ReferenceGrant>(value),
        Some(kind) => match crd::judge(kind) {
            Some(judge) => {
                let mut paths = Vec::new();
                validate::unknown(judge.schema(), value, "", &mut paths);
                paths
            }
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    paths
        .into_iter()
        .filter(|path| path.starts_with("spec."))
        .map(|path| FieldError::new(path, "is not a field of this kind; it has no effect"))
        .collect()
}

fn ignored<T: Resource>(value: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    let decoded: Result<T, _> =
        serde_ignored::deserialize(value, |path| paths.push(readable(&path.to_string())));
    if decoded.is_ok() { paths } else { Vec::new() }
}

/// `spec.rules.0.name` and the `?` of optional values as `spec.rules[0].name`.
fn readable(path: &str) -> String {
    let mut text = String::new();
    for part in path.split('.').filter(|part| *part != "?") {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push_str(&format!("[{part}]"));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::unknown_fields;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(kind: &str, spec: Value, expected: &[&str]) {
        let group = if kind == "AgentgatewayBackend" {
            "agentgateway.dev/v1alpha1"
        } else {
            "gateway.networking.k8s.io/v1"
        };
        let value = json!({"apiVersion": group, "kind": kind, "spec": spec, "status": {"x": 1},
            "metadata": {"name": "a", "managedFields": []}});
        let paths: Vec<String> = unknown_fields(&value)
            .into_iter()
            .map(|field| field.path)
            .collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn misspelled_fields_are_found() {
        check(
            "HTTPRoute",
            json!({"hostname": "a", "rules": [{"backendRef": [], "timeouts": {"reqest": "1s"}}]}),
            &[
                "spec.hostname",
                "spec.rules[0].backendRef",
                "spec.rules[0].timeouts.reqest",
            ],
        );
        check(
            "Gateway",
            json!({"gatewayClassName": "c", "listener": [], "defaultScope": "All",
                "allowedListeners": {"namespaces": {"from": "All", "form": 1}}}),
            &["spec.listener", "spec.allowedListeners.namespaces.form"],
        );
        check(
            "AgentgatewayBackend",
            json!({"ai": {"provider": {"openai": {"modle": "x"}}}}),
            &["spec.ai.provider.openai.modle"],
        );
        check(
            "HTTPRoute",
            json!({"rules": [{"name": "a"}], "hostnames": []}),
            &[],
        );
        check("HTTPRoute", json!({"rules": 3, "x": 1}), &[]);
    }
}
