//! BackendConfigPolicy: connections to backends.
//!
//! Owns the fields. TLS that cannot be said the same way stays TLS: what is not understood of it makes the proxy trust
//! less, never send in clear.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put, put_at};
use super::policy::{Blocks, Targets};
use super::report::Log;
use super::set::Work;

/// Fields that have no counterpart, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("loadBalancer", "endpoints are chosen by load and health"),
    (
        "healthCheck",
        "endpoints are judged by their answers: see health of a backend's policies",
    ),
    (
        "perConnectionBufferLimitBytes",
        "buffers have a size of their own",
    ),
    ("circuitBreakers", "there is no limit of connections"),
    ("dns", "names are looked up as often as their records say"),
];

/// Converts one.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let targets = Targets::take(&mut spec, work);
    let mut blocks = Blocks::default();
    let to = &mut blocks.backend;
    let log = &mut work.log;
    if let Some(time) = spec.take("connectTimeout") {
        put_at(to, &["tcp", "connectTimeout"], time);
        log.changed("spec.connectTimeout", "spec.backend.tcp.connectTimeout");
    }
    if let Some(mut keepalive) = spec.object("tcpKeepalive") {
        for (old, new) in [
            ("keepAliveProbes", "retries"),
            ("keepAliveTime", "time"),
            ("keepAliveInterval", "interval"),
        ] {
            let value = keepalive.take(old).unwrap_or_default();
            put_at(to, &["tcp", "keepalive", new], value);
        }
        log.changed(keepalive.path(), "spec.backend.tcp.keepalive");
        keepalive.finish(log);
    }
    if let Some(mut common) = spec.object("commonHttpProtocolOptions") {
        if let Some(time) = common.take("maxStreamDuration") {
            put_at(to, &["http", "requestTimeout"], time);
            log.changed(
                &common.at("maxStreamDuration"),
                "spec.backend.http.requestTimeout",
            );
        }
        common.finish(log);
    }
    if let Some(http2) = spec.object("http2ProtocolOptions") {
        put_at(to, &["http", "version"], json!("HTTP2"));
        log.changed(http2.path(), "spec.backend.http.version");
        http2.finish(log);
    }
    if let Some(http1) = spec.object("http1ProtocolOptions") {
        put_at(to, &["http", "version"], json!("HTTP1"));
        log.changed(http1.path(), "spec.backend.http.version");
        http1.finish(log);
    }
    if let Some(tls) = spec.object("tls") {
        convert_tls(tls, to, log);
    }
    if let Some(outliers) = spec.object("outlierDetection") {
        eviction(outliers, to, log);
    }
    for (key, why) in WITHOUT {
        spec.leave_out(key, why, log);
    }
    spec.finish(log);
    blocks.attach(targets, &manifest::metadata(value), work)
}

fn convert_tls(mut tls: Fields, to: &mut Map<String, Value>, log: &mut Log) {
    let place = tls.path().to_owned();
    let mut found = Map::new();
    let one_way = [tls.flag("oneWayTLS"), tls.flag("simpleTLS")].contains(&Some(true));
    if let Some(mut secret) = tls.object("secretRef") {
        let name = secret.take("name").unwrap_or_default();
        match one_way {
            true => put(
                &mut found,
                "caCertificateRefs",
                json!([{"kind": "Secret", "name": name}]),
            ),
            false => put(&mut found, "mtlsCertificateRef", json!([{"name": name}])),
        }
        secret.finish(log);
    }
    for (old, new) in [
        ("sni", "sni"),
        ("verifySubjectAltName", "verifySubjectAltNames"),
        ("verifySubjectAltNames", "verifySubjectAltNames"),
        ("alpnProtocols", "alpnProtocols"),
    ] {
        put(&mut found, new, tls.take(old).unwrap_or_default());
    }
    if tls.flag("insecureSkipVerify") == Some(true) {
        put(&mut found, "insecureSkipVerify", json!("All"));
    }
    let system = "the roots of the system are the default";
    tls.unneeded("wellKnownCACertificates", system, log);
    let files =
        "name a Secret or ConfigMap in caCertificateRefs: files of the old proxy are not there";
    tls.leave_out("tlsFiles", files, log);
    if tls.flag("allowRenegotiation") == Some(true) {
        log.left_out(
            &tls.at("allowRenegotiation"),
            "connections are not renegotiated",
        );
    }
    // Present is TLS, even without a field.
    to.insert("tls".to_owned(), Value::Object(found));
    log.changed(&place, "spec.backend.tls");
    tls.finish(log);
}

fn eviction(mut outliers: Fields, to: &mut Map<String, Value>, log: &mut Log) {
    for (old, new) in [
        ("consecutive5xx", "consecutiveFailures"),
        ("baseEjectionTime", "duration"),
    ] {
        if let Some(value) = outliers.take(old) {
            put_at(to, &["health", "eviction", new], value);
            log.changed(
                &outliers.at(old),
                format!("spec.backend.health.eviction.{new}"),
            );
        }
    }
    outliers.finish(log);
}
