//! AI backends: groups, credentials, refusals; dynamic forward proxies beside them.

use proto::tidegate::v1 as wire;
use proto::tidegate::v1::ai_credential::Kind;

use super::ai_backend;
use crate::ai_backend::AiCredential;
use crate::forward_proxy::forward_proxy;

fn provider(name: &str, credential: Option<Kind>) -> wire::AiProvider {
    wire::AiProvider {
        name: name.to_owned(),
        cluster: format!("backend/default/gpt/{name}"),
        format: wire::AiFormat::OpenaiChatCompletions.into(),
        path_prefix: "/v1".to_owned(),
        authority: "api.example".to_owned(),
        credential: Some(wire::AiCredential { kind: credential }),
        ..wire::AiProvider::default()
    }
}

fn none() -> Option<Kind> {
    Some(Kind::None(wire::NoCredential {}))
}

fn backend(groups: Vec<Vec<wire::AiProvider>>) -> wire::AiBackend {
    let groups = groups
        .into_iter()
        .map(|providers| wire::AiProviderGroup { providers })
        .collect();
    wire::AiBackend {
        name: "backend/default/gpt".to_owned(),
        groups,
    }
}

#[test]
fn credentials() {
    let key = wire::KeyCredential {
        secret: "s".to_owned(),
        header: "authorization".to_owned(),
        prefix: "Bearer ".to_owned(),
    };
    let gone = wire::CredentialUnavailable {
        reason: "no such secret".to_owned(),
    };
    let decoded = ai_backend(&backend(vec![
        vec![provider("a", Some(Kind::Key(key))), provider("b", none())],
        vec![provider("c", Some(Kind::Unavailable(gone)))],
    ]))
    .expect("valid");
    assert_eq!(decoded.groups.len(), 2);
    let a = &decoded.groups[0][0];
    assert_eq!(
        (&*a.cluster, a.path.as_str()),
        ("backend/default/gpt/a", "/v1/chat/completions")
    );
    assert!(matches!(&a.credential, AiCredential::Key(key) if key.header == "authorization"));
    assert_eq!(a.model, None);
    assert_eq!(decoded.groups[0][1].credential, AiCredential::None);
    let reason = AiCredential::Unavailable("no such secret".into());
    assert_eq!(decoded.groups[1][0].credential, reason);
}

#[test]
fn refusals() {
    let refuse = |message: &wire::AiBackend, path: &str| {
        assert_eq!(ai_backend(message).expect_err("refused").path, path);
    };
    let one = |provider: wire::AiProvider| backend(vec![vec![provider]]);
    let at = |field: &str| format!("groups[0].providers[0].{field}");
    refuse(&backend(Vec::new()), "groups");
    refuse(&backend(vec![Vec::new()]), "groups[0].providers");
    refuse(&one(provider("a", None)), &at("credential.kind"));
    refuse(
        &one(wire::AiProvider {
            credential: None,
            ..provider("a", none())
        }),
        &at("credential.kind"),
    );
    refuse(
        &one(wire::AiProvider {
            format: 0,
            ..provider("a", none())
        }),
        &at("format"),
    );
    refuse(
        &one(wire::AiProvider {
            format: 99,
            ..provider("a", none())
        }),
        &at("format"),
    );
    let bad = "a b".to_owned();
    refuse(
        &one(wire::AiProvider {
            authority: bad.clone(),
            ..provider("a", none())
        }),
        &at("authority"),
    );
    refuse(
        &one(wire::AiProvider {
            path: bad.clone(),
            ..provider("a", none())
        }),
        &at("path"),
    );
    refuse(
        &one(wire::AiProvider {
            cluster: String::new(),
            ..provider("a", none())
        }),
        &at("cluster"),
    );
    let key = wire::KeyCredential {
        secret: "s".to_owned(),
        header: bad,
        prefix: String::new(),
    };
    refuse(
        &one(provider("a", Some(Kind::Key(key)))),
        &at("credential.key.header"),
    );
    let twice = backend(vec![
        vec![provider("a", none())],
        vec![provider("a", none())],
    ]);
    refuse(&twice, "groups[1].providers[0].name");
}

#[test]
fn forward_proxies() {
    let with = |hosts: &[&str]| wire::DynamicForwardProxy {
        name: "p".to_owned(),
        allowed_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    };
    let decoded = forward_proxy(&with(&["Intern.example."])).expect("valid");
    assert!(decoded.is_allowed("intern.example") && !decoded.is_allowed("x.intern.example"));
    for bad in ["*.example", "*", "a:80", ""] {
        let error = forward_proxy(&with(&["a", bad])).expect_err("refused");
        assert_eq!(error.path, "allowed_hosts[1]", "{bad:?}");
    }
}
