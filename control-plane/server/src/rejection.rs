//! From a proxy's NACK to a change of the inputs.
//!
//! Owns which resources a NACK blames: those that the proxy reports, else those that the state machine could tell. Must
//! not decide what takes their place: translation does, with everything else it knows. A NACK that blames nothing
//! that is published now changes nothing; the content it was about is gone.

use cp_translate::{Cause, Change, Content, GatewayKey, Profile, Rejection};
use proto::type_url::TypeUrl;
use xds::server::Nack;

use crate::fleet::{Fleet, StreamId};
use crate::publish::Publisher;

/// UNAVAILABLE: the content is good, the proxy's machine cannot have it now.
const UNAVAILABLE: i32 = 14;

/// The changes that follow from a NACK. The fleet notes who refused what.
pub fn changes(
    gateway: &GatewayKey,
    stream: StreamId,
    nack: &Nack,
    fleet: &mut Fleet,
    publisher: &Publisher,
) -> Vec<Change> {
    let Some(profile) = fleet.proxy(gateway, stream).map(|proxy| proxy.profile) else {
        return Vec::new();
    };
    let cause = match nack.code {
        UNAVAILABLE => Cause::Machine,
        _ => Cause::Content,
    };
    let mut changes = Vec::new();
    for (type_url, name, version, message) in blamed(nack) {
        let version = if version.is_empty() {
            published_version(gateway, profile, type_url, &name, publisher)
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

fn published_version(
    gateway: &GatewayKey,
    profile: Profile,
    type_url: TypeUrl,
    name: &str,
    publisher: &Publisher,
) -> Option<String> {
    let published = publisher.current(gateway)?;
    Some(published.of(profile).get(type_url, name)?.version().hex())
}
