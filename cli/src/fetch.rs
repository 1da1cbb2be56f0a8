//! Asking a running instance.
//!
//! Owns the way to its admin service: address and token in the run directory, or over a network. Must not interpret answers. Who gets no
//! connection gets an [`Unreachable`], which is exit code 4 and says how to start an instance.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use grpc::address::Address;
use grpc::connect::{self, TokenAdminClient};
use grpc::tls::ClientTls;
use grpc::token::BearerToken;
use proto::tidegate::v1::{GetSnapshotRequest, GetStatusRequest, SnapshotResponse, StatusResponse};
use tonic::{Code, Status};

use crate::exit::Unreachable;
use crate::run_dir::{ADDRESS, ADMIN_TOKEN, SOCKET};

/// Where an instance is asked.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// On this machine, by what lies in its run directory.
    RunDir(PathBuf),
    /// Over a network.
    Remote(Remote),
}

/// An instance over a network.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Where it listens.
    pub(crate) address: Address,
    /// Whom we believe there; in clear if not given.
    pub(crate) tls: Option<ClientTls>,
    /// File with our token.
    pub(crate) token_file: PathBuf,
}

/// A client of this instance.
pub(crate) async fn admin(place: &Place) -> Result<TokenAdminClient> {
    match place {
        Place::RunDir(run_dir) => {
            let token = token(&run_dir.join(ADMIN_TOKEN))?;
            let address = address(run_dir)?;
            let channel = connect::connect(&address)
                .await
                .map_err(|_| place.nobody())?;
            Ok(connect::admin(channel, token))
        }
        Place::Remote(remote) => {
            let path = &remote.token_file;
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("--server-token-file {}", path.display()))?;
            let token = BearerToken::new(&text)
                .with_context(|| format!("--server-token-file {}", path.display()))?;
            let channel = connect::connect_with(&remote.address, remote.tls.as_ref()).await?;
            Ok(connect::admin(channel, token))
        }
    }
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
pub(crate) async fn status(place: &Place) -> Result<StatusResponse> {
    let mut client = admin(place).await?;
    let answer = client.get_status(GetStatusRequest {}).await;
    Ok(answer
        .map_err(|status| refused(&status, place))?
        .into_inner())
}

/// The desired resources of one Gateway, as `namespace/name`.
pub(crate) async fn snapshot(
    place: &Place,
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
    let mut client = admin(place).await?;
    let answer = client.get_snapshot(request).await;
    Ok(answer
        .map_err(|status| refused(&status, place))?
        .into_inner())
}

fn token(path: &Path) -> Result<BearerToken> {
    match std::fs::read_to_string(path) {
        Ok(text) => BearerToken::new(text.trim())
            .with_context(|| format!("{} is damaged; restart the instance", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Place::RunDir(path.parent().unwrap_or(path).to_owned()).nobody())
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

// === impl Place ===

impl Place {
    fn nobody(&self) -> anyhow::Error {
        let message = match self {
            Place::RunDir(run_dir) => format!(
                "no instance answers in {}; start one with `tidegate up -f DIR`, or name another with --instance or --run-dir",
                run_dir.display()
            ),
            Place::Remote(remote) => format!("{} does not answer now", remote.address),
        };
        Unreachable { message }.into()
    }
}

/// What the instance answered instead of a result, in words.
fn refused(status: &Status, place: &Place) -> anyhow::Error {
    let (code, words) = (status.code(), status.message());
    match (code, place) {
        (Code::Unavailable, _) => place.nobody(),
        (Code::Unauthenticated | Code::PermissionDenied, Place::RunDir(run_dir)) => {
            anyhow::anyhow!(
                "the instance in {} does not accept the token in {ADMIN_TOKEN}; was it restarted by somebody else?",
                run_dir.display()
            )
        }
        (Code::NotFound, _) => {
            anyhow::anyhow!("{words}; `tidegate status` lists what is served")
        }
        _ => anyhow::anyhow!("the instance answered {code:?}: {words}"),
    }
}
