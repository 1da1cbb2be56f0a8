//! Tokens of Entra, over answers from Microsoft's documentation.

use super::*;
use crate::fixture::{Fake, NOW, ambient, now, unescaped};
use crate::grant::Token;

const SCOPE: &str = "https://cognitiveservices.azure.com/.default";
/// From the page on client credentials.
const GRANTED: &str =
    r#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0eXAiOiJKV1Qi.b.c"}"#;
/// From the page on managed identities of virtual machines.
const MACHINE: &str = r#"{"access_token":"eyJ0eXAi.m.m","refresh_token":"","expires_in":"3599","expires_on":"1506484173",
  "not_before":"1506480273","resource":"https://cognitiveservices.azure.com/","token_type":"Bearer"}"#;
/// From the page on App Service.
const APP: &str = r#"{"access_token":"eyJ0.a.a","expires_on":"1586984735","resource":"https://vault.azure.net","token_type":"Bearer"}"#;
const REFUSED: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}"#;
const LOGIN: &str = "POST login.microsoftonline.com/t-1/oauth2/v2.0/token";
const IMDS: &str = "GET 169.254.169.254/metadata/identity/oauth2/token";

#[track_caller]
fn check(
    fake: &Fake,
    identity: AzureIdentity,
    variables: &[(&str, &str)],
    expected: Result<(&str, &str, u64), &str>,
) {
    let source = AzureSource {
        identity,
        scope: SCOPE.to_owned(),
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

fn client_secret() -> AzureIdentity {
    let [client_id, tenant_id, client_secret] = ["c-1", "t-1", "s+1"].map(SecretText::new);
    AzureIdentity::ClientSecret {
        client_id,
        tenant_id,
        client_secret,
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn an_application_with_a_secret() {
    let fake = Fake::answering(&[(LOGIN, 200, GRANTED)]);
    check(
        &fake,
        client_secret(),
        &[],
        Ok(("client secret", "eyJ0eXAiOiJKV1Qi.b.c", NOW + 3_599)),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "c-1"),
        ("client_secret", "s+1"),
        ("scope", SCOPE),
    ];
    assert_eq!(fake.form(0), pairs(&form));

    let refused = Fake::answering(&[(LOGIN, 401, REFUSED)]);
    let told = "status 401: invalid_client: AADSTS7000215: Invalid client secret provided.)";
    check(&refused, client_secret(), &[], Err(told));

    let sovereign = Fake::answering(&[(
        "POST login.microsoftonline.us/t-1/oauth2/v2.0/token",
        200,
        GRANTED,
    )]);
    let cloud = [("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/")];
    check(
        &sovereign,
        client_secret(),
        &cloud,
        Ok(("client secret", "eyJ0eXAiOiJKV1Qi.b.c", NOW + 3_599)),
    );
    check(
        &sovereign,
        client_secret(),
        &[("AZURE_AUTHORITY_HOST", "http://a.test")],
        Err("without TLS"),
    );
}

#[test]
fn a_tenant_is_one_segment() {
    let [client_id, tenant_id, client_secret] = ["c", "t/../../x?", "s"].map(SecretText::new);
    let identity = AzureIdentity::ClientSecret {
        client_id,
        tenant_id,
        client_secret,
    };
    let fake = Fake::default();
    check(&fake, identity, &[], Err("the tenant id is neither"));
    assert!(fake.asked.borrow().is_empty());
}

#[test]
fn the_workloads_identity() {
    let variables = [
        ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/azure"),
        ("AZURE_CLIENT_ID", "c-2"),
        ("AZURE_TENANT_ID", "t-1"),
    ];
    let fake = Fake::answering(&[(LOGIN, 200, GRANTED)]).file("/var/run/azure", "ey.sa.token\n");
    check(
        &fake,
        AzureIdentity::Workload,
        &variables,
        Ok(("workload identity", "eyJ0eXAiOiJKV1Qi.b.c", NOW + 3_599)),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "c-2"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", "ey.sa.token"),
        ("scope", SCOPE),
    ];
    assert_eq!(fake.form(0), pairs(&form));
    let none = Fake::default();
    check(
        &none,
        AzureIdentity::Workload,
        &[],
        Err("AZURE_FEDERATED_TOKEN_FILE is not set"),
    );
    check(
        &none,
        AzureIdentity::Workload,
        &variables[..1],
        Err("AZURE_CLIENT_ID is not set"),
    );
    check(
        &none,
        AzureIdentity::Workload,
        &variables,
        Err("/var/run/azure: not there"),
    );
    assert!(
        none.asked.borrow().is_empty(),
        "no other identity is looked for"
    );
}

#[track_caller]
fn managed(identity: ManagedIdentity, query: &str) {
    let fake = Fake::answering(&[(IMDS, 200, MACHINE)]);
    let end = NOW + 3_599;
    check(
        &fake,
        AzureIdentity::Managed(identity),
        &[],
        Ok(("managed identity", "eyJ0eXAi.m.m", end)),
    );
    let asked = fake.asked.borrow()[0].target.path.clone();
    let (_, told) = asked.split_once('?').unwrap();
    let always = "api-version=2018-02-01&resource=https://cognitiveservices.azure.com";
    assert_eq!(unescaped(told), format!("{always}{query}"));
    assert_eq!(fake.header(0, "metadata").as_deref(), Some("true"));
}

#[test]
fn the_identity_of_a_machine() {
    managed(ManagedIdentity::System, "");
    managed(ManagedIdentity::ClientId("c".to_owned()), "&client_id=c");
    managed(ManagedIdentity::ObjectId("o".to_owned()), "&object_id=o");
    managed(
        ManagedIdentity::ResourceId("/subscriptions/s/x".to_owned()),
        "&msi_res_id=/subscriptions/s/x",
    );
}

#[test]
fn the_identity_of_an_app() {
    let variables = [
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token/"),
        ("IDENTITY_HEADER", "secret-of-the-app"),
    ];
    let fake = Fake::answering(&[("GET 127.0.0.1:41741/msi/token/", 200, APP)]);
    let identity = ManagedIdentity::ObjectId("o".to_owned());
    check(
        &fake,
        AzureIdentity::Managed(identity),
        &variables,
        Ok(("managed identity", "eyJ0.a.a", 1_586_984_735)),
    );
    let asked = fake.asked.borrow()[0].target.path.clone();
    assert!(
        asked.contains("api-version=2019-08-01") && asked.ends_with("&principal_id=o"),
        "{asked}"
    );
    assert_eq!(
        fake.header(0, "x-identity-header").as_deref(),
        Some("secret-of-the-app")
    );
    let arc = AzureIdentity::Managed(ManagedIdentity::System);
    check(
        &Fake::default(),
        arc,
        &variables[..1],
        Err("Azure Arc, which is not supported"),
    );
}

#[test]
fn the_proxys_own_is_looked_for_in_order() {
    let secret = [
        ("AZURE_CLIENT_SECRET", "s"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_TENANT_ID", "t-1"),
    ];
    let fake = || Fake::answering(&[(LOGIN, 200, GRANTED), (IMDS, 200, MACHINE)]);
    check(
        &fake(),
        AzureIdentity::Ambient,
        &secret,
        Ok(("environment", "eyJ0eXAiOiJKV1Qi.b.c", NOW + 3_599)),
    );
    check(
        &fake(),
        AzureIdentity::Ambient,
        &secret[..1],
        Err("set all or none"),
    );
    check(
        &fake(),
        AzureIdentity::Ambient,
        &[],
        Ok(("managed identity", "eyJ0eXAi.m.m", NOW + 3_599)),
    );
    let named = fake();
    check(
        &named,
        AzureIdentity::Ambient,
        &secret[1..],
        Ok(("managed identity", "eyJ0eXAi.m.m", NOW + 3_599)),
    );
    assert!(
        named.asked.borrow()[0]
            .target
            .path
            .ends_with("&client_id=c")
    );
    let nothing = "Entra gives no token (environment: AZURE_CLIENT_SECRET is not set; workload identity: \
                   AZURE_FEDERATED_TOKEN_FILE is not set; managed identity: GET 169.254.169.254";
    check(&Fake::default(), AzureIdentity::Ambient, &[], Err(nothing));
}

#[test]
fn what_is_shown_of_an_identity_is_no_secret() {
    let source = AzureSource {
        identity: client_secret(),
        scope: SCOPE.to_owned(),
    };
    let told = format!("{} {source:?}", source.identity());
    assert!(!told.contains("s+1"), "{told}");
}
