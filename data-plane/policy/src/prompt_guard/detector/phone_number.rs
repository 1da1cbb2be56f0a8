//! Telephone numbers.
//!
//! Owns the layout: what may stand between groups, the international prefix (ITU-T E.164), and which part of a longer
//! run of digits is the number. `national` owns the plans of countries. Must not take dates, versions, cards or times.
//! This is a fraction of what a numbering database knows: a well laid out number of another country without `+` is
//! not found, and a number that no plan forbids need not be in service.

mod national;

use super::digits::{Group, groups, values};
use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::score::Score;

pub(super) const DETECTOR: Detector = Detector {
    token: "PHONE_NUMBER",
    pattern: r"(?-u:\+|\(|\b)[0-9][0-9()/. -]{5,26}[0-9](?-u:\b)",
    words: &[
        "phone",
        "phones",
        "telephone",
        "tel",
        "mobile",
        "cell",
        "cellphone",
        "call",
        "fax",
        "sms",
        "whatsapp",
        "telefon",
        "handy",
        "mobil",
        "rufnummer",
        "telefone",
        "celular",
        "fone",
        "contact",
        "dial",
        "טלפון",
        "נייד",
        "फ़ोन",
        "मोबाइल",
    ],
    judge,
};

/// `+33 1 23 45 67 89` has six, a few have one more.
const MOST_GROUPS: usize = 7;
/// Digits that the shortest number has, with its country code or its 0.
const FEWEST_DIGITS: usize = 8;

fn judge(candidate: &Candidate<'_>) -> Judgement {
    if candidate.continues_before(&['-', '.', '/']) {
        return Judgement::Miss;
    }
    let groups = groups(candidate.text);
    let mut groups = groups.get(..MOST_GROUPS).unwrap_or(&groups);
    // The longest that ends with a group: a number or a date may follow behind a space.
    while let [front @ .., last] = groups {
        let digits: usize = groups.iter().map(|group| group.digits.len()).sum();
        if digits < FEWEST_DIGITS {
            break;
        }
        if let Some(hundredths) = score(candidate.text, groups) {
            return Judgement::Hit {
                end: last.end,
                score: Score::percent(hundredths),
            };
        }
        groups = front;
    }
    Judgement::Miss
}

fn score(text: &str, groups: &[Group<'_>]) -> Option<u8> {
    let (first, others) = groups.split_first()?;
    if !others.iter().all(|group| is_separator(group.separator)) {
        return None;
    }
    match first.separator {
        "+" => international(text, groups),
        "" | "(" => national::score(groups),
        _ => None,
    }
}

/// What may stand between two groups. Two of the same kind in a row are the end of one thing and the start of
/// another.
fn is_separator(text: &str) -> bool {
    matches!(
        text,
        " " | "-" | "." | "/" | ") " | ")" | ")-" | " (" | "-(" | "(" | " - " | " / "
    )
}

/// `+`, country code, national number: 15 digits at most.
fn international(text: &str, groups: &[Group<'_>]) -> Option<u8> {
    let last = groups.last()?.end;
    // The trunk prefix of the country, which is not dialled from abroad.
    let digits = values(&text.get(..last)?.replace("(0)", ""));
    // No country code begins with 0, and none that is in use is followed by fewer than 5 digits.
    if !(FEWEST_DIGITS..=15).contains(&digits.len()) || digits.first() == Some(&0) {
        return None;
    }
    let is_possible = match digits.as_slice() {
        [1, rest @ ..] => national::is_north_american(rest),
        [4, 4, rest @ ..] => (9..=10).contains(&rest.len()),
        [4, 9, rest @ ..] => (6..=13).contains(&rest.len()),
        [9, 7, 2, rest @ ..] => (8..=9).contains(&rest.len()),
        [9, 1, rest @ ..] => rest.len() == 10,
        [5, 5, rest @ ..] => (10..=11).contains(&rest.len()),
        _ => true,
    };
    is_possible.then_some(75)
}
