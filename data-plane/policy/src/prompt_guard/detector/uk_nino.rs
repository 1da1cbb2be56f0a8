//! National insurance numbers of the United Kingdom.
//!
//! Must not take prefixes that are never given out (HMRC NIM39110).

use super::{Candidate, Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "UK_NINO",
    pattern: r"(?-u:\b)[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d](?-u:\b)",
    words: &[
        "nino",
        "national insurance",
        "national_insurance",
        "ni number",
        "ni no",
        "nin",
    ],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let prefix = candidate.text.get(..2).unwrap_or_default();
    let upper = prefix.to_ascii_uppercase();
    let is_given = !upper.starts_with(['D', 'F', 'I', 'Q', 'U', 'V'])
        && !upper.ends_with(['D', 'F', 'I', 'O', 'Q', 'U', 'V'])
        && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&upper.as_str());
    match (is_given, prefix == upper) {
        (false, _) => Judgement::Miss,
        // Two letters, digits, a letter: in lower case that may be any identifier.
        (true, false) => Judgement::whole(candidate, 20),
        (true, true) => Judgement::whole(candidate, 60),
    }
}
