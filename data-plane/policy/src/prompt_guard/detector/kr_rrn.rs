//! Resident registration numbers of Korea, of citizens and of foreigners.
//!
//! Owns the check digit and the date of birth. Numbers given since October 2020 have no check digit: without one a
//! word has to stand near.

use super::digits::{number, values};
use super::{Candidate, Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "KR_RRN",
    pattern: r"(?-u:\b)[0-9]{6}-?[1-8][0-9]{6}(?-u:\b)",
    words: &[
        "rrn",
        "resident registration",
        "주민등록번호",
        "주민번호",
        "외국인등록번호",
    ],
    judge,
};

const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let digits = values(candidate.text);
    let month = number(&digits, 2..4);
    let day = number(&digits, 4..6);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || candidate.continues(&['-', '.']) {
        return Judgement::Miss;
    }
    match (has_check_digit(&digits), candidate.text.contains('-')) {
        (true, true) => Judgement::whole(candidate, 85),
        (true, false) => Judgement::whole(candidate, 45),
        (false, true) => Judgement::whole(candidate, 30),
        (false, false) => Judgement::Miss,
    }
}

fn has_check_digit(digits: &[u32]) -> bool {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    // Foreigners have the fifth to the eighth century digit, and a check digit two higher.
    let is_foreign = digits.get(6).is_some_and(|digit| *digit >= 5);
    let from = if is_foreign { 13 } else { 11 };
    digits.get(12) == Some(&((from - sum % 11) % 10))
}
