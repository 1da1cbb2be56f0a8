//! The metadata server of Compute Engine, GKE and Cloud Run.
//!
//! Owns its two requests. Must not go elsewhere than where the environment says or Google has it.

use super::{GcpToken, jwt};
use crate::ambient::Ambient;
use crate::answer::{json, oauth, sent};
use crate::failure::{Miss, Outcome};
use crate::form::encoded;
use crate::grant::Grant;
use crate::port::{Port, Request, Target};

const HOST: &str = "metadata.google.internal";
const ACCOUNT: &str = "/computeMetadata/v1/instance/service-accounts/default";

pub(super) async fn grant(port: &impl Port, ambient: &Ambient, token: &GcpToken) -> Outcome<Grant> {
    let host = ambient.get("GCE_METADATA_HOST").unwrap_or(HOST);
    let ask = |path: String| -> Outcome<Request> {
        let target = Target::parse(&format!("http://{host}{ACCOUNT}/{path}"));
        let target = target.map_err(Miss::Failed)?;
        Ok(Request::get(target).with("metadata-flavor", "Google"))
    };
    match token {
        GcpToken::Access => {
            let answer = json(port, &ask("token".to_owned())?).await?;
            oauth(&answer, "access_token", port.now())
        }
        GcpToken::Id(audience) => {
            let query = encoded(&[("audience", audience), ("format", "full")]);
            let answer = sent(port, &ask(format!("identity?{query}"))?).await?;
            let token = String::from_utf8(answer.body);
            let token = token.map_err(|_| Miss::failed("the answer is no token"))?;
            jwt::granted(token.trim(), port.now())
        }
    }
}
