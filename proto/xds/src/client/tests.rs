//! The client's side of R1, R7, R10, R11, R13, R20, R22-R27, R33, R38, R42, R43 and resync.
//!
//! One line per request and per delivery; the server is played by hand.

use std::collections::BTreeMap;

use proto::any;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::{
    DeltaDiscoveryRequest, DeltaDiscoveryResponse, Resource,
};
use proto::google::protobuf::Any;
use proto::tidegate::v1::{RejectItem, RejectReport};
use proto::type_url::TypeUrl::{self, Cluster, Commit, Endpoint, Listener, VirtualHost};

use super::{Client, ClientAction, ClientEvent, Rejection, Verdict, WILDCARD};
use crate::fixture::names;

/// A client under test; requests and actions become text.
struct Script(Client);

/// `r("a=1 b=2", "c")`: a response with these resources and removals.
fn response(
    type_url: TypeUrl,
    nonce: &str,
    resources: &str,
    removed: &str,
) -> Box<DeltaDiscoveryResponse> {
    let resources = resources
        .split_whitespace()
        .map(|word| {
            let (name, version) = word.split_once('=').expect("name=version");
            Resource {
                name: name.to_owned(),
                version: version.to_owned(),
                resource: Some(Any {
                    type_url: type_url.as_str().to_owned(),
                    ..Any::default()
                }),
                ..Resource::default()
            }
        })
        .collect();
    Box::new(DeltaDiscoveryResponse {
        type_url: type_url.as_str().to_owned(),
        nonce: nonce.to_owned(),
        resources,
        removed_resources: names(removed),
        ..DeltaDiscoveryResponse::default()
    })
}

fn request_line(request: &DeltaDiscoveryRequest) -> String {
    let type_url: TypeUrl = request.type_url.parse().expect("a known type");
    let mut line = type_url.short().to_owned();
    line.extend(request.node.iter().map(|node| format!(" node:{}", node.id)));
    line.extend(
        request
            .resource_names_subscribe
            .iter()
            .map(|name| format!(" +{name}")),
    );
    line.extend(
        request
            .resource_names_unsubscribe
            .iter()
            .map(|name| format!(" -{name}")),
    );
    line.extend(
        request
            .initial_resource_versions
            .iter()
            .map(|(n, v)| format!(" {n}={v}")),
    );
    match (&request.response_nonce, &request.error_detail) {
        (nonce, None) if nonce.is_empty() => {}
        (nonce, None) => line.push_str(&format!(" ack:{nonce}")),
        (nonce, Some(error)) => line.push_str(&format!(" nack:{nonce} ({})", error.message)),
    }
    line
}

impl Script {
    fn new() -> Script {
        Script(Client::new(Node {
            id: "me".to_owned(),
            ..Node::default()
        }))
    }

    fn on(&mut self, event: ClientEvent) -> String {
        let mut lines = Vec::new();
        for action in self.0.on(event) {
            lines.push(match action {
                ClientAction::Send(request) => request_line(&request),
                ClientAction::Deliver(update) => {
                    let mut line = format!("deliver {}", update.type_url.short());
                    line.extend(update.resources.iter().map(|r| format!(" +{}", r.name)));
                    line.extend(update.removed.iter().map(|name| format!(" -{name}")));
                    line
                }
                ClientAction::Ignored { type_url } => format!("ignored {type_url}"),
                ClientAction::Reconnect => "reconnect".to_owned(),
            });
        }
        lines.join(" | ")
    }

    fn subscribe(&mut self, type_url: TypeUrl, text: &str) -> String {
        self.on(ClientEvent::Subscribe {
            type_url,
            names: names(text),
        })
    }

    fn unsubscribe(&mut self, type_url: TypeUrl, text: &str) -> String {
        self.on(ClientEvent::Unsubscribe {
            type_url,
            names: names(text),
        })
    }

    fn receive(
        &mut self,
        type_url: TypeUrl,
        nonce: &str,
        resources: &str,
        removed: &str,
    ) -> String {
        self.on(ClientEvent::Response(response(
            type_url, nonce, resources, removed,
        )))
    }

