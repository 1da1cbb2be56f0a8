//! Keys of an instance of EC2, by its metadata service.
//!
//! Owns the three requests of version 2 of the service; version 1 is never spoken, as anybody who makes the proxy fetch a
//! URL could ask it. Invariant: without a token nothing is asked.

use super::keys;
use crate::ambient::Ambient;
use crate::answer::{json, sent};
use crate::failure::{Miss, Outcome};
use crate::grant::Grant;
use crate::port::{Port, Request, Target};

const SERVICE: &str = "http://169.254.169.254";
const KEYS: &str = "/latest/meta-data/iam/security-credentials/";
const TOKEN: &str = "x-aws-ec2-metadata-token";

pub(super) async fn grant(port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
    let is_off = ambient
        .get("AWS_EC2_METADATA_DISABLED")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if is_off {
        return Err(Miss::absent("AWS_EC2_METADATA_DISABLED is true"));
    }
    let base = ambient
        .get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        .unwrap_or(SERVICE)
        .trim_end_matches('/');
    let target = |path: &str| Target::parse(&format!("{base}{path}")).map_err(Miss::Failed);
    let ask = Request {
        method: "PUT",
        ..Request::get(target("/latest/api/token")?)
    };
    // Long enough for what follows: the next refresh asks for another.
    let ask = ask.with("x-aws-ec2-metadata-token-ttl-seconds", "60");
    let token = text(sent(port, &ask).await?.body)?;
    let ask = Request::get(target(KEYS)?).with(TOKEN, token.as_str());
    let roles = text(sent(port, &ask).await?.body)?;
    let role = roles.lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err(Miss::failed(
            "the instance has no role; attach an instance profile",
        ));
    }
    let ask = Request::get(target(&format!("{KEYS}{role}"))?).with(TOKEN, token.as_str());
    keys::read(&json(port, &ask).await?, port.now())
}

fn text(body: Vec<u8>) -> Outcome<String> {
    let text = String::from_utf8(body).map_err(|_| Miss::failed("the answer is no text"))?;
    Ok(text.trim().to_owned())
}
