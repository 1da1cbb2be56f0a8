//! `rateLimit` of a TrafficPolicy: buckets per proxy, and descriptors that a service counts.
//!
//! Owns the arithmetic from a bucket to a rate. A bucket is filled every interval; here it is filled every second,
//! minute or hour. Where the rate does not come out even it is rounded down, so that no more passes than before.

use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::super::manifest::{self, put, put_at};
use super::super::set::Work;
use super::extension;

/// Units by their length in milliseconds, shortest first.
const UNITS: [(&str, u128); 3] = [
    ("Seconds", 1_000),
    ("Minutes", 60_000),
    ("Hours", 3_600_000),
];

/// How long a request waits for a service: an annotation of the policy.
pub(super) const PATIENCE: &str = "tidegate.dev/rate-limit-timeout";

/// A limit, and whether it is what the bucket was.
#[derive(Debug, PartialEq, Eq)]
struct Rate {
    requests: u128,
    unit: &'static str,
    burst: u128,
    is_exact: bool,
}

/// Converts `rateLimit`. Returns how long a request waits for a service, where that was said.
pub(super) fn convert(
    spec: &mut Fields,
    traffic: &mut Map<String, Value>,
    work: &mut Work<'_>,
) -> Option<String> {
    let mut limit = spec.object("rateLimit")?;
    let mut patience = None;
    if let Some(local) = limit.object("local") {
        convert_local(local, traffic, work);
    }
    if let Some(global) = limit.object("global") {
        patience = convert_global(global, traffic, work);
    }
    limit.finish_guard(&mut work.log);
    patience
}

fn convert_local(mut local: Fields, traffic: &mut Map<String, Value>, work: &mut Work<'_>) {
    for key in ["percentEnabled", "percentEnforced"] {
        if local.number(key).is_some_and(|share| share < 100) {
            work.log.changed(
                &local.at(key),
                "every request counts, and none passes beyond the limit",
            );
        }
    }
    let Some(mut bucket) = local.object("tokenBucket") else {
        let why =
            "nothing switches off the limit of a policy further up: narrow that policy's targets";
        work.log.left_out(local.path(), why);
        local.rest();
        return;
    };
    let place = bucket.path().to_owned();
    let most = bucket.number("maxTokens").unwrap_or(1);
    let fill = bucket.number("tokensPerFill").unwrap_or(1);
    let interval = bucket.text("fillInterval");
    let interval = interval.as_deref().and_then(cp_api::duration::parse);
    match interval.and_then(|interval| rate(most.into(), fill.into(), interval.as_millis())) {
        Some(rate) => {
            let mut to = Map::new();
            put(&mut to, "requests", json!(narrow(rate.requests)));
            put(&mut to, "unit", json!(rate.unit));
            if rate.burst > 0 {
                put(&mut to, "burst", json!(narrow(rate.burst)));
            }
            put_at(traffic, &["rateLimit", "local"], json!([to]));
            let words = match rate.is_exact {
                true => "spec.traffic.rateLimit.local".to_owned(),
                false => format!(
                    "spec.traffic.rateLimit.local; it was {most} at once and {fill} more every {}",
                    interval.map(|time| format!("{time:?}")).unwrap_or_default()
                ),
            };
            work.log.changed(&place, words);
        }
        None => work.log.unguarded(
            &place,
            "is slower than one request an hour, or has no fillInterval",
        ),
    }
    bucket.finish_guard(&mut work.log);
    local.finish_guard(&mut work.log);
}

/// The rate of a bucket; `None` if it is less than one an hour.
fn rate(most: u128, fill: u128, interval: u128) -> Option<Rate> {
    // What does not fit into the bucket is lost at each filling.
    let fill = fill.min(most);
    let of = |(unit, length): (&'static str, u128)| {
        let requests = (fill * length).checked_div(interval)?;
        let is_even = requests * interval == fill * length;
        Some(Rate {
            requests,
            unit,
            burst: most.saturating_sub(requests),
            is_exact: is_even && length == interval,
        })
        .filter(|rate| rate.requests > 0)
        .map(|rate| (is_even, rate))
    };
    let rates: Vec<(bool, Rate)> = UNITS.into_iter().filter_map(of).collect();
    let even = rates.iter().position(|(is_even, _)| *is_even);
    let at = even.unwrap_or(rates.len().saturating_sub(1));
    rates.into_iter().nth(at).map(|(_, rate)| rate)
}