    fn accept(&mut self, type_url: TypeUrl, nonce: &str) -> String {
        let nonce = nonce.to_owned();
        self.on(ClientEvent::Decision {
            type_url,
            nonce,
            verdict: Verdict::Accept,
        })
    }

    fn reject(&mut self, type_url: TypeUrl, nonce: &str) -> String {
        let rejection = Rejection {
            code: 3,
            message: "no".to_owned(),
            report: None,
        };
        let (nonce, verdict) = (nonce.to_owned(), Verdict::Reject(rejection));
        self.on(ClientEvent::Decision {
            type_url,
            nonce,
            verdict,
        })
    }

    fn held(&self, type_url: TypeUrl) -> String {
        let held = self
            .0
            .held(type_url)
            .map(|(name, version)| format!("{name}={version}"));
        held.collect::<Vec<_>>().join(" ")
    }
}

/// A client that is connected and asks for this.
fn connected(type_url: TypeUrl, subscribed: &str) -> Script {
    let mut script = Script::new();
    assert_eq!(script.subscribe(type_url, subscribed), "");
    script.on(ClientEvent::Connected);
    script
}

#[test]
fn r1_the_node_goes_with_the_first_request_of_each_stream() {
    let mut script = Script::new();
    script.subscribe(Listener, WILDCARD);
    script.subscribe(Cluster, WILDCARD);
    assert_eq!(
        script.on(ClientEvent::Connected),
        "cluster node:me | listener"
    );
    assert_eq!(script.on(ClientEvent::Lost), "");
    assert_eq!(
        script.on(ClientEvent::Connected),
        "cluster node:me | listener"
    );
    let mut script = Script::new();
    assert_eq!(script.on(ClientEvent::Connected), "");
    assert_eq!(script.subscribe(Endpoint, "a"), "endpoint node:me +a");
    assert_eq!(script.subscribe(Endpoint, "b"), "endpoint +b");
}

#[test]
fn r7_what_is_held_outlives_the_stream() {
    let mut script = connected(Cluster, "*");
    script.receive(Cluster, "1", "a=1", "");
    script.accept(Cluster, "1");
    script.on(ClientEvent::Lost);
    assert_eq!(script.held(Cluster), "a=1");
}

#[test]
fn r10_every_response_gets_exactly_one_answer() {
    let mut script = connected(Cluster, "*");
    assert_eq!(
        script.receive(Cluster, "1", "a=1", ""),
        "deliver cluster +a"
    );
    assert_eq!(
        script.receive(Cluster, "2", "b=1", ""),
        "deliver cluster +b"
    );
    assert_eq!(script.accept(Cluster, "2"), "cluster ack:2");
    assert_eq!(script.accept(Cluster, "2"), "", "once");
    assert_eq!(script.reject(Cluster, "1"), "cluster nack:1 (no)");
    assert_eq!(script.accept(Cluster, "1"), "");
    assert_eq!(script.accept(Cluster, "never"), "");
    assert_eq!(
        script.receive(Cluster, "3", "", ""),
        "deliver cluster",
        "an empty one too"
    );
    assert_eq!(script.accept(Cluster, "3"), "cluster ack:3");
}

#[test]
fn r10_a_decision_on_a_lost_stream_is_not_sent_on_the_next() {
    let mut script = connected(Cluster, "*");
    script.receive(Cluster, "1", "a=1", "");
    script.on(ClientEvent::Lost);
    script.on(ClientEvent::Connected);
    assert_eq!(script.accept(Cluster, "1"), "");
    assert_eq!(script.held(Cluster), "");
}

