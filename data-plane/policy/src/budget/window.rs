//! The windows of budgets.
//!
//! Owns where a window begins and ends, in UTC. Must not read a clock. Windows follow from the time alone, so that
//! all proxies have the same ones without talking to each other: days, weeks from Monday (ISO 8601) and months are
//! the calendar's, others are counted from the Unix epoch.

use std::num::NonZeroU64;
use std::time::Duration;

const DAY: u64 = 86_400;

/// 1970-01-01 was a Thursday: the Monday before it, in days.
const DAYS_SINCE_MONDAY: u64 = 3;

/// How long a budget lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// A month of the calendar.
    Month,
    /// So many seconds.
    Custom(NonZeroU64),
}

/// One window, in Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// Its first moment.
    pub start: Duration,
    /// The first moment of the next one.
    pub end: Duration,
}

// === impl Window ===

impl Window {
    /// The window in which `now` is.
    #[must_use]
    pub fn period(&self, now: Duration) -> Period {
        let now = now.as_secs();
        match self {
            Self::Day => Period::of(now - now % DAY, DAY),
            Self::Week => week(now),
            Self::Month => month(now / DAY),
            Self::Custom(length) => Period::of(now - now % length.get(), length.get()),
        }
    }
}

// === impl Period ===

impl Period {
    fn of(start: u64, length: u64) -> Self {
        Self {
            start: Duration::from_secs(start),
            end: Duration::from_secs(start.saturating_add(length)),
        }
    }
}

fn week(now: u64) -> Period {
    let weekday = (now / DAY).saturating_add(DAYS_SINCE_MONDAY) % 7;
    let monday = (now / DAY).checked_sub(weekday);
    // The first week begins before the epoch, and is cut there.
    let length = monday.map_or(7 - DAYS_SINCE_MONDAY, |_| 7);
    let start = monday.unwrap_or_default().saturating_mul(DAY);
    Period::of(start, length * DAY)
}

/// The month of a day since the epoch.
fn month(day: u64) -> Period {
    // 400 years repeat to the day, which spares the walk through long times.
    const CYCLE_DAYS: u64 = 146_097;
    let mut rest = day % CYCLE_DAYS;
    let mut year = 1970;
    while rest >= year_days(year) {
        rest -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while rest >= month_days(year, month) {
        rest -= month_days(year, month);
        month += 1;
    }
    let start = day - rest;
    let length = month_days(year, month);
    Period::of(start.saturating_mul(DAY), length * DAY)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn year_days(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn month_days(year: u64, month: u8) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Window};
    use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
    use std::num::NonZeroU64;
    use std::time::Duration;

    #[track_caller]
    fn check(window: Window, now: u64, start: u64, end: u64) {
        let period = window.period(Duration::from_millis(now * 1000 + 999));
        assert_eq!((period.start.as_secs(), period.end.as_secs()), (start, end));
    }

    fn custom(secs: u64) -> Window {
        Window::Custom(NonZeroU64::new(secs).expect("not zero"))
    }

    #[test]
    fn windows_are_those_of_the_calendar_in_utc() {
        // 2026-08-21 12:34:56, a Friday.
        let now = 1_787_315_696;
        check(Window::Day, now, 1_787_270_400, 1_787_356_800);
        // Monday the 17th to Monday the 24th.
        check(Window::Week, now, 1_786_924_800, 1_787_529_600);
        // The 1st of August to the 1st of September.
        check(Window::Month, now, 1_785_542_400, 1_788_220_800);
        check(custom(3600), now, 1_787_313_600, 1_787_317_200);
        // The ends of windows.
        check(Window::Day, 1_787_356_800, 1_787_356_800, 1_787_443_200);
        check(Window::Month, 1_788_220_799, 1_785_542_400, 1_788_220_800);
        // February of a leap year, and of 2100, which is none.
        check(Window::Month, 1_709_210_096, 1_706_745_600, 1_709_251_200);
        check(Window::Month, 4_107_542_399, 4_105_123_200, 4_107_542_400);
        check(Window::Week, 0, 0, 4 * DAY);
        check(Window::Week, 4 * DAY, 4 * DAY, 11 * DAY);
        check(Window::Month, 0, 0, 31 * DAY);
    }

    proptest! {
        #[test]
        fn windows_follow_each_other_without_gaps(
            window in prop_oneof![
                Just(Window::Day), Just(Window::Week), Just(Window::Month),
                (1_u64..10_000_000).prop_map(custom),
            ],
            now in 0_u64..300_000_000_000,
        ) {
            let now = Duration::from_secs(now);
            let period = window.period(now);
            prop_assert!(period.start <= now && now < period.end);
            prop_assert_eq!(window.period(period.start), period);
            prop_assert_eq!(window.period(period.end).start, period.end);
        }

        #[test]
        fn no_time_is_too_late(secs in 0_u64..=u64::MAX) {
            for window in [Window::Day, Window::Week, Window::Month, custom(u64::MAX)] {
                let period = window.period(Duration::from_secs(secs));
                prop_assert!(period.start.as_secs() <= secs);
            }
        }
    }
}
