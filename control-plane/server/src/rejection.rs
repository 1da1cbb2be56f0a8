//! From a proxy's NACK to a change of the inputs.
//!
//! Owns which resources a NACK blames: those that the proxy reports, else those that the state machine could tell. Must
//! not decide what takes their place: translation does, with everything else it knows. A NACK is about the commit that it
//! answers, never about what is published by now; one whose commit is forgotten changes nothing.

use cp_translate::{Cause, Change, Content, GatewayKey, Rejection};
use proto::type_url::TypeUrl;
use xds::server::Nack;

use crate::fleet::{Fleet, StreamId};
use crate::history::History;

/// UNAVAILABLE: the content is good, the proxy's machine cannot have it now.
const UNAVAILABLE: i32 = 14;

/// The changes that follow from a NACK. The fleet notes who refused what.
pub fn changes(
    gateway: &GatewayKey,
    stream: StreamId,
    nack: &Nack,
    fleet: &mut Fleet,
    history: &History,
) -> Vec<Change> {
    let Some(profile) = fleet.proxy(gateway, stream).map(|proxy| proxy.profile) else {
        return Vec::new();
    };
    let cause = match nack.code {
        UNAVAILABLE => Cause::Machine,
        _ => Cause::Content,
    };
    let answered = nack
        .commit_id
        .as_ref()
        .and_then(|commit| history.find(gateway, profile, commit));
    let mut changes = Vec::new();
    for (type_url, name, version, message) in blamed(nack) {
        let version = if version.is_empty() {
            let refused = answered.and_then(|snapshot| snapshot.get(type_url, &name));
            refused.map(|resource| resource.version().hex())
        } else {
            Some(version)
        };
        let Some(version) = version else { continue };
        let content = Content {
            gateway: gateway.clone(),
            profile,
            type_url,
            name,
            version,
        };
        let (proxies, of) = fleet.refused(&content, stream);
        changes.push(Change::Rejected(Rejection {
            content,
            cause,
            message,
            proxies,
            of,
        }));
    }
    changes
}

