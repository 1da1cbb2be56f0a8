//! AI backends: groups, credentials, refusals; dynamic forward proxies beside them.

use proto::tidegate::v1 as wire;
use proto::tidegate::v1::ai_credential::Kind;
use proto::tidegate::v1::ai_service::Kind as Service;

use super::ai_backend;
use crate::ai_backend::{AiCredential, AwsKeys};
use crate::forward_proxy::forward_proxy;

fn provider(name: &str, credential: Option<Kind>) -> wire::AiProvider {
    wire::AiProvider {
        name: name.to_owned(),
        cluster: format!("backend/default/gpt/{name}"),
        service: openai(),
        authority: "api.example".to_owned(),
        credential: Some(wire::AiCredential {
            kind: credential,
            further: Vec::new(),
        }),
        ..wire::AiProvider::default()
    }
}

fn openai() -> Option<wire::AiService> {
    service(Service::Openai(wire::OpenAiService {}))
}

fn service(kind: Service) -> Option<wire::AiService> {
    Some(wire::AiService { kind: Some(kind) })
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
        price_catalogs: Vec::new(),
        name: "backend/default/gpt".to_owned(),
        groups,
        health: None,
        policy_set: String::new(),
    }
}

#[test]
fn credentials() {
    let key = wire::KeyCredential {
        secret: "s".to_owned(),
        header: "authorization".to_owned(),
        prefix: "Bearer ".to_owned(),
    };
    let gone = |is_missing| {
        Some(Kind::Unavailable(wire::CredentialUnavailable {
            reason: "no such secret".to_owned(),
            is_missing,
        }))
    };
    let decoded = ai_backend(&backend(vec![
        vec![provider("a", Some(Kind::Key(key))), provider("b", none())],
        vec![provider("c", gone(false)), provider("d", gone(true))],
    ]))
    .expect("valid");
    assert_eq!(decoded.groups.len(), 2);
    let a = &decoded.groups[0][0];
    assert_eq!(&*a.cluster, "backend/default/gpt/a");
    assert_eq!((a.endpoint.service().name(), a.weight), ("openai", 1));
    assert!(
        matches!(&a.credential, AiCredential::Key(key) if key.header.as_ref().is_some_and(|own| own == "authorization"))
    );
    assert_eq!(a.model, None);
    assert_eq!(decoded.groups[0][1].credential, AiCredential::None);
    let reason = AiCredential::Unavailable("no such secret".into());
    assert_eq!(decoded.groups[1][0].credential, reason);
    let reason = AiCredential::Missing("no such secret".into());
    assert_eq!(decoded.groups[1][1].credential, reason);
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
            service: None,
            ..provider("a", none())
        }),
        &at("service.kind"),
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
fn expressions() {
    let with = |policy: wire::AiPolicy, condition: &str| {
        ai_backend(&backend(vec![vec![wire::AiProvider {
            policy: Some(policy),
            health: Some(wire::AiHealth {
                unhealthy_condition: condition.to_owned(),
                ..wire::AiHealth::default()
            }),
            ..provider("a", none())
        }]]))
    };
    let members = |text: &str| {
        vec![wire::AiExpression {
            name: "user".to_owned(),
            expression: text.to_owned(),
        }]
    };
    let first = |text: &str| wire::AiPolicy {
        transformations: members(text),
        ..wire::AiPolicy::default()
    };
    let last = |text: &str| wire::AiPolicy {
        final_transformations: members(text),
        ..wire::AiPolicy::default()
    };
    let decoded = with(first("llmRequest.user"), "response.code == 404").expect("valid");
    let provider = &decoded.groups[0][0];
    let policy = provider.policy.as_ref().expect("a policy");
    assert_eq!(policy.transformations[0].1.source(), "llmRequest.user");
    assert!(provider.unhealthy_condition.is_some());
    // A condition alone says nothing about evictions.
    assert_eq!(provider.health, None);
    let refuse = |policy, condition, path: &str| {
        let error = with(policy, condition).expect_err("refused");
        assert_eq!(error.path, format!("groups[0].providers[0].{path}"));
        assert!(error.to_string().contains("line 1, column"), "{error}");
    };
    let at = "policy.transformations[0].expression";
    refuse(first("llmRequest."), "", at);
    refuse(first("response.code"), "", at);
    refuse(
        last("nobody"),
        "",
        "policy.final_transformations[0].expression",
    );
    refuse(
        first("1"),
        "response.cod == 1",
        "health.unhealthy_condition",
    );
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

#[test]
fn refusals_of_services() {
    let refuse = |message: &wire::AiBackend, path: &str| {
        assert_eq!(ai_backend(message).expect_err("refused").path, path);
    };
    let one = |provider: wire::AiProvider| backend(vec![vec![provider]]);
    let at = |field: &str| format!("groups[0].providers[0].{field}");
    let format = wire::CustomFormat {
        format: 99,
        path: String::new(),
    };
    for (formats, field) in [
        (Vec::new(), "service.custom.formats"),
        (vec![format], "service.custom.formats[0].format"),
    ] {
        refuse(
            &one(wire::AiProvider {
                service: service(Service::Custom(wire::CustomService { formats })),
                ..provider("a", none())
            }),
            &at(field),
        );
    }
    refuse(
        &one(wire::AiProvider {
            service: service(Service::Azure(wire::AzureService::default())),
            ..provider("a", none())
        }),
        &at("service.azure.resource"),
    );
    refuse(
        &one(wire::AiProvider {
            health: Some(wire::AiHealth {
                restore_health: Some(1.5),
                ..wire::AiHealth::default()
            }),
            ..provider("a", none())
        }),
        &at("health.restore_health"),
    );
    refuse(
        &one(provider(
            "a",
            Some(Kind::Aws(wire::AwsCredential::default())),
        )),
        &at("credential.aws.access_key"),
    );
}

#[test]
fn services_and_what_goes_with_them() {
    let bedrock = wire::AiProvider {
        service: service(Service::Bedrock(wire::BedrockService {
            region: "eu-west-1".to_owned(),
            guardrail_identifier: "g".to_owned(),
            guardrail_version: "2".to_owned(),
        })),
        weight: Some(0),
        ..provider(
            "a",
            Some(Kind::Aws(wire::AwsCredential {
                access_key: "id".to_owned(),
                secret_key: "key".to_owned(),
                ..wire::AwsCredential::default()
            })),
        )
    };
    let vertex = wire::AiProvider {
        service: service(Service::Vertex(wire::VertexService {
            project: "p".to_owned(),
            region: String::new(),
        })),
        health: Some(wire::AiHealth {
            consecutive_failures: Some(2),
            ..wire::AiHealth::default()
        }),
        ..provider("b", none())
    };
    let decoded = ai_backend(&backend(vec![vec![bedrock, vertex]])).expect("valid");
    let [bedrock, vertex] = decoded.groups[0].as_slice() else {
        panic!("two providers");
    };
    let AiCredential::Aws(aws) = &bedrock.credential else {
        panic!("keys of AWS");
    };
    assert_eq!((&*aws.region, &*aws.service), ("eu-west-1", "bedrock"));
    let stored = AwsKeys::Stored {
        access_key: "id".into(),
        secret_key: "key".into(),
        session_token: None,
    };
    assert_eq!(aws.keys, stored);
    assert_eq!(bedrock.weight, 0);
    let guardrail = bedrock.guardrail.as_ref().expect("a guardrail");
    assert_eq!(guardrail.version, "2");
    assert_eq!(vertex.endpoint.service().name(), "vertex");
    let health = vertex.health.as_ref().expect("a policy");
    assert_eq!(health.eviction.as_secs(), 3);
}

#[test]
fn custom_providers_say_what_they_have_and_where_else_they_are() {
    use dp_llm::provider::{Service as Decoded, Surface};
    let format = |format: wire::AiFormat, path: &str| wire::CustomFormat {
        format: format.into(),
        path: path.to_owned(),
    };
    let formats = vec![
        format(wire::AiFormat::OpenaiChatCompletions, ""),
        format(wire::AiFormat::OpenaiRealtime, "/live"),
        format(wire::AiFormat::Rerank, ""),
    ];
    let home = |cluster: &str, authority: &str| wire::AiProvider {
        service: service(Service::Custom(wire::CustomService {
            formats: formats.clone(),
        })),
        rerank: Some(wire::AiHome {
            cluster: cluster.to_owned(),
            authority: authority.to_owned(),
        }),
        ..provider("a", none())
    };
    let decoded = ai_backend(&backend(vec![vec![home("other", "rank.example")]]));
    let decoded = decoded.expect("valid");
    let own = &decoded.groups[0][0];
    let Decoded::Custom { surfaces, .. } = own.endpoint.service() else {
        panic!("not custom");
    };
    let known: Vec<_> = surfaces
        .iter()
        .map(|(surface, path)| (*surface, path.as_ref().map(|path| path.as_str())))
        .collect();
    assert_eq!(
        known,
        [(Surface::Realtime, Some("/live")), (Surface::Rerank, None)]
    );
    let (cluster, authority) = own.home(true);
    assert_eq!(
        (&**cluster, authority.map(ToString::to_string).as_deref()),
        ("other", Some("rank.example"))
    );
    assert_eq!(&**own.home(false).0, "backend/default/gpt/a");
    for (cluster, authority, field) in [("", "", "cluster"), ("c", "a b", "authority")] {
        let error =
            ai_backend(&backend(vec![vec![home(cluster, authority)]])).expect_err("refused");
        assert_eq!(error.path, format!("groups[0].providers[0].rerank.{field}"));
    }
}
