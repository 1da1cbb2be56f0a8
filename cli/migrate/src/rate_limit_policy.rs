//! RateLimitPolicy: limits of requests per unit of time, as KubeLB's tutorial writes them.
//!
//! Owns the units. No release of kgateway has the kind, so its fields are those of the tutorial: a target, and limits
//! of `requests` (or `tokens`) per `unit`. A local limit counts per proxy.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put_at};
use super::policy::{Blocks, Targets};
use super::set::Work;

/// Converts one.
pub(crate) fn convert(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let targets = Targets::take(&mut spec, work);
    let mut limits = Vec::new();
    for limit in spec.objects("limits") {
        limits.extend(one(limit, work));
    }
    if !limits.is_empty() {
        let now = "spec.traffic.rateLimit.local; each proxy counts by itself";
        work.log.changed("spec.limits", now);
    }
    let mut blocks = Blocks::default();
    put_at(&mut blocks.traffic, &["rateLimit", "local"], json!(limits));
    spec.finish_guard(&mut work.log);
    super::traffic_policy::close(&mut blocks.traffic, &mut work.log);
    blocks.attach(targets, &manifest::metadata(value), work)
}

fn one(mut limit: Fields, work: &mut Work<'_>) -> Option<Value> {
    let place = limit.path().to_owned();
    let unit = limit.text("unit").unwrap_or_default();
    let mut found = Map::new();
    let (unit, divisor) = match unit.to_lowercase().trim_end_matches('s') {
        "second" => ("Seconds", 1),
        "minute" => ("Minutes", 1),
        "hour" => ("Hours", 1),
        "day" => {
            work.log
                .changed(&place, "a day is 24 hours, of which each has its share");
            ("Hours", 24)
        }
        _ => {
            work.log
                .unguarded(&place, "the unit must be second, minute, hour or day");
            limit.rest();
            return None;
        }
    };
    for what in ["requests", "tokens"] {
        if let Some(count) = limit.number(what) {
            found.insert(what.to_owned(), json!((count / divisor).max(1)));
        }
    }
    found.insert("unit".to_owned(), json!(unit));
    if let Some(burst) = limit.number("burst") {
        found.insert("burst".to_owned(), json!(burst));
    }
    limit.finish_guard(&mut work.log);
    Some(Value::Object(found))
}
