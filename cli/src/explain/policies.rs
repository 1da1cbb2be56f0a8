//! Which policies apply, and from where.
//!
//! Owns the words. Must ask the proxy's own answer: what is told here is what the proxy enforces.

use dp_config::cluster::ClusterKind;
use dp_config::policy::{Attachment, Effective};
use dp_config::route::{Action, Route};
use dp_config::{AiBackend, Config};

/// Policies along the way to a route and behind it, in words.
pub(super) fn of_route(config: &Config, way: Effective<'_>, route: &Route) -> Vec<String> {
    let mut told = words(config, way.of_way());
    if let Action::Forward(forward) = &route.action {
        for choice in forward.clusters.iter().filter(|one| one.weight() > 0) {
            let Some(backend) = ai_backend(config, &choice.cluster) else {
                continue;
            };
            let found = way.with_backend(backend);
            match found {
                Ok(found) => told.extend(words(config, found.of_backend())),
                Err(denied) => told.push(format!("{}: {}", choice.cluster, refused(&denied))),
            }
        }
    }
    told
}

fn ai_backend<'a>(config: &'a Config, cluster: &str) -> Option<&'a AiBackend> {
    match &config.cluster(cluster)?.kind {
        ClusterKind::Ai(name) => config.ai_backend(name).map(|found| &**found),
        ClusterKind::Static(_)
        | ClusterKind::Dns(_)
        | ClusterKind::Eds(_)
        | ClusterKind::Models(_)
        | ClusterKind::ForwardProxy(_) => None,
    }
}

/// Each attachment, with what its policy has.
pub(super) fn words(config: &Config, attachments: &[Attachment]) -> Vec<String> {
    let word = |attachment: &Attachment| {
        let Attachment {
            field,
            policy,
            target,
            ..
        } = attachment;
        let content = config
            .policy(policy)
            .map(|found| found.content.to_string())
            .unwrap_or_default();
        format!("{field} of {target}: {content}   ({policy})")
    };
    attachments.iter().map(word).collect()
}

/// With its status.
pub(super) fn refused(denied: &dp_config::policy::Denied) -> String {
    format!("503: {denied}")
}
