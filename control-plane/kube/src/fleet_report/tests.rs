//! How often reports are written, and under which names.

use std::time::{Duration, Instant};

use cp_api::fleet_report::{Applied, FleetReportSpec, ReportedProfile};
use cp_translate::GatewayKey;

use super::{Due, PACE, PAUSE, RENEWAL, Reports, Schedule, name};

fn gateway() -> GatewayKey {
    GatewayKey::new("default", "edge")
}

fn reports(proxies: u32) -> Reports {
    let report = FleetReportSpec {
        applied: vec![Applied {
            profile: ReportedProfile::Tidegate,
            commit: "a".to_owned(),
            proxies,
        }],
        ..FleetReportSpec::default()
    };
    [(gateway(), report)].into()
}

#[test]
fn a_report_is_written_at_once_then_at_a_pace_and_renewed() {
    let (mut schedule, start) = (Schedule::default(), Instant::now());
    assert_eq!(
        schedule.due(&reports(1), start),
        Due::Write(gateway()),
        "the first"
    );
    schedule.done(Due::Write(gateway()), &reports(1), start, false);
    assert_eq!(
        schedule.due(&reports(1), start),
        Due::Later(Some(start + RENEWAL))
    );
    assert_eq!(
        schedule.due(&reports(2), start),
        Due::Later(Some(start + PACE))
    );
    assert_eq!(
        schedule.due(&reports(2), start + PACE),
        Due::Write(gateway())
    );
    assert_eq!(
        schedule.due(&reports(1), start + RENEWAL),
        Due::Write(gateway())
    );
}

#[test]
fn what_fails_is_tried_again_but_not_at_once() {
    let (mut schedule, start) = (Schedule::default(), Instant::now());
    schedule.done(Due::Write(gateway()), &reports(1), start, true);
    for wanted in [reports(1), reports(2)] {
        assert_eq!(
            schedule.due(&wanted, start),
            Due::Later(Some(start + PAUSE))
        );
        assert_eq!(schedule.due(&wanted, start + PAUSE), Due::Write(gateway()));
    }
}

#[test]
fn a_report_that_nobody_needs_is_deleted_once() {
    let (mut schedule, start) = (Schedule::default(), Instant::now());
    let none = Reports::new();
    assert_eq!(schedule.due(&none, start), Due::Later(None));
    schedule.done(Due::Write(gateway()), &reports(1), start, false);
    assert_eq!(schedule.due(&none, start), Due::Delete(gateway()));
    schedule.done(Due::Delete(gateway()), &none, start, true);
    assert_eq!(
        schedule.due(&none, start + Duration::from_secs(1)),
        Due::Later(Some(start + PAUSE))
    );
    schedule.done(Due::Delete(gateway()), &none, start + PAUSE, false);
    assert_eq!(schedule.due(&none, start + PAUSE), Due::Later(None));
}

/// A process that restarts under its name and has no proxies any more does not leave old words standing.
#[test]
fn what_an_earlier_process_left_is_replaced_or_deleted() {
    let start = Instant::now();
    let mut schedule = Schedule::default();
    schedule.inherit([gateway()].into_iter(), start);
    assert_eq!(schedule.due(&Reports::new(), start), Due::Delete(gateway()));
    assert_eq!(
        schedule.due(&reports(1), start + PACE),
        Due::Write(gateway())
    );
    // What this process wrote itself is not made older.
    let mut schedule = Schedule::default();
    schedule.done(Due::Write(gateway()), &reports(1), start, false);
    schedule.inherit([gateway()].into_iter(), start);
    assert_eq!(
        schedule.due(&reports(1), start),
        Due::Later(Some(start + RENEWAL))
    );
}

#[test]
fn names_are_short_and_differ() {
    let long = GatewayKey::new("n".repeat(63), "g".repeat(253));
    assert!(name(&"r".repeat(253), &long).len() <= 253);
    assert_ne!(name("a", &gateway()), name("b", &gateway()));
    assert_ne!(
        name("a", &gateway()),
        name("a", &GatewayKey::new("other", "edge"))
    );
    assert_eq!(name("a", &gateway()), name("a", &gateway()));
    let dotted = GatewayKey::new("default", format!("{}.x", "g".repeat(62)));
    assert!(!name("a", &dotted).contains(".-"));
}
