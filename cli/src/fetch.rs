//! Asking a running instance.
//!
//! Owns the way to its admin service: address and token in the run directory. Must not interpret answers. Who gets no
//! connection gets an [`Unreachable`], which is exit code 4 and says how to start an instance.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use grpc::address::Address;
use grpc::connect::{self, TokenAdminClient};
use grpc::token::BearerToken;
use proto::tidegate::v1::{GetSnapshotRequest, GetStatusRequest, SnapshotResponse, StatusResponse};
use tonic::{Code, Status};

use crate::exit::Unreachable;
use crate::run_dir::{ADDRESS, ADMIN_TOKEN, SOCKET};

/// A client of the instance in this run directory.
pub(crate) async fn admin(run_dir: &Path) -> Result<TokenAdminClient> {
    let token = token(&run_dir.join(ADMIN_TOKEN))?;
    let address = address(run_dir)?;
    let channel = connect::connect(&address)
        .await
        .map_err(|_| nobody(run_dir))?;
    Ok(connect::admin(channel, token))
}

/// Where the instance in this run directory listens: its socket, unless it wrote another address there.
pub(crate) fn address(run_dir: &Path) -> Result<Address> {
    let path = run_dir.join(ADDRESS);
    match std::fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .with_context(|| format!("{} is damaged; restart the instance", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(format!("unix:{}", run_dir.join(SOCKET).display()).parse()?)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// What the instance says about itself.
pub(crate) async fn status(run_dir: &Path) -> Result<StatusResponse> {
    let mut client = admin(run_dir).await?;
    let answer = client.get_status(GetStatusRequest {}).await;
    Ok(answer
        .map_err(|status| refused(&status, run_dir))?
        .into_inner())
}

/// The desired resources of one Gateway, as `namespace/name`.
pub(crate) async fn snapshot(
    run_dir: &Path,
    gateway: &str,
    profile: &str,
) -> Result<SnapshotResponse> {
    let (namespace, name) = gateway
        .split_once('/')
        .with_context(|| format!("{gateway:?} does not name a Gateway; write namespace/name"))?;
    let request = GetSnapshotRequest {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        profile: profile.to_owned(),
        type_urls: Vec::new(),
    };
    let mut client = admin(run_dir).await?;
    let answer = client.get_snapshot(request).await;
    Ok(answer
        .map_err(|status| refused(&status, run_dir))?
        .into_inner())
}

fn token(path: &Path) -> Result<BearerToken> {
    match std::fs::read_to_string(path) {
        Ok(text) => BearerToken::new(text.trim())
            .with_context(|| format!("{} is damaged; restart the instance", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(nobody(path.parent().unwrap_or(path)))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn nobody(run_dir: &Path) -> anyhow::Error {
    let message = format!(
        "no instance answers in {}; start one with `tidegate up -f DIR`, or name another with --instance or --run-dir",
        run_dir.display()
    );
    Unreachable { message }.into()
}

/// What the instance answered instead of a result, in words.
fn refused(status: &Status, run_dir: &Path) -> anyhow::Error {
    let (code, words) = (status.code(), status.message());
    if code == Code::Unavailable {
        return nobody(run_dir);
    }
    if matches!(code, Code::Unauthenticated | Code::PermissionDenied) {
        return anyhow::anyhow!(
            "the instance in {} does not accept the token in {ADMIN_TOKEN}; was it restarted by somebody else?",
            run_dir.display()
        );
    }
    if code == Code::NotFound {
        return anyhow::anyhow!("{words}; `tidegate status` lists what is served");
    }
    anyhow::anyhow!("the instance answered {code:?}: {words}")
}
