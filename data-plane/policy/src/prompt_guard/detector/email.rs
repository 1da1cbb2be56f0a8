//! Mail addresses.
//!
//! Must not look for what RFC 5321 allows and nobody has: quoted local parts, addresses without a top-level domain.
//! Letters beyond ASCII are not found; what is ASCII of such an address is.

use super::{Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "EMAIL_ADDRESS",
    pattern: r"[A-Za-z0-9_][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,24}",
    words: &[],
    judge: Judgement::certain,
};
