//! What `tidegate-control-plane` runs with, validated.
//!
//! Owns the step from arguments to values that cannot be wrong. Must not do I/O: files and sockets are
//! opened by those who use them.

use std::path::PathBuf;

use grpc::address::Address;

use crate::args::{Args, LogFormat};

/// Validated settings of one control plane.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Manifest files and directories.
    pub files: Vec<PathBuf>,
    /// Directory of this instance.
    pub run_dir: PathBuf,
    /// Where ADS and the admin service listen.
    pub listen: Address,
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
    /// `--provider-override` is malformed.
    #[error(
        "--provider-override {0:?}: use KIND=http://HOST:PORT, for example openai=http://127.0.0.1:9911"
    )]
    ProviderOverride(String),
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
            translate,
            otlp_endpoint: args.otlp_endpoint.filter(|endpoint| !endpoint.is_empty()),
            log: args.log,
            log_format: args.log_format,
            replica: args.replica,
            exit_with_parent: args.exit_with_parent,
        })
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
    use super::provider_override;

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
