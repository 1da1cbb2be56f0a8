//! Backend: every type of it that AgentgatewayBackend has as well.
//!
//! Owns the union. Must not know model providers (`llm`). A type without a counterpart leaves the whole object out:
//! routes that lead to it are refused with `500` until something stands there.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::llm;
use super::manifest::{self, put, put_at};
use super::set::Work;

/// Converts one.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let mut converted = Map::new();
    let kind = spec.text("type");
    if let Some(ai) = spec.object("ai") {
        llm::convert(ai, &mut converted, work);
    }
    if let Some(host) = spec.object("static") {
        fixed(host, &mut converted, work);
    }
    if let Some(proxy) = spec.object("dynamicForwardProxy") {
        forward(proxy, &mut converted, work);
    }
    if let Some(servers) = spec.object("mcp") {
        mcp(servers, &mut converted, work);
    }
    for (key, why) in [
        ("aws", "functions of AWS Lambda cannot be backends"),
        (
            "gcp",
            "services with Google's identity tokens cannot be backends",
        ),
    ] {
        spec.leave_out(key, why, &mut work.log);
    }
    if kind.is_some() {
        work.log
            .unneeded("spec.type", "the type is the field that is set");
    }
    spec.finish(&mut work.log);
    let has_type = ["ai", "static", "dynamicForwardProxy", "mcp"]
        .iter()
        .any(|key| converted.contains_key(*key));
    if !has_type {
        work.log.left_out("", "nothing of it could be converted");
        return Vec::new();
    }
    let now = format!("AgentgatewayBackend {}/{}", work.namespace, work.name);
    work.log.converted(now);
    vec![manifest::object(
        manifest::AGENTGATEWAY_V1ALPHA1,
        "AgentgatewayBackend",
        manifest::metadata(value),
        Value::Object(converted),
    )]
}

fn fixed(mut host: Fields, converted: &mut Map<String, Value>, work: &mut Work<'_>) {
    for (index, mut one) in host.objects("hosts").into_iter().enumerate() {
        if index > 0 {
            let why = "a backend has one host: write a backend for each, and share by weights of the route";
            work.log.left_out(one.path(), why);
            one.rest();
            continue;
        }
        let mut found = Map::new();
        let path = one.path().to_owned();
        for key in ["host", "port"] {
            put(&mut found, key, one.take(key).unwrap_or_default());
        }
        put(converted, "static", found);
        work.log.changed(&path, "spec.static");
        one.finish(&mut work.log);
    }
    if let Some(protocol) = host.text("appProtocol") {
        let place = host.at("appProtocol");
        match protocol.as_str() {
            "http2" | "grpc" | "kubernetes.io/h2c" => {
                put_at(converted, &["policies", "http", "version"], json!("HTTP2"));
                work.log.changed(&place, "spec.policies.http.version");
            }
            "kubernetes.io/ws" => work
                .log
                .unneeded(&place, "WebSockets pass without being asked for"),
            _ => work.log.left_out(&place, "is not spoken towards backends"),
        }
    }
    host.finish(&mut work.log);
}

fn forward(mut proxy: Fields, converted: &mut Map<String, Value>, work: &mut Work<'_>) {
    converted.insert("dynamicForwardProxy".to_owned(), json!({}));
    if proxy.flag("enableTls") == Some(true) {
        // An empty mapping is the whole policy: the roots of the system, the name of the request.
        converted.insert("policies".to_owned(), json!({"tls": {}}));
        work.log
            .changed(&proxy.at("enableTls"), "spec.policies.tls");
    }
    proxy.finish(&mut work.log);
}

fn mcp(mut servers: Fields, converted: &mut Map<String, Value>, work: &mut Work<'_>) {
    let mut targets = Vec::new();
    for mut target in servers.objects("targets") {
        let mut found = Map::new();
        put(&mut found, "name", target.take("name").unwrap_or_default());
        if let Some(mut selector) = target.object("selector") {
            let mut select = Map::new();
            for (old, new) in [
                ("namespace", "namespaces"),
                ("service", "services"),
                ("namespaces", "namespaces"),
                ("services", "services"),
            ] {
                put(&mut select, new, selector.take(old).unwrap_or_default());
            }
            put(&mut found, "selector", select);
            selector.finish(&mut work.log);
        }
        if let Some(mut one) = target.object("static") {
            let mut server = Map::new();
            for key in ["host", "port", "path", "protocol"] {
                put(&mut server, key, one.take(key).unwrap_or_default());
            }
            put(&mut found, "static", server);
            one.finish(&mut work.log);
        }
        target.finish(&mut work.log);
        targets.push(Value::Object(found));
    }
    put_at(converted, &["mcp", "targets"], json!(targets));
    servers.finish(&mut work.log);
}
