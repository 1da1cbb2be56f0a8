//! TrafficPolicy: what is done to requests on a route or a Gateway.
//!
//! Owns which field becomes which block, and what happens where a guard cannot be converted. Must not know targets.
//! Invariant: a route that was guarded is not open afterwards. What kept requests from passing and has no counterpart
//! is replaced by a rule that refuses all of them, until somebody puts the right thing there.

mod ai;
mod auth;
mod extension;
mod limits;
mod template;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put, put_at};
use super::policy::{Blocks, Targets};
use super::report::Log;
use super::set::Work;

/// Fields without a counterpart that kept requests from passing.
const GUARDS: &[(&str, &str)] = &[
    (
        "acl",
        "write the addresses as rules of authorization over source.address",
    ),
    (
        "oauth2",
        "logins by browser are not served: put a proxy for them in front",
    ),
];

/// Fields without a counterpart that did something else.
const FUNCTIONS: &[(&str, &str)] = &[
    (
        "urlRewrite",
        "paths are rewritten by the URLRewrite filter of the route",
    ),
    ("compression", "bodies pass as they are"),
    ("internalRedirect", "redirects go to the client"),
    ("faultInjection", "faults are not injected"),
    (
        "tracing",
        "traces are set for a Gateway, by frontend.tracing",
    ),
    ("statPrefix", "metrics have the route as a label"),
];

/// Converts one.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let mut targets = Targets::take(&mut spec, work);
    for (route, rule) in work.plan.attached(&work.namespace, &work.name) {
        targets.add_rule(route, rule);
    }
    let mut blocks = Blocks::default();
    let traffic = &mut blocks.traffic;
    auth::convert(&mut spec, traffic, work);
    extension::ext_auth(&mut spec, traffic, work);
    extension::ext_proc(&mut spec, traffic, work);
    let patience = limits::convert(&mut spec, traffic, work);
    cors(&mut spec, traffic, &mut work.log);
    csrf(&mut spec, traffic, &mut work.log);
    if let Some(transformation) = spec.object("transformation") {
        template::transformation(transformation, traffic, &mut work.log);
    }
    plain(&mut spec, traffic, &mut work.log);
    retry(&mut spec, &mut blocks, &mut work.log);
    let mut made = Vec::new();
    if let Some(ai) = spec.object("ai") {
        made = ai::convert(ai, &mut blocks.backend, work);
    }
    for (key, why) in GUARDS {
        if spec.take(key).is_some() {
            work.log.unguarded(&spec.at(key), *why);
        }
    }
    for (key, why) in FUNCTIONS {
        spec.leave_out(key, why, &mut work.log);
    }
    spec.finish(&mut work.log);
    close(&mut blocks.traffic, &mut work.log);
    let mut metadata = manifest::metadata(value);
    if let (Some(patience), Some(metadata)) = (patience, metadata.as_object_mut()) {
        put_at(
            metadata,
            &["annotations", limits::PATIENCE],
            json!(patience),
        );
    }
    let mut objects = blocks.attach(targets, &metadata, work);
    objects.extend(made);
    objects
}

/// Refuses every request where a guard is missing.
pub(crate) fn close(traffic: &mut Map<String, Value>, log: &mut Log) {
    if log.is_unguarded() {
        let rule = json!({"action": "Deny", "policy": {"matchExpressions": ["true"]}});
        traffic.insert("authorization".to_owned(), rule);
        log.added(
            "spec.traffic.authorization",
            "refuses every request, because a guard was left out: replace the guard, then remove this",
        );
    }
}

/// A switch that turned off what a policy further up turned on.
fn is_disabled(block: &mut Fields, log: &mut Log) -> bool {
    let found = block.has("disable");
    let why =
        "nothing switches off what a policy of the Gateway says: narrow that policy's targets";
    block.leave_out("disable", why, log);
    found
}

fn cors(spec: &mut Fields, traffic: &mut Map<String, Value>, log: &mut Log) {
    let Some(mut cors) = spec.object("cors") else {
        return;
    };
    is_disabled(&mut cors, log);
    let place = cors.path().to_owned();
    let mut to = Map::new();
    for key in [
        "allowOrigins",
        "allowMethods",
        "allowHeaders",
        "exposeHeaders",
        "allowCredentials",
        "maxAge",
    ] {
        put(&mut to, key, cors.take(key).unwrap_or_default());
    }
    if !to.is_empty() {
        log.changed(&place, "spec.traffic.cors");
        put(traffic, "cors", to);
    }
    cors.finish(log);
}

