//! Cache markers of blocks as cache points, which are blocks of their own behind what they mark.
//!
//! Invariant: there are at most four in a request; those of the system prompt come first, then those of turns, then tools.

use serde::Deserialize;

use super::Family;
use crate::Notes;
use crate::shape::converse::CachePoint;
use crate::text::{Json, JsonText};

/// The most that Bedrock takes.
const LIMIT: u8 = 4;

/// Where a point may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    System,
    Messages,
    Tools,
}

/// Hands out the points of one request.
#[derive(Debug)]
pub(super) struct CachePoints {
    family: Family,
    left: u8,
}

#[derive(Default, Deserialize)]
struct Marker<'a> {
    #[serde(borrow, default)]
    ttl: Option<JsonText<'a>>,
}

// === impl CachePoints ===

impl CachePoints {
    pub(super) const fn new(family: Family) -> Self {
        Self {
            family,
            left: LIMIT,
        }
    }

    /// The point for a block's `cache_control`.
    pub(super) fn point(
        &mut self,
        marker: Option<Json<'_>>,
        place: Place,
        notes: &mut Notes,
    ) -> Option<CachePoint<'static>> {
        let marker = marker?;
        if self.left == 0 || !self.family.caches(place) {
            notes.dropped("cache_control");
            return None;
        }
        self.left -= 1;
        let ttl = marker.read::<Marker<'_>>().unwrap_or_default().ttl;
        let is_kept = self.family.caches_longer();
        notes.dropped_if("cache_control.ttl", ttl.is_some() && !is_kept);
        Some(CachePoint::new(
            ttl.filter(|_| is_kept).map(JsonText::into_owned),
        ))
    }
}
