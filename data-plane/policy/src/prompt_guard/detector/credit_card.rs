//! Numbers of payment cards.
//!
//! Owns the prefixes of the networks with their lengths (ISO/IEC 7812) and the layout of groups. Must not take a
//! number whose check digit is wrong (llm.md D-23), nor the digits of a fraction.

use std::ops::RangeInclusive;

use super::checksum::luhn;
use super::digits::{Group, groups, number, values};
use super::{Candidate, Detector, Judgement};
use crate::prompt_guard::context::continues_after;
use crate::prompt_guard::score::Score;

pub(super) const DETECTOR: Detector = Detector {
    token: "CREDIT_CARD",
    pattern: r"(?-u:\b)[0-9](?:[-. ]?[0-9]){11,18}(?-u:\b)",
    words: &[
        "card",
        "cards",
        "credit",
        "debit",
        "visa",
        "mastercard",
        "amex",
        "maestro",
        "discover",
        "jcb",
        "diners",
        "pan",
        "cc",
        "cvv",
        "cvc",
        "expiry",
        "cartão",
        "karte",
        "carte",
        "tarjeta",
    ],
    judge,
};

/// A network: prefixes from `low` to `high`, and how many digits its numbers have.
struct Network {
    low: u32,
    high: u32,
    lengths: &'static [usize],
    /// Score of a number without groups. The lengths of time stamps need a word near them.
    bare: u8,
}

const fn network(low: u32, high: u32, lengths: &'static [usize], bare: u8) -> Network {
    Network {
        low,
        high,
        lengths,
        bare,
    }
}

/// Digits in a group, the last one apart.
const GROUP: RangeInclusive<usize> = 4..=6;

const LONG: &[usize] = &[16, 17, 18, 19];

const NETWORKS: &[Network] = &[
    // Visa.
    network(4, 4, &[16, 19], 85),
    network(4, 4, &[13], 20),
    // Mastercard.
    network(51, 55, &[16], 85),
    network(2221, 2720, &[16], 85),
    // American Express.
    network(34, 34, &[15], 85),
    network(37, 37, &[15], 85),
    // Discover.
    network(6011, 6011, LONG, 85),
    network(644, 649, LONG, 85),
    network(65, 65, LONG, 85),
    // Diners Club.
    network(300, 305, &[14], 50),
    network(3095, 3095, &[14], 50),
    network(36, 36, &[14], 50),
    network(38, 39, &[14], 50),
    // JCB.
    network(3528, 3589, LONG, 85),
    // UnionPay.
    network(62, 62, LONG, 60),
    network(81, 81, LONG, 40),
    // RuPay.
    network(508, 508, &[16], 60),
    network(60, 60, &[16], 60),
    network(82, 82, &[16], 40),
    // Mir.
    network(2200, 2204, LONG, 60),
    // Maestro.
    network(5018, 5018, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
    network(5020, 5020, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
    network(5038, 5038, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
    network(5893, 5893, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
    network(6304, 6304, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
    network(6759, 6763, &[12, 13, 14, 15, 16, 17, 18, 19], 20),
];

fn judge(candidate: &Candidate<'_>) -> Judgement {
    // Short groups are none of a card: this is cheap, and lists of small numbers are common.
    let first = candidate
        .text
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    if first < *GROUP.start() || candidate.continues_before(&['.']) {
        return Judgement::Miss;
    }
    let groups = groups(candidate.text);
    let mut groups = groups.as_slice();
    // The longest that ends with a group: a number may follow behind a space.
    while let [front @ .., last] = groups {
        let (text, rest) = candidate
            .text
            .split_at_checked(last.end)
            .unwrap_or_default();
        let behind = if rest.is_empty() {
            candidate.after
        } else {
            rest
        };
        let is_fraction = front.is_empty() && continues_after(behind, &['.']);
        if let Some(score) = score(text, groups)
            && !is_fraction
        {
            let end = last.end;
            return Judgement::Hit { end, score };
        }
        groups = front;
    }
    Judgement::Miss
}

fn score(text: &str, groups: &[Group<'_>]) -> Option<Score> {
    let digits = values(text);
    let known = NETWORKS
        .iter()
        .filter(|network| network.has(&digits))
        .map(|network| network.bare)
        .max()?;
    if !luhn(&digits) {
        return None;
    }
    match groups.split_last() {
        Some((_, [])) => Some(Score::percent(known)),
        // The last group may be short.
        Some((_, front)) if front.iter().all(|g| GROUP.contains(&g.digits.len())) => {
            Some(Score::percent(85))
        }
        Some(_) | None => None,
    }
}

// === impl Network ===

impl Network {
    fn has(&self, digits: &[u32]) -> bool {
        let places = match self.low {
            0..10 => 1,
            10..100 => 2,
            100..1000 => 3,
            _ => 4,
        };
        self.lengths.contains(&digits.len())
            && (self.low..=self.high).contains(&number(digits, 0..places))
    }
}
