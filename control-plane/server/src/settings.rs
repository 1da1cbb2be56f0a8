//! What `tidegate-control-plane` runs with, validated.
//!
//! Owns the step from arguments to values that cannot be wrong. Must not do I/O: files and sockets are
//! opened by those who use them.

use std::path::PathBuf;

use cp_kube::Selection;
use cp_kube::selection::SelectorError;
use grpc::address::Address;

use crate::args::{Args, LogFormat, ProviderArgs, TlsArgs};
use crate::deploy_settings::{self, DeploySettings};

/// Validated settings of one control plane.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where objects come from.
    pub source: SourceSettings,
    /// Directory of this instance.
    pub run_dir: PathBuf,
    /// Where ADS and the admin service listen.
    pub listen: Address,
    /// TLS on `listen`.
    pub tls: Option<TlsSettings>,
    /// The API server that says who calls.
    pub judge: Option<Judge>,
    /// Where probes and scrapers are answered in clear.
    pub probes: Option<Address>,
    /// How proxies are deployed; not at all, if absent.
    pub deploy: Option<DeploySettings>,
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

/// TLS on the socket of proxies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Where the certificate comes from.
    pub certificate: CertificateSettings,
    /// Authorities of client certificates.
    pub client_ca: Option<PathBuf>,
}

/// Where the server's certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSettings {
    /// From files.
    Files {
        /// Certificates, the leaf first.
        chain: PathBuf,
        /// The key of the leaf.
        key: PathBuf,
    },
    /// From the Secret of the cluster, with these names; those of the Service, if there is none.
    Secret(Vec<String>),
}

/// The API server says who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// Context of the kubeconfig.
    pub context: Option<String>,
    /// Trust domain of accounts in client certificates.
    pub trust_domain: String,
}

