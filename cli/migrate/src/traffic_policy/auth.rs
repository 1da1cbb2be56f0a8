//! Who may pass: `rbac`, `jwtAuth`, `basicAuth` and `apiKeyAuth` of a TrafficPolicy.
//!
//! Owns these four. Must not weaken one: what is not understood makes the policy unguarded.

use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::super::manifest::{self, put};
use super::super::set::Work;
use super::{extension, is_disabled};

/// Key of a Secret with users where none was given.
const HTPASSWD: &str = ".htpasswd";

/// Converts all four.
pub(super) fn convert(spec: &mut Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    if let Some(rbac) = spec.object("rbac") {
        authorization(rbac, traffic, work);
    }
    for (key, convert) in [
        ("jwtAuth", jwt as Convert),
        ("basicAuth", basic),
        ("apiKeyAuth", api_key),
    ] {
        if let Some(mut block) = spec.object(key) {
            if is_disabled(&mut block, &mut work.log) {
                block.rest();
                continue;
            }
            convert(block, traffic, work);
        }
    }
}

type Convert = fn(Fields, &mut Map<String, Value>, &mut Work<'_>);

fn authorization(mut rbac: Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let mut to = Map::new();
    put(&mut to, "action", rbac.take("action").unwrap_or_default());
    if let Some(mut policy) = rbac.object("policy") {
        let expressions = policy.take("matchExpressions").unwrap_or_default();
        put(&mut to, "policy", json!({"matchExpressions": expressions}));
        policy.finish_guard(&mut work.log);
    }
    work.log.changed(
        rbac.path(),
        "spec.traffic.authorization; expressions are as they were, and some variables have other names here",
    );
    put(traffic, "authorization", to);
    rbac.finish_guard(&mut work.log);
}

fn jwt(mut block: Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let place = block.path().to_owned();
    let Some(mut provider) = extension::take(&mut block, "jwt", work) else {
        block.rest();
        return;
    };
    let mut to = Map::new();
    let mode = match provider.fields.text("validationMode").as_deref() {
        Some("AllowMissing") => "Optional",
        Some(_) | None => "Strict",
    };
    put(&mut to, "mode", json!(mode));
    let mut providers = Vec::new();
    let mut sources = Vec::new();
    for mut issuer in provider.fields.objects("providers") {
        let mut found = Map::new();
        issuer.text("name");
        for key in ["issuer", "audiences"] {
            put(&mut found, key, issuer.take(key).unwrap_or_default());
        }
        if let Some(keys) = issuer.object("jwks") {
            put(&mut found, "jwks", jwks(keys, &provider.namespace, work));
        }
        if let Some(source) = issuer.object("tokenSource") {
            sources.push(location(source, work));
        }
        if issuer.flag("forwardToken") == Some(true) {
            let field = issuer.at("forwardToken");
            work.log
                .left_out(&field, "send it on with auth.passthrough of the backend");
        }
        let headers = "set them with transformation.request.set from jwt in an expression";
        issuer.leave_out("claimsToHeaders", headers, &mut work.log);
        issuer.finish_guard(&mut work.log);
        providers.push(Value::Object(found));
    }
    put(&mut to, "providers", providers);
    sources.dedup();
    match sources.as_slice() {
        [] => {}
        [one] => put(&mut to, "location", one.clone()),
        _ => work.log.unguarded(
            &place,
            "providers take the token from different places: write a policy for each",
        ),
    }
    work.log.changed(&place, "spec.traffic.jwtAuthentication");
    put(traffic, "jwtAuthentication", to);
    provider.fields.finish_guard(&mut work.log);
    block.finish_guard(&mut work.log);
}

fn location(mut source: Fields, work: &mut Work<'_>) -> Map<String, Value> {
    let mut to = Map::new();
    if let Some(mut header) = source.object("header") {
        let mut found = Map::new();
        put(
            &mut found,
            "name",
            header.take("header").unwrap_or_default(),
        );
        put(
            &mut found,
            "prefix",
            header.take("prefix").unwrap_or_default(),
        );
        put(&mut to, "header", found);
        header.finish_guard(&mut work.log);
    }
    if let Some(name) = source.text("queryParameter") {
        put(&mut to, "queryParameter", json!({"name": name}));
    }
    source.finish_guard(&mut work.log);
    to
}

fn jwks(mut keys: Fields, home: &str, work: &mut Work<'_>) -> Map<String, Value> {
    let mut to = Map::new();
    if let Some(mut local) = keys.object("local") {
        put(&mut to, "inline", local.take("inline").unwrap_or_default());
        if local.take("configMapRef").is_some() {
            let field = local.at("configMapRef");
            work.log.unguarded(&field, "put the keys into jwks.inline");
        }
        local.finish_guard(&mut work.log);
    }
    if let Some(mut remote) = keys.object("remote") {
        let mut found = Map::new();
        let reference = manifest::backend_ref(&mut remote, "backendRef", home, &work.namespace);
        put(&mut found, "backendRef", reference.unwrap_or_default());
        if let Some(url) = remote.text("url") {
            // The host is the backend's.
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let path = rest.split_once('/').map_or("", |(_, path)| path);
            put(&mut found, "jwksPath", json!(format!("/{path}")));
        }
        put(
            &mut found,
            "cacheDuration",
            remote.take("cacheDuration").unwrap_or_default(),
        );
        put(&mut to, "remote", found);
        remote.finish_guard(&mut work.log);
    }
    keys.finish_guard(&mut work.log);
    to
}

fn basic(mut block: Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let place = block.path().to_owned();
    let mut to = Map::new();
    put(&mut to, "users", block.take("users").unwrap_or_default());
    if block.has("secretRef") {
        let Work { namespace, log, .. } = work;
        match manifest::secret_ref(&mut block, "secretRef", namespace, log) {
            Some(mut secret) => {
                secret.entry("key").or_insert_with(|| json!(HTPASSWD));
                put(&mut to, "secretRef", secret);
            }
            None => log.unguarded(&place, "its Secret cannot be used"),
        }
    }
    if !to.is_empty() {
        work.log.changed(&place, "spec.traffic.basicAuthentication");
        put(traffic, "basicAuthentication", to);
    }
    block.finish_guard(&mut work.log);
}

fn api_key(mut block: Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let place = block.path().to_owned();
    let mut to = Map::new();
    if block.has("secretRef") {
        let Work { namespace, log, .. } = work;
        match manifest::secret_ref(&mut block, "secretRef", namespace, log) {
            Some(secret) => put(&mut to, "secretRef", secret),
            None => log.unguarded(&place, "its Secret cannot be used"),
        }
    }
    put(
        &mut to,
        "secretSelector",
        block.take("secretSelector").unwrap_or_default(),
    );
    let mut places = Vec::new();
    for mut source in block.objects("keySources") {
        for (key, new) in [
            ("header", "header"),
            ("query", "queryParameter"),
            ("cookie", "cookie"),
        ] {
            if let Some(name) = source.text(key) {
                places.push(json!({new: {"name": name}}));
            }
        }
        source.finish_guard(&mut work.log);
    }
    if places.len() > 1 {
        // A key elsewhere is refused now, which lets nobody in.
        let words = "only the first place of a key is looked at";
        work.log.left_out(&block.at("keySources"), words);
    }
    let default = json!({"header": {"name": "api-key"}});
    let location = places.into_iter().next().unwrap_or(default);
    put(&mut to, "location", location);
    if block.flag("forwardCredential") == Some(true) {
        let field = block.at("forwardCredential");
        work.log
            .left_out(&field, "the key goes no further than the proxy");
    }
    let header = "set it with transformation.request.set from apiKey in an expression";
    block.leave_out("clientIdHeader", header, &mut work.log);
    work.log
        .changed(&place, "spec.traffic.apiKeyAuthentication");
    put(traffic, "apiKeyAuthentication", to);
    block.finish_guard(&mut work.log);
}
