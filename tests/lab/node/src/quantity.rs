//! Quantities of Kubernetes (`250m`, `64Mi`, `1e3`), as whole thousandths.
//!
//! Must not know what is measured. Invariant: what cannot be read is `None`, never a guess.

/// A quantity in thousandths.
pub(crate) fn millis(text: &str) -> Option<i128> {
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let factor: i128 = match suffix {
        "m" => 1,
        "" => 1000,
        "k" => 1_000_000,
        "M" => 1_000_000_000,
        "G" => 1_000_000_000_000,
        "T" => 1_000_000_000_000_000,
        "Ki" => 1000 << 10,
        "Mi" => 1000 << 20,
        "Gi" => 1000 << 30,
        "Ti" => 1000 << 40,
        _ => 1000_i128
            .checked_mul(10_i128.checked_pow(suffix.strip_prefix(['e', 'E'])?.parse().ok()?)?)?,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    if number.is_empty() || part.len() > 9 {
        return None;
    }
    let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let part: i128 = if part.is_empty() {
        0
    } else {
        part.parse().ok()?
    };
    let total = whole.checked_mul(scale)?.checked_add(part)?;
    total.checked_mul(factor)?.checked_div(scale)
}

/// How many divisors fit into a quantity, rounded up: what `resourceFieldRef` gives.
pub(crate) fn divided(quantity: &str, divisor: &str) -> Option<String> {
    let divisor = if divisor.is_empty() || divisor == "0" {
        1000
    } else {
        millis(divisor)?
    };
    if divisor == 0 {
        return None;
    }
    let value = millis(quantity)?;
    Some((value.checked_add(divisor - 1)?.checked_div(divisor)?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1", Some(1000)),
            ("250m", Some(250)),
            ("1.5", Some(1500)),
            (".5", Some(500)),
            ("64Ki", Some(65_536_000)),
            ("1e3", Some(1_000_000)),
            ("2k", Some(2_000_000)),
            ("", None),
            ("m", None),
            ("1x", None),
            ("1e99", None),
            ("-1", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }

    #[test]
    fn a_limit_is_divided_and_rounded_up() {
        for (quantity, divisor, expected) in [
            ("2", "1", Some("2")),
            ("1500m", "1", Some("2")),
            ("1500m", "1m", Some("1500")),
            ("64Mi", "1Mi", Some("64")),
            ("100m", "", Some("1")),
            ("1", "x", None),
        ] {
            assert_eq!(
                divided(quantity, divisor).as_deref(),
                expected,
                "{quantity} / {divisor}"
            );
        }
    }
}
