//! Numbers as they are dialled within a country: US and CA (one plan), GB, DE, IL, IN, BR.
//!
//! Must not take digits without layout for a number: those have a low score, and need a word near them. Layouts are
//! those of the national plans: NANPA, Ofcom, Bundesnetzagentur, the ministries of IL and IN, Anatel.

use crate::prompt_guard::detector::digits::{Group, lengths};

/// Laid out as the plan has it.
const LAID_OUT: u8 = 55;
/// Digits that the plan allows.
const BARE: u8 = 15;

/// Score of the groups as a number of any of the countries.
pub(super) fn score(groups: &[Group<'_>]) -> Option<u8> {
    let digits: Vec<u32> = groups
        .iter()
        .flat_map(|group| group.digits.chars())
        .filter_map(|c| c.to_digit(10))
        .collect();
    let lengths = lengths(groups);
    let plans = [
        north_america(&digits, &lengths),
        trunk_zero(&digits, groups),
        india(&digits, &lengths),
        brazil(&digits, groups),
    ];
    plans.into_iter().flatten().max()
}

/// Area code and exchange begin with 2 to 9, and neither is one of the service codes N11.
pub(super) fn is_north_american(digits: &[u32]) -> bool {
    let is_code = |code: &[u32]| matches!(code, [2..=9, b, c] if (*b, *c) != (1, 1));
    digits.len() == 10
        && digits.get(..3).is_some_and(is_code)
        && digits.get(3..6).is_some_and(is_code)
}

fn north_america(digits: &[u32], lengths: &[usize]) -> Option<u8> {
    let (national, lengths) = match digits {
        [1, rest @ ..] if digits.len() == 11 => {
            let rest_lengths = match lengths {
                [1, others @ ..] => others,
                others => others,
            };
            (rest, rest_lengths)
        }
        _ => (digits, lengths),
    };
    if !is_north_american(national) {
        return None;
    }
    Some(match lengths {
        [3, 3, 4] => LAID_OUT,
        [3, 7] | [6, 4] => 30,
        _ => BARE,
    })
}

/// GB, DE, IL and the landlines of IN: 0, area code, number.
fn trunk_zero(digits: &[u32], groups: &[Group<'_>]) -> Option<u8> {
    let [0, 1..=9, ..] = digits else {
        return None;
    };
    let lengths = lengths(groups);
    let (area, others) = lengths.split_first()?;
    let has_slash = |group: &Group<'_>| group.separator.contains('/');
    // A slash stands behind the area code, if at all.
    if groups.iter().skip(2).any(has_slash) {
        return None;
    }
    // Nine digits are the fewest with 0: `03 1234567` of IL. A date has eight.
    let fits = match (digits, digits.len()) {
        // IL: landline 0A NNNNNNN, mobile 05A and 07A.
        ([0, 2 | 3 | 4 | 8 | 9, ..], 9) => *area == 2,
        ([0, 5 | 7, ..], 10) if *area == 3 => true,
        // DE mobile 015, 016, 017, and any area.
        ([0, ..], 10..=12) => (3..=5).contains(area),
        ([0, ..], 9) => *area >= 3,
        _ => return None,
    };
    match others {
        // Groups of one digit are not how anyone writes a number.
        [_, ..] if fits && others.iter().all(|length| *length >= 2) => Some(LAID_OUT),
        [] if digits.len() <= 12 => Some(BARE),
        _ => None,
    }
}

/// Mobile numbers: ten digits from 6 on, as 5-5 or 3-3-4 or 4-3-3.
fn india(digits: &[u32], lengths: &[usize]) -> Option<u8> {
    let ([6..=9, ..], 10) = (digits, digits.len()) else {
        return None;
    };
    match lengths {
        [5, 5] | [4, 3, 3] => Some(LAID_OUT),
        [10] => Some(BARE),
        _ => None,
    }
}

/// Area code of two digits without 0, then nine digits from 9 on or eight from 2 to 5.
fn brazil(digits: &[u32], groups: &[Group<'_>]) -> Option<u8> {
    let is_possible = matches!(
        (digits, digits.len()),
        ([1..=9, 1..=9, 9, ..], 11) | ([1..=9, 1..=9, 2..=5, ..], 10)
    );
    let ends_with_hyphen = groups.last().is_some_and(|last| last.separator == "-");
    let has_brackets = groups.first().is_some_and(|first| first.separator == "(");
    match *lengths(groups).as_slice() {
        _ if !is_possible => None,
        [2, 5, 4] | [2, 4, 4] if ends_with_hyphen || has_brackets => Some(LAID_OUT),
        [2, 1, 4, 4] if ends_with_hyphen => Some(LAID_OUT),
        [2, 5, 4] | [2, 4, 4] | [2, 9] | [2, 8] => Some(30),
        [10 | 11] => Some(BARE),
        _ => None,
    }
}
