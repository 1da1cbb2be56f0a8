//! `ai` of a TrafficPolicy: prompts, guards, and fields of the body.
//!
//! Owns both forms that kgateway's guards had: one mapping with several kinds of guard, and a list of guards with one
//! kind each. Must not lose a guard: the first form ran webhook, pattern and moderation in that order, and so does the
//! list that it becomes.

use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::super::manifest::{self, put, put_at};
use super::super::report::Log;
use super::super::set::Work;

/// Converts `ai`; the objects that guards need beside it.
pub(super) fn convert(
    mut ai: Fields,
    backend: &mut Map<String, Value>,
    work: &mut Work<'_>,
) -> Vec<Value> {
    let mut to = Map::new();
    let mut made = Vec::new();
    for key in ["promptEnrichment", "prompt"] {
        if let Some(prompt) = ai.object(key) {
            work.log.changed(prompt.path(), "spec.backend.ai.prompt");
            put(&mut to, "prompt", enrichment(prompt, &mut work.log));
        }
    }
    if let Some(mut guard) = ai.object("promptGuard") {
        for side in ["request", "response"] {
            let guards = guards(&mut guard, side, &mut made, work);
            put_at(&mut to, &["promptGuard", side], json!(guards));
        }
        work.log
            .changed(guard.path(), "spec.backend.ai.promptGuard");
        guard.finish_guard(&mut work.log);
    }
    defaults(&mut ai, &mut to, &mut work.log);
    for key in ["overrides", "modelAliases", "promptCaching", "routes"] {
        ai.carry(
            key,
            &mut to,
            (key, &format!("spec.backend.ai.{key}")),
            &mut work.log,
        );
    }
    let streams = "the request says whether it streams";
    ai.unneeded("routeType", streams, &mut work.log);
    put(backend, "ai", to);
    ai.finish(&mut work.log);
    made
}

fn enrichment(mut prompt: Fields, log: &mut Log) -> Map<String, Value> {
    let mut to = Map::new();
    for side in ["prepend", "append"] {
        let mut messages = Vec::new();
        for mut message in prompt.objects(side) {
            // Roles were written in capitals.
            let role = message.text("role").unwrap_or_default().to_lowercase();
            let content = message.take("content").unwrap_or_default();
            messages.push(json!({"role": role, "content": content}));
            message.finish(log);
        }
        put(&mut to, side, messages);
    }
    prompt.finish(log);
    to
}

/// Fields that are filled in: a flag told those apart that replace what the client sent.
fn defaults(ai: &mut Fields, to: &mut Map<String, Value>, log: &mut Log) {
    let mut lists = (Vec::new(), Vec::new());
    let place = ai.at("defaults");
    for mut field in ai.objects("defaults") {
        let name = field.take("field").unwrap_or_default();
        let value = field.take("value").unwrap_or_default();
        // Values were texts that held JSON.
        let value = value
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or(value);
        let replaces = field.flag("override") == Some(true);
        let list = if replaces { &mut lists.1 } else { &mut lists.0 };
        list.push(json!({"field": name, "value": value}));
        field.finish(log);
    }
    if !(lists.0.is_empty() && lists.1.is_empty()) {
        log.changed(
            &place,
            "spec.backend.ai.defaults, and overrides for those that replaced",
        );
    }
    put(to, "defaults", lists.0);
    put(to, "overrides", lists.1);
}

fn guards(
    guard: &mut Fields,
    side: &str,
    made: &mut Vec<Value>,
    work: &mut Work<'_>,
) -> Vec<Value> {
    let mut from = guard.objects(side);
    from.extend(guard.object(side));
    let mut guards = Vec::new();
    for mut one in from {
        let mut refusal = Map::new();
        for key in ["customResponse", "response"] {
            if let Some(mut response) = one.object(key) {
                for part in ["message", "statusCode"] {
                    put(&mut refusal, part, response.take(part).unwrap_or_default());
                }
                response.finish(&mut work.log);
            }
        }
        let kinds = [
            ("webhook", webhook(&mut one, side, made, work)),
            ("regex", regex(&mut one, &mut work.log)),
            ("openAIModeration", moderation(&mut one, work)),
        ];
        for (kind, found) in kinds {
            if let Some(found) = found {
                let mut entry = Map::new();
                entry.insert(kind.to_owned(), Value::Object(found));
                put(&mut entry, "response", refusal.clone());
                guards.push(Value::Object(entry));
            }
        }
        one.finish_guard(&mut work.log);
    }
    guards
}

