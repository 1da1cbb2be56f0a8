//! HTTPListenerPolicy and ListenerPolicy: what happens at a Gateway before and beside requests.
//!
//! Owns the fields that `frontend` of an AgentgatewayPolicy has as well. Formats of Envoy's log are left out: a record
//! has its own fields, and attributes are expressions.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put, put_at};
use super::policy::{Blocks, Targets};
use super::set::Work;

/// Converts an HTTPListenerPolicy.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let targets = Targets::take(&mut spec, work);
    let mut blocks = Blocks::default();
    settings(spec, &mut blocks.frontend, work);
    blocks.attach(targets, &manifest::metadata(value), work)
}

/// Converts a ListenerPolicy, which has the same settings one level further in.
pub(crate) fn convert_listener(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let targets = Targets::take(&mut spec, work);
    let mut blocks = Blocks::default();
    if let Some(mut default) = spec.object("default") {
        if let Some(http) = default.object("httpSettings") {
            settings(http, &mut blocks.frontend, work);
        }
        if let Some(protocol) = default.object("proxyProtocol") {
            put(
                &mut blocks.frontend,
                "proxyProtocol",
                json!({"version": "All"}),
            );
            work.log
                .changed(protocol.path(), "spec.frontend.proxyProtocol");
            protocol.finish(&mut work.log);
        }
        default.finish(&mut work.log);
    }
    let ports = "write a policy with port in its target for each";
    spec.leave_out("perPort", ports, &mut work.log);
    spec.finish(&mut work.log);
    blocks.attach(targets, &manifest::metadata(value), work)
}

fn settings(mut http: Fields, to: &mut Map<String, Value>, work: &mut Work<'_>) {
    let log = &mut work.log;
    if let Some(time) = http.take("idleTimeout") {
        put_at(to, &["http", "http1IdleTimeout"], time);
        log.changed(
            &http.at("idleTimeout"),
            "spec.frontend.http.http1IdleTimeout",
        );
    }
    if http.flag("preserveHttp1HeaderCase") == Some(true) {
        put_at(to, &["http", "http1HeaderCase"], json!("Preserve"));
        log.changed(
            &http.at("preserveHttp1HeaderCase"),
            "spec.frontend.http.http1HeaderCase",
        );
    }
    let upgrades = "WebSockets pass without being asked for";
    http.unneeded("upgradeConfig", upgrades, log);
    match http.flag("useRemoteAddress") {
        Some(true) => log.unneeded(&http.at("useRemoteAddress"), "is the default"),
        Some(false) => log.left_out(
            &http.at("useRemoteAddress"),
            "the client's address is that of the connection",
        ),
        None => {}
    }
    access_log(&mut http, to, work);
    if let Some(tracing) = http.object("tracing") {
        convert_tracing(tracing, to, work);
    }
    http.finish(&mut work.log);
}

fn access_log(http: &mut Fields, to: &mut Map<String, Value>, work: &mut Work<'_>) {
    for mut one in http.objects("accessLog") {
        if let Some(mut file) = one.object("fileSink") {
            let always = "each request has a record on standard output";
            file.unneeded("path", always, &mut work.log);
            for format in ["stringFormat", "jsonFormat"] {
                let why = "records have fields of their own: add others with accessLog.attributes";
                file.leave_out(format, why, &mut work.log);
            }
            file.finish(&mut work.log);
        }
        if let Some(mut otel) = one.object("openTelemetry") {
            let place = otel.path().to_owned();
            if let Some(mut service) = otel.object("grpcService") {
                let here = work.namespace.clone();
                let reference = manifest::backend_ref(&mut service, "backendRef", &here, &here);
                put_at(
                    to,
                    &["accessLog", "otlp", "backendRef"],
                    reference.unwrap_or_default(),
                );
                service.text("logName");
                service.finish(&mut work.log);
            }
            work.log.changed(&place, "spec.frontend.accessLog.otlp");
            otel.finish(&mut work.log);
        }
        if let Some(mut filter) = one.object("filter") {
            if let Some(mut cel) = filter.object("celFilter") {
                let expression = cel.take("match").unwrap_or_default();
                put_at(to, &["accessLog", "filter"], expression);
                work.log.changed(
                    cel.path(),
                    "spec.frontend.accessLog.filter; some variables have other names here",
                );
                cel.finish(&mut work.log);
            }
            filter.finish(&mut work.log);
        }
        one.finish(&mut work.log);
    }
}

fn convert_tracing(mut tracing: Fields, to: &mut Map<String, Value>, work: &mut Work<'_>) {
    let mut found = Map::new();
    let place = tracing.path().to_owned();
    if let Some(mut provider) = tracing.object("provider") {
        if let Some(mut otel) = provider.object("openTelemetry") {
            if let Some(mut service) = otel.object("grpcService") {
                let here = work.namespace.clone();
                let reference = manifest::backend_ref(&mut service, "backendRef", &here, &here);
                put(&mut found, "backendRef", reference.unwrap_or_default());
                service.finish(&mut work.log);
            }
            if let Some(name) = otel.text("serviceName") {
                let name = manifest::cel_text(&name);
                let resources = json!([{"name": "service.name", "expression": name}]);
                put(&mut found, "resources", resources);
            }
            otel.finish(&mut work.log);
        }
        provider.finish(&mut work.log);
    }
    for key in ["randomSampling", "clientSampling"] {
        if let Some(percent) = tracing.number(key) {
            // Percents were whole numbers; shares are expressions from 0 to 1.
            let share = format!("{}.{:02}", percent / 100, percent % 100);
            put(&mut found, key, json!(share));
        }
    }
    work.log.changed(&place, "spec.frontend.tracing");
    put(to, "tracing", found);
    tracing.finish(&mut work.log);
}
