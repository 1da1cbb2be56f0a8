//! TLS: what is believed, what is presented, and that no condition is skipped.

use proto::envoy::config::core::v3::{DataSource, data_source::Specifier};
use proto::envoy::extensions::transport_sockets::tls::v3 as wire;
use proto::envoy::extensions::transport_sockets::tls::v3::common_tls_context::{
    CombinedCertificateValidationContext, ValidationContextType,
};
use proto::envoy::extensions::transport_sockets::tls::v3::subject_alt_name_matcher::SanType;
use proto::envoy::r#type::matcher::v3::StringMatcher;
use proto::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use proto::google::protobuf::BoolValue;

use super::{downstream_tls, trust, upstream_tls};
use crate::fixture::{self, CERTIFICATE, text};
use crate::secret::Pem;
use crate::tls::{
    CertificateSource, Roots, ServerName, SubjectNameKind, TlsVersion, TrustSource, Verification,
};

type Context = wire::CertificateValidationContext;

fn authority() -> Context {
    Context {
        trusted_ca: text(CERTIFICATE),
        ..Context::default()
    }
}

fn source(specifier: Specifier) -> Option<DataSource> {
    Some(DataSource {
        specifier: Some(specifier),
        ..DataSource::default()
    })
}

#[test]
fn authorities_are_inline_or_in_a_file() {
    let roots = |specifier| {
        let context = Context {
            trusted_ca: source(specifier),
            ..Context::default()
        };
        trust(&context).expect("good").roots
    };
    let pem = Roots::Pem(Pem::new(CERTIFICATE.as_bytes()));
    assert_eq!(roots(Specifier::InlineString(CERTIFICATE.to_owned())), pem);
    assert_eq!(roots(Specifier::InlineBytes(CERTIFICATE.into())), pem);
    assert_eq!(
        roots(Specifier::Filename("/etc/ca.pem".to_owned())),
        Roots::File("/etc/ca.pem".into())
    );
    assert_eq!(
        trust(&Context::default()).expect("good").roots,
        Roots::System
    );
    let refused = |specifier| {
        let context = Context {
            trusted_ca: source(specifier),
            ..Context::default()
        };
        trust(&context).expect_err("refused").path
    };
    assert_eq!(
        refused(Specifier::Filename(String::new())),
        "trusted_ca.filename"
    );
    assert_eq!(
        refused(Specifier::EnvironmentVariable("CA".to_owned())),
        "trusted_ca.environment_variable"
    );
}

fn downstream(change: impl FnOnce(&mut wire::CommonTlsContext)) -> wire::DownstreamTlsContext {
    let mut context = fixture::downstream_tls("s");
    change(context.common_tls_context.as_mut().expect("common"));
    context
}

fn upstream(validation: Option<ValidationContextType>) -> wire::UpstreamTlsContext {
    let common = wire::CommonTlsContext {
        validation_context_type: validation,
        ..wire::CommonTlsContext::default()
    };
    wire::UpstreamTlsContext {
        common_tls_context: Some(common),
        ..Default::default()
    }
}

