//! Secrets: kinds, malformed PEM, and that nothing of them is ever printed.

use proto::envoy::extensions::transport_sockets::tls::v3 as wire;
use proto::envoy::extensions::transport_sockets::tls::v3::secret::Type;

use super::secret;
use crate::fixture::{self, CERTIFICATE, KEY, text};
use crate::secret::SecretKind;

fn of(kind: Type) -> wire::Secret {
    wire::Secret {
        name: "s".to_owned(),
        r#type: Some(kind),
    }
}

fn certificate(chain: &str, key: &str) -> wire::Secret {
    of(Type::TlsCertificate(wire::TlsCertificate {
        certificate_chain: text(chain),
        private_key: text(key),
        ..wire::TlsCertificate::default()
    }))
}

#[test]
fn kinds() {
    let decoded = secret(&fixture::certificate("s")).expect("valid");
    let SecretKind::Certificate(certificate) = &decoded.kind else {
        panic!("{decoded:?}")
    };
    assert_eq!(certificate.chain.as_bytes(), CERTIFICATE.as_bytes());
    assert_eq!(certificate.key.expose(), KEY.as_bytes());
    let decoded = secret(&fixture::generic("s", "hunter2")).expect("valid");
    assert!(matches!(&decoded.kind, SecretKind::Generic(value) if value.expose() == b"hunter2"));
    let context = wire::CertificateValidationContext {
        trusted_ca: text(CERTIFICATE),
        ..Default::default()
    };
    let decoded = secret(&of(Type::ValidationContext(context))).expect("valid");
    assert!(matches!(decoded.kind, SecretKind::Trust(_)));
}

#[test]
fn nothing_is_printed() {
    for message in [fixture::certificate("s"), fixture::generic("s", "hunter2")] {
        let printed = format!("{:?}", secret(&message).expect("valid"));
        assert!(printed.contains("redacted"), "{printed}");
        for part in ["hunter2", "c2VjcmV0", "PRIVATE", "104, 117"] {
            assert!(!printed.contains(part), "{printed}");
        }
    }
}

#[test]
fn errors_name_the_field_and_quote_nothing() {
    let refuse = |message: &wire::Secret, path: &str| {
        let error = secret(message).expect_err("refused");
        assert_eq!(error.path, path);
        for part in ["hunter2", "c2VjcmV0"] {
            assert!(!error.to_string().contains(part), "{error}");
        }
    };
    refuse(
        &certificate("hunter2", KEY),
        "tls_certificate.certificate_chain",
    );
    refuse(&certificate(KEY, KEY), "tls_certificate.certificate_chain");
    let broken = "-----BEGIN CERTIFICATE-----\nhunter2!\n-----END CERTIFICATE-----\n";
    refuse(
        &certificate(broken, KEY),
        "tls_certificate.certificate_chain",
    );
    refuse(
        &certificate(CERTIFICATE, "hunter2"),
        "tls_certificate.private_key",
    );
    refuse(
        &certificate(CERTIFICATE, CERTIFICATE),
        "tls_certificate.private_key",
    );
    refuse(&fixture::generic("s", ""), "generic_secret.secret");
    refuse(
        &wire::Secret {
            name: "s".to_owned(),
            r#type: None,
        },
        "type",
    );
    refuse(
        &of(Type::SessionTicketKeys(
            wire::TlsSessionTicketKeys::default(),
        )),
        "session_ticket_keys",
    );
    let locked = wire::TlsCertificate {
        password: text("hunter2"),
        ..Default::default()
    };
    refuse(
        &of(Type::TlsCertificate(locked)),
        "tls_certificate.password",
    );
    let file = proto::envoy::config::core::v3::data_source::Specifier::Filename("/k".to_owned());
    let file = proto::envoy::config::core::v3::DataSource {
        specifier: Some(file),
        ..Default::default()
    };
    let file = wire::TlsCertificate {
        certificate_chain: text(CERTIFICATE),
        private_key: Some(file),
        ..Default::default()
    };
    refuse(
        &of(Type::TlsCertificate(file)),
        "tls_certificate.private_key.filename",
    );
}
