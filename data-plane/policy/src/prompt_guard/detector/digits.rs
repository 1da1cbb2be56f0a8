//! Numbers as people write them: groups of digits and what stands between.
//!
//! Must not know what a number means. Invariant: groups are in order, and what is between two is not a digit.

use std::ops::Range;

/// Digits without anything between them.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) digits: &'a str,
    /// What stands between the group in front and this one.
    pub(super) separator: &'a str,
    /// Where the group ends in the text.
    pub(super) end: usize,
}

/// The groups of a text.
pub(super) fn groups(text: &str) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let mut at = 0;
    while let Some(skipped) = text
        .get(at..)
        .and_then(|rest| rest.find(|c: char| c.is_ascii_digit()))
    {
        let start = at + skipped;
        let rest = text.get(start..).unwrap_or_default();
        let length = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        groups.push(Group {
            digits: rest.get(..length).unwrap_or_default(),
            separator: text.get(at..start).unwrap_or_default(),
            end: start + length,
        });
        at = start + length;
    }
    groups
}

/// How many digits each group has.
pub(super) fn lengths(groups: &[Group<'_>]) -> Vec<usize> {
    groups.iter().map(|group| group.digits.len()).collect()
}

/// The values of all digits of a text.
pub(super) fn values(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// The number that some of the digits are; 0 where there are not as many.
pub(super) fn number(digits: &[u32], range: Range<usize>) -> u32 {
    digits
        .get(range)
        .unwrap_or_default()
        .iter()
        .fold(0, |number: u32, digit| {
            number.wrapping_mul(10).wrapping_add(*digit)
        })
}

/// Whether the same thing stands between all groups.
pub(super) fn is_even(groups: &[Group<'_>]) -> bool {
    let mut separators = groups.iter().skip(1).map(|group| group.separator);
    let first = separators.next();
    separators.all(|separator| Some(separator) == first)
}

/// Whether all digits are the same.
pub(super) fn is_monotonous(digits: &[u32]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}