/// Where objects come from.
#[derive(Clone, Debug)]
pub enum SourceSettings {
    /// Manifest files and directories.
    Files(Vec<PathBuf>),
    /// A Kubernetes API server.
    Cluster {
        /// Context of the kubeconfig.
        context: Option<String>,
        /// Which namespaces are read.
        selection: Selection,
        /// Namespace of this control plane.
        namespace: String,
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
    /// `--watch-namespace` is no name of a namespace.
    #[error(
        "--watch-namespace {0:?}: use the name of a namespace, lower-case letters, digits and '-'"
    )]
    Namespace(String),
    /// A flag about a cluster, without one.
    #[error("{0}: required with it is --kubernetes, instead of --file")]
    NoCluster(&'static str),
    /// Proxies cannot be deployed like this.
    #[error(transparent)]
    Deploy(#[from] deploy_settings::DeployError),
    /// `--namespace` is no name of a namespace.
    #[error("--namespace {0:?}: use the name of a namespace, lower-case letters, digits and '-'")]
    OwnNamespace(String),
    /// `--namespace-selector` is malformed.
    #[error("--namespace-selector {value:?}")]
    Selector {
        /// What was given.
        value: String,
        /// Why it is none.
        #[source]
        source: SelectorError,
    },
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
        let is_tcp = listen.path().is_none();
        let judge = judge(&args, is_tcp);
        let tls = tls(&args.tls, judge.is_some())?;
        if tls.is_some() && !is_tcp {
            return Err(SettingsError::TlsOnSocket);
        }
        let probes = args.probes.clone().map(probes).transpose()?;
        let source = source(&args)?;
        let mut translate = match &source {
            SourceSettings::Files(_) => cp_translate::Settings::directory(),
            SourceSettings::Cluster { .. } => cp_translate::Settings::kubernetes(),
        };
        translate
            .controller
            .clone_from(&args.cluster.controller_name);
        translate.trusted_hops = args.xff_trusted_hops;
        providers(&args.providers, &mut translate)?;
        let deploy =
            deploy_settings::read(&args.deploy, &args.cluster.namespace, &listen, tls.as_ref())?;
        translate.deploys = deploy.is_some();
        Ok(Settings {
            source,
            deploy,
            run_dir: args.run_dir,
            listen,
            tls,
            judge,
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

/// A cluster whose objects are read says who calls, too, wherever others than this machine can.
fn judge(args: &Args, is_tcp: bool) -> Option<Judge> {
    (args.tls.cluster_identity || (args.kubernetes && is_tcp)).then(|| Judge {
        context: args.cluster.kube_context.clone(),
        trust_domain: args.tls.trust_domain.clone(),
    })
}

fn tls(args: &TlsArgs, has_cluster: bool) -> Result<Option<TlsSettings>, SettingsError> {
    let certificate = match (&args.tls_cert, &args.tls_key) {
        (Some(chain), Some(key)) => CertificateSettings::Files {
            chain: chain.clone(),
            key: key.clone(),
        },
        // One without the other is refused by the command line.
        _ if has_cluster => CertificateSettings::Secret(args.tls_names.clone()),
        _ if args.tls_client_ca.is_some() => return Err(SettingsError::NoTls),
        _ => return Ok(None),
    };
    Ok(Some(TlsSettings {
        certificate,
        client_ca: args.tls_client_ca.clone(),
    }))
}

fn probes(text: String) -> Result<Address, SettingsError> {
    match text.parse() {
        Ok(address @ Address::Tcp { .. }) => Ok(address),
        Ok(Address::Unix(_)) | Err(_) => Err(SettingsError::Probes(text)),
    }
}

fn source(args: &Args) -> Result<SourceSettings, SettingsError> {
    if !args.kubernetes {
        let cluster = &args.cluster;
        // clap forgets `requires` of a flag that stands beside the other of two sources.
        let unused = [
            ("--kube-context", cluster.kube_context.is_some()),
            ("--proxy-image", args.deploy.proxy_image.is_some()),
            ("--watch-namespace", !cluster.watch_namespaces.is_empty()),
            (
                "--namespace-selector",
                !cluster.namespace_selectors.is_empty(),
            ),
        ];
        return match unused.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(SettingsError::NoCluster(flag)),
            None => Ok(SourceSettings::Files(args.files.clone())),
        };
    }
    let is_name = |text: &String| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&text.len()) && text.bytes().all(is_part)
    };
    if let Some(wrong) = args
        .cluster
        .watch_namespaces
        .iter()
        .find(|name| !is_name(name))
    {
        return Err(SettingsError::Namespace(wrong.clone()));
    }
    if !is_name(&args.cluster.namespace) {
        return Err(SettingsError::OwnNamespace(args.cluster.namespace.clone()));
    }
    let selectors = args.cluster.namespace_selectors.iter().map(|text| {
        cp_kube::selection::parse(text).map_err(|source| SettingsError::Selector {
            value: text.clone(),
            source,
        })
    });
    let selectors = selectors.collect::<Result<Vec<_>, _>>()?;
    let selection = if !args.cluster.watch_namespaces.is_empty() {
        Selection::Named(args.cluster.watch_namespaces.iter().cloned().collect())
    } else if !selectors.is_empty() {
        Selection::Labelled(selectors)
    } else {
        Selection::All
    };
    Ok(SourceSettings::Cluster {
        context: args.cluster.kube_context.clone(),
        selection,
        namespace: args.cluster.namespace.clone(),
    })
}

/// Takes over where model providers may be.
fn providers(
    args: &ProviderArgs,
    settings: &mut cp_translate::Settings,
) -> Result<(), SettingsError> {
    for text in &args.provider_overrides {
        let (kind, target) =
            provider_override(text).ok_or_else(|| SettingsError::ProviderOverride(text.clone()))?;
        settings.provider_overrides.insert(kind, target);
    }
    let lower = |hosts: &[String]| -> Vec<String> {
        hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
    };
    settings.local_hosts.extend(lower(&args.local_hosts));
    settings.identity_hosts.extend(lower(&args.identity_hosts));
    Ok(())
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
    use super::{CertificateSettings, Settings, SourceSettings, provider_override};
    use crate::args::Args;
    use clap::Parser;
    use cp_kube::Selection;

    #[track_caller]
    fn refused(flags: &str, part: &str) {
        let flags: Vec<&str> = flags.split_whitespace().collect();
        let message = settings(&flags).map(drop).expect_err("refused");
        assert!(message.contains(part), "{flags:?}: {message}");
    }

    #[test]
    fn flags_that_do_not_fit_together() {
        refused(
            "--file m --tls-cert c --tls-key k",
            "for --listen HOST:PORT",
        );
        refused("--file m --cluster-identity", "for --listen HOST:PORT");
        refused("--file m --listen localhost:1 --tls-cert c", "--tls-key");
        refused(
            "--file m --listen localhost:1 --tls-client-ca c",
            "needs --tls-cert",
        );
        refused("--file m --probes unix:/a", "use HOST:PORT");
        refused("--file m --probes 15020", "use HOST:PORT");
    }

    #[test]
    fn who_says_who_calls() {
        let secret = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Some(CertificateSettings::Secret(names))
        };
        let check = |flags: &str, has_judge: bool, expected: Option<CertificateSettings>| {
            let flags: Vec<&str> = flags.split_whitespace().collect();
            let settings = settings(&flags).expect("usable");
            assert_eq!(settings.judge.is_some(), has_judge, "{flags:?}");
            assert_eq!(
                settings.tls.map(|tls| tls.certificate),
                expected,
                "{flags:?}"
            );
        };
        let files = Some(CertificateSettings::Files {
            chain: "c".into(),
            key: "k".into(),
        });
        check("--file m", false, None);
        check("--file m --listen [::]:1", false, None);
        check(
            "--file m --listen [::]:1 --tls-cert c --tls-key k",
            false,
            files.clone(),
        );
        check(
            "--file m --listen [::]:1 --cluster-identity",
            true,
            secret(&[]),
        );
        // A socket file says by its mode who calls.
        check("--kubernetes", false, None);
        check("--kubernetes --listen [::]:1", true, secret(&[]));
        check(
            "--kubernetes --listen [::]:1 --tls-name a",
            true,
            secret(&["a"]),
        );
        check(
            "--kubernetes --listen [::]:1 --tls-cert c --tls-key k",
            true,
            files,
        );
    }

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str, u16, bool)>) {
        let parsed = provider_override(text);
        let parsed = parsed
            .as_ref()
            .map(|(kind, target)| (kind.as_str(), target.host.as_str(), target.port, target.tls));
        assert_eq!(parsed, expected, "{text}");
    }

    fn settings(flags: &[&str]) -> Result<Settings, String> {
        let always = ["tidegate-control-plane", "--run-dir", "r"];
        let args = always.iter().chain(flags);
        let args = Args::try_parse_from(args).map_err(|error| error.to_string())?;
        Settings::try_from(args).map_err(|error| error.to_string())
    }

    #[test]
    fn there_is_one_source() {
        let check = |flags: &[&str], expected: &str| {
            let error = settings(flags).expect_err("not usable");
            assert!(error.contains(expected), "{flags:?}: {error}");
        };
        check(&[], "required");
        check(&["--kubernetes", "--file", "a"], "cannot be used with");
        check(&["--file", "a", "--watch-namespace", "b"], "required");
        check(&["--file", "a", "--proxy-image", "b:1"], "required");
        check(
            &[
                "--kubernetes",
                "--watch-namespace",
                "b",
                "--namespace-selector",
                "c",
            ],
            "cannot be used with",
        );
        check(
            &["--kubernetes", "--watch-namespace", "A"],
            "name of a namespace",
        );
        check(
            &["--kubernetes", "--namespace-selector", "a of b"],
            "--namespace-selector",
        );
    }

    #[test]
    fn a_cluster_has_no_implicit_classes() {
        let settings = settings(&[
            "--kubernetes",
            "--watch-namespace",
            "b",
            "--controller-name",
            "x/y",
        ]);
        let settings = settings.expect("usable");
        assert_eq!(settings.translate.source, cp_translate::Source::Kubernetes);
        assert_eq!(settings.translate.controller, "x/y");
        let SourceSettings::Cluster { selection, .. } = settings.source else {
            panic!("no cluster");
        };
        assert_eq!(selection, Selection::Named(["b".to_owned()].into()));
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
