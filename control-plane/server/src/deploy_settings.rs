//! With what proxies are deployed, validated.
//!
//! Owns the flags `--proxy-*`. Must not know what is deployed. The invariant: proxies are deployed only where they can
//! come by TLS and know whom they talk to.

use std::path::PathBuf;

use grpc::address::Address;

use crate::args::DeployArgs;
use crate::settings::{CertificateSettings, TlsSettings};

/// The Service of the control plane, where no other name is given.
const SERVICE: &str = "tidegate-control-plane";

/// With what proxies are deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploySettings {
    /// The image, without its tag.
    pub repository: String,
    /// The tag of the image; `latest`, where only a digest is given.
    pub tag: String,
    /// The digest of the image, `sha256:...`.
    pub digest: Option<String>,
    /// Where proxies find the control plane, `HOST:PORT`.
    pub xds: String,
    /// The name that its certificate must have.
    pub server_name: String,
    /// Authorities by which they know it; those of the Secret, if absent.
    pub ca: Option<PathBuf>,
}

/// Proxies cannot be deployed like this.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The image has no tag.
    #[error(
        "--proxy-image {0:?}: use REPOSITORY:TAG or REPOSITORY@DIGEST, for example registry.example/tidegate-proxy:0.1.0"
    )]
    Image(String),
    /// The address has no port.
    #[error("--proxy-xds {0:?}: use HOST:PORT")]
    Xds(String),
    /// Proxies in Pods do not reach a socket file.
    #[error("--proxy-image needs --listen HOST:PORT: proxies in Pods do not reach a socket file")]
    OnSocket,
    /// Nobody says by which authority proxies know the control plane.
    #[error(
        "--proxy-image with --tls-cert needs --proxy-xds-ca: by what else would proxies know the certificate?"
    )]
    NoAuthority,
}

/// Validates the flags; nothing is deployed without an image.
pub fn read(
    args: &DeployArgs,
    namespace: &str,
    listen: &Address,
    tls: Option<&TlsSettings>,
) -> Result<Option<DeploySettings>, DeployError> {
    let Some(image) = args
        .proxy_image
        .as_deref()
        .filter(|image| !image.is_empty())
    else {
        return Ok(None);
    };
    let (repository, tag, digest) =
        split(image).ok_or_else(|| DeployError::Image(image.to_owned()))?;
    let Address::Tcp { port, .. } = listen else {
        return Err(DeployError::OnSocket);
    };
    let is_by_files =
        tls.is_some_and(|tls| matches!(tls.certificate, CertificateSettings::Files { .. }));
    if is_by_files && args.proxy_xds_ca.is_none() {
        return Err(DeployError::NoAuthority);
    }
    let xds = match &args.proxy_xds {
        Some(xds) => xds.clone(),
        None => format!("{SERVICE}.{namespace}.svc:{port}"),
    };
    let host = match xds.parse() {
        Ok(Address::Tcp { host, .. }) => host,
        Ok(Address::Unix(_)) | Err(_) => return Err(DeployError::Xds(xds)),
    };
    Ok(Some(DeploySettings {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: digest.map(str::to_owned),
        xds,
        server_name: host,
        ca: args.proxy_xds_ca.clone(),
    }))
}

/// Repository, tag and digest; one of the two is needed. A port of the registry is no tag.
fn split(image: &str) -> Option<(&str, &str, Option<&str>)> {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let tagged = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let (repository, tag) = match (tagged, digest) {
        (Some(tagged), _) => tagged,
        (None, Some(_)) => (name, "latest"),
        (None, None) => return None,
    };
    let is_whole = !repository.is_empty() && !tag.is_empty();
    let is_digest = digest.is_none_or(|digest| digest.starts_with("sha256:"));
    (is_whole && is_digest).then_some((repository, tag, digest))
}

#[cfg(test)]
mod tests {
    use super::{read, split};
    use crate::args::DeployArgs;
    use crate::settings::{CertificateSettings, TlsSettings};

    fn args(image: &str) -> DeployArgs {
        DeployArgs {
            proxy_image: Some(image.to_owned()),
            ..DeployArgs::default()
        }
    }

    #[test]
    fn an_image_has_a_tag() {
        assert_eq!(split("a:1"), Some(("a", "1", None)));
        let port = "r.example:5000/a/b";
        assert_eq!(split(&format!("{port}:1")), Some((port, "1", None)));
        let digest = Some("sha256:0");
        assert_eq!(split("a@sha256:0"), Some(("a", "latest", digest)));
        assert_eq!(split("a:1@sha256:0"), Some(("a", "1", digest)));
        for wrong in ["a", "r.example:5000/a", ":1", "a:", "a@1", "@sha256:0", ""] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn where_proxies_go() {
        let listen = "0.0.0.0:18000".parse().expect("an address");
        let check = |args: &DeployArgs, expected: Result<&str, &str>| {
            let found = read(args, "ns", &listen, None);
            let found = found.map(|settings| settings.map_or(String::new(), |it| it.xds));
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, expected) => panic!("{found:?}, expected {expected:?}"),
            }
        };
        check(&DeployArgs::default(), Ok(""));
        check(&args("a:1"), Ok("tidegate-control-plane.ns.svc:18000"));
        check(&args("a"), Err("REPOSITORY:TAG"));
        let elsewhere = |xds: &str| DeployArgs {
            proxy_xds: Some(xds.to_owned()),
            ..args("a:1")
        };
        check(&elsewhere("cp.example:1"), Ok("cp.example:1"));
        check(&elsewhere("cp.example"), Err("HOST:PORT"));
        check(&elsewhere("unix:/a"), Err("HOST:PORT"));
    }

    #[test]
    fn proxies_must_be_able_to_know_whom_they_talk_to() {
        let listen = "0.0.0.0:18000".parse().expect("an address");
        let tls = TlsSettings {
            certificate: CertificateSettings::Files {
                chain: "c".into(),
                key: "k".into(),
            },
            client_ca: None,
        };
        let error = read(&args("a:1"), "ns", &listen, Some(&tls)).expect_err("refused");
        assert!(error.to_string().contains("--proxy-xds-ca"), "{error}");
        let socket = "unix:/a".parse().expect("an address");
        let error = read(&args("a:1"), "ns", &socket, None).expect_err("refused");
        assert!(error.to_string().contains("socket file"), "{error}");
    }
}