fn regex(guard: &mut Fields, log: &mut Log) -> Option<Map<String, Value>> {
    let mut regex = guard.object("regex")?;
    let mut to = Map::new();
    let mut patterns: Vec<String> = regex.texts("matches");
    for mut pattern in regex.objects("matches") {
        patterns.extend(pattern.text("pattern"));
        // A name was for debugging only.
        pattern.text("name");
        pattern.finish_guard(log);
    }
    put(&mut to, "matches", json!(patterns));
    let mut builtins = Vec::new();
    for builtin in regex.texts("builtins") {
        builtins.push(match builtin.as_str() {
            "SSN" => "Ssn".to_owned(),
            "CREDIT_CARD" => "CreditCard".to_owned(),
            "PHONE_NUMBER" => "PhoneNumber".to_owned(),
            "EMAIL" => "Email".to_owned(),
            _ => builtin,
        });
    }
    put(&mut to, "builtins", json!(builtins));
    match regex.text("action").as_deref() {
        Some("REJECT" | "Reject") => put(&mut to, "action", json!("Reject")),
        Some(_) | None => put(&mut to, "action", json!("Mask")),
    }
    regex.finish_guard(log);
    Some(to)
}

/// A webhook; its host becomes a backend, because a guard asks a backend.
fn webhook(
    guard: &mut Fields,
    side: &str,
    made: &mut Vec<Value>,
    work: &mut Work<'_>,
) -> Option<Map<String, Value>> {
    let mut webhook = guard.object("webhook")?;
    let mut to = Map::new();
    let here = work.namespace.clone();
    if let Some(reference) = manifest::backend_ref(&mut webhook, "backendRef", &here, &here) {
        put(&mut to, "backendRef", reference);
    }
    for key in ["endpoint", "host"] {
        let Some(mut host) = webhook.object(key) else {
            continue;
        };
        let name = format!("{}-{side}-guard", work.name);
        let fixed = json!({
            "host": host.take("host").unwrap_or_default(),
            "port": host.take("port").unwrap_or_default(),
        });
        host.finish_guard(&mut work.log);
        work.log.added(
            &webhook.at(key),
            format!("AgentgatewayBackend {}/{name}", work.namespace),
        );
        made.push(manifest::object(
            manifest::AGENTGATEWAY_V1ALPHA1,
            "AgentgatewayBackend",
            json!({"name": name, "namespace": work.namespace}),
            json!({"static": fixed}),
        ));
        let reference = json!({
            "group": manifest::AGENTGATEWAY, "kind": "AgentgatewayBackend", "name": name,
        });
        put(&mut to, "backendRef", reference);
    }
    let headers = webhook.take("forwardHeaderMatches").unwrap_or_default();
    put(&mut to, "forwardHeaderMatches", headers);
    webhook.finish_guard(&mut work.log);
    Some(to)
}

fn moderation(guard: &mut Fields, work: &mut Work<'_>) -> Option<Map<String, Value>> {
    let mut outer = guard.object("moderation");
    let found = match &mut outer {
        Some(outer) => outer.object("openAIModeration"),
        None => guard.object("openAIModeration"),
    };
    let mut to = Map::new();
    let is_there = found.is_some();
    if let Some(mut openai) = found {
        put(&mut to, "model", openai.take("model").unwrap_or_default());
        put(
            &mut to,
            "policies",
            openai.take("policies").unwrap_or_default(),
        );
        if let Some(mut token) = openai.object("authToken") {
            token.text("kind");
            let Work { namespace, log, .. } = work;
            if let Some(secret) = manifest::secret_ref(&mut token, "secretRef", namespace, log) {
                put_at(
                    &mut to,
                    &["policies", "auth", "secretRef"],
                    Value::Object(secret),
                );
            }
            if let Some(key) = token.take("inline") {
                put_at(&mut to, &["policies", "auth", "key"], key);
            }
            token.finish_guard(&mut work.log);
        }
        openai.finish_guard(&mut work.log);
    }
    if let Some(outer) = outer {
        outer.finish_guard(&mut work.log);
    }
    is_there.then_some(to)
}
