//! JSON web tokens: signed with a key of a file, and the end of one that somebody else signed.
//!
//! Owns RS256 (RFC 7518, 3.3). Must not verify: what a token service hands over for us is passed on as it is.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::failure::{Miss, Outcome};
use crate::grant::Grant;

pub(super) fn signed(claims: &Value, key_id: Option<&str>, pem: &str) -> Outcome<String> {
    let key = key(pem)?;
    let mut header = json!({"alg": "RS256", "typ": "JWT"});
    if let (Some(header), Some(id)) = (header.as_object_mut(), key_id) {
        header.insert("kid".to_owned(), id.into());
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    // This padding has nothing random: equal claims give equal tokens.
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .map_err(|_| Miss::failed("the private_key cannot sign"))?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A token with its own end.
pub(super) fn granted(token: &str, now: u64) -> Outcome<Grant> {
    let end = token.split('.').nth(1).and_then(|claims| {
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        claims.get("exp")?.as_u64()
    });
    match end {
        None => Err(Miss::failed("the id token has no end")),
        Some(end) => Ok(Grant::bearer(token, now, Some(end))),
    }
}

/// PKCS #8 as PEM. What is wrong with a key is not told in detail, as detail would be of the key.
fn key(pem: &str) -> Outcome<RsaKeyPair> {
    const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
    const END: &str = "-----END PRIVATE KEY-----";
    let invalid = || Miss::failed("private_key is no RSA key as PEM (BEGIN PRIVATE KEY)");
    let (_, rest) = pem.split_once(BEGIN).ok_or_else(invalid)?;
    let (body, _) = rest.split_once(END).ok_or_else(invalid)?;
    let body: String = body.split_ascii_whitespace().collect();
    let body = Zeroizing::new(body);
    let der = STANDARD.decode(body.as_bytes());
    let der = Zeroizing::new(der.map_err(|_| invalid())?);
    RsaKeyPair::from_pkcs8(&der).map_err(|_| invalid())
}
