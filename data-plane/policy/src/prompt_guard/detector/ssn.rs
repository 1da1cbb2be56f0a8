//! Social security numbers of the United States.
//!
//! Must not take any nine digits for one (llm.md D-23): area 000, 666 and 900 to 999, group 00 and serial 0000 are
//! never given out (20 CFR 422.103, SSA POMS RM 10201.030), and without the usual hyphens a word has to stand near.

use super::digits::{groups, is_even, lengths, number, values};
use super::{Candidate, Detector, Judgement};

pub(super) const DETECTOR: Detector = Detector {
    token: "SSN",
    pattern: r"(?-u:\b)[0-9]{3}[-. ]?[0-9]{2}[-. ]?[0-9]{4}(?-u:\b)",
    words: &[
        "ssn",
        "ssns",
        "ssn#",
        "social security",
        "social sec",
        "soc sec",
        "socialsecurity",
        "social_security",
        "taxpayer",
    ],
    judge,
};

fn judge(candidate: &Candidate<'_>) -> Judgement {
    if !is_assignable(&values(candidate.text)) || candidate.continues(&['-', '.']) {
        return Judgement::Miss;
    }
    let groups = groups(candidate.text);
    let score = match *lengths(&groups).as_slice() {
        [3, 2, 4] if !is_even(&groups) => 20,
        [3, 2, 4] if candidate.text.contains('-') => 85,
        [3, 2, 4] => 50,
        _ => 5,
    };
    Judgement::whole(candidate, score)
}

fn is_assignable(digits: &[u32]) -> bool {
    let area = number(digits, 0..3);
    (1..900).contains(&area)
        && area != 666
        && number(digits, 3..5) != 0
        && number(digits, 5..9) != 0
}
