//! Keys of AWS: the chain of the vendor's own tools, and a role that is assumed with what it gives (llm.md 1.1, P-17).
//!
//! Owns the order of the steps. Must not know Bedrock. Invariant: a role that cannot be assumed is a failure; the keys it
//! would have been assumed with never stand in for it.

use crate::ambient::Ambient;
use crate::failure::{Chain, Failure, Miss, Outcome, Tried};
use crate::grant::{Grant, Token};
use crate::port::Port;

use crate::sigv4::Credentials;

mod container;
mod instance;
mod keys;
mod shared_file;
mod sts;

const REMEDY: &str = "give the proxy one of them (on EKS: Pod Identity or a role of its service account), \
                      or name a Secret with auth.aws.secretRef";

/// Whose keys are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwsSource {
    /// Assumed with the proxy's own keys, where set.
    pub role: Option<Role>,
    /// Region of the token service; the environment's where empty.
    pub region: String,
}

/// A role and its session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    /// ARN of the role.
    pub arn: String,
    /// Name of the session.
    pub session_name: String,
    /// Tags of the session, by key.
    pub tags: Vec<(String, String)>,
}

/// Where the token service is, and what it is signed for.
struct Sts<'a> {
    ambient: &'a Ambient,
    region: &'a str,
}

// === impl AwsSource ===

impl AwsSource {
    pub(crate) async fn grant(
        &self,
        port: &impl Port,
        ambient: &Ambient,
    ) -> Result<Grant, Failure> {
        let sts = Sts {
            ambient,
            region: match self.region.as_str() {
                "" => ambient.aws_region().unwrap_or_default(),
                own => own,
            },
        };
        let own = chain(port, &sts).await?;
        let (Some(role), Token::Aws(keys)) = (&self.role, &own.token) else {
            return Ok(own);
        };
        let assumed = sts.assume(port, role, keys).await;
        let assumed = assumed.map(|grant| Grant {
            step: "assumed role",
            ..grant
        });
        assumed.map_err(|miss| {
            let (Miss::Absent(why) | Miss::Failed(why)) = miss;
            Failure {
                what: format!("role {} cannot be assumed", role.arn),
                tried: vec![
                    Tried {
                        step: own.step,
                        why: "gave the keys to assume it with".to_owned(),
                    },
                    Tried {
                        step: "sts:AssumeRole",
                        why,
                    },
                ],
                remedy: "let the role's trust policy name the proxy's identity (and sts:TagSession, if there are tags), \
                         and the proxy's policy allow sts:AssumeRole",
            }
        })
    }

    pub(crate) fn identity(&self) -> String {
        match &self.role {
            None => "the proxy's own".to_owned(),
            Some(role) => format!("role {} as {}", role.arn, role.session_name),
        }
    }
}

/// The proxy's own keys, in the order of AWS's SDKs.
async fn chain(port: &impl Port, sts: &Sts<'_>) -> Result<Grant, Failure> {
    let ambient = sts.ambient;
    let mut chain = Chain::new("AWS gives no keys", REMEDY);
    if let Some(end) = chain.took("environment", environment(port, ambient)) {
        return end;
    }
    let outcome = shared_file::grant(port, sts).await;
    if let Some(end) = chain.took("shared files", outcome) {
        return end;
    }
    let outcome = web_identity(port, sts).await;
    if let Some(end) = chain.took("web identity", outcome) {
        return end;
    }
    let outcome = container::grant(port, ambient).await;
    if let Some(end) = chain.took("container", outcome) {
        return end;
    }
    let outcome = instance::grant(port, ambient).await;
    chain.only("instance metadata", outcome)
}

fn environment(port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
    let id = ambient
        .get("AWS_ACCESS_KEY_ID")
        .ok_or_else(|| Miss::absent("AWS_ACCESS_KEY_ID is not set"))?;
    let secret = ambient.get("AWS_SECRET_ACCESS_KEY").ok_or_else(|| {
        Miss::failed("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both or none")
    })?;
    let keys = Credentials {
        access_key_id: id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: ambient.get("AWS_SESSION_TOKEN").map(ToOwned::to_owned),
    };
    Ok(Grant::new(Token::Aws(keys), port.now(), None))
}

/// A role of a service account (IRSA), or anybody's who has a token file.
async fn web_identity(port: &impl Port, sts: &Sts<'_>) -> Outcome<Grant> {
    let file = sts
        .ambient
        .get("AWS_WEB_IDENTITY_TOKEN_FILE")
        .ok_or_else(|| Miss::absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set"))?;
    let arn = sts.ambient.get("AWS_ROLE_ARN").ok_or_else(|| {
        Miss::failed("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN; set both or none")
    })?;
    let session = sts.ambient.get("AWS_ROLE_SESSION_NAME");
    sts.assume_with_file(port, (arn, session), file).await
}

#[cfg(test)]
mod tests;
