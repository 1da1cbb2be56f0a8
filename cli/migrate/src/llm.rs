//! `ai` of a Backend: model providers, their keys, and their order.
//!
//! Owns the fields of each provider. A key moves from the provider to the policies beside it; which header carries it
//! follows from the provider in both worlds. Must not print a key: an inline one is a value like any other.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put, put_at};
use super::set::Work;

/// What is said of the version of an API, which the proxy chooses.
const VERSION: &str = "the proxy knows the version of the API that it writes";

/// A provider and the policies that it needs.
struct Provider {
    kind: &'static str,
    fields: Map<String, Value>,
    policies: Map<String, Value>,
}

/// Converts `ai`.
pub(crate) fn convert(mut ai: Fields, converted: &mut Map<String, Value>, work: &mut Work<'_>) {
    if let Some(llm) = ai.object("llm") {
        let place = llm.path().to_owned();
        if let Some(one) = provider(llm, ("spec.ai.provider", "spec.policies"), work) {
            work.log
                .changed(&place, format!("spec.ai.provider.{}", one.kind));
            put_at(converted, &["ai", "provider"], Value::Object(one.fields));
            put(converted, "policies", one.policies);
        }
    }
    if let Some(mut pools) = ai.object("multipool") {
        let groups = groups(&mut pools, work);
        put_at(converted, &["ai", "groups"], json!(groups));
        pools.finish(&mut work.log);
    }
    ai.finish(&mut work.log);
}

fn groups(pools: &mut Fields, work: &mut Work<'_>) -> Vec<Value> {
    let mut names = BTreeSet::new();
    let mut groups = Vec::new();
    let place = pools.at("priorities");
    for (rank, mut priority) in pools.objects("priorities").into_iter().enumerate() {
        let mut providers = Vec::new();
        for (index, entry) in priority.objects("pool").into_iter().enumerate() {
            let new = format!("spec.ai.groups[{rank}].providers[{index}]");
            let Some(one) = provider(entry, (&new, &format!("{new}.policies")), work) else {
                continue;
            };
            let mut named = Map::new();
            named.insert("name".to_owned(), json!(free(one.kind, &mut names)));
            named.extend(one.fields);
            put(&mut named, "policies", one.policies);
            providers.push(Value::Object(named));
        }
        priority.finish(&mut work.log);
        if !providers.is_empty() {
            groups.push(json!({"providers": providers}));
        }
    }
    work.log.changed(
        &place,
        "spec.ai.groups, in the same order; each provider has the name of its kind",
    );
    groups
}

fn free(kind: &str, names: &mut BTreeSet<String>) -> String {
    let mut name = kind.to_owned();
    let mut number = 1;
    while !names.insert(name.clone()) {
        number += 1;
        name = format!("{kind}-{number}");
    }
    name
}

/// One provider; `now` is where it and its policies go, for the report.
fn provider(mut llm: Fields, now: (&str, &str), work: &mut Work<'_>) -> Option<Provider> {
    let mut found = Provider {
        kind: "",
        fields: Map::new(),
        policies: Map::new(),
    };
    let place = llm.path().to_owned();
    if let Some(mut kinds) = llm.object("provider") {
        for kind in KINDS {
            if let Some(fields) = kinds.object(kind) {
                found.kind = kind;
                of_kind(fields, &mut found, now.1, work);
            }
        }
        kinds.finish(&mut work.log);
    }
    if found.kind.is_empty() {
        work.log.left_out(&place, "has no provider that is known");
        llm.rest();
        return None;
    }
    if let Some(mut host) = llm.object("hostOverride") {
        host.carry(
            "host",
            &mut found.fields,
            ("host", &format!("{}.host", now.0)),
            &mut work.log,
        );
        host.carry(
            "port",
            &mut found.fields,
            ("port", &format!("{}.port", now.0)),
            &mut work.log,
        );
        host.finish(&mut work.log);
    }
    if let Some(mut path) = llm.object("pathOverride") {
        path.carry(
            "fullPath",
            &mut found.fields,
            ("path", &format!("{}.path", now.0)),
            &mut work.log,
        );
        path.finish(&mut work.log);
    }
    if let Some(header) = llm.object("authHeaderOverride") {
        header_override(header, &mut found.policies, now.1, work);
    }
    llm.finish(&mut work.log);
    Some(found)
}

const KINDS: [&str; 6] = [
    "openai",
    "azureopenai",
    "anthropic",
    "gemini",
    "vertexai",
    "bedrock",
];

