//! Tokens of Google: assertions are verified with the public key, answers are those of Google's documentation.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;
use crate::fixture::{Fake, NOW, ambient, now};
use crate::grant::Token;

const OAUTH: &str = "POST oauth2.googleapis.com/token";
const GRANTED: &str = r#"{"access_token":"1/8xbJqaOZXSUZbHLl5EOtu1pxz3fmmetKx9W8CV4t79M","token_type":"Bearer","expires_in":3600}"#;
const TOKEN: &str = "1/8xbJqaOZXSUZbHLl5EOtu1pxz3fmmetKx9W8CV4t79M";
const METADATA: &str =
    "GET metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
const IDENTITY: &str =
    "GET metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity";

#[track_caller]
fn check(
    fake: &Fake,
    (file, token): (Option<&str>, GcpToken),
    variables: &[(&str, &str)],
    expected: Result<(&str, &str, u64), &str>,
) {
    let source = GcpSource {
        key_file: file.map(SecretText::new),
        token,
    };
    match (now(source.grant(fake, &ambient(variables))), expected) {
        (Ok(grant), Ok((step, token, end))) => {
            let expected = Token::Bearer(SecretText::new(token));
            assert_eq!(
                (grant.step, &grant.token, grant.expires_at),
                (step, &expected, Some(end))
            );
        }
        (Err(failure), Err(part)) => {
            let told = failure.to_string();
            assert!(told.contains(part), "{told}");
        }
        (granted, expected) => panic!("{granted:?} is not {expected:?}"),
    }
}

struct Account {
    file: Value,
    public: Vec<u8>,
}

fn account() -> Account {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let body = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    );
    Account {
        file: json!({
            "type": "service_account", "project_id": "p", "private_key_id": "key-1", "private_key": pem,
            "client_email": "robot@p.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
        }),
        public: pair.public_key().as_ref().to_vec(),
    }
}

fn id_token(end: u64) -> String {
    let claims = URL_SAFE_NO_PAD.encode(json!({"aud": "https://a.test", "exp": end}).to_string());
    format!("e30.{claims}.c2ln")
}

/// Header and claims of an assertion whose signature holds.
fn verified(assertion: &str, public: &[u8]) -> (Value, Value) {
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message.as_bytes(), &signature)
        .expect("the signature holds");
    let (header, claims) = message.split_once('.').unwrap();
    let read = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(header), read(claims))
}

#[test]
fn a_service_account_signs_for_itself() {
    let Account { file, public } = account();
    let fake = Fake::answering(&[(OAUTH, 200, GRANTED)]);
    let text = file.to_string();
    check(
        &fake,
        (Some(&text), GcpToken::Access),
        &[],
        Ok(("credentials of the Secret", TOKEN, NOW + 3_600)),
    );
    let form = fake.form(0);
    assert_eq!(form[0].1, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (header, claims) = verified(&form[1].1, &public);
    assert_eq!(
        header,
        json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"})
    );
    let expected = json!({
        "iss": "robot@p.iam.gserviceaccount.com", "aud": "https://oauth2.googleapis.com/token",
        "iat": NOW, "exp": NOW + 3_600, "scope": "https://www.googleapis.com/auth/cloud-platform",
    });
    assert_eq!(claims, expected);

    let token = id_token(NOW + 1_800);
    let answer = json!({"id_token": token}).to_string();
    let fake = Fake::answering(&[(OAUTH, 200, &answer)]);
    let wanted = GcpToken::Id("https://a.test".to_owned());
    check(
        &fake,
        (Some(&text), wanted),
        &[],
        Ok(("credentials of the Secret", &token, NOW + 1_800)),
    );
    let (_, claims) = verified(&fake.form(0)[1].1, &public);
    assert_eq!(
        (&claims["target_audience"], &claims["scope"]),
        (&json!("https://a.test"), &Value::Null)
    );
}

#[test]
fn a_secret_makes_the_proxy_ask_nobody_but_google() {
    let fake = Fake::default();
    let mut file = account().file;
    for uri in [
        "https://evil.test/token",
        "https://oauth2.googleapis.com.evil.test/",
        "https://oauth2.googleapis.com:8443/token",
        "http://127.0.0.1/token",
        "http://169.254.169.254/latest",
    ] {
        file["token_uri"] = uri.into();
        check(
            &fake,
            (Some(&file.to_string()), GcpToken::Access),
            &[],
            Err("is not Google's"),
        );
    }
    let external = r#"{"type":"external_account","credential_source":{"file":"/etc/passwd"}}"#;
    check(
        &fake,
        (Some(external), GcpToken::Access),
        &[],
        Err("set GOOGLE_APPLICATION_CREDENTIALS there"),
    );
    assert!(fake.asked.borrow().is_empty());
}

#[test]
fn what_is_no_credentials_file_is_refused() {
    let mut without_key = account().file;
    without_key["private_key"] =
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".into();
    let without_key = without_key.to_string();
    for (file, part) in [
        ("AIzaKey", "it is no JSON"),
        ("{}", "type \"\" is not supported"),
        (r#"{"type":"service_account"}"#, "no usable client_email"),
        (
            r#"{"type":"service_account","client_email":"a"}"#,
            "no private_key",
        ),
        (
            r#"{"type":"authorized_user","client_id":"a","client_secret":"b"}"#,
            "no usable refresh_token",
        ),
        (&without_key, "private_key is no RSA key"),
    ] {
        check(
            &Fake::default(),
            (Some(file), GcpToken::Access),
            &[],
            Err(part),
        );
    }
}

#[test]
fn a_user_refreshes() {
    let file = r#"{"type":"authorized_user","client_id":"id","client_secret":"se","refresh_token":"1//r"}"#;
    let fake = Fake::answering(&[(OAUTH, 200, GRANTED)])
        .file("/adc/application_default_credentials.json", file);
    let variables = [("CLOUDSDK_CONFIG", "/adc")];
    check(
        &fake,
        (None, GcpToken::Access),
        &variables,
        Ok(("file of gcloud", TOKEN, NOW + 3_600)),
    );
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "id"),
        ("client_secret", "se"),
        ("refresh_token", "1//r"),
    ];
    assert_eq!(
        fake.form(0),
        form.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let wanted = GcpToken::Id("a".to_owned());
    check(
        &fake,
        (None, wanted),
        &variables,
        Err("use a service account"),
    );
    let refused = Fake::answering(&[(
        OAUTH,
        400,
        r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
    )])
    .file("/adc/application_default_credentials.json", file);
    check(
        &refused,
        (None, GcpToken::Access),
        &variables,
        Err("invalid_grant: Token has been expired"),
    );
}

#[test]
fn the_metadata_server_comes_last() {
    let fake = Fake::answering(&[(
        METADATA,
        200,
        r#"{"access_token":"ya29.c","expires_in":3599,"token_type":"Bearer"}"#,
    )]);
    check(
        &fake,
        (None, GcpToken::Access),
        &[],
        Ok(("metadata server", "ya29.c", NOW + 3_599)),
    );
    assert_eq!(fake.header(0, "metadata-flavor").as_deref(), Some("Google"));

    let token = id_token(NOW + 3_000);
    let fake = Fake::answering(&[(IDENTITY, 200, &token)]);
    let wanted = GcpToken::Id("https://a.test".to_owned());
    check(
        &fake,
        (None, wanted),
        &[],
        Ok(("metadata server", &token, NOW + 3_000)),
    );
    let asked = fake.asked.borrow()[0].target.path.clone();
    assert!(
        asked.ends_with("?audience=https%3A%2F%2Fa.test&format=full"),
        "{asked}"
    );

    let named = [("GOOGLE_APPLICATION_CREDENTIALS", "/absent.json")];
    let fake = Fake::answering(&[(METADATA, 200, GRANTED)]);
    check(
        &fake,
        (None, GcpToken::Access),
        &named,
        Err("/absent.json: not there"),
    );
    assert!(
        fake.asked.borrow().is_empty(),
        "no other identity is looked for"
    );
    let nothing = "Google gives no token (GOOGLE_APPLICATION_CREDENTIALS: it is not set; file of gcloud: \
                   /h/.config/gcloud/application_default_credentials.json: not there; metadata server: GET metadata";
    check(
        &Fake::default(),
        (None, GcpToken::Access),
        &[("HOME", "/h")],
        Err(nothing),
    );
    let far = [("GCE_METADATA_HOST", "evil.test")];
    check(
        &Fake::default(),
        (None, GcpToken::Access),
        &far,
        Err("without TLS"),
    );
}

fn external(source: Value) -> String {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/o",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url":
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com:generateAccessToken",
        "credential_source": source,
    })
    .to_string()
}

