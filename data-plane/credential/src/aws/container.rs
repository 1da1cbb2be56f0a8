//! Keys of a container: ECS, and Pod Identity of EKS.
//!
//! Owns the two variables that say where they are. Must not send its authorization elsewhere. Invariant: without TLS only
//! the machine and its link are asked, as `port` has it.

use super::keys;
use crate::ambient::Ambient;
use crate::answer::json;
use crate::failure::{Miss, Outcome};
use crate::grant::Grant;
use crate::port::{Port, Request, Target};

const ECS: &str = "http://169.254.170.2";

pub(super) async fn grant(port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
    let relative = ambient.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let full = ambient.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let url = match (relative, full) {
        (Some(path), _) => format!("{ECS}{path}"),
        (None, Some(url)) => url.to_owned(),
        (None, None) => {
            let why = "AWS_CONTAINER_CREDENTIALS_FULL_URI and _RELATIVE_URI are not set";
            return Err(Miss::absent(why));
        }
    };
    let mut request =
        Request::get(Target::parse(&url).map_err(Miss::Failed)?).with("accept", "application/json");
    let token = match ambient.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => {
            let token = port.read(file).await;
            let token = token.map_err(|why| Miss::failed(format!("{file}: {why}")))?;
            let token = String::from_utf8(token);
            let token = token.map_err(|_| Miss::failed(format!("{file} holds no token")))?;
            Some(token.trim().to_owned())
        }
        None => ambient
            .get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            .map(ToOwned::to_owned),
    };
    if let Some(token) = token {
        request = request.with("authorization", token);
    }
    keys::read(&json(port, &request).await?, port.now())
}
