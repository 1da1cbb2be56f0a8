//! Budgets from the wire.

use proto::tidegate::v1::{Budget, RateLimitService, SharedStore, budget};

use super::keyed;

fn hourly() -> Budget {
    Budget {
        id: "shop/policy/team".to_owned(),
        limit: Some(budget::Limit::Usd("25.5".to_owned())),
        length: Some(budget::Length::Every(proto::google::protobuf::Duration {
            seconds: 3600,
            nanos: 0,
        })),
        key: "request.headers['x-team']".to_owned(),
        thresholds: vec![80, 100],
        action: budget::Action::Block.into(),
        ..Budget::default()
    }
}

#[track_caller]
fn check(change: impl Fn(&mut Budget), expected: Result<(), &str>) {
    let mut message = hourly();
    change(&mut message);
    let said = keyed(&message)
        .map(|_| ())
        .map_err(|error| error.to_string());
    match (said, expected) {
        (Ok(()), Ok(())) => {}
        (Err(said), Err(expected)) => assert!(said.contains(expected), "{said}"),
        (said, expected) => panic!("{said:?} is not {expected:?}"),
    }
}

#[test]
fn what_cannot_be_counted_as_it_says_is_refused() {
    check(|_| {}, Ok(()));
    let day = budget::Length::Window(budget::Window::Day.into());
    check(|own| own.length = Some(day), Err("shared"));
    let month = budget::Length::Window(budget::Window::Month.into());
    let store = || SharedStore {
        redis_secret: "secret/shop/redis/url".to_owned(),
        fail_open: false,
        service: None,
    };
    check(
        |own| {
            own.length = Some(month);
            own.shared = Some(store());
        },
        Ok(()),
    );
    check(
        |own| own.shared = Some(SharedStore::default()),
        Err("redis_secret"),
    );
    let service = |own: &mut Budget| {
        own.shared = Some(SharedStore {
            service: Some(RateLimitService {
                cluster: "policy/tidegate/shop/teams/traffic.budgets/url/a/1".to_owned(),
                authority: "a:1".to_owned(),
                domain: "money".to_owned(),
                ..RateLimitService::default()
            }),
            ..SharedStore::default()
        });
    };
    check(service, Ok(()));
    let week = budget::Length::Window(budget::Window::Week.into());
    check(
        |own| {
            service(own);
            own.length = Some(week);
        },
        Err("shared.service"),
    );
    check(
        |own| {
            service(own);
            own.limit = Some(budget::Limit::Usd("5000".to_owned()));
        },
        Err("shared.service"),
    );
    check(|own| own.key = "request.headers[".to_owned(), Err("key"));
    check(|own| own.key = "response.code".to_owned(), Err("key"));
    check(|own| own.action = 99, Err("action"));
    check(
        |own| own.action = budget::Action::Downgrade.into(),
        Err("downgrade_to"),
    );
    check(|own| own.thresholds = vec![101], Err("thresholds"));
    check(|own| own.limit = None, Err("limit"));
    let usd = |text: &str| Some(budget::Limit::Usd(text.to_owned()));
    check(|own| own.limit = usd("many"), Err("usd"));
    check(|own| own.limit = usd("0.0000000001"), Err("nine places"));
    check(|own| own.limit = usd("99999999"), Err("too large"));
    check(|own| own.id.clear(), Err("id"));
}
