//! Tables for the contents of volumes.

use std::net::Ipv4Addr;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde_json::{Value, json};

use super::*;

struct Fixed;

impl Sources for Fixed {
    fn secret(&self, _: &str, name: &str) -> Option<Arc<Secret>> {
        let secret = json!({"data": {"crt": "Y2VydA==", "key": "a2V5"}});
        (name == "tls").then(|| Arc::new(serde_json::from_value(secret).expect("ok")))
    }

    fn config_map(&self, _: &str, name: &str) -> Option<Arc<ConfigMap>> {
        let map = json!({"data": {"a": "1"}, "binaryData": {"b": "Mg=="}});
        (name == "conf").then(|| Arc::new(serde_json::from_value(map).expect("ok")))
    }
}

fn found(volume: Value) -> Result<Source> {
    let pod = serde_json::from_value(json!({
        "metadata": {"name": "web-0", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "2"}}}]}
    }))?;
    let mut volume = volume;
    volume["name"] = json!("v");
    let place = Place {
        pod_ip: Ipv4Addr::new(10, 244, 0, 5),
        host_ip: Ipv4Addr::new(10, 244, 0, 1),
        node_name: "lab-node".into(),
    };
    source(&pod, &serde_json::from_value(volume)?, &place, &Fixed)
}

#[track_caller]
fn check(volume: Value, expected: &[(&str, &str, u32)]) {
    let Source::Files { content, .. } = found(volume).expect("there") else {
        panic!("files were expected");
    };
    let text = |entry: &Entry| String::from_utf8_lossy(&entry.bytes).into_owned();
    let found: Vec<_> = content
        .iter()
        .map(|(p, e)| (p.clone(), text(e), e.mode))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(p, t, m)| ((*p).to_owned(), (*t).to_owned(), *m))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn secrets_and_config_maps_become_files() {
    check(
        json!({"secret": {"secretName": "tls"}}),
        &[("crt", "cert", 0o644), ("key", "key", 0o644)],
    );
    check(
        json!({"secret": {"secretName": "tls", "defaultMode": 256, "items": [
            {"key": "crt", "path": "server/tls.crt"}, {"key": "key", "path": "k", "mode": 384}]}}),
        &[("k", "key", 0o600), ("server/tls.crt", "cert", 0o400)],
    );
    check(
        json!({"configMap": {"name": "conf"}}),
        &[("a", "1", 0o644), ("b", "2", 0o644)],
    );
    check(json!({"configMap": {"name": "no", "optional": true}}), &[]);
}

#[test]
fn a_pod_is_told_about_itself() {
    check(
        json!({"downwardAPI": {"items": [
            {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
            {"path": "cpu", "resourceFieldRef":
                {"containerName": "c", "resource": "limits.cpu", "divisor": "1"}}]}}),
        &[("cpu", "2", 0o644), ("labels", "app=\"web\"", 0o644)],
    );
}

#[test]
fn projections_are_put_together() {
    let volume = json!({"projected": {"sources": [
        {"configMap": {"name": "conf", "items": [{"key": "a", "path": "ca.crt"}]}},
        {"downwardAPI": {"items":
            [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 600, "audience": "tidegate"}},
    ]}});
    let Source::Files { content, tokens } = found(volume).expect("there") else {
        panic!("files were expected");
    };
    assert_eq!(content.keys().collect::<Vec<_>>(), ["ca.crt", "namespace"]);
    let wish = TokenWish {
        path: "token".into(),
        audience: Some("tidegate".into()),
        expiration_seconds: 600,
    };
    assert_eq!(tokens, [wish]);
}

#[test]
fn what_is_missing_or_leads_outside_is_named() {
    for (volume, expected) in [
        (
            json!({"secret": {"secretName": "no"}}),
            "Secret no does not exist",
        ),
        (
            json!({"secret": {"secretName": "tls", "items": [{"key": "x", "path": "x"}]}}),
            "Secret tls has no key `x`",
        ),
        (
            json!({"secret": {"secretName": "tls", "items": [{"key": "key", "path": "../x"}]}}),
            "path `../x` must be relative, without `..`",
        ),
        (
            json!({"persistentVolumeClaim": {"claimName": "c"}}),
            "volume `v` has a type that lab-node does not know: use secret, configMap, projected, \
             downwardAPI, emptyDir or hostPath",
        ),
    ] {
        assert_eq!(found(volume).expect_err("refused").to_string(), expected);
    }
}

#[test]
fn contents_do_not_print() {
    let source = found(json!({"secret": {"secretName": "tls"}})).expect("there");
    let printed = format!("{source:?}");
    assert!(
        !printed.contains("cert") && !printed.contains("99, 101"),
        "{printed}"
    );
}
