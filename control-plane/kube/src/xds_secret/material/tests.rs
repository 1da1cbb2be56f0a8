//! The content of the Secret as a table, and what is signed because of it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use k8s_openapi::ByteString;
use rcgen::{CertificateParams, KeyPair};
use x509_parser::pem::Pem;

use super::{MaterialError, Stored, authority};

type Data = BTreeMap<String, ByteString>;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

fn names() -> Vec<String> {
    vec!["cp.tidegate.svc".to_owned()]
}

fn made() -> Data {
    authority(now()).expect("made")
}

fn part(data: &Data, key: &str) -> String {
    String::from_utf8(data.get(key).expect("there").0.clone()).expect("text")
}

fn data(parts: &[(&str, &str)]) -> Data {
    parts
        .iter()
        .map(|(key, text)| ((*key).to_owned(), ByteString(text.as_bytes().to_vec())))
        .collect()
}

/// A serving certificate that somebody else issued, and its key.
fn serving() -> (String, String) {
    let key = KeyPair::generate().expect("key");
    let params = CertificateParams::new(names()).expect("names");
    let certificate = params.self_signed(&key).expect("signed");
    (certificate.pem(), key.serialize_pem())
}

#[track_caller]
fn check(parts: &[(&str, &str)], expected: Result<&str, MaterialError>) {
    let found = Stored::read(&data(parts)).map(|stored| stored.kind());
    assert_eq!(found, expected);
}

#[test]
fn what_is_in_the_secret() {
    let (a, b) = (made(), authority(now() + hours(1)).expect("made"));
    let (ca, key) = (part(&a, "ca.crt"), part(&a, "ca.key"));
    let (other, other_key) = (part(&b, "ca.crt"), part(&b, "ca.key"));
    let (tls, tls_key) = serving();
    let signs = Ok("signed by the authority in it");
    let shows = Ok("as it stands there");
    check(&[("ca.crt", &ca), ("ca.key", &key)], signs.clone());
    // Two authorities while one replaces the other, in whatever order.
    for both in [format!("{ca}{other}"), format!("{other}{ca}")] {
        check(&[("ca.crt", &both), ("ca.key", &key)], signs.clone());
        check(&[("ca.crt", &both), ("ca.key", &other_key)], signs.clone());
    }
    // As cert-manager writes an authority, and as it writes a certificate.
    check(&[("tls.crt", &ca), ("tls.key", &key)], signs.clone());
    check(
        &[("tls.crt", &ca), ("tls.key", &key), ("ca.crt", &other)],
        signs,
    );
    check(
        &[("tls.crt", &tls), ("tls.key", &tls_key), ("ca.crt", &ca)],
        shows,
    );

    let check_error = |parts: &[(&str, &str)], error| check(parts, Err(error));
    check_error(&[], MaterialError::Nothing);
    check_error(&[("ca.crt", &ca)], MaterialError::Nothing);
    check_error(&[("ca.key", &key)], MaterialError::Nothing);
    check_error(
        &[("tls.crt", &tls), ("tls.key", "")],
        MaterialError::Nothing,
    );
    check_error(
        &[("ca.crt", &ca), ("ca.key", &other_key)],
        MaterialError::NoPair("ca.crt"),
    );
    check_error(
        &[("ca.crt", "x"), ("ca.key", &key)],
        MaterialError::Broken("ca.crt"),
    );
    check_error(
        &[("ca.crt", &ca), ("ca.key", "x")],
        MaterialError::Broken("ca.key"),
    );
    check_error(
        &[("tls.crt", &tls), ("tls.key", &tls_key)],
        MaterialError::NoAuthority,
    );
    check_error(
        &[("tls.crt", &tls), ("tls.key", &key), ("ca.crt", &ca)],
        MaterialError::NoPair("tls.crt"),
    );
    let binary = Data::from([("ca.crt".to_owned(), ByteString(vec![0xff]))]);
    let found = Stored::read(&binary).map(|stored| stored.kind());
    assert_eq!(found, Err(MaterialError::Broken("ca.crt")));
}

#[test]
fn a_leaf_lasts_a_day_and_is_renewed_half_way() {
    let stored = Stored::read(&made()).expect("reads");
    let material = stored.material(&names(), now()).expect("signs");
    assert_eq!(material.renew_at, Some(now() + hours(12)));
    let chain: Vec<Pem> = Pem::iter_from_buffer(material.chain.as_bytes())
        .collect::<Result<_, _>>()
        .expect("PEM");
    let leaf = chain.first().expect("a leaf").parse_x509().expect("parses");
    let issuer = chain
        .last()
        .expect("an issuer")
        .parse_x509()
        .expect("parses");
    assert!(leaf.verify_signature(Some(issuer.public_key())).is_ok());
    let end = (now() + hours(24))
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after");
    assert_eq!(
        leaf.validity().not_after.timestamp().unsigned_abs(),
        end.as_secs()
    );
    assert!(!leaf.is_ca() && issuer.is_ca());
    let text = format!("{:?}", leaf.subject_alternative_name().expect("reads"));
    assert!(text.contains("cp.tidegate.svc"), "{text}");
    // Another replica has another key below the same authority.
    let other = stored.material(&names(), now()).expect("signs");
    assert_ne!(*other.key, *material.key);
    assert_eq!(other.authorities, material.authorities);
}

#[test]
fn a_leaf_does_not_outlive_its_authority() {
    let stored = Stored::read(&made()).expect("reads");
    let near = now() + hours(24 * 3652 - 5);
    let material = stored.material(&names(), near).expect("signs");
    // Its end is 5 hours away: nothing better can be signed then, and nobody tries without pause.
    assert_eq!(material.renew_at, Some(near + hours(5) / 2));
    let after = now() + hours(24 * 3652 + 1);
    assert_eq!(stored.material(&names(), after), Err(MaterialError::Ended));
}

#[test]
fn what_somebody_else_renews_is_shown_as_it_stands() {
    let (tls, key) = serving();
    let ca = part(&made(), "ca.crt");
    let stored = Stored::read(&data(&[
        ("tls.crt", &tls),
        ("tls.key", &key),
        ("ca.crt", &ca),
    ]));
    let material = stored
        .expect("reads")
        .material(&names(), now())
        .expect("shows");
    assert_eq!(
        (material.chain, material.authorities, material.renew_at),
        (tls, ca, None)
    );
    assert_eq!(*material.key, key);
}

#[test]
fn nothing_prints_a_key() {
    let content = made();
    let stored = Stored::read(&content).expect("reads");
    let material = stored.material(&names(), now()).expect("signs");
    let printed = format!("{stored:?} {material:?}");
    assert!(!printed.contains("PRIVATE"), "{printed}");
}