fn narrow(number: u128) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn convert_global(
    mut global: Fields,
    traffic: &mut Map<String, Value>,
    work: &mut Work<'_>,
) -> Option<String> {
    let place = global.path().to_owned();
    let Some(mut provider) = extension::take(&mut global, "rateLimit", work) else {
        global.rest();
        return None;
    };
    let mut to = Map::new();
    extension::service(
        &mut provider.fields,
        "grpcService",
        &provider.namespace,
        &mut to,
        work,
    );
    put(
        &mut to,
        "domain",
        provider.fields.take("domain").unwrap_or_default(),
    );
    let is_open = provider.fields.flag("failOpen").unwrap_or(true);
    put(&mut to, "failureMode", extension::failure_mode(is_open));
    let patience = provider.fields.text("timeout");
    if patience.is_some() {
        let (field, now) = (
            provider.fields.at("timeout"),
            format!("the annotation {PATIENCE}"),
        );
        work.log.changed(&field, now);
    }
    let off = provider.fields.text("xRateLimitHeaders");
    if off.is_some() {
        let field = provider.fields.at("xRateLimitHeaders");
        let why = "responses have x-ratelimit-limit-requests and the like, whatever it says";
        work.log.left_out(&field, why);
    }
    let descriptors: Vec<Value> = global
        .objects("descriptors")
        .into_iter()
        .map(|descriptor| convert_descriptor(descriptor, work))
        .collect();
    put(&mut to, "descriptors", descriptors);
    work.log.changed(&place, "spec.traffic.rateLimit.global");
    put_at(traffic, &["rateLimit", "global"], Value::Object(to));
    provider.fields.finish(&mut work.log);
    global.finish_guard(&mut work.log);
    patience
}

fn convert_descriptor(mut descriptor: Fields, work: &mut Work<'_>) -> Value {
    let mut entries = Vec::new();
    for mut entry in descriptor.objects("entries") {
        let kind = entry.text("type").unwrap_or_default();
        let (name, expression) = match kind.as_str() {
            "Generic" => {
                let mut generic = entry
                    .object("generic")
                    .unwrap_or_else(|| Fields::new("", Value::Null));
                let key = generic.text("key").unwrap_or_default();
                let value = generic.text("value").unwrap_or_default();
                generic.finish_guard(&mut work.log);
                (key, manifest::cel_text(&value))
            }
            "Header" => {
                let header = entry.text("header").unwrap_or_default();
                let expression = format!(
                    "request.headers[{}]",
                    manifest::cel_text(&header.to_lowercase())
                );
                (header, expression)
            }
            "RemoteAddress" => ("remote_address".to_owned(), "source.address".to_owned()),
            "Path" => ("path".to_owned(), "request.path".to_owned()),
            _ => {
                work.log.unguarded(entry.path(), "the type is not known");
                entry.rest();
                continue;
            }
        };
        entries.push(json!({"name": name, "expression": expression}));
        entry.finish_guard(&mut work.log);
    }
    descriptor.finish_guard(&mut work.log);
    json!({"entries": entries})
}

#[cfg(test)]
mod tests {
    use super::{Rate, rate};

    #[track_caller]
    fn check(bucket: (u128, u128, u128), expected: Option<(u128, &'static str, u128, bool)>) {
        let (most, fill, interval) = bucket;
        let expected = expected.map(|(requests, unit, burst, is_exact)| Rate {
            requests,
            unit,
            burst,
            is_exact,
        });
        assert_eq!(rate(most, fill, interval), expected, "{bucket:?}");
    }

    #[test]
    fn buckets_are_rates() {
        check((1, 1, 1_000), Some((1, "Seconds", 0, true)));
        check((50, 10, 60_000), Some((10, "Minutes", 40, true)));
        check((5, 100, 1_000), Some((5, "Seconds", 0, true)));
        check((1, 1, 100), Some((10, "Seconds", 0, false)));
        check((10, 10, 30_000), Some((20, "Minutes", 0, false)));
        check((1, 1, 90_000), Some((40, "Hours", 0, false)));
        check((7, 1, 7_000), Some((514, "Hours", 0, false)));
        check((1, 1, 7_200_000), None);
        check((1, 1, 0), None);
    }
}
