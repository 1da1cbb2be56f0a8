//! Decimal texts as whole numbers of a small unit.
//!
//! Owns the one grammar of prices: digits, and at most one point with digits on both sides. Must not know what
//! the number counts. Nothing is rounded: a text with more places than asked for is refused.

/// Most digits before the point. With six places behind it, a rate stays below 2^64.
const WHOLE_DIGITS: usize = 12;

/// Why a text is no decimal that can be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// A sign, an exponent, a space, no digit.
    #[error("is no plain decimal; write it as 3 or 0.15, without sign or exponent")]
    Form,
    /// It would have to be rounded.
    #[error("has more than {0} digits behind the point; round it")]
    Fraction(usize),
    /// It is larger than any price.
    #[error("has more than 12 digits before the point")]
    Whole,
}

/// The number that `text` is, in units of 10^-`places`.
pub(super) fn fixed(text: &str, places: usize) -> Result<u128, DecimalError> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(DecimalError::Form),
        None => (text, ""),
    };
    let mut digits = whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || !digits.all(|byte| byte.is_ascii_digit()) {
        return Err(DecimalError::Form);
    }
    if whole.len() > WHOLE_DIGITS {
        return Err(DecimalError::Whole);
    }
    if fraction.len() > places {
        return Err(DecimalError::Fraction(places));
    }
    let missing = std::iter::repeat_n(b'0', places - fraction.len());
    let digits = whole.bytes().chain(fraction.bytes()).chain(missing);
    Ok(digits.fold(0_u128, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u128::from(digit - b'0'))
    }))
}

#[cfg(test)]
mod tests {
    use super::{DecimalError, fixed};

    #[track_caller]
    fn check(text: &str, places: usize, expected: Result<u128, DecimalError>) {
        assert_eq!(fixed(text, places), expected, "{text}");
    }

    #[test]
    fn plain_decimals_are_read_and_nothing_is_rounded() {
        check("0", 6, Ok(0));
        check("3", 6, Ok(3_000_000));
        check("0.15", 6, Ok(150_000));
        check("007.5", 6, Ok(7_500_000));
        check("0.123456", 6, Ok(123_456));
        check("0.000000000001", 12, Ok(1));
        check("999999999999.999999", 6, Ok(999_999_999_999_999_999));
        check("0.1234567", 6, Err(DecimalError::Fraction(6)));
        check("1.0000000", 6, Err(DecimalError::Fraction(6)));
        check("1000000000000", 6, Err(DecimalError::Whole));
        for text in [
            "", ".", ".5", "1.", "-1", "+1", "1e3", "1 ", "1.2.3", "1_0", "٣",
        ] {
            check(text, 6, Err(DecimalError::Form));
        }
    }
}
