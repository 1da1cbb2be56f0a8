//! Credentials files with a key: of a service account, and of a user.
//!
//! Owns the requests of both (RFC 7523 and RFC 6749, 6). Must not follow a file of a tenant to another than Google.

use serde_json::{Value, json};

use super::{GcpToken, SCOPE, Trust, jwt};
use crate::answer::{json as ask, oauth, text};
use crate::failure::{Miss, Outcome};
use crate::form;
use crate::grant::Grant;
use crate::port::{Port, Target};

const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long an assertion holds, in seconds: the longest that Google takes.
const LIFETIME: u64 = 3600;

pub(super) async fn service_account(
    port: &impl Port,
    file: &Value,
    trust: Trust,
    token: &GcpToken,
) -> Outcome<Grant> {
    let (email, key) = (text(file, "client_email")?, file.get("private_key"));
    let key = key.and_then(Value::as_str);
    let key = key.ok_or_else(|| Miss::failed("there is no private_key"))?;
    let uri = file.get("token_uri").and_then(Value::as_str);
    let uri = uri.unwrap_or(TOKEN_URI);
    let now = port.now();
    let mut claims = json!({"iss": email, "aud": uri, "iat": now, "exp": now + LIFETIME});
    let (name, value) = match token {
        GcpToken::Access => ("scope", SCOPE),
        GcpToken::Id(audience) => ("target_audience", audience.as_str()),
    };
    if let Some(claims) = claims.as_object_mut() {
        claims.insert(name.to_owned(), value.into());
    }
    let id = file.get("private_key_id").and_then(Value::as_str);
    let assertion = jwt::signed(&claims, id, key)?;
    let fields = [("grant_type", JWT_BEARER), ("assertion", &assertion)];
    let answer = ask(port, &form::post(target(uri, trust)?, &fields)).await?;
    match token {
        GcpToken::Access => oauth(&answer, "access_token", now),
        GcpToken::Id(_) => jwt::granted(text(&answer, "id_token")?, now),
    }
}

pub(super) async fn authorized_user(
    port: &impl Port,
    file: &Value,
    trust: Trust,
    token: &GcpToken,
) -> Outcome<Grant> {
    if let GcpToken::Id(_) = token {
        return Err(Miss::failed(
            "a user has no id token for an audience; use a service account",
        ));
    }
    let uri = file.get("token_uri").and_then(Value::as_str);
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", text(file, "client_id")?),
        ("client_secret", text(file, "client_secret")?),
        ("refresh_token", text(file, "refresh_token")?),
    ];
    let target = target(uri.unwrap_or(TOKEN_URI), trust)?;
    let answer = ask(port, &form::post(target, &fields)).await?;
    oauth(&answer, "access_token", port.now())
}

fn target(uri: &str, trust: Trust) -> Outcome<Target> {
    let target = Target::parse(uri).map_err(Miss::Failed)?;
    let is_google = target.is_tls
        && target.port == 443
        && (target.host.ends_with(".googleapis.com") || target.host == "accounts.google.com");
    match trust {
        Trust::Tenant if !is_google => Err(Miss::failed(format!(
            "token_uri {uri:?} is not Google's; use {TOKEN_URI}"
        ))),
        Trust::Tenant | Trust::Operator => Ok(target),
    }
}