fn csrf(spec: &mut Fields, traffic: &mut Map<String, Value>, log: &mut Log) {
    let Some(mut csrf) = spec.object("csrf") else {
        return;
    };
    let place = csrf.path().to_owned();
    if csrf.has("percentageShadowed") {
        log.left_out(&place, "it was only counted, not enforced");
        csrf.rest();
        return;
    }
    if csrf
        .number("percentageEnabled")
        .is_some_and(|share| share < 100)
    {
        log.changed(&csrf.at("percentageEnabled"), "every request is checked");
    }
    let mut origins = Vec::new();
    for mut origin in csrf.objects("additionalOrigins") {
        origins.extend(origin.text("exact").map(Value::String));
        origin.flag("ignoreCase");
        // An origin less is stricter, so it is no guard that is missing.
        origin.finish(log);
    }
    let mut to = Map::new();
    put(&mut to, "additionalOrigins", origins);
    // Present is enforced, even without a field.
    traffic.insert("csrf".to_owned(), Value::Object(to));
    log.changed(&place, "spec.traffic.csrf");
    csrf.finish(log);
}

fn plain(spec: &mut Fields, traffic: &mut Map<String, Value>, log: &mut Log) {
    let headers = ("headerModifiers", "spec.traffic.headerModifiers");
    spec.carry("headerModifiers", traffic, headers, log);
    if let Some(is_automatic) = spec.flag("autoHostRewrite") {
        let mode = if is_automatic { "Auto" } else { "None" };
        put(traffic, "hostRewrite", json!({"mode": mode}));
        log.changed(&spec.at("autoHostRewrite"), "spec.traffic.hostRewrite");
    }
    if let Some(mut buffer) = spec.object("buffer") {
        is_disabled(&mut buffer, log);
        let place = buffer.at("maxRequestSize");
        if let Some(size) = buffer.take("maxRequestSize") {
            put_at(traffic, &["buffer", "request", "maxBytes"], size);
            log.changed(&place, "spec.traffic.buffer.request.maxBytes");
        }
        buffer.finish(log);
    }
    if let Some(mut timeouts) = spec.object("timeouts") {
        let place = timeouts.at("request");
        match timeouts.text("request") {
            Some(time) if cp_api::duration::parse(&time).is_some_and(|time| time.is_zero()) => {
                log.unneeded(&place, "there is no timeout where none is set");
            }
            Some(time) => {
                put_at(traffic, &["timeouts", "request"], json!(time));
                log.changed(&place, "spec.traffic.timeouts.request");
            }
            None => {}
        }
        timeouts.finish(log);
    }
}

fn retry(spec: &mut Fields, blocks: &mut Blocks, log: &mut Log) {
    let Some(mut retry) = spec.object("retry") else {
        return;
    };
    let place = retry.path().to_owned();
    if let Some(time) = retry.take("perTryTimeout") {
        put_at(&mut blocks.backend, &["http", "requestTimeout"], time);
        log.changed(
            &retry.at("perTryTimeout"),
            "spec.backend.http.requestTimeout",
        );
    }
    let attempts = retry.number("attempts").unwrap_or(1);
    let mut codes: Vec<u64> = Vec::new();
    for condition in retry.texts("retryOn") {
        match condition.as_str() {
            "5xx" => codes.extend(500..=511),
            "gateway-error" => codes.extend(502..=504),
            "retriable-4xx" => codes.push(409),
            "connect-failure" | "refused-stream" | "reset" | "reset-before-request" => {
                let why =
                    format!("{condition}: an attempt that got no answer is tried again anyway");
                log.unneeded(&retry.at("retryOn"), why);
            }
            "retriable-status-codes" => {}
            _ => log.left_out(
                &retry.at("retryOn"),
                format!("{condition} is no reason to try again"),
            ),
        }
    }
    let given = retry.take("statusCodes");
    let given = given.as_ref().and_then(Value::as_array);
    codes.extend(given.into_iter().flatten().filter_map(Value::as_u64));
    codes.sort_unstable();
    codes.dedup();
    if attempts == 0 {
        log.unneeded(&place, "nothing is tried again where no policy says so");
        retry.rest();
        return;
    }
    let mut to = Map::new();
    put(&mut to, "attempts", json!(attempts));
    put(&mut to, "codes", json!(codes));
    put(
        &mut to,
        "backoff",
        retry.take("backoffBaseInterval").unwrap_or_default(),
    );
    put(&mut blocks.traffic, "retry", to);
    log.changed(&place, "spec.traffic.retry");
    retry.finish(log);
}
