//! Findings of the proxy's own decoder: what a proxy would refuse.
//!
//! Owns the way from a refused resource back to the object it was made from. A finding here is a defect of ours or
//! a limit of the proxy that the translation does not know: it is told as what it is.

use cp_files::Severity;
use cp_translate::GatewayKey;
use dp_config::Rejection;
use proto::tidegate::v1::Source;
use xds::snapshot::Snapshot;

use super::{Finding, Place};
use crate::offline;
use crate::render;

/// One finding per refused resource.
pub(crate) fn find(
    gateway: &GatewayKey,
    snapshot: &Snapshot,
    rejection: &Rejection,
) -> Vec<Finding> {
    rejection
        .items
        .iter()
        .map(|refused| {
            let source = source(snapshot, &refused.type_url, &refused.name);
            let of = source.as_ref().map(render::source_name).unwrap_or_default();
            let path = if refused.path.is_empty() { "" } else { ": " };
            Finding {
                place: source.map(place).unwrap_or_default(),
                severity: Severity::Error,
                message: format!(
                    "{of}: a proxy of Gateway {gateway} would refuse {}{path}{}: {}",
                    refused.name, refused.path, refused.message
                ),
                remedy: "change the field that this comes from; the last good content would stay in force"
                    .to_owned(),
                code: "RejectedByProxy".to_owned(),
            }
        })
        .collect()
}

fn source(snapshot: &Snapshot, type_url: &str, name: &str) -> Option<Source> {
    let resource = snapshot.get(type_url.parse().ok()?, name)?;
    offline::provenance(resource)?.sources.into_iter().next()
}

fn place(source: Source) -> Place {
    Place {
        file: source.file,
        line: source.line,
        column: 0,
    }
}
