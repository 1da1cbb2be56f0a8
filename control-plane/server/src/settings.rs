//! What `tidegate-control-plane` runs with, validated.
//!
//! Owns the step from arguments to values that cannot be wrong. Must not do I/O: files and sockets are
//! opened by those who use them.

use std::path::PathBuf;

use grpc::address::Address;

use crate::args::{Args, LogFormat, TlsArgs};

/// Validated settings of one control plane.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Manifest files and directories.
    pub files: Vec<PathBuf>,
    /// Directory of this instance.
    pub run_dir: PathBuf,
    /// Where ADS and the admin service listen.
    pub listen: Address,
    /// TLS on `listen`.
    pub tls: Option<TlsSettings>,
    /// Where probes and scrapers are answered in clear.
    pub probes: Option<Address>,
    /// What translation needs to know.
    pub translate: cp_translate::Settings,
    /// OTLP/gRPC endpoint for traces.
    pub otlp_endpoint: Option<String>,
    /// Log filter directives.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
    /// Name of this replica.
    pub replica: String,
    /// End when standard input closes.
    pub exit_with_parent: bool,
}

/// Where the server's certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSettings {
    /// From files.
    Files {
        /// Certificates, the leaf first.
        chain: PathBuf,
        /// The key of the leaf.
        key: PathBuf,
        /// Authorities of client certificates.
        client_ca: Option<PathBuf>,
    },
    /// From the cluster, whose API server says who calls, too.
    Cluster {
        /// Names in the certificate; the Service's, if empty.
        names: Vec<String>,
        /// Authorities of client certificates.
        client_ca: Option<PathBuf>,
        /// Trust domain of accounts in client certificates.
        trust_domain: String,
    },
}

/// An argument that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `--listen` is not an address.
    #[error("--listen {value:?}: use unix:PATH or HOST:PORT")]
    Listen {
        /// What was given.
        value: String,
        /// Why it is none.
        #[source]
        source: grpc::address::AddressError,
    },
    /// `--probes` is not a TCP address.
    #[error("--probes {0:?}: use HOST:PORT, such as 0.0.0.0:15020")]
    Probes(String),
    /// Authorities without TLS.
    #[error(
        "--tls-client-ca needs --tls-cert or --cluster-identity: without TLS nobody shows a certificate"
    )]
    NoTls,
    /// TLS on a socket file.
    #[error(
        "--tls-cert and --cluster-identity are for --listen HOST:PORT; a socket file is protected by its mode"
    )]
    TlsOnSocket,
    /// `--provider-override` is malformed.
    #[error(
        "--provider-override {0:?}: use KIND=http://HOST:PORT, for example openai=http://127.0.0.1:9911"
    )]
    ProviderOverride(String),
}

// === impl Settings ===

impl Settings {
    /// Whether proxies come by TLS.
    pub fn is_by_tls(&self) -> bool {
        self.tls.is_some()
    }
}

impl TryFrom<Args> for Settings {
    type Error = SettingsError;

    fn try_from(args: Args) -> Result<Self, Self::Error> {
        let listen = match &args.listen {
            None => Address::Unix(args.run_dir.join(crate::run_dir::SOCKET)),
            Some(value) => value.parse().map_err(|source| SettingsError::Listen {
                value: value.clone(),
                source,
            })?,
        };
        let tls = tls(args.tls)?;
        if tls.is_some() && listen.path().is_some() {
            return Err(SettingsError::TlsOnSocket);
        }
        let probes = args.probes.map(probes).transpose()?;
        let mut translate = cp_translate::Settings::directory();
        translate.trusted_hops = args.xff_trusted_hops;
        for text in &args.provider_overrides {
            let (kind, target) = provider_override(text)
                .ok_or_else(|| SettingsError::ProviderOverride(text.clone()))?;
            translate.provider_overrides.insert(kind, target);
        }
        Ok(Settings {
            files: args.files,
            run_dir: args.run_dir,
            listen,
            tls,
            probes,
            translate,
            otlp_endpoint: args.otlp_endpoint.filter(|endpoint| !endpoint.is_empty()),
            log: args.log,
            log_format: args.log_format,
            replica: args.replica,
            exit_with_parent: args.exit_with_parent,
        })
    }
}