#[test]
fn a_token_of_somebody_else_is_exchanged() {
    const STS: &str = "POST sts.googleapis.com/v1/token";
    const IAM: &str = "POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com";
    let access = format!("{IAM}:generateAccessToken").leak();
    let identify = format!("{IAM}:generateIdToken").leak();
    let variables = [("GOOGLE_APPLICATION_CREDENTIALS", "/wif.json")];
    let step = "GOOGLE_APPLICATION_CREDENTIALS";
    let exchanged = r#"{"access_token":"federated","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":3600}"#;
    let made = r#"{"accessToken":"ya29.robot","expireTime":"2015-08-30T13:36:00Z"}"#;

    let in_file = external(json!({"file": "/var/run/token"}));
    let fake = Fake::answering(&[(STS, 200, exchanged), (access, 200, made)])
        .file("/wif.json", &in_file)
        .file("/var/run/token", "ey.k8s.token\n");
    check(
        &fake,
        (None, GcpToken::Access),
        &variables,
        Ok((step, "ya29.robot", NOW + 3_600)),
    );
    let form = fake.form(0);
    assert!(form.contains(&("subject_token".to_owned(), "ey.k8s.token".to_owned())));
    assert!(form.contains(&(
        "grant_type".to_owned(),
        "urn:ietf:params:oauth:grant-type:token-exchange".to_owned()
    )));
    assert_eq!(
        fake.header(1, "authorization").as_deref(),
        Some("Bearer federated")
    );

    let by_url = external(json!({
        "url": "http://169.254.169.254/metadata/identity/oauth2/token?resource=x", "headers": {"Metadata": "True"},
        "format": {"type": "json", "subject_token_field_name": "access_token"},
    }));
    let token = id_token(NOW + 60);
    let identified = json!({"token": token}).to_string();
    let fake = Fake::answering(&[
        (
            "GET 169.254.169.254/metadata/identity/oauth2/token",
            200,
            r#"{"access_token":"ey.azure"}"#,
        ),
        (STS, 200, exchanged),
        (identify, 200, &identified),
    ])
    .file("/wif.json", &by_url);
    check(
        &fake,
        (None, GcpToken::Id("a".to_owned())),
        &variables,
        Ok((step, &token, NOW + 60)),
    );
    assert_eq!(fake.header(0, "metadata").as_deref(), Some("True"));
    assert!(
        fake.form(1)
            .contains(&("subject_token".to_owned(), "ey.azure".to_owned()))
    );

    let aws = external(json!({"environment_id": "aws1", "url": "http://169.254.169.254/"}));
    let fake = Fake::default().file("/wif.json", &aws);
    check(
        &fake,
        (None, GcpToken::Access),
        &variables,
        Err("AWS and programs are not supported"),
    );
}
