//! Who names a file, under which path, and what it is worth before and after it is loaded.

use std::sync::Arc;

use proto::envoy::config::cluster::v3::cluster::DiscoveryType;
use proto::envoy::config::core::v3::{DataSource, data_source::Specifier};
use proto::envoy::extensions::transport_sockets::tls::v3 as wire;
use proto::envoy::extensions::transport_sockets::tls::v3::common_tls_context::{
    CombinedCertificateValidationContext, ValidationContextType,
};
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use super::Contents;
use crate::config::Config;
use crate::fixture;
use crate::secret::Pem;
use crate::stage::Stage;
use crate::tls::{Roots, TrustSource};

fn context(path: &str) -> wire::CertificateValidationContext {
    wire::CertificateValidationContext {
        trusted_ca: Some(DataSource {
            specifier: Some(Specifier::Filename(path.to_owned())),
            ..DataSource::default()
        }),
        ..wire::CertificateValidationContext::default()
    }
}

fn inline(path: &str) -> Option<ValidationContextType> {
    Some(ValidationContextType::ValidationContext(context(path)))
}

fn put_cluster(snapshot: &mut Snapshot, name: &str, validation: Option<ValidationContextType>) {
    let tls = wire::UpstreamTlsContext {
        common_tls_context: Some(wire::CommonTlsContext {
            validation_context_type: validation,
            ..wire::CommonTlsContext::default()
        }),
        sni: "a.example".to_owned(),
        ..Default::default()
    };
    let mut cluster = fixture::cluster(name, DiscoveryType::Static);
    cluster.load_assignment = Some(fixture::endpoints(
        name,
        vec![fixture::endpoint("127.0.0.1", 80)],
    ));
    cluster.transport_socket = fixture::socket(&tls);
    fixture::put(snapshot, TypeUrl::Cluster, name, &cluster);
}

fn put_secret(snapshot: &mut Snapshot, name: &str, context: wire::CertificateValidationContext) {
    let secret = wire::Secret {
        name: name.to_owned(),
        r#type: Some(wire::secret::Type::ValidationContext(context)),
    };
    fixture::put(snapshot, TypeUrl::Secret, name, &secret);
}

fn config(snapshot: &Snapshot) -> Arc<Config> {
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), snapshot).expect("good");
    Arc::clone(stage.active())
}

fn places(config: &Config) -> Vec<(String, String, String)> {
    let files = config.trusted_files();
    let mut places: Vec<_> = files
        .map(|file| {
            (
                file.name.to_string(),
                file.field.clone(),
                file.path.to_string(),
            )
        })
        .collect();
    places.sort();
    places
}

#[test]
fn every_place_is_found() {
    let mut snapshot = Snapshot::default();
    put_cluster(&mut snapshot, "inline", inline("/a"));
    put_cluster(&mut snapshot, "plain", None);
    let combined = CombinedCertificateValidationContext {
        default_validation_context: Some(context("/b")),
        validation_context_sds_secret_config: Some(wire::SdsSecretConfig {
            name: "trust".to_owned(),
            sds_config: fixture::ads(),
        }),
        ..Default::default()
    };
    let combined = ValidationContextType::CombinedValidationContext(combined);
    put_cluster(&mut snapshot, "combined", Some(combined));
    put_secret(&mut snapshot, "trust", context("/c"));
    let mut tls = fixture::downstream_tls("s");
    tls.common_tls_context
        .as_mut()
        .expect("common")
        .validation_context_type = inline("/d");
    let mut second = fixture::tls_chain(&["b.example"], "s", "rc");
    second.transport_socket = fixture::socket(&tls);
    let mut listener = fixture::listener("l", 80, "rc");
    listener.filter_chains = vec![fixture::tls_chain(&["a.example"], "s", "rc"), second];
    fixture::put(&mut snapshot, TypeUrl::Listener, "l", &listener);
    let routes = fixture::linked_routes("rc");
    fixture::put(&mut snapshot, TypeUrl::RouteConfiguration, "rc", &routes);

    let common = "transport_socket.typed_config.common_tls_context";
    let expected = [
        (
            "combined",
            format!(
                "{common}.combined_validation_context.default_validation_context.trusted_ca.filename"
            ),
            "/b",
        ),
        (
            "inline",
            format!("{common}.validation_context.trusted_ca.filename"),
            "/a",
        ),
        (
            "l",
            format!("filter_chains[1].{common}.validation_context.trusted_ca.filename"),
            "/d",
        ),
        (
            "trust",
            "validation_context.trusted_ca.filename".to_owned(),
            "/c",
        ),
    ];
    let expected = expected.map(|(name, field, path)| (name.to_owned(), field, path.to_owned()));
    assert_eq!(places(&config(&snapshot)), expected);
}

#[test]
fn what_is_not_named_any_more_is_not_asked_for() {
    let (empty, mut first, mut second) = (
        Snapshot::default(),
        Snapshot::default(),
        Snapshot::default(),
    );
    put_cluster(&mut first, "changed", inline("/a"));
    put_cluster(&mut first, "removed", inline("/b"));
    put_cluster(&mut second, "changed", None);
    let mut stage = Stage::new();
    fixture::push(&mut stage, &empty, &first).expect("good");
    let looked_through = |stage: &Stage| stage.active().resources().naming_files.len();
    assert_eq!(places(stage.active()).len(), 2);
    assert_eq!(looked_through(&stage), 2);
    fixture::push(&mut stage, &first, &second).expect("good");
    assert_eq!(places(stage.active()), []);
    assert_eq!(looked_through(&stage), 0);
}

#[test]
fn a_file_is_trust_once_it_is_loaded() {
    let mut snapshot = Snapshot::default();
    put_cluster(&mut snapshot, "inline", inline("/a"));
    put_secret(&mut snapshot, "trust", context("/a"));
    let config = config(&snapshot);
    let cluster = config.cluster("inline").expect("there");
    let own = cluster.tls.as_ref().expect("tls").trust.clone();
    let pem = Pem::new(b"loaded");
    let loaded = config.with_trusted_files(Contents::from([("/a".into(), pem.clone())]));
    let other = config.with_trusted_files(Contents::from([("/b".into(), pem.clone())]));
    for source in [own, TrustSource::Secret("trust".into())] {
        assert!(config.trust(&source).is_none(), "{source:?}");
        assert!(other.trust(&source).is_none(), "{source:?}");
        let trust = loaded.trust(&source).expect("loaded");
        assert_eq!(trust.roots, Roots::Pem(pem.clone()));
        assert_eq!(loaded.trusted_file(&source), Some(&pem));
    }
}

#[test]
fn a_secret_without_roots_leaves_those_of_the_resource() {
    let mut snapshot = Snapshot::default();
    put_secret(&mut snapshot, "trust", Default::default());
    put_secret(&mut snapshot, "own", context("/own"));
    let pem = Pem::new(b"loaded");
    let own = Pem::new(b"own");
    let files = [("/a".into(), pem.clone()), ("/own".into(), own.clone())];
    let config = config(&snapshot).with_trusted_files(Contents::from(files));
    let combined = |secret: &str| TrustSource::Combined {
        secret: secret.into(),
        also: Arc::new(crate::tls::trust(&context("/a")).expect("good")),
    };
    for (secret, expected) in [("trust", pem), ("own", own)] {
        let trust = config.trust(&combined(secret)).expect("trust");
        assert_eq!(trust.roots, Roots::Pem(expected), "{secret}");
    }
}