fn tls(args: TlsArgs) -> Result<Option<TlsSettings>, SettingsError> {
    let client_ca = args.tls_client_ca;
    if args.cluster_identity {
        return Ok(Some(TlsSettings::Cluster {
            names: args.tls_names,
            client_ca,
            trust_domain: args.trust_domain,
        }));
    }
    match (args.tls_cert, args.tls_key) {
        (Some(chain), Some(key)) => Ok(Some(TlsSettings::Files {
            chain,
            key,
            client_ca,
        })),
        _ if client_ca.is_some() => Err(SettingsError::NoTls),
        // One without the other is refused by the command line.
        _ => Ok(None),
    }
}

fn probes(text: String) -> Result<Address, SettingsError> {
    match text.parse() {
        Ok(address @ Address::Tcp { .. }) => Ok(address),
        Ok(Address::Unix(_)) | Err(_) => Err(SettingsError::Probes(text)),
    }
}

/// `KIND=http://HOST:PORT`, or `https`.
fn provider_override(text: &str) -> Option<(String, cp_translate::ProviderAddress)> {
    let (kind, url) = text.split_once('=')?;
    let (scheme, authority) = url.trim_end_matches('/').split_once("://")?;
    let is_tls = match scheme {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let (host, port) = authority.rsplit_once(':')?;
    if kind.is_empty() || host.is_empty() || authority.contains('/') {
        return None;
    }
    let port = port.parse().ok()?;
    let target = cp_translate::ProviderAddress {
        host: host.to_owned(),
        port,
        tls: is_tls,
    };
    Some((kind.to_owned(), target))
}

#[cfg(test)]
mod tests {
    use super::{Settings, provider_override};
    use crate::args::Args;
    use clap::Parser;

    #[track_caller]
    fn refused(flags: &str, part: &str) {
        let flags = format!("cp --file m --run-dir r {flags}");
        let settings = Args::try_parse_from(flags.split_whitespace())
            .map_err(|error| error.to_string())
            .and_then(|args| Settings::try_from(args).map_err(|error| error.to_string()));
        let message = settings.map(drop).expect_err(&flags);
        assert!(message.contains(part), "{flags}: {message}");
    }

    #[test]
    fn flags_that_do_not_fit_together() {
        refused("--tls-cert c --tls-key k", "for --listen HOST:PORT");
        refused("--cluster-identity", "for --listen HOST:PORT");
        refused(
            "--listen localhost:1 --cluster-identity --tls-cert c --tls-key k",
            "cannot be used with",
        );
        refused("--listen localhost:1 --tls-cert c", "--tls-key");
        refused("--listen localhost:1 --tls-client-ca c", "needs --tls-cert");
        refused("--probes unix:/a", "use HOST:PORT");
        refused("--probes 15020", "use HOST:PORT");
    }

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str, u16, bool)>) {
        let parsed = provider_override(text);
        let parsed = parsed
            .as_ref()
            .map(|(kind, target)| (kind.as_str(), target.host.as_str(), target.port, target.tls));
        assert_eq!(parsed, expected, "{text}");
    }

    #[test]
    fn provider_overrides() {
        check(
            "openai=http://127.0.0.1:9911",
            Some(("openai", "127.0.0.1", 9911, false)),
        );
        check(
            "openai=https://llm.example:443/",
            Some(("openai", "llm.example", 443, true)),
        );
        check("openai=http://127.0.0.1", None);
        check("openai=http://127.0.0.1:99111", None);
        check("openai=ftp://127.0.0.1:21", None);
        check("openai=http://127.0.0.1:9911/v1", None);
        check("=http://127.0.0.1:9911", None);
        check("http://127.0.0.1:9911", None);
    }
}
