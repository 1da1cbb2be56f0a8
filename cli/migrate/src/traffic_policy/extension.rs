//! GatewayExtension: services that policies ask, which stood in objects of their own.
//!
//! Owns the way to the extension of a policy, and what of it moves into the policy. Must not let a guard go: an
//! extension that is not in the input leaves its policy unguarded, and that is told as such.

use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::super::manifest::{self, put, put_at};
use super::super::set::Work;
use super::is_disabled;

/// A part of an extension, and where the extension is.
pub(super) struct Provider {
    pub(super) fields: Fields,
    pub(super) namespace: String,
}

/// Takes `extensionRef` and follows it to the part of the extension that is of a kind.
pub(super) fn take(block: &mut Fields, kind: &str, work: &mut Work<'_>) -> Option<Provider> {
    let place = block.path().to_owned();
    let Some(mut reference) = block.object("extensionRef") else {
        work.log.unguarded(&place, "names no extension");
        return None;
    };
    let name = reference.text("name").unwrap_or_default();
    let namespace = reference
        .text("namespace")
        .unwrap_or_else(|| work.namespace.clone());
    reference.finish_guard(&mut work.log);
    let found = work
        .set
        .find((manifest::KGATEWAY, "GatewayExtension"), &namespace, &name)
        .and_then(|extension| extension.pointer(&format!("/spec/{kind}")));
    let Some(found) = found else {
        let words = format!(
            "GatewayExtension {namespace}/{name} with {kind} is not in the input: give it together with the policy"
        );
        work.log.unguarded(&place, words);
        return None;
    };
    let path = format!("{place}.extensionRef({name}).{kind}");
    Some(Provider {
        fields: Fields::new(path, found.clone()),
        namespace,
    })
}

/// Takes the service of an extension.
pub(super) fn service(
    provider: &mut Fields,
    key: &str,
    home: &str,
    to: &mut Map<String, Value>,
    work: &mut Work<'_>,
) {
    let Some(mut service) = provider.object(key) else {
        return;
    };
    let reference = manifest::backend_ref(&mut service, "backendRef", home, &work.namespace);
    put(to, "backendRef", reference.unwrap_or_default());
    service.finish(&mut work.log);
}

pub(super) fn failure_mode(is_open: bool) -> Value {
    json!(if is_open { "FailOpen" } else { "FailClosed" })
}

/// Converts `extAuth`.
pub(super) fn ext_auth(spec: &mut Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let Some(mut block) = spec.object("extAuth") else {
        return;
    };
    if is_disabled(&mut block, &mut work.log) {
        block.rest();
        return;
    }
    let place = block.path().to_owned();
    let Some(mut provider) = take(&mut block, "extAuth", work) else {
        block.rest();
        return;
    };
    let mut to = Map::new();
    let home = provider.namespace.clone();
    let fields = &mut provider.fields;
    let is_http = fields.has("httpService");
    if is_http {
        let http = http_service(fields, &home, &mut to, work);
        // Present is the protocol, even without a field.
        to.insert("http".to_owned(), Value::Object(http));
    } else {
        service(fields, "grpcService", &home, &mut to, work);
        let mut grpc = Map::new();
        let context = block.take("contextExtensions");
        put(&mut grpc, "contextExtensions", context.unwrap_or_default());
        to.insert("grpc".to_owned(), Value::Object(grpc));
    }
    let is_open = fields.flag("failOpen").unwrap_or(false);
    put(&mut to, "failureMode", failure_mode(is_open));
    let bodies = [
        fields.object("withRequestBody"),
        block.object("withRequestBody"),
    ];
    for mut body in bodies.into_iter().flatten() {
        let size = body.take("maxRequestBytes").unwrap_or_default();
        put_at(&mut to, &["forwardBody", "maxSize"], size);
        if body.flag("allowPartialMessage") == Some(true) {
            let field = body.at("allowPartialMessage");
            work.log.left_out(&field, "a larger body is refused");
        }
        body.unneeded("packAsBytes", "the body is sent as bytes", &mut work.log);
        body.finish(&mut work.log);
    }
    if fields
        .number("statusOnError")
        .is_some_and(|status| status != 403)
    {
        let field = fields.at("statusOnError");
        work.log
            .left_out(&field, "a service that does not answer is told as 403");
    }
    fields.flag("clearRouteCache");
    work.log.changed(&place, "spec.traffic.extAuth");
    put(traffic, "extAuth", to);
    provider.fields.finish(&mut work.log);
    block.finish(&mut work.log);
}

