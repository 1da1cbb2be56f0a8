//! Dumps: everything is there, and no secret is.

use proto::tidegate::v1::{
    AiBackend, AiCredential, AiProvider, AiProviderGroup, AiService, KeyCredential, OpenAiService,
    ai_credential::Kind, ai_service,
};
use proto::type_url::TypeUrl;
use xds::snapshot::Snapshot;

use super::Dump;
use crate::fixture;
use crate::stage::Stage;

fn config() -> Stage {
    let mut snapshot = Snapshot::default();
    let mut listener = fixture::listener("l", 443, "rc");
    listener.filter_chains = vec![fixture::tls_chain(&["a.example"], "cert", "rc")];
    fixture::put(&mut snapshot, TypeUrl::Listener, "l", &listener);
    fixture::put(
        &mut snapshot,
        TypeUrl::RouteConfiguration,
        "rc",
        &fixture::linked_routes("rc"),
    );
    let host = fixture::host("rc", "a.example");
    fixture::put(&mut snapshot, TypeUrl::VirtualHost, "rc/a.example", &host);
    let rule = fixture::rule(
        "r",
        &["rc/a.example"],
        vec![fixture::forward("/b", "c"), fixture::forward("/a/c", "c")],
    );
    fixture::put(&mut snapshot, TypeUrl::RouteRule, "r", &rule);
    fixture::put(&mut snapshot, TypeUrl::Cluster, "c", &fixture::eds("c"));
    let endpoints = fixture::endpoints("c", vec![fixture::endpoint("10.0.0.1", 80)]);
    fixture::put(&mut snapshot, TypeUrl::Endpoint, "c", &endpoints);
    fixture::put(
        &mut snapshot,
        TypeUrl::Secret,
        "cert",
        &fixture::certificate("cert"),
    );
    fixture::put(
        &mut snapshot,
        TypeUrl::Secret,
        "key",
        &fixture::generic("key", "hunter2"),
    );
    let key = KeyCredential {
        secret: "key".to_owned(),
        header: "authorization".to_owned(),
        prefix: String::new(),
    };
    let provider = AiProvider {
        name: "p".to_owned(),
        cluster: "c".to_owned(),
        service: Some(AiService {
            kind: Some(ai_service::Kind::Openai(OpenAiService {})),
        }),
        credential: Some(AiCredential {
            kind: Some(Kind::Key(key)),
            further: Vec::new(),
        }),
        ..AiProvider::default()
    };
    let backend = AiBackend {
        price_catalogs: Vec::new(),
        name: "ai".to_owned(),
        groups: vec![AiProviderGroup {
            providers: vec![provider],
        }],
        health: None,
        policy_set: String::new(),
    };
    fixture::put(&mut snapshot, TypeUrl::AiBackend, "ai", &backend);
    let mut stage = Stage::new();
    fixture::push(&mut stage, &Snapshot::default(), &snapshot).expect("applied");
    stage
}

#[test]
fn a_dump_shows_what_is_served() {
    let stage = config();
    let dump = Dump::of(stage.active());
    assert_eq!(dump.commit_id, **stage.active().commit_id());
    let routes: Vec<&str> = dump.route_configs[0].hosts[0]
        .routes
        .iter()
        .map(|route| &*route.r#match[0])
        .collect();
    assert_eq!(
        routes,
        ["path prefix /a/c", "path prefix /b"],
        "in the order of precedence"
    );
    assert_eq!(dump.listeners[0].chains[0].server_names, ["a.example"]);
    let endpoints = dump.clusters[0].endpoints.as_ref().expect("known");
    assert_eq!(endpoints[0].address, "10.0.0.1:80");
    assert_eq!(dump.ai_backends[0].groups[0][0].credential, "key key");
    assert_eq!(dump.clusters[0].version.len(), 32);
}

#[test]
fn no_secret_leaves() {
    let stage = config();
    let json = serde_json::to_string(&Dump::of(stage.active())).expect("json");
    for printed in [json, format!("{:?}", stage.active()), format!("{stage:?}")] {
        for part in ["hunter2", "c2VjcmV0", "PRIVATE KEY"] {
            assert!(!printed.contains(part), "{part} in {printed}");
        }
    }
    assert_eq!(Dump::of(stage.active()).secrets.len(), 2);
}
