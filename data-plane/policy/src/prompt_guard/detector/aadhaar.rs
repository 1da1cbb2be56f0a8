//! Aadhaar numbers of India.
//!
//! Must not take twelve digits whose check digit (Verhoeff) is wrong, that read the same from behind, or that are a
//! part of a longer number.

use super::checksum::verhoeff;
use super::digits::{groups, lengths, values};
use super::{Candidate, Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "IN_AADHAAR",
    pattern: r"(?-u:\b)[2-9][0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}(?-u:\b)",
    words: &["aadhaar", "aadhar", "uidai", "uid", "आधार"],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let digits = values(candidate.text);
    let is_palindrome = digits.iter().eq(digits.iter().rev());
    if is_palindrome || !verhoeff(&digits) || candidate.continues(&[' ', '-', '.']) {
        return Judgement::Miss;
    }
    match *lengths(&groups(candidate.text)).as_slice() {
        [4, 4, 4] => Judgement::whole(candidate, 60),
        _ => Judgement::whole(candidate, 20),
    }
}
