//! The format of the file, and how it comes to be whole.
//!
//! Owns the frame (magic with version, checksum), the message in it, and the atomic write. Must not know when. The
//! invariants: any bytes give a value or a reason, never a panic; a newer format is refused, not guessed; the checksum
//! is for accidents, not against enemies: who can write here can write the program's own files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use grpc::token::GatewayName;
use prost::Message;
use proto::type_url::TypeUrl;
use xds::client::Received;
use zeroize::Zeroizing;

use super::seal::SealKey;
use super::{Raw, Raws, Remembered};

/// The last byte counts formats.
const MAGIC: &[u8; 8] = b"TGLASTG\x01";
const CHECKSUM: usize = 32;
/// Largest file that is written or read, in bytes.
const MOST: usize = 256 << 20;

/// The bytes of a file.
pub(super) struct Contents(Zeroizing<Vec<u8>>);

/// Why a file is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("it cannot be read: {0}")]
    Io(String),
    #[error("it is larger than {MOST} bytes")]
    Large,
    #[error("it is none of ours")]
    Foreign,
    #[error("it was written by a newer version, in format {0}")]
    Newer(u8),
    #[error("it is damaged")]
    Damaged,
    #[error("it is of Gateway {0}")]
    OtherGateway(String),
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
struct Saved {
    #[prost(string, tag = "1")]
    gateway: String,
    #[prost(message, optional, tag = "2")]
    commit: Option<Item>,
    #[prost(message, repeated, tag = "3")]
    items: Vec<Item>,
    /// `Items` of secrets, sealed.
    #[prost(bytes = "vec", tag = "4")]
    sealed: Vec<u8>,
    /// There were secrets, and no key to seal them with.
    #[prost(bool, tag = "5")]
    lacks_secrets: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
struct Items {
    #[prost(message, repeated, tag = "1")]
    items: Vec<Item>,
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
struct Item {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    version: String,
    #[prost(bytes = "bytes", tag = "4")]
    message: Bytes,
}

/// The file's content.
pub(super) fn encode(
    remembered: &Remembered,
    gateway: &GatewayName,
    key: Option<&SealKey>,
) -> io::Result<Contents> {
    let (secrets, open): (Vec<Item>, Vec<Item>) = remembered
        .resources
        .iter()
        .map(|((type_url, name), raw)| Item {
            type_url: type_url.as_str().to_owned(),
            name: name.to_string(),
            version: raw.version.to_string(),
            message: raw.message.clone(),
        })
        .partition(|item| item.type_url == TypeUrl::Secret.as_str());
    let gateway = gateway.to_string();
    let commit = &remembered.commit;
    let mut saved = Saved {
        commit: Some(Item {
            type_url: TypeUrl::Commit.as_str().to_owned(),
            name: commit.name.clone(),
            version: commit.version.clone(),
            message: commit.message.clone(),
        }),
        items: open,
        sealed: Vec::new(),
        lacks_secrets: remembered.lacks_secrets,
        gateway,
    };
    if !secrets.is_empty() {
        let text = Zeroizing::new(Items { items: secrets }.encode_to_vec());
        let context = context(&saved.gateway, &commit.version);
        match key.map(|key| key.seal(&context, &text)) {
            Some(Ok(sealed)) => saved.sealed = sealed,
            Some(Err(_)) | None => saved.lacks_secrets = true,
        }
    }
    frame(&saved)
}

fn frame(saved: &Saved) -> io::Result<Contents> {
    let body = Zeroizing::new(saved.encode_to_vec());
    if body.len() > MOST {
        let words = format!("{} bytes are more than {MOST}", body.len());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAGIC.len() + CHECKSUM + body.len()));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(blake3::hash(&body).as_bytes());
    bytes.extend_from_slice(&body);
    Ok(Contents(bytes))
}

/// What a content says, if it can be trusted and is of this Gateway.
pub(super) fn decode(
    contents: &Contents,
    gateway: &GatewayName,
    key: Option<&SealKey>,
) -> Result<Remembered, Refused> {
    let (magic, rest) = contents
        .0
        .split_at_checked(MAGIC.len())
        .ok_or(Refused::Foreign)?;
    let (ours, format) = magic.split_at(MAGIC.len() - 1);
    if !MAGIC.starts_with(ours) {
        return Err(Refused::Foreign);
    }
    match format.first() {
        Some(1) => {}
        Some(newer) if *newer > 1 => return Err(Refused::Newer(*newer)),
        Some(_) | None => return Err(Refused::Foreign),
    }
    let (checksum, body) = rest.split_at_checked(CHECKSUM).ok_or(Refused::Damaged)?;
    if blake3::hash(body).as_bytes() != checksum {
        return Err(Refused::Damaged);
    }
    let saved = Saved::decode(body).map_err(|_| Refused::Damaged)?;
    if saved.gateway != gateway.to_string() {
        return Err(Refused::OtherGateway(saved.gateway));
    }
    let commit = saved.commit.ok_or(Refused::Damaged)?;
    let mut items = saved.items;
    let mut lacks_secrets = saved.lacks_secrets;
    if !saved.sealed.is_empty() {
        let context = context(&saved.gateway, &commit.version);
        // Another key, or none any more: what needs the secrets fails closed, the rest is served.
        match key.map(|key| key.open(&context, &saved.sealed)) {
            Some(Ok(text)) => {
                let secrets = Items::decode(text.as_slice()).map_err(|_| Refused::Damaged)?;
                items.extend(secrets.items);
            }
            Some(Err(_)) | None => lacks_secrets = true,
        }
    }
    let resources: Result<Raws, Refused> = items.into_iter().map(raw).collect();
    Ok(Remembered {
        commit: Received {
            name: commit.name,
            version: commit.version,
            message: commit.message,
            metadata: None,
        },
        resources: resources?,
        lacks_secrets,
    })
}

fn raw(item: Item) -> Result<((TypeUrl, Arc<str>), Raw), Refused> {
    let type_url: TypeUrl = item.type_url.parse().map_err(|_| Refused::Damaged)?;
    let raw = Raw {
        version: item.version.into(),
        message: item.message,
    };
    Ok(((type_url, item.name.into()), raw))
}

/// What sealed secrets belong to: those of one commit do not open beside another.
fn context(gateway: &str, commit: &str) -> Vec<u8> {
    let mut context = MAGIC.to_vec();
    for part in [gateway, commit] {
        context.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.extend_from_slice(part.as_bytes());
    }
    context
}

/// Reads a file; `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<Contents>, Refused> {
    let failed = |error: io::Error| Refused::Io(error.to_string());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let limit = u64::try_from(MOST + MAGIC.len() + CHECKSUM).unwrap_or(u64::MAX);
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(Refused::Large);
    }
    Ok(Some(Contents(bytes)))
}

/// Writes a file in one step: whoever is killed on the way leaves the old one.
pub(super) fn write(dir: &Path, name: &str, contents: &Contents) -> io::Result<()> {
    let born = dir.join(format!(".{name}.new"));
    // Half of one may lie there from a process that was killed.
    match fs::remove_file(&born) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&born)?;
    let written = file
        .write_all(&contents.0)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&born, dir.join(name)));
    if written.is_err() {
        // A full disk must not stay full because of us.
        let _ = fs::remove_file(&born);
    }
    written?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
impl Contents {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Contents(Zeroizing::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
