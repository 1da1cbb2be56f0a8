//! Social insurance numbers of Canada.
//!
//! Must not take nine digits with a wrong check digit. A first digit 8 is that of businesses, never of a person.

use super::checksum::luhn;
use super::digits::{groups, is_monotonous, lengths, values};
use super::{Candidate, Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "CA_SIN",
    pattern: r"(?-u:\b)(?:[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{3}-[0-9]{3}-[0-9]{3}|[0-9]{9})(?-u:\b)",
    words: &[
        "sin",
        "sin#",
        "social insurance",
        "social_insurance",
        "nas",
        "assurance sociale",
    ],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let digits = values(candidate.text);
    if digits.first() == Some(&8)
        || is_monotonous(&digits)
        || !luhn(&digits)
        || candidate.continues(&['-', '.'])
    {
        return Judgement::Miss;
    }
    match lengths(&groups(candidate.text)).len() {
        1 => Judgement::whole(candidate, 20),
        _ => Judgement::whole(candidate, 60),
    }
}
