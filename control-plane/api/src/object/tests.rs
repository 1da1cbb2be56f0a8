//! Decoding: kinds, defaults, bounds, secrets.

use serde_json::{Value, json};

use super::{decode, identify};
use crate::error::DecodeError;
use crate::object::Object;

fn object(api_version: &str, kind: &str, rest: Value) -> Value {
    let mut value = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    if let (Some(value), Value::Object(rest)) = (value.as_object_mut(), rest) {
        value.extend(rest);
    }
    value
}

fn fields(value: Value) -> Vec<String> {
    match decode(value) {
        Err(DecodeError::Fields(fields)) => fields.into_iter().map(|field| field.path).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn kinds_and_versions() {
    let spec = json!({"spec": {"from": [{"group": "g", "kind": "K", "namespace": "n"}],
        "to": [{"group": "", "kind": "Secret"}]}});
    for version in [
        "gateway.networking.k8s.io/v1",
        "gateway.networking.k8s.io/v1beta1",
    ] {
        let grant = decode(object(version, "ReferenceGrant", spec.clone()));
        assert!(matches!(grant, Ok(Object::ReferenceGrant(_))), "{version}");
    }
    for (version, kind) in [
        ("gateway.networking.k8s.io/v9", "Gateway"),
        ("example.com/v1", "Gateway"),
        ("apps/v1", "Deployment"),
        ("v1", "HTTPRoute"),
    ] {
        let expected = DecodeError::UnknownKind {
            api_version: version.to_owned(),
            kind: kind.to_owned(),
        };
        assert_eq!(decode(object(version, kind, json!({}))), Err(expected));
    }
}

#[test]
fn what_is_no_object_says_what_is_missing() {
    for (value, path) in [
        (json!({}), "apiVersion"),
        (json!({"apiVersion": "v1"}), "kind"),
        (
            json!({"apiVersion": "v1", "kind": "Service"}),
            "metadata.name",
        ),
        (json!([]), "."),
        (
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": 3}}),
            "metadata.name",
        ),
    ] {
        match decode(value) {
            Err(DecodeError::NotAnObject(field)) => {
                if path != "." {
                    assert_eq!(field.path, path);
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn namespaces_are_filled_in() {
    let namespaced = decode(object("v1", "Service", json!({}))).expect("decodes");
    assert_eq!(namespaced.metadata().namespace, "default");
    let mut value = object("v1", "Namespace", json!({}));
    value["metadata"]["namespace"] = json!("nonsense");
    assert_eq!(identify(&value).expect("identity").namespace, "");
    assert_eq!(decode(value).expect("decodes").metadata().namespace, "");
}

#[test]
fn unknown_fields_are_tolerated() {
    let value = object(
        "v1",
        "Service",
        json!({"spec": {"clusterIP": "None"}, "status": {}}),
    );
    assert!(decode(value).is_ok());
}

#[test]
fn errors_name_the_field() {
    let gateway = object(
        "gateway.networking.k8s.io/v1",
        "Gateway",
        json!({"spec": {"gatewayClassName": "c", "listeners": [
            {"name": "a", "port": 80, "protocol": "HTTP", "tls": {}},
            {"name": "a", "port": 443, "protocol": "HTTPS", "tls": {"mode": "Passthrough"}},
            {"name": "b", "port": 1, "protocol": "HTTP",
                "allowedRoutes": {"namespaces": {"from": "Selector"}}}]}}),
    );
    assert_eq!(
        fields(gateway),
        [
            "spec.listeners[0].tls",
            "spec.listeners[1].tls.mode",
            "spec.listeners[2].allowedRoutes.namespaces.selector",
            "spec.listeners[1].name",
        ]
    );
    let wrong_type = object(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        json!({"spec": {"rules": [{"matches": [{"method": "FETCH"}]}]}}),
    );
    assert_eq!(fields(wrong_type), ["spec.rules[0].matches[0].method"]);
}

#[test]
fn secrets_decode_and_never_show() {
    let value = object(
        "v1",
        "Secret",
        json!({"data": {"a": "aHVudGVyMg==", "b": "eA=="}, "stringData": {"b": "swordfish"}}),
    );
    let Ok(Object::Secret(secret)) = decode(value) else {
        panic!("a secret")
    };
    assert_eq!(secret.data["a"].expose(), b"hunter2");
    assert_eq!(secret.data["b"].expose(), b"swordfish", "stringData wins");
    let printed = format!("{secret:?}");
    for word in ["hunter2", "swordfish", "aHVudGVyMg"] {
        assert!(!printed.contains(word), "{printed}");
    }
}

#[test]
fn errors_of_secrets_do_not_quote_them() {
    for data in [
        json!({"data": {"a": "hunter2!"}}),
        json!({"data": {"a": ["hunter2"]}}),
    ] {
        let error = decode(object("v1", "Secret", data))
            .expect_err("refused")
            .to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.contains("data"), "{error}");
    }
}

#[test]
fn reasons_are_documented() {
    use crate::condition::{ConditionType, Reason};
    for reason in Reason::ALL {
        assert!(reason.documentation().ends_with('.'), "{reason}");
    }
    for kind in ConditionType::ALL {
        assert!(!kind.documentation().is_empty(), "{kind}");
    }
}