fn of_kind(mut from: Fields, found: &mut Provider, policies: &str, work: &mut Work<'_>) {
    let mut to = Map::new();
    if let Some(token) = from.object("authToken") {
        auth_token(token, &mut found.policies, policies, work);
    }
    for key in ["model", "deploymentName", "projectId", "region"] {
        put(&mut to, key, from.take(key).unwrap_or_default());
    }
    match found.kind {
        "azureopenai" => {
            if let Some(endpoint) = from.text("endpoint") {
                let host = endpoint.trim_end_matches('/');
                let host = host.strip_prefix("https://").unwrap_or(host);
                to.insert("endpoint".to_owned(), json!(host));
            }
            put(
                &mut to,
                "apiVersion",
                from.take("apiVersion").unwrap_or_default(),
            );
        }
        "anthropic" => from.unneeded("apiVersion", VERSION, &mut work.log),
        "gemini" => from.unneeded("apiVersion", VERSION, &mut work.log),
        "vertexai" => {
            from.unneeded("apiVersion", VERSION, &mut work.log);
            let publisher = "the publisher follows from the name of the model";
            from.unneeded("publisher", publisher, &mut work.log);
            let path = "the path follows from the format and the model";
            from.unneeded("modelPath", path, &mut work.log);
            put(&mut to, "region", from.take("location").unwrap_or_default());
        }
        "bedrock" => {
            put(
                &mut to,
                "guardrail",
                from.take("guardrail").unwrap_or_default(),
            );
            if let Some(auth) = from.object("auth") {
                aws(auth, &mut found.policies, policies, work);
            }
        }
        _ => {}
    }
    from.finish(&mut work.log);
    found
        .fields
        .insert(found.kind.to_owned(), Value::Object(to));
}

fn auth_token(
    mut token: Fields,
    policies: &mut Map<String, Value>,
    now: &str,
    work: &mut Work<'_>,
) {
    let place = token.path().to_owned();
    let kind = token.text("kind").unwrap_or_default();
    match kind.as_str() {
        "SecretRef" => {
            let Work { namespace, log, .. } = work;
            if let Some(secret) = manifest::secret_ref(&mut token, "secretRef", namespace, log) {
                put_at(policies, &["auth", "secretRef"], Value::Object(secret));
                log.changed(&place, format!("{now}.auth.secretRef"));
            }
        }
        "Inline" => {
            if let Some(key) = token.take("inline") {
                put_at(policies, &["auth", "key"], key);
                let words = format!("{now}.auth.key; a Secret would keep it out of manifests");
                work.log.changed(&place, words);
            }
        }
        "Passthrough" => {
            // An empty mapping is the whole policy.
            policies.insert("auth".to_owned(), json!({"passthrough": {}}));
            let words = format!(
                "{now}.auth.passthrough; what the client sent goes on, and the provider judges it"
            );
            work.log.changed(&place, words);
        }
        _ => work
            .log
            .left_out(&place, "the kind must be SecretRef, Inline or Passthrough"),
    }
    token.finish(&mut work.log);
}

fn aws(mut auth: Fields, policies: &mut Map<String, Value>, now: &str, work: &mut Work<'_>) {
    let place = auth.path().to_owned();
    auth.text("type");
    let Work { namespace, log, .. } = work;
    for key in ["secretRef", "secret"] {
        if let Some(secret) = manifest::secret_ref(&mut auth, key, namespace, log) {
            put_at(
                policies,
                &["auth", "aws", "secretRef"],
                Value::Object(secret),
            );
            log.changed(&place, format!("{now}.auth.aws.secretRef"));
        }
    }
    auth.finish(log);
}

fn header_override(
    mut header: Fields,
    policies: &mut Map<String, Value>,
    now: &str,
    work: &mut Work<'_>,
) {
    let place = header.path().to_owned();
    let name = header.text("headerName");
    let prefix = header.text("prefix");
    let mut location = Map::new();
    let name = name.unwrap_or_else(|| "Authorization".to_owned());
    location.insert("name".to_owned(), json!(name));
    match prefix.as_deref() {
        Some("") => {}
        // What stands in front was put apart by a space.
        Some(prefix) => {
            location.insert(
                "prefix".to_owned(),
                json!(format!("{} ", prefix.trim_end())),
            );
        }
        None => {
            location.insert("prefix".to_owned(), json!("Bearer "));
        }
    }
    header.finish(&mut work.log);
    if !policies.contains_key("auth") {
        work.log
            .left_out(&place, "there is no key that could go there");
        return;
    }
    put_at(
        policies,
        &["auth", "location", "header"],
        Value::Object(location),
    );
    work.log
        .changed(&place, format!("{now}.auth.location.header"));
}