#[test]
fn downstream_defaults() {
    let tls = downstream_tls(&fixture::downstream_tls("s")).expect("valid");
    assert!(matches!(&*tls.certificates, [CertificateSource::Secret(name)] if **name == *"s"));
    assert_eq!(tls.alpn, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    assert_eq!(
        (tls.min_version, tls.max_version),
        (TlsVersion::V1_2, TlsVersion::V1_3)
    );
    assert!(tls.client.is_none() && !tls.require_server_name);
}

#[test]
fn client_certificates() {
    let with = |validation: Context, required: bool| {
        let mut context = downstream(|common| {
            common.validation_context_type =
                Some(ValidationContextType::ValidationContext(validation));
        });
        context.require_client_certificate = Some(BoolValue { value: required });
        downstream_tls(&context).map_err(|error| error.path)
    };
    assert!(
        with(authority(), true)
            .expect("valid")
            .client
            .expect("client")
            .required
    );
    assert!(
        !with(authority(), false)
            .expect("valid")
            .client
            .expect("client")
            .required
    );
    let no_roots = with(Context::default(), true).expect_err("the system's roots sign anybody");
    assert_eq!(no_roots, "common_tls_context.validation_context.trusted_ca");
    let mut asked = fixture::downstream_tls("s");
    asked.require_client_certificate = Some(BoolValue { value: true });
    let error = downstream_tls(&asked).expect_err("nothing to validate with");
    assert_eq!(error.path, "common_tls_context.validation_context");
}

#[test]
fn upstream_trust() {
    let without = upstream_tls(&upstream(None)).expect("valid");
    assert!(matches!(&without.trust, TrustSource::Inline(trust) if trust.roots == Roots::System));
    assert_eq!(without.server_name, ServerName::Endpoint);
    let empty = ValidationContextType::ValidationContext(Context::default());
    let empty = upstream_tls(&upstream(Some(empty))).expect("valid");
    assert!(matches!(&empty.trust, TrustSource::Inline(trust) if trust.roots == Roots::System));
    let inline = ValidationContextType::ValidationContext(authority());
    let named = wire::UpstreamTlsContext {
        sni: "a.example".to_owned(),
        ..upstream(Some(inline))
    };
    let named = upstream_tls(&named).expect("valid");
    assert!(
        matches!(&named.trust, TrustSource::Inline(trust) if matches!(trust.roots, Roots::Pem(_)))
    );
    assert_eq!(named.server_name, ServerName::Fixed("a.example".into()));
    let secret = wire::SdsSecretConfig {
        name: "ca".to_owned(),
        sds_config: fixture::ads(),
    };
    let combined = CombinedCertificateValidationContext {
        default_validation_context: None,
        validation_context_sds_secret_config: Some(secret.clone()),
        ..CombinedCertificateValidationContext::default()
    };
    let combined = ValidationContextType::CombinedValidationContext(combined);
    let combined = upstream_tls(&upstream(Some(combined))).expect("valid");
    assert!(matches!(&combined.trust, TrustSource::Combined { secret, .. } if **secret == *"ca"));
    let secret = ValidationContextType::ValidationContextSdsSecretConfig(secret);
    let secret = upstream_tls(&upstream(Some(secret))).expect("valid");
    assert!(matches!(&secret.trust, TrustSource::Secret(name) if **name == *"ca"));
}

#[test]
fn versions() {
    let with = |min: i32, max: i32| {
        let context = downstream(|common| {
            common.tls_params = Some(wire::TlsParameters {
                tls_minimum_protocol_version: min,
                tls_maximum_protocol_version: max,
                ..wire::TlsParameters::default()
            });
        });
        downstream_tls(&context)
            .map(|tls| (tls.min_version, tls.max_version))
            .map_err(|error| error.path)
    };
    assert_eq!(with(0, 0), Ok((TlsVersion::V1_2, TlsVersion::V1_3)));
    assert_eq!(with(1, 3), Ok((TlsVersion::V1_2, TlsVersion::V1_2)));
    assert_eq!(with(4, 4), Ok((TlsVersion::V1_3, TlsVersion::V1_3)));
    let max = "common_tls_context.tls_params.tls_maximum_protocol_version".to_owned();
    assert_eq!(with(4, 3), Err(max.clone()));
    assert_eq!(with(0, 2), Err(max));
    assert!(with(7, 0).is_err());
}

#[test]
fn nothing_is_left_unverified_unless_it_is_said() {
    let verified = |own: wire::CertificateValidationContext| {
        let context = wire::UpstreamTlsContext {
            common_tls_context: Some(wire::CommonTlsContext {
                validation_context_type: Some(ValidationContextType::ValidationContext(own)),
                ..wire::CommonTlsContext::default()
            }),
            ..wire::UpstreamTlsContext::default()
        };
        upstream_tls(&context).map(|tls| tls.verification)
    };
    let validator = |name: &str| proto::envoy::config::core::v3::TypedExtensionConfig {
        name: name.to_owned(),
        ..Default::default()
    };
    let none = wire::CertificateValidationContext::default;
    assert_eq!(verified(none()).expect("valid"), Verification::Whole);
    let untrusted = wire::CertificateValidationContext {
        trust_chain_verification: 1,
        ..none()
    };
    assert_eq!(
        verified(untrusted.clone()).expect("valid"),
        Verification::Nothing
    );
    let ours = wire::CertificateValidationContext {
        custom_validator_config: Some(validator(proto::provenance::KEY)),
        ..none()
    };
    assert_eq!(verified(ours.clone()).expect("valid"), Verification::Chain);
    let theirs = wire::CertificateValidationContext {
        custom_validator_config: Some(validator("envoy.tls.cert_validator.spiffe")),
        ..none()
    };
    assert!(verified(theirs).is_err());
    // Clients are verified, whatever is said.
    for own in [untrusted, ours] {
        assert!(trust(&own).is_err());
    }
}

#[test]
fn subject_names() {
    let matcher = Some(StringMatcher {
        ignore_case: false,
        match_pattern: Some(MatchPattern::Exact("spiffe://a/b".to_owned())),
    });
    let name = |san_type: SanType| wire::SubjectAltNameMatcher {
        san_type: san_type.into(),
        matcher: matcher.clone(),
        oid: String::new(),
    };
    let decode = |san_type| {
        let context = Context {
            match_typed_subject_alt_names: vec![name(san_type)],
            ..authority()
        };
        trust(&context)
            .map(|trust| trust.subject_names[0].kind)
            .map_err(|error| error.path)
    };
    assert_eq!(decode(SanType::Uri), Ok(SubjectNameKind::Uri));
    let path = "match_typed_subject_alt_names[0].san_type".to_owned();
    assert_eq!(decode(SanType::OtherName), Err(path.clone()));
    assert_eq!(decode(SanType::Unspecified), Err(path));
}

#[test]
fn no_condition_is_skipped() {
    let refuse = |context: Context, path: &str| {
        assert_eq!(trust(&context).expect_err("refused").path, path);
    };
    let hash = vec!["AA".to_owned()];
    refuse(
        Context {
            verify_certificate_hash: hash.clone(),
            ..authority()
        },
        "verify_certificate_hash",
    );
    refuse(
        Context {
            verify_certificate_spki: hash,
            ..authority()
        },
        "verify_certificate_spki",
    );
    refuse(
        Context {
            crl: text("x"),
            ..authority()
        },
        "crl",
    );
    refuse(
        Context {
            trust_chain_verification: 1,
            ..authority()
        },
        "trust_chain_verification",
    );
    refuse(
        Context {
            allow_expired_certificate: true,
            ..authority()
        },
        "allow_expired_certificate",
    );
    refuse(
        Context {
            trusted_ca: text("no pem"),
            ..Context::default()
        },
        "trusted_ca",
    );
    let at = |change: fn(&mut wire::CommonTlsContext), path: &str| {
        let error = downstream_tls(&downstream(change)).expect_err("refused");
        assert_eq!(error.path, format!("common_tls_context.{path}"));
    };
    at(
        |common| common.key_log = Some(wire::TlsKeyLog::default()),
        "key_log",
    );
    at(
        |common| common.tls_certificate_sds_secret_configs[0].sds_config = None,
        "tls_certificate_sds_secret_configs[0].sds_config",
    );
    at(
        |common| common.tls_certificate_sds_secret_configs.clear(),
        "tls_certificate_sds_secret_configs",
    );
    at(
        |common| {
            common.tls_params = Some(wire::TlsParameters {
                cipher_suites: vec!["x".to_owned()],
                ..Default::default()
            });
        },
        "tls_params.cipher_suites",
    );
}
