//! Kubernetes quantities as whole numbers: `2Mi`, `1.5k`, `5e6`.
//!
//! Owns the arithmetic, which is exact and rounds up as Kubernetes does. Must not know what is measured. What does not fit is no
//! number.

/// Powers of ten below 2^128 that a quantity of 32 characters can need.
const TEN: u128 = 10;

/// The number that a quantity stands for, rounded up; `None` where it is none, is negative, or does not fit.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text
        .find(|char: char| !char.is_ascii_digit() && char != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    if integer.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits = format!("{integer}{fraction}");
    let digits: u128 = digits.parse().ok()?;
    let places = u32::try_from(fraction.len()).ok()?;
    let (times, by) = scale(suffix)?;
    let divisor = TEN.checked_pow(places)?.checked_mul(by)?;
    let value = digits.checked_mul(times)?.div_ceil(divisor);
    u64::try_from(value).ok()
}

/// What a suffix multiplies by, and divides by.
fn scale(suffix: &str) -> Option<(u128, u128)> {
    let ten = |power: u32| TEN.checked_pow(power);
    let times = match suffix {
        "" => 1,
        "n" => return Some((1, ten(9)?)),
        "u" => return Some((1, ten(6)?)),
        "m" => return Some((1, ten(3)?)),
        "k" => ten(3)?,
        "M" => ten(6)?,
        "G" => ten(9)?,
        "T" => ten(12)?,
        "P" => ten(15)?,
        "E" => ten(18)?,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "Pi" => 1 << 50,
        "Ei" => 1 << 60,
        exponent => {
            let exponent = exponent.strip_prefix(['e', 'E'])?;
            let exponent: i32 = exponent.parse().ok()?;
            let power = ten(exponent.unsigned_abs())?;
            return Some(if exponent < 0 { (1, power) } else { (power, 1) });
        }
    };
    Some((times, 1))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn quantities_are_whole_numbers() {
        for (text, expected) in [
            ("0", Some(0)),
            ("2097152", Some(2_097_152)),
            ("2Mi", Some(2_097_152)),
            ("+1.5Ki", Some(1536)),
            (".5k", Some(500)),
            ("1.", Some(1)),
            ("1500m", Some(2)),
            ("1n", Some(1)),
            ("5e6", Some(5_000_000)),
            ("5E+2", Some(500)),
            ("5e-1", Some(1)),
            ("1E", Some(1_000_000_000_000_000_000)),
            ("16Ei", None),
            ("-1", None),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("1Q", None),
            ("1e99", None),
            ("99999999999999999999999999999999", None),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }
}