#[test]
fn r11_a_rejection_carries_its_report() {
    let mut script = connected(Commit, "*");
    script.receive(Commit, "1", "c=1", "");
    let item = RejectItem {
        name: "r".to_owned(),
        ..RejectItem::default()
    };
    let report = RejectReport { items: vec![item] };
    let rejection = Rejection {
        code: 9,
        message: "digest".to_owned(),
        report: Some(report.clone()),
    };
    let verdict = Verdict::Reject(rejection);
    let event = ClientEvent::Decision {
        type_url: Commit,
        nonce: "1".to_owned(),
        verdict,
    };
    let actions = script.0.on(event);
    let [ClientAction::Send(request)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    let error = request.error_detail.as_ref().expect("a NACK");
    assert_eq!((error.code, error.message.as_str()), (9, "digest"));
    assert_eq!(any::unpack::<RejectReport>(&error.details[0]), Ok(report));
}

#[test]
fn r13_what_was_refused_is_not_held() {
    let mut script = connected(Cluster, "*");
    script.receive(Cluster, "1", "a=1 b=1", "");
    script.accept(Cluster, "1");
    script.receive(Cluster, "2", "a=2", "b");
    script.reject(Cluster, "2");
    assert_eq!(script.held(Cluster), "a=1 b=1");
    script.receive(Cluster, "3", "a=3", "b");
    script.accept(Cluster, "3");
    assert_eq!(script.held(Cluster), "a=3");
}

#[test]
fn r20_a_pure_wildcard_is_an_empty_list_and_a_mixed_one_is_explicit() {
    let mut script = Script::new();
    script.subscribe(Cluster, "*");
    script.subscribe(Endpoint, "a b");
    script.subscribe(Listener, "* l");
    assert_eq!(
        script.on(ClientEvent::Connected),
        "cluster node:me | endpoint +a +b | listener +* +l"
    );
}

#[test]
fn r22_subscribing_again_asks_again() {
    let mut script = connected(Endpoint, "a");
    assert_eq!(script.subscribe(Endpoint, "a"), "endpoint +a");
    assert_eq!(script.subscribe(Endpoint, "*"), "endpoint +*");
    assert_eq!(
        script.subscribe(Endpoint, ""),
        "",
        "an empty list would mean something else"
    );
}

#[test]
fn r24_what_was_not_asked_for_is_ignored() {
    let mut script = connected(Endpoint, "a");
    assert_eq!(
        script.receive(Endpoint, "1", "a=1 b=1", "c"),
        "deliver endpoint +a"
    );
    assert_eq!(script.accept(Endpoint, "1"), "endpoint ack:1");
    assert_eq!(script.held(Endpoint), "a=1");
}

#[test]
fn r24_a_type_that_was_never_asked_for_is_dropped_without_an_answer() {
    let mut script = connected(Endpoint, "a");
    assert_eq!(
        script.receive(Cluster, "1", "a=1", ""),
        format!("ignored {Cluster}")
    );
    let mut foreign = response(Cluster, "2", "", "");
    foreign.type_url = "foreign".to_owned();
    assert_eq!(script.on(ClientEvent::Response(foreign)), "ignored foreign");
}

#[test]
fn r26_aliases_match_too() {
    let mut script = connected(VirtualHost, "rc/a.example");
    let mut by_alias = response(VirtualHost, "1", "rc/wild=1", "");
    by_alias.resources[0].aliases = names("rc/a.example");
    let said = script.on(ClientEvent::Response(by_alias));
    assert_eq!(said, "deliver virtual-host +rc/wild");
}

#[test]
fn r25_giving_up_a_name_forgets_it() {
    let mut script = connected(Endpoint, "a b");
    script.receive(Endpoint, "1", "a=1 b=1", "");
    script.accept(Endpoint, "1");
    script.receive(Endpoint, "2", "b=2", "");
    assert_eq!(
        script.unsubscribe(Endpoint, "b never"),
        "endpoint -b -never"
    );
    assert_eq!(
        script.accept(Endpoint, "2"),
        "endpoint ack:2",
        "it was in flight"
    );
    assert_eq!(script.held(Endpoint), "a=1");
    script.on(ClientEvent::Lost);
    assert_eq!(script.on(ClientEvent::Connected), "endpoint node:me +a a=1");
    assert_eq!(script.unsubscribe(Endpoint, "a"), "endpoint -a");
    script.on(ClientEvent::Lost);
    assert_eq!(
        script.on(ClientEvent::Connected),
        "",
        "nothing is wanted, so nothing is asked"
    );
}

#[test]
fn r33_duplicates_are_refused_before_anything_is_delivered() {
    let mut script = connected(Cluster, "*");
    assert_eq!(
        script.receive(Cluster, "1", "a=1 b=1 a=2", ""),
        r#"cluster nack:1 (duplicate name "a" among added or updated resources)"#
    );
    assert_eq!(
        script.receive(Cluster, "2", "a=1", "a"),
        r#"cluster nack:2 (name "a" is both added and removed)"#
    );
    assert_eq!(script.held(Cluster), "");
}

#[test]
fn r33_a_foreign_type_is_refused() {
    let mut script = connected(Cluster, "*");
    let mut foreign = response(Cluster, "1", "a=1", "");
    foreign.resources[0]
        .resource
        .as_mut()
        .expect("content")
        .type_url = "other".to_owned();
    let said = script.on(ClientEvent::Response(foreign));
    assert!(
        said.starts_with(r#"cluster nack:1 (resource "a" is a "other" in a response"#),
        "{said}"
    );
}

#[test]
fn r33_a_resource_without_content_is_a_heartbeat_or_refused() {
    let mut script = connected(Cluster, "*");
    script.receive(Cluster, "1", "a=1", "");
    script.accept(Cluster, "1");
    let heartbeat = |nonce: &str, version: &str| {
        let mut response = response(Cluster, nonce, &format!("a={version}"), "");
        response.resources[0].resource = None;
        ClientEvent::Response(response)
    };
    assert_eq!(script.on(heartbeat("2", "1")), "deliver cluster");
    assert_eq!(script.accept(Cluster, "2"), "cluster ack:2");
    assert_eq!(script.held(Cluster), "a=1");
    assert_eq!(
        script.on(heartbeat("3", "2")),
        r#"cluster nack:3 (resource "a" has no content)"#
    );
}

#[test]
fn r38_references_are_asked_for_before_referrers_and_commits_last() {
    let mut script = Script::new();
    for type_url in TypeUrl::ALL.into_iter().rev() {
        script.subscribe(type_url, "*");
    }
    let said = script.on(ClientEvent::Connected);
    let expected: Vec<&str> = TypeUrl::ALL
        .iter()
        .map(|type_url| type_url.short())
        .collect();
    assert_eq!(said.replace(" node:me", ""), expected.join(" | "));
}

#[test]
fn r42_a_reconnect_claims_what_was_accepted_and_repeats_all_subscriptions() {
    let mut script = Script::new();
    script.subscribe(Cluster, "*");
    script.subscribe(Endpoint, "a b");
    script.on(ClientEvent::Connected);
    script.receive(Cluster, "1", "c=1", "");
    script.accept(Cluster, "1");
    script.receive(Endpoint, "2", "a=1", "b");
    script.accept(Endpoint, "2");
    script.receive(Endpoint, "3", "a=2", "");
    script.on(ClientEvent::Lost);
    assert_eq!(
        script.on(ClientEvent::Connected),
        "cluster node:me c=1 | endpoint +a +b a=1"
    );
}

#[test]
fn r42_what_was_loaded_from_disk_can_be_claimed() {
    let mut script = Script::new();
    script.subscribe(Cluster, "*");
    script.subscribe(Endpoint, "a");
    let versions = BTreeMap::from([
        ("a".to_owned(), "1".to_owned()),
        ("b".to_owned(), "1".to_owned()),
    ]);
    for type_url in [Cluster, Endpoint] {
        script.on(ClientEvent::Hold {
            type_url,
            versions: versions.clone(),
        });
    }
    assert_eq!(
        script.on(ClientEvent::Connected),
        "cluster node:me a=1 b=1 | endpoint +a a=1"
    );
}

#[test]
fn k3_a_resync_is_a_new_stream_without_claims() {
    let mut script = connected(Cluster, "*");
    script.receive(Cluster, "1", "a=1", "");
    script.accept(Cluster, "1");
    assert_eq!(script.on(ClientEvent::Resync), "reconnect");
    assert_eq!(script.on(ClientEvent::Connected), "cluster node:me");
}

#[test]
fn a_subscription_while_disconnected_waits_for_the_stream() {
    let mut script = Script::new();
    assert_eq!(script.subscribe(Endpoint, "a b"), "");
    assert_eq!(script.unsubscribe(Endpoint, "b"), "");
    assert_eq!(script.on(ClientEvent::Connected), "endpoint node:me +a");
}
