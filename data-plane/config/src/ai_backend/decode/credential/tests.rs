//! Kinds of credentials: what they decode to, and what is refused where.

use proto::tidegate::v1::{
    AiCredential as Wire, AwsAmbient, AwsCredential as WireAws, AwsRole, AwsSessionTag,
    AzureAmbient, AzureClientSecret, AzureCredential as WireAzure, AzureManagedIdentity,
    GcpAmbient, GcpCredential as WireGcp, KeyCredential as WireKey, NoCredential,
    PassthroughCredential,
};

use super::*;

fn wire(kind: Kind) -> Wire {
    Wire {
        kind: Some(kind),
        further: Vec::new(),
    }
}

#[track_caller]
fn check(kind: Kind, expected: Result<AiCredential, &str>) {
    let decoded = decode(Some(&wire(kind)), "");
    match (decoded, expected) {
        (Ok((credential, _)), Ok(expected)) => assert_eq!(credential, expected),
        (Err(error), Err(path)) => assert_eq!(error.path, path),
        (decoded, expected) => panic!("{decoded:?} is not {expected:?}"),
    }
}

#[test]
fn the_proxys_own_keys_of_aws() {
    let own = |role| WireAws {
        service: "bedrock".to_owned(),
        ambient: Some(AwsAmbient { role }),
        ..WireAws::default()
    };
    let expected = |keys| {
        AiCredential::Aws(AwsCredential {
            keys,
            region: "".into(),
            service: "bedrock".into(),
        })
    };
    check(Kind::Aws(own(None)), Ok(expected(AwsKeys::Ambient(None))));
    let role = AwsRole {
        arn: "arn:aws:iam::1:role/a".to_owned(),
        session_name: String::new(),
        tags: vec![AwsSessionTag {
            key: "k".to_owned(),
            value: "v".to_owned(),
        }],
    };
    let assumed = Role {
        arn: role.arn.clone(),
        session_name: "tidegate".to_owned(),
        tags: vec![("k".to_owned(), "v".to_owned())],
    };
    check(
        Kind::Aws(own(Some(role))),
        Ok(expected(AwsKeys::Ambient(Some(assumed)))),
    );
    check(
        Kind::Aws(own(Some(AwsRole::default()))),
        Err("aws.ambient.role.arn"),
    );
    let both = WireAws {
        access_key: "a".to_owned(),
        ..own(None)
    };
    check(Kind::Aws(both), Err("aws.ambient"));
    // Not even an older control plane means the proxy's own by saying nothing.
    check(Kind::Aws(WireAws::default()), Err("aws.access_key"));
}

#[test]
fn identities_of_entra() {
    let with = |identity| WireAzure {
        identity,
        scope: "s/.default".to_owned(),
    };
    let expected = |identity| {
        AiCredential::Azure(AzureCredential {
            identity,
            scope: "s/.default".into(),
        })
    };
    let ambient = Some(Identity::Ambient(AzureAmbient {}));
    check(
        Kind::Azure(with(ambient.clone())),
        Ok(expected(AzureIdentity::Ambient)),
    );
    let machine = Some(Identity::Managed(AzureManagedIdentity { id: None }));
    let system = AzureIdentity::Managed(ManagedIdentity::System);
    check(Kind::Azure(with(machine)), Ok(expected(system)));
    let half = Some(Identity::ClientSecret(AzureClientSecret {
        client_id: "c".to_owned(),
        ..AzureClientSecret::default()
    }));
    check(
        Kind::Azure(with(half)),
        Err("azure.client_secret.tenant_id"),
    );
    check(Kind::Azure(with(None)), Err("azure.identity"));
    let nothing = WireAzure {
        scope: String::new(),
        ..with(ambient)
    };
    check(Kind::Azure(nothing), Err("azure.scope"));
}

#[test]
fn tokens_of_google() {
    let with = |source, audience: &str| WireGcp {
        source,
        id_token_audience: audience.to_owned(),
    };
    let own = AiCredential::Gcp(GcpCredential {
        key_file: None,
        token: GcpToken::Access,
    });
    check(
        Kind::Gcp(with(Some(Source::Ambient(GcpAmbient {})), "")),
        Ok(own),
    );
    let stored = AiCredential::Gcp(GcpCredential {
        key_file: Some("secret/a/b/c".into()),
        token: GcpToken::Id("https://a.test".to_owned()),
    });
    let file = Some(Source::Credentials("secret/a/b/c".to_owned()));
    check(Kind::Gcp(with(file, "https://a.test")), Ok(stored));
    check(
        Kind::Gcp(with(Some(Source::Credentials(String::new())), "")),
        Err("gcp.credentials"),
    );
    check(Kind::Gcp(with(None, "")), Err("gcp.source"));
}

#[test]
fn what_the_client_sent_and_further_keys() {
    let place = |header: &str| PassthroughCredential {
        header: header.to_owned(),
        prefix: "Key ".to_owned(),
    };
    let anywhere = AiCredential::Passthrough(Passthrough { place: None });
    check(Kind::Passthrough(place("")), Ok(anywhere));
    let there = (HeaderName::from_static("x-key"), "Key ".into());
    let there = AiCredential::Passthrough(Passthrough { place: Some(there) });
    check(Kind::Passthrough(place("x-key")), Ok(there));
    check(Kind::Passthrough(place("x key")), Err("passthrough.header"));

    let further = |header: &str| Wire {
        kind: Some(Kind::None(NoCredential {})),
        further: vec![WireKey {
            secret: "s".to_owned(),
            header: header.to_owned(),
            prefix: String::new(),
        }],
    };
    let (_, keys) = decode(Some(&further("x-portal")), "").expect("valid");
    assert_eq!(keys.len(), 1);
    let error = decode(Some(&further("")), "").expect_err("no header");
    assert_eq!(error.path, "further[0].header");
    assert_eq!(decode(None, "").expect_err("none").path, "kind");
}
