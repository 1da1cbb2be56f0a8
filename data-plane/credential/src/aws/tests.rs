//! The chain of AWS, step by step, over answers from AWS's documentation.

use super::*;
use crate::fixture::{Fake, NOW, ambient, now};

/// From the API reference of AssumeRole.
const ASSUMED: &str = r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
  <SourceIdentity>Alice</SourceIdentity>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::123456789012:assumed-role/demo/TestAR</Arn>
      <AssumedRoleId>ARO123EXAMPLE123:TestAR</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>
      <SessionToken>
       AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW==
      </SessionToken>
      <Expiration>2019-11-09T13:34:41Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
</AssumeRoleResponse>"#;
const DENIED: &str = r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>AccessDenied</Code>
  <Message>User: arn:aws:iam::1:user/a is not authorized to perform: sts:AssumeRole</Message></Error>
</ErrorResponse>"#;
/// From the user guide of EC2.
const INSTANCE: &str = r#"{
  "Code" : "Success",
  "LastUpdated" : "2012-04-26T16:39:16Z",
  "Type" : "AWS-HMAC",
  "AccessKeyId" : "ASIAIOSFODNN7EXAMPLE",
  "SecretAccessKey" : "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "Token" : "token",
  "Expiration" : "2017-05-17T15:09:54Z"
}"#;
/// From the developer guide of ECS.
const CONTAINER: &str = r#"{
  "AccessKeyId": "ACCESS_KEY_ID", "Expiration": "2017-05-17T15:09:54Z", "RoleArn": "TASK_ROLE_ARN",
  "SecretAccessKey": "SECRET_ACCESS_KEY", "Token": "SECURITY_TOKEN_STRING"
}"#;
const END_2017: u64 = 1_495_033_794;
const END_2019: u64 = 1_573_306_481;

fn own() -> AwsSource {
    AwsSource {
        role: None,
        region: "eu-west-1".to_owned(),
    }
}

#[track_caller]
fn check(
    fake: &Fake,
    variables: &[(&str, &str)],
    expected: Result<(&str, &str, Option<u64>), &str>,
) {
    let granted = now(own().grant(fake, &ambient(variables)));
    match (granted, expected) {
        (Ok(grant), Ok((step, id, end))) => {
            let Token::Aws(keys) = &grant.token else {
                panic!("{grant:?}");
            };
            assert_eq!(
                (grant.step, keys.access_key_id.as_str(), grant.expires_at),
                (step, id, end)
            );
        }
        (Err(failure), Err(part)) => {
            let told = failure.to_string();
            assert!(told.contains(part), "{told}");
        }
        (granted, expected) => panic!("{granted:?} is not {expected:?}"),
    }
}

#[test]
fn the_environment_comes_first() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    let file = "[default]\naws_access_key_id = FILE\naws_secret_access_key = f\n";
    let fake = Fake::default().file("/c", file);
    let with_file = [keys[0], keys[1], ("AWS_SHARED_CREDENTIALS_FILE", "/c")];
    check(&fake, &with_file, Ok(("environment", "AKID", None)));
    check(&fake, &with_file[2..], Ok(("shared files", "FILE", None)));
    let half = "set without AWS_SECRET_ACCESS_KEY";
    check(&fake, &[keys[0], with_file[2]], Err(half));
}

#[test]
fn nothing_at_all_tells_every_step_and_the_remedy() {
    let failure = now(own().grant(&Fake::default(), &ambient(&[("HOME", "/h")]))).unwrap_err();
    let steps: Vec<&str> = failure.tried.iter().map(|tried| tried.step).collect();
    let all = [
        "environment",
        "shared files",
        "web identity",
        "container",
        "instance metadata",
    ];
    assert_eq!(steps, all);
    let told = failure.to_string();
    for part in [
        "AWS_ACCESS_KEY_ID is not set",
        "/h/.aws/credentials: not there",
        "AWS_WEB_IDENTITY_TOKEN_FILE is not set",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "169.254.169.254/latest/api/token: connection refused",
        "auth.aws.secretRef",
    ] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
}