fn blamed(nack: &Nack) -> Vec<(TypeUrl, String, String, String)> {
    if let Some(report) = nack
        .report
        .as_ref()
        .filter(|report| !report.items.is_empty())
    {
        return report
            .items
            .iter()
            .filter_map(|item| {
                let type_url = item.type_url.parse().ok()?;
                let message = if item.path.is_empty() {
                    item.message.clone()
                } else {
                    format!("{}: {}", item.path, item.message)
                };
                Some((type_url, item.name.clone(), item.version.clone(), message))
            })
            .collect();
    }
    let Ok(type_url) = nack.type_url.parse::<TypeUrl>() else {
        return Vec::new();
    };
    nack.culprits
        .iter()
        .map(|name| {
            (
                type_url,
                name.to_string(),
                String::new(),
                nack.message.clone(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::changes;
    use crate::fleet::{Fleet, StreamId};
    use crate::history::History;
    use crate::history::tests::{gateway, id, proxy, published};
    use cp_translate::{Cause, Change, Profile};
    use proto::tidegate::v1::{RejectItem, RejectReport};
    use proto::type_url::TypeUrl;
    use std::sync::Arc;
    use xds::server::Nack;

    const INVALID_ARGUMENT: i32 = 3;
    const UNAVAILABLE: i32 = 14;

    fn version(content: &str) -> String {
        let published = published(content);
        let cluster = published.envoy.get(TypeUrl::Cluster, "a");
        cluster.expect("the cluster").version().hex()
    }

    fn nack(code: i32, commit: Option<&str>, culprits: &[&str]) -> Nack {
        Nack {
            type_url: Arc::from(TypeUrl::Cluster.as_str()),
            names: vec![Arc::from("a"), Arc::from("b")],
            culprits: culprits.iter().map(|name| Arc::from(*name)).collect(),
            code,
            message: "no".to_owned(),
            report: None,
            commit_id: commit.map(|content| Arc::from(id(&published(content)))),
        }
    }

    fn reporting(name: &str, version: &str, path: &str) -> RejectReport {
        RejectReport {
            items: vec![RejectItem {
                type_url: TypeUrl::Cluster.as_str().to_owned(),
                name: name.to_owned(),
                version: version.to_owned(),
                path: path.to_owned(),
                message: "no".to_owned(),
            }],
        }
    }

    /// What follows from a NACK after `old` and `new` were published: version, cause, words, `n of m`.
    #[track_caller]
    fn check(nack: &Nack, expected: &[(String, Cause, &str, (u32, u32))]) {
        let (mut history, mut fleet) = (History::default(), Fleet::default());
        for content in ["old", "new"] {
            history.published(&gateway(), published(content));
        }
        for (stream, profile) in [
            (1, Profile::Envoy),
            (2, Profile::Envoy),
            (3, Profile::Tidegate),
        ] {
            fleet.connected(&gateway(), StreamId(stream), proxy(profile));
        }
        let found = changes(&gateway(), StreamId(1), nack, &mut fleet, &history);
        let found: Vec<_> = found
            .iter()
            .map(|change| {
                let Change::Rejected(rejection) = change else {
                    panic!("{change:?}")
                };
                let content = &rejection.content;
                assert_eq!(content.profile, Profile::Envoy);
                assert_eq!((content.type_url, &*content.name), (TypeUrl::Cluster, "a"));
                (
                    content.version.clone(),
                    rejection.cause,
                    rejection.message.as_str(),
                    (rejection.proxies, rejection.of),
                )
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_nack_without_a_report_is_about_the_commit_that_it_answers() {
        for content in ["old", "new"] {
            check(
                &nack(INVALID_ARGUMENT, Some(content), &["a"]),
                &[(version(content), Cause::Content, "no", (1, 2))],
            );
        }
        check(
            &nack(UNAVAILABLE, Some("new"), &["a"]),
            &[(version("new"), Cause::Machine, "no", (1, 2))],
        );
    }

    #[test]
    fn a_nack_that_blames_nothing_that_is_known_changes_nothing() {
        check(&nack(INVALID_ARGUMENT, Some("older"), &["a"]), &[]);
        check(&nack(INVALID_ARGUMENT, None, &["a"]), &[]);
        check(&nack(INVALID_ARGUMENT, Some("new"), &[]), &[]);
        check(&nack(INVALID_ARGUMENT, Some("new"), &["b"]), &[]);
        let mut foreign = nack(INVALID_ARGUMENT, Some("new"), &["a"]);
        foreign.type_url = Arc::from("type.googleapis.com/a.B");
        check(&foreign, &[]);
    }

    #[test]
    fn a_report_says_what_was_refused() {
        let mut reported = nack(INVALID_ARGUMENT, None, &["b"]);
        reported.report = Some(reporting("a", "v7", "name"));
        let words = "name: no";
        check(
            &reported,
            &[("v7".to_owned(), Cause::Content, words, (1, 2))],
        );
        // One that names no version is read with the commit.
        let mut unversioned = nack(INVALID_ARGUMENT, Some("old"), &[]);
        unversioned.report = Some(reporting("a", "", ""));
        check(
            &unversioned,
            &[(version("old"), Cause::Content, "no", (1, 2))],
        );
    }

    #[test]
    fn each_proxy_counts_once_and_a_stranger_not_at_all() {
        let (mut history, mut fleet) = (History::default(), Fleet::default());
        history.published(&gateway(), published("new"));
        let nack = nack(INVALID_ARGUMENT, Some("new"), &["a"]);
        for stream in [1, 2] {
            fleet.connected(&gateway(), StreamId(stream), proxy(Profile::Envoy));
        }
        let mut of = |stream| -> Vec<(u32, u32)> {
            let changes = changes(&gateway(), StreamId(stream), &nack, &mut fleet, &history);
            let counts = changes.iter().map(|change| {
                let Change::Rejected(rejection) = change else {
                    panic!("{change:?}")
                };
                (rejection.proxies, rejection.of)
            });
            counts.collect()
        };
        assert_eq!(of(1), [(1, 2)]);
        assert_eq!(of(1), [(1, 2)]);
        assert_eq!(of(2), [(2, 2)]);
        assert_eq!(of(3), []);
    }
}
