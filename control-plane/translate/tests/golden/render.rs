//! Translations as text.
//!
//! Owns the layout of a golden's output: per Gateway its resources as canonical JSON, then the reports. What
//! the Envoy profile has in common with Tidegate's is named, not repeated.

use std::fmt::Write;

use cp_translate::{Detail, GatewayOutput, Programmed, Report, Translation};
use prost_reflect::{DescriptorPool, DynamicMessage};
use proto::provenance;
use proto::tidegate::v1::{Provenance, Source};
use xds::resource::Resource;
use xds::snapshot::Snapshot;

/// Descriptors of every message, read once.
pub(crate) fn pool() -> DescriptorPool {
    DescriptorPool::decode(proto::DESCRIPTORS).expect("descriptors")
}

pub(crate) fn translation(
    translation: &Translation,
    pool: &DescriptorPool,
    show: &[String],
) -> String {
    let mut out = String::new();
    for (key, output) in &translation.gateways {
        writeln!(out, "## Gateway {key}").unwrap();
        gateway(pool, output, show, &mut out);
    }
    for desired in &translation.infra {
        let ports: Vec<String> = desired
            .ports
            .iter()
            .map(|port| format!("{} {} {:?}", port.port, port.protocol, port.hostnames))
            .collect();
        writeln!(out, "## Fleet {}: {}", desired.gateway, ports.join(", ")).unwrap();
    }
    writeln!(out, "## Reports").unwrap();
    for one in &translation.reports {
        report(one, &mut out);
    }
    out
}

fn gateway(pool: &DescriptorPool, output: &GatewayOutput, show: &[String], out: &mut String) {
    for listener in &output.listeners {
        writeln!(
            out,
            "listener {} {}/{} {:?} routes {}{}",
            listener.name,
            listener.protocol,
            listener.port,
            listener.hostname.as_deref().unwrap_or("*"),
            listener.attached_routes,
            if listener.is_served {
                ""
            } else {
                ", not served"
            }
        )
        .unwrap();
    }
    resources(pool, "tidegate", (&output.tidegate, None), show, out);
    resources(
        pool,
        "envoy",
        (&output.envoy, Some(&output.tidegate)),
        show,
        out,
    );
    for item in &output.quarantined {
        let content = &item.rejection.content;
        writeln!(
            out,
            "quarantined {} {}",
            content.type_url.short(),
            content.name
        )
        .unwrap();
    }
}

fn resources(
    pool: &DescriptorPool,
    profile: &str,
    (snapshot, known): (&Snapshot, Option<&Snapshot>),
    show: &[String],
    out: &mut String,
) {
    for type_url in snapshot.types() {
        for resource in snapshot.iter(type_url) {
            if known.and_then(|known| known.get(type_url, resource.name())) == Some(resource) {
                continue;
            }
            writeln!(
                out,
                "{profile} {} {} from {}",
                type_url.short(),
                resource.name(),
                sources(resource)
            )
            .unwrap();
            if show.is_empty() || show.iter().any(|name| name == type_url.short()) {
                json(pool, resource, out);
            }
        }
    }
}

fn json(pool: &DescriptorPool, resource: &Resource, out: &mut String) {
    let name = resource
        .type_url()
        .as_str()
        .trim_start_matches("type.googleapis.com/");
    let descriptor = pool.get_message_by_name(name).expect("known type");
    let message = DynamicMessage::decode(descriptor, resource.message().clone()).expect("decodes");
    let value = serde_json::to_value(&message).expect("JSON");
    let text = serde_json::to_string_pretty(&value).expect("JSON");
    for line in text.lines() {
        writeln!(out, "  {line}").unwrap();
    }
}

fn sources(resource: &Resource) -> String {
    let metadata = resource.metadata();
    let provenance: Provenance = provenance::read(metadata.as_ref()).expect("provenance");
    let texts: Vec<String> = provenance.sources.iter().map(source).collect();
    texts.join(", ")
}

fn source(source: &Source) -> String {
    let rule = source
        .rule
        .map(|rule| format!(" rule {rule}"))
        .unwrap_or_default();
    format!(
        "{} {}/{}{rule} line {}",
        source.kind, source.namespace, source.name, source.line
    )
}

fn report(report: &Report, out: &mut String) {
    let scope = match report.scope.to_string() {
        scope if scope.is_empty() => scope,
        scope => format!(" ({scope})"),
    };
    let programmed = match report.programmed {
        Programmed::Absent | Programmed::Settled => "",
        Programmed::Pending => " pending",
    };
    writeln!(
        out,
        "{}{scope} line {}{programmed}",
        report.key, report.source.line
    )
    .unwrap();
    for condition in &report.conditions {
        writeln!(out, "  {condition}").unwrap();
    }
    for limit in &report.envoy_limits {
        writeln!(out, "  Envoy: {limit}").unwrap();
    }
    if !report.gateways.is_empty() {
        let names: Vec<String> = report.gateways.iter().map(ToString::to_string).collect();
        writeln!(out, "  reaches {}", names.join(", ")).unwrap();
    }
    match &report.detail {
        Detail::None | Detail::Parent { .. } => {}
        Detail::Class { supported_features } => {
            writeln!(out, "  {} features", supported_features.len()).unwrap();
        }
        Detail::Listener {
            attached_routes,
            supported_kinds,
        } => {
            let kinds: Vec<&str> = supported_kinds
                .iter()
                .map(|(_, kind)| kind.as_str())
                .collect();
            writeln!(
                out,
                "  {attached_routes} routes; kinds {}",
                kinds.join(", ")
            )
            .unwrap();
        }
    }
}