fn http_service(
    fields: &mut Fields,
    home: &str,
    to: &mut Map<String, Value>,
    work: &mut Work<'_>,
) -> Map<String, Value> {
    let mut http = Map::new();
    let Some(mut service) = fields.object("httpService") else {
        return http;
    };
    let reference = manifest::backend_ref(&mut service, "backendRef", home, &work.namespace);
    put(to, "backendRef", reference.unwrap_or_default());
    if let Some(prefix) = service
        .text("pathPrefix")
        .filter(|prefix| !prefix.is_empty())
    {
        let path = format!("{} + request.path", manifest::cel_text(&prefix));
        put(&mut http, "path", json!(path));
    }
    if let Some(mut request) = service.object("authorizationRequest") {
        let mut added = Map::new();
        for (name, value) in request
            .object("headersToAdd")
            .map(Fields::rest)
            .unwrap_or_default()
        {
            match value.as_str() {
                // Text without a placeholder of Envoy's.
                Some(text) if !text.contains('%') => {
                    added.insert(name, json!(manifest::cel_text(text)));
                }
                _ => work.log.left_out(
                    &format!("{}.headersToAdd.{name}", request.path()),
                    "is a format of Envoy: write it as an expression in http.addRequestHeaders",
                ),
            }
        }
        put(&mut http, "addRequestHeaders", added);
        request.finish(&mut work.log);
    }
    if let Some(mut response) = service.object("authorizationResponse") {
        let backend = response.take("headersToBackend").unwrap_or_default();
        put(&mut http, "allowedResponseHeaders", backend);
        let why = "a refusal is passed on as the service gave it";
        response.unneeded("headersToClient", why, &mut work.log);
        response.finish(&mut work.log);
    }
    let headers = fields.take("headersToForward").unwrap_or_default();
    put(&mut http, "allowedRequestHeaders", headers);
    service.finish(&mut work.log);
    http
}

/// Converts `extProc`.
pub(super) fn ext_proc(spec: &mut Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    let Some(mut block) = spec.object("extProc") else {
        return;
    };
    if is_disabled(&mut block, &mut work.log) {
        block.rest();
        return;
    }
    let place = block.path().to_owned();
    let Some(mut provider) = take(&mut block, "extProc", work) else {
        block.rest();
        return;
    };
    let mut to = Map::new();
    let home = provider.namespace.clone();
    let fields = &mut provider.fields;
    service(fields, "grpcService", &home, &mut to, work);
    let is_open = fields.flag("failOpen").unwrap_or(true);
    put(&mut to, "failureMode", failure_mode(is_open));
    // The policy's own wins.
    let of_extension = fields.object("processingMode");
    let mode = block.object("processingMode").or(of_extension);
    let mut options = processing(mode, work);
    if fields.flag("allowProcessingModeOverride") == Some(true) {
        options.insert("allowModeOverride".to_owned(), json!(true));
    }
    put(&mut to, "processingOptions", options);
    work.log.changed(&place, "spec.traffic.extProc");
    put(traffic, "extProc", to);
    provider.fields.finish(&mut work.log);
    block.finish(&mut work.log);
}

/// Modes, all of them written: those that are absent have other defaults here.
fn processing(mode: Option<Fields>, work: &mut Work<'_>) -> Map<String, Value> {
    let mut mode = mode.unwrap_or_else(|| Fields::new("", Value::Null));
    let mut to = Map::new();
    for (key, default) in [
        ("requestHeaderMode", "SEND"),
        ("requestBodyMode", "NONE"),
        ("requestTrailerMode", "SKIP"),
        ("responseHeaderMode", "SEND"),
        ("responseBodyMode", "NONE"),
        ("responseTrailerMode", "SKIP"),
    ] {
        let given = mode.text(key).filter(|given| given != "DEFAULT");
        let new = match given.as_deref().unwrap_or(default) {
            "SEND" => "Send",
            "SKIP" => "Skip",
            "NONE" => "None",
            "BUFFERED" => "Buffered",
            "BUFFERED_PARTIAL" => "BufferedPartial",
            "FULL_DUPLEX_STREAMED" => "FullDuplexStreamed",
            other => {
                let why = format!("{other} is not served: FullDuplexStreamed or Buffered is");
                work.log.unguarded(&mode.at(key), why);
                "Buffered"
            }
        };
        to.insert(key.to_owned(), json!(new));
    }
    mode.finish(&mut work.log);
    to
}