#[test]
fn a_role_of_a_service_account() {
    let variables = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/demo"),
        ("AWS_REGION", "us-east-2"),
    ];
    let fake = Fake::answering(&[("POST sts.eu-west-1.amazonaws.com/", 200, ASSUMED)])
        .file("/var/run/token", "ey.header.sig\n");
    let expected = ("web identity", "ASIAIOSFODNN7EXAMPLE", Some(END_2019));
    check(&fake, &variables, Ok(expected));
    let form = fake.form(0);
    let field = |name: &str| {
        form.iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(field("Action"), Some("AssumeRoleWithWebIdentity"));
    assert_eq!(field("Version"), Some("2011-06-15"));
    assert_eq!(field("WebIdentityToken"), Some("ey.header.sig"));
    assert_eq!(field("RoleSessionName"), Some("tidegate"));
    assert_eq!(
        fake.header(0, "authorization"),
        None,
        "the token is the proof"
    );

    let no_file = Fake::default();
    check(
        &no_file,
        &variables,
        Err("web identity: /var/run/token: not there"),
    );
    assert!(
        no_file.asked.borrow().is_empty(),
        "no other identity is looked for"
    );
    check(&no_file, &variables[..1], Err("without AWS_ROLE_ARN"));
}

#[test]
fn the_keys_of_a_container() {
    let place = "GET 169.254.170.23/v1/credentials";
    let variables = [
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://169.254.170.23/v1/credentials",
        ),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"),
    ];
    let fake = Fake::answering(&[(place, 200, CONTAINER)]).file("/token", "pod-token\n");
    check(
        &fake,
        &variables,
        Ok(("container", "ACCESS_KEY_ID", Some(END_2017))),
    );
    assert_eq!(
        fake.header(0, "authorization").as_deref(),
        Some("pod-token")
    );

    let refused = Fake::answering(&[(place, 404, r#"{"code":"NoSuchRole","message":"no\nrole"}"#)])
        .file("/token", "t");
    check(
        &refused,
        &variables,
        Err("container: GET 169.254.170.23/v1/credentials: status 404: NoSuchRole: no;")
            .map_err(|told| told.trim_end_matches(';')),
    );

    let ecs = Fake::answering(&[("GET 169.254.170.2/v2/credentials/id", 200, CONTAINER)]);
    let relative = [(
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "/v2/credentials/id",
    )];
    check(
        &ecs,
        &relative,
        Ok(("container", "ACCESS_KEY_ID", Some(END_2017))),
    );

    let far = [(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://evil.test/keys",
    )];
    check(&Fake::default(), &far, Err("without TLS"));
}

#[test]
fn the_keys_of_an_instance() {
    let fake = Fake::answering(&[
        ("PUT 169.254.169.254/latest/api/token", 200, "imds-token"),
        (
            "GET 169.254.169.254/latest/meta-data/iam/security-credentials/",
            200,
            "s3access",
        ),
        (
            "GET 169.254.169.254/latest/meta-data/iam/security-credentials/s3access",
            200,
            INSTANCE,
        ),
    ]);
    let expected = ("instance metadata", "ASIAIOSFODNN7EXAMPLE", Some(END_2017));
    check(&fake, &[], Ok(expected));
    assert_eq!(
        fake.header(0, "x-aws-ec2-metadata-token-ttl-seconds")
            .as_deref(),
        Some("60")
    );
    for request in [1, 2] {
        assert_eq!(
            fake.header(request, "x-aws-ec2-metadata-token").as_deref(),
            Some("imds-token")
        );
    }

    let old = Fake::answering(&[
        ("PUT 169.254.169.254/latest/api/token", 403, ""),
        (
            "GET 169.254.169.254/latest/meta-data/iam/security-credentials/",
            200,
            "s3access",
        ),
    ]);
    check(&old, &[], Err("status 403"));
    assert_eq!(old.asked.borrow().len(), 1, "version 1 is not spoken");

    let off = Fake::default();
    check(
        &off,
        &[("AWS_EC2_METADATA_DISABLED", "true")],
        Err("AWS_EC2_METADATA_DISABLED is true"),
    );
    assert!(off.asked.borrow().is_empty());

    let without_role = Fake::answering(&[
        ("PUT 127.0.0.1:7/latest/api/token", 200, "t"),
        (
            "GET 127.0.0.1:7/latest/meta-data/iam/security-credentials/",
            200,
            "",
        ),
    ]);
    let moved = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:7/")];
    check(&without_role, &moved, Err("attach an instance profile"));
}

#[test]
fn profiles_lead_to_each_other() {
    let config = "
[default]
region = eu-west-3
[profile shop] # of the shop
role_arn = arn:aws:iam::123456789012:role/shop
source_profile = base
role_session_name = till-1
[profile circle]
role_arn = arn:aws:iam::1:role/a
source_profile = circle2
[profile circle2]
role_arn = arn:aws:iam::1:role/b
source_profile = circle
[profile login]
sso_session = corp
[profile half]
role_arn = arn:aws:iam::1:role/a
[services x]
s3 =
  endpoint_url = http://nowhere
";
    let credentials =
        "[base]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=wJalrXUtnFEMI\n";
    let with = |profile| {
        [
            ("AWS_PROFILE", profile),
            ("AWS_CONFIG_FILE", "/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/credentials"),
        ]
    };
    let fake = |answers: &[(&'static str, u16, &str)]| {
        Fake::answering(answers)
            .file("/config", config)
            .file("/credentials", credentials)
    };
    let shop = fake(&[("POST sts.eu-west-1.amazonaws.com/", 200, ASSUMED)]);
    let expected = ("shared files", "ASIAIOSFODNN7EXAMPLE", Some(END_2019));
    check(&shop, &with("shop"), Ok(expected));
    assert!(
        shop.form(0)
            .contains(&("RoleSessionName".to_owned(), "till-1".to_owned()))
    );
    check(
        &fake(&[]),
        &with("base"),
        Ok(("shared files", "AKIDEXAMPLE", None)),
    );
    check(&fake(&[]), &with("circle"), Err("leads in a circle"));
    check(&fake(&[]), &with("login"), Err("asks for sso_session"));
    check(
        &fake(&[]),
        &with("half"),
        Err("role_arn needs source_profile"),
    );
    check(
        &fake(&[]),
        &with("absent"),
        Err("there is no profile \"absent\""),
    );
    check(
        &Fake::default(),
        &with("shop"),
        Err("profile \"shop\" is nowhere"),
    );
    // Nobody asked for the default profile by name.
    check(
        &fake(&[]),
        &with("")[1..],
        Err("profile \"default\" has no keys"),
    );
}

#[test]
fn a_role_is_assumed_with_tags() {
    let source = AwsSource {
        role: Some(Role {
            arn: "arn:aws:iam::123456789012:role/demo".to_owned(),
            session_name: "team-a".to_owned(),
            tags: vec![
                ("team".to_owned(), "a&b".to_owned()),
                ("cost".to_owned(), "1".to_owned()),
            ],
        }),
        region: "eu-west-1".to_owned(),
    };
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "session"),
    ];
    let place = "POST sts.eu-west-1.amazonaws.com/";
    let fake = Fake::answering(&[(place, 200, ASSUMED)]);
    let grant = now(source.grant(&fake, &ambient(&keys))).unwrap();
    let Token::Aws(granted) = &grant.token else {
        panic!()
    };
    assert_eq!(
        granted.secret_access_key,
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    );
    let token = granted.session_token.as_deref().unwrap();
    assert!(
        token.starts_with("AQoDYXdzEPT") && token.ends_with("=="),
        "without the white space around it"
    );
    let pairs = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", "arn:aws:iam::123456789012:role/demo"),
        ("RoleSessionName", "team-a"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a&b"),
        ("Tags.member.2.Key", "cost"),
        ("Tags.member.2.Value", "1"),
    ];
    assert_eq!(
        fake.form(0),
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let signature = fake.header(0, "authorization").unwrap();
    let scope = "Credential=AKIDEXAMPLE/20150830/eu-west-1/sts/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-security-token";
    assert!(signature.contains(scope), "{signature}");
    assert_eq!(
        fake.header(0, "x-amz-security-token").as_deref(),
        Some("session")
    );
    assert_eq!((grant.granted_at, grant.step), (NOW, "assumed role"));

    let denied = Fake::answering(&[(place, 403, DENIED)]);
    let told = now(source.grant(&denied, &ambient(&keys)))
        .unwrap_err()
        .to_string();
    for part in [
        "role arn:aws:iam::123456789012:role/demo cannot be assumed",
        "environment",
        "AccessDenied: User:",
        "trust policy",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn answers_that_are_none_are_failures() {
    let keys = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/k")];
    for (body, part) in [
        ("", "is no JSON"),
        (r#"{"AccessKeyId":"a"}"#, "SecretAccessKey"),
        (
            r#"{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c\r\nx: y"}"#,
            "no usable Token",
        ),
        (
            r#"{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c","Expiration":"soon"}"#,
            "Expiration is no time",
        ),
        (
            r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot"}"#,
            "AssumeRoleUnauthorizedAccess: EC2 cannot",
        ),
    ] {
        let fake = Fake::answering(&[("GET 127.0.0.1/k", 200, body)]);
        check(&fake, &keys, Err(part));
    }
}
