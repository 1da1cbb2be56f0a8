//! The spellings of times and lengths of time in headers.
//!
//! It must not know headers. Times are since 1970-01-01T00:00:00Z; one before it is nothing. Invariant: reading never
//! panics, and a text that is only nearly right is none.

use std::time::Duration;

const DAY: u64 = 86_400;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A length as Go writes it: `6m0s`, `1.5s`, `120ms`; no sign.
pub(super) fn length(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let unit_at = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, behind) = rest.split_at_checked(unit_at)?;
        let unit_end = behind
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(unit_end)?;
        let seconds = match unit {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = behind;
    }
    (!text.is_empty()).then_some(total)
}

/// The three forms of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
/// `Sun Nov  6 08:49:37 1994`.
pub(super) fn http_date(text: &str) -> Option<Duration> {
    let mut parts = text
        .split([' ', ',', '-', ':'])
        .filter(|part| !part.is_empty());
    let mut next = || parts.next();
    let _weekday = next()?;
    let (first, second) = (next()?, next()?);
    let (day, month, year, clock) = if first.starts_with(|letter: char| letter.is_ascii_digit()) {
        let year = next()?;
        (first, second, year, [next()?, next()?, next()?])
    } else {
        let clock = [next()?, next()?, next()?];
        (second, first, next()?, clock)
    };
    if !matches!(next(), None | Some("GMT" | "UTC")) {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = match (year.len(), whole(year)?) {
        (2, year @ 0..70) => 2000 + year,
        (2, year) => 1900 + year,
        (_, year) => year,
    };
    let [hour, minute, second] = clock.map(whole);
    let month = u64::try_from(month).ok()? + 1;
    let date = days(year, month, whole(day)?)?;
    Some(Duration::from_secs(
        date * DAY + of_day(hour?, minute?, second?)?,
    ))
}

/// RFC 3339: `2026-10-08T12:00:00Z`, with a fraction or an offset.
#[must_use]
pub fn rfc3339(text: &str) -> Option<Duration> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-').map(whole);
    let days = days(date.next()??, date.next()??, date.next()??)?;
    if date.next().is_some() {
        return None;
    }
    let zone_at = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at_checked(zone_at)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut clock = clock.split(':').map(whole);
    let seconds = of_day(clock.next()??, clock.next()??, clock.next()??)?;
    if clock.next().is_some() {
        return None;
    }
    whole(fraction.get(..fraction.len().min(9))?)?;
    let fraction = Duration::try_from_secs_f64(format!("0.{fraction}").parse().ok()?).ok()?;
    let local = Duration::from_secs(days * DAY + seconds) + fraction;
    if zone.eq_ignore_ascii_case("z") {
        return Some(local);
    }
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let offset = Duration::from_secs(of_day(whole(hours)?, whole(minutes)?, 0)?);
    match zone.starts_with('-') {
        true => local.checked_add(offset),
        false => local.checked_sub(offset),
    }
}

/// Seconds since midnight; a leap second is taken.
fn of_day(hour: u64, minute: u64, second: u64) -> Option<u64> {
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that a leap day is the last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let since_year_0 = year * 365 + year / 4 - year / 100 + year / 400 + of_year;
    // 1970-01-01 is day 719,468 of that count.
    since_year_0.checked_sub(719_468)
}

fn whole(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{http_date, length, rfc3339};

    #[test]
    fn lengths() {
        for (text, expected) in [
            ("6m0s", Some(360.0)),
            ("1.5s", Some(1.5)),
            ("120ms", Some(0.12)),
            ("2m59.56s", Some(179.56)),
            ("1h2m3s", Some(3723.0)),
            ("1d", Some(86_400.0)),
            ("500\u{b5}s", Some(0.000_5)),
            ("34s", Some(34.0)),
            ("", None),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("5x", None),
            ("1.2.3s", None),
            ("99999999999999999999999s", None),
        ] {
            assert_eq!(
                length(text),
                expected.map(Duration::from_secs_f64),
                "{text}"
            );
        }
    }

    #[test]
    fn http_dates() {
        // The examples of RFC 9110 are one time.
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(http_date(text), Some(Duration::from_secs(784_111_777)));
        }
        for text in [
            "",
            "Sun, 06 Nov 1994",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CEST",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn rfc3339_times() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2000-02-29T00:00:00Z", Some(951_782_400.0)),
            ("2024-03-01T00:00:00Z", Some(1_709_251_200.0)),
            ("2026-01-01T00:00:00Z", Some(1_767_225_600.0)),
            ("2026-01-01T01:30:00+01:30", Some(1_767_225_600.0)),
            ("2025-12-31T22:00:00-02:00", Some(1_767_225_600.0)),
            ("2026-01-01T00:00:00.5z", Some(1_767_225_600.5)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-01-01T00:00:00", None),
            ("2026-01-01", None),
            ("2026-01-01T00:00:00.Z", None),
            ("2026-01-01T00:00Z", None),
            ("1970-01-01T00:00:00+01:00", None),
        ] {
            assert_eq!(
                rfc3339(text),
                expected.map(Duration::from_secs_f64),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9TZ:. +mshu,ANov-]{0,32}|\\PC{0,16}") {
            let _ = (length(&text), http_date(&text), rfc3339(&text));
        }
    }
}
