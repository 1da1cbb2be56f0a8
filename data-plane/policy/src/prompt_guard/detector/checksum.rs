//! Check digits.
//!
//! Must not know what a number is for. Invariant: a digit is below 10; what is not a digit fails.

/// Luhn's formula (ISO/IEC 7812-1 annex B): every second digit from the right is doubled.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled @ 0..10) => doubled,
            (_, doubled) => doubled - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Verhoeff's scheme: the digits are elements of the dihedral group of the pentagon, permuted by their place.
pub(super) fn verhoeff(digits: &[u32]) -> bool {
    let product = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |product, (index, digit)| {
            let permuted = (0..index % 8).fold(*digit, |digit, _| permute(digit));
            multiply(product, permuted)
        });
    product == 0
}

/// One step of Verhoeff's permutation.
fn permute(digit: u32) -> u32 {
    match digit {
        0 => 1,
        1 => 5,
        2 => 7,
        3 => 6,
        4 => 2,
        5 => 8,
        6 => 3,
        7 => 0,
        8 => 9,
        _ => 4,
    }
}

/// Turns are 0 to 4, flips are 5 to 9.
fn multiply(left: u32, right: u32) -> u32 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - right) % 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// ISO 7064 MOD 97-10, with letters as 10 to 35, over text that begins with the characters that IBAN moves to the end.
pub(super) fn mod_97(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(4) else {
        return false;
    };
    let rest = tail.chars().chain(head.chars()).try_fold(0, |rest, c| {
        let value = c.to_digit(36)?;
        let scale = if value < 10 { 10 } else { 100 };
        Some((rest * scale + value) % 97)
    });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::{luhn, mod_97, verhoeff};
    use crate::prompt_guard::detector::digits::values;

    /// Every one of these schemes finds any single wrong digit.
    #[track_caller]
    fn check(scheme: fn(&[u32]) -> bool, valid: &str) {
        let digits = values(valid);
        assert!(scheme(&digits), "{valid}");
        for place in 0..digits.len() {
            for digit in 0..10 {
                let mut other = digits.clone();
                other[place] = digit;
                assert_eq!(scheme(&other), other == digits, "{other:?}");
            }
        }
    }

    #[test]
    fn luhn_numbers() {
        for valid in ["79927398713", "4111111111111111", "046454286"] {
            check(luhn, valid);
        }
    }

    #[test]
    fn verhoeff_numbers() {
        for valid in ["2363", "123451", "234123412346"] {
            check(verhoeff, valid);
        }
    }

    #[test]
    fn numbers_modulo_97() {
        for valid in [
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "GB29nwbk60161331926819",
        ] {
            assert!(mod_97(valid), "{valid}");
        }
        for wrong in ["GB82WEST12345698765433", "GB2", "", "GB82 WEST", "é"] {
            assert!(!mod_97(wrong), "{wrong}");
        }
    }
}
