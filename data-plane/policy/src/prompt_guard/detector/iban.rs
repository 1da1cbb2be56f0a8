//! International bank account numbers (ISO 13616).
//!
//! Owns how long they are in each country of SWIFT's registry. Must not take one whose check digits are wrong.

use super::checksum::mod_97;
use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::score::Score;

pub(super) const DETECTOR: Detector = Detector {
    token: "IBAN",
    pattern: r"(?-u:\b)[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}(?-u:\b)",
    words: &[],
    judge,
};

/// Countries by the length of their numbers.
const LENGTHS: &[(usize, &str)] = &[
    (15, "NO"),
    (16, "BE"),
    (18, "DK FK FO FI GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

fn judge(candidate: &Candidate<'_>) -> Judgement {
    let country = candidate.text.get(..2).unwrap_or_default();
    let country = country.to_ascii_uppercase();
    let Some((length, _)) = LENGTHS
        .iter()
        .find(|(_, countries)| countries.split(' ').any(|one| one == country))
    else {
        return Judgement::Miss;
    };
    let places = || {
        let chars = candidate.text.char_indices();
        chars
            .filter(|(_, c)| c.is_ascii_alphanumeric())
            .take(*length)
    };
    let compact: String = places().map(|(_, c)| c).collect();
    let end = places().last().map_or(0, |(at, _)| at + 1);
    // The number must end where a word ends.
    let goes_on = candidate
        .text
        .get(end..)
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if compact.len() < *length || goes_on || !mod_97(&compact) {
        return Judgement::Miss;
    }
    Judgement::Hit {
        end,
        score: Score::percent(95),
    }
}
