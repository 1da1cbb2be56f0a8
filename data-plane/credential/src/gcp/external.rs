//! Workload identity federation: somebody else's token for one of Google's (RFC 8693).
//!
//! Owns the exchange and the service account that is acted for behind it. Must not be fed a tenant's file: it says which
//! files are read and whom is asked. A subject token comes from a file or a URL; AWS and programs are not served.

use std::time::Duration;

use dp_llm::retry_after::rfc3339;
use serde_json::{Value, json};

use super::{GcpToken, SCOPE, jwt};
use crate::answer::{json as ask, oauth, sent, text};
use crate::failure::{Miss, Outcome};
use crate::form;
use crate::grant::{Grant, Token};
use crate::port::{Port, Request, Target};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const IMPERSONATE: &str = ":generateAccessToken";
const IDENTIFY: &str = ":generateIdToken";

pub(super) async fn grant(port: &impl Port, file: &Value, token: &GcpToken) -> Outcome<Grant> {
    let subject = subject(port, file).await?;
    let fields = [
        ("grant_type", EXCHANGE),
        ("audience", text(file, "audience")?),
        ("scope", SCOPE),
        ("requested_token_type", ACCESS_TOKEN),
        ("subject_token_type", text(file, "subject_token_type")?),
        ("subject_token", &subject),
    ];
    let target = Target::parse(text(file, "token_url")?).map_err(Miss::Failed)?;
    let answer = ask(port, &form::post(target, &fields)).await?;
    let federated = oauth(&answer, "access_token", port.now())?;
    let account = file.get("service_account_impersonation_url");
    match (account.and_then(Value::as_str), token) {
        (None, GcpToken::Access) => Ok(federated),
        (None, GcpToken::Id(_)) => Err(Miss::failed(
            "an id token needs service_account_impersonation_url; name a service account",
        )),
        (Some(url), _) => impersonated(port, url, &federated, token).await,
    }
}

async fn impersonated(
    port: &impl Port,
    url: &str,
    federated: &Grant,
    token: &GcpToken,
) -> Outcome<Grant> {
    let Token::Bearer(bearer) = &federated.token else {
        return Err(Miss::failed("the exchange gave no bearer token"));
    };
    let (url, body) = match token {
        GcpToken::Access => (
            url.to_owned(),
            json!({"scope": [SCOPE], "lifetime": "3600s"}),
        ),
        GcpToken::Id(audience) => {
            let account = url.strip_suffix(IMPERSONATE).ok_or_else(|| {
                Miss::failed(format!(
                    "service_account_impersonation_url does not end in {IMPERSONATE}"
                ))
            })?;
            let body = json!({"audience": audience, "includeEmail": true});
            (format!("{account}{IDENTIFY}"), body)
        }
    };
    let request = Request {
        method: "POST",
        body: body.to_string().into_bytes(),
        ..Request::get(Target::parse(&url).map_err(Miss::Failed)?)
    };
    let request = request
        .with("content-type", "application/json")
        .with("authorization", format!("Bearer {}", bearer.expose()));
    let answer = ask(port, &request).await?;
    match token {
        GcpToken::Id(_) => jwt::granted(text(&answer, "token")?, port.now()),
        GcpToken::Access => {
            let end = rfc3339(text(&answer, "expireTime")?);
            let end = end.ok_or_else(|| Miss::failed("expireTime is no time"))?;
            let token = text(&answer, "accessToken")?;
            Ok(Grant::bearer(
                token,
                port.now(),
                Some(Duration::as_secs(&end)),
            ))
        }
    }
}

/// The token that is exchanged.
async fn subject(port: &impl Port, file: &Value) -> Outcome<String> {
    let source = file
        .get("credential_source")
        .ok_or_else(|| Miss::failed("there is no credential_source"))?;
    let content = if let Some(path) = source.get("file").and_then(Value::as_str) {
        let content = port.read(path).await;
        content.map_err(|why| Miss::failed(format!("{path}: {why}")))?
    } else if let (Some(url), None) = (
        source.get("url").and_then(Value::as_str),
        source.get("environment_id"),
    ) {
        let mut request = Request::get(Target::parse(url).map_err(Miss::Failed)?);
        for (name, value) in source
            .get("headers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            // The names that documents of Google and of others give; any other one would need an owned name.
            let known = ["metadata", "metadata-flavor", "authorization", "accept"];
            let name = name.to_ascii_lowercase();
            match (known.iter().find(|own| **own == name), value.as_str()) {
                (Some(name), Some(value)) => request = request.with(name, value),
                (_, _) => {
                    return Err(Miss::failed(format!(
                        "credential_source.headers: {name:?} is not supported; only {}",
                        known.join(", ")
                    )));
                }
            }
        }
        sent(port, &request).await?.body
    } else {
        return Err(Miss::failed(
            "credential_source has neither file nor url; AWS and programs are not supported",
        ));
    };
    let content =
        String::from_utf8(content).map_err(|_| Miss::failed("the subject token is no text"))?;
    let format = source.get("format");
    let kind = format.and_then(|format| format.get("type"));
    match kind.and_then(Value::as_str) {
        None | Some("text") => Ok(content.trim().to_owned()),
        Some("json") => {
            let name = format.and_then(|format| format.get("subject_token_field_name"));
            let name = name.and_then(Value::as_str).unwrap_or_default();
            let content: Value = serde_json::from_str(&content)
                .map_err(|_| Miss::failed("the subject token is no JSON"))?;
            Ok(text(&content, name)?.to_owned())
        }
        Some(kind) => Err(Miss::failed(format!(
            "credential_source.format.type {kind:?} is not known"
        ))),
    }
}
