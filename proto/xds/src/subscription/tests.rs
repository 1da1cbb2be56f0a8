//! R20, R21, R25-R27: what lists of names mean, as tables.
//!
//! Each table is one stream of one type, request by request.

use super::{Asked, Request, Subscription, Wildcard};

/// `+a` subscribes, `-a` unsubscribes; an empty text is an empty request. Gives what is then subscribed, and
/// what must be answered, as text.
#[track_caller]
fn check_delta(steps: &[(&str, &str, &str)]) {
    let mut subscription = Subscription::default();
    for (step, (request, subscribed, answered)) in steps.iter().enumerate() {
        let of = |sign: char| -> Vec<&str> {
            request
                .split_whitespace()
                .filter_map(|word| word.strip_prefix(sign))
                .collect()
        };
        let (subscribe, unsubscribe) = (of('+'), of('-'));
        let asked = subscription.delta(Request {
            is_empty: subscribe.is_empty(),
            subscribe: &subscribe,
            unsubscribe: &unsubscribe,
        });
        assert_eq!(
            state(&subscription),
            *subscribed,
            "state after step {step}: {request:?}"
        );
        assert_eq!(
            answers(&asked),
            *answered,
            "answers of step {step}: {request:?}"
        );
    }
}

#[track_caller]
fn check_sotw(steps: &[(&str, &str, &str)]) {
    let mut subscription = Subscription::default();
    for (step, (request, subscribed, answered)) in steps.iter().enumerate() {
        let subscribe: Vec<&str> = request.split_whitespace().collect();
        let asked = subscription.sotw(Request {
            is_empty: subscribe.is_empty(),
            subscribe: &subscribe,
            unsubscribe: &[],
        });
        assert_eq!(
            state(&subscription),
            *subscribed,
            "state after step {step}: {request:?}"
        );
        assert_eq!(
            answers(&asked),
            *answered,
            "answers of step {step}: {request:?}"
        );
    }
}

fn state(subscription: &Subscription) -> String {
    let wildcard = subscription.is_wildcard().then_some("*");
    let names = subscription.names().iter().map(AsRef::as_ref);
    wildcard
        .into_iter()
        .chain(names)
        .collect::<Vec<_>>()
        .join(" ")
}

fn answers(asked: &Asked) -> String {
    let wildcard = match asked.wildcard {
        Wildcard::Same => None,
        Wildcard::Began => Some("begin"),
        Wildcard::Repeated => Some("repeat"),
        Wildcard::Ended => Some("end"),
    };
    let fresh = asked.fresh.iter().map(AsRef::as_ref);
    wildcard
        .into_iter()
        .chain(fresh)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn r20_an_empty_first_request_is_the_legacy_wildcard() {
    check_delta(&[("", "*", "begin"), ("", "*", "")]);
    check_sotw(&[("", "*", "begin"), ("", "*", "")]);
}

#[test]
fn r20_once_named_an_empty_list_means_nothing() {
    check_delta(&[("+a", "a", "a"), ("-a", "", ""), ("", "", "")]);
    check_sotw(&[("a", "a", "a"), ("", "", ""), ("", "", "")]);
    check_sotw(&[("*", "*", "begin"), ("", "", "end"), ("", "", "")]);
}

#[test]
fn r21_the_examples_of_the_protocol_text_sotw() {
    check_sotw(&[
        ("", "*", "begin"),
        ("* A", "* A", "A"),
        ("A", "A", "end"),
        ("", "", ""),
    ]);
}

#[test]
fn r21_the_examples_of_the_protocol_text_delta() {
    check_delta(&[
        ("", "*", "begin"),
        ("+A", "* A", "A"),
        ("-*", "A", "end"),
        ("-A", "", ""),
        ("", "", ""),
    ]);
}

#[test]
fn r22_subscribing_again_asks_again() {
    check_delta(&[
        ("+a", "a", "a"),
        ("+a", "a", "a"),
        ("+* +a", "* a", "begin a"),
    ]);
    check_delta(&[("+*", "*", "begin"), ("+*", "*", "repeat")]);
    check_delta(&[("", "*", "begin"), ("+*", "*", "repeat")]);
}

#[test]
fn r25_a_name_given_up_under_the_wildcard_is_answered() {
    check_delta(&[("+* +a", "* a", "begin a"), ("-a", "*", "a")]);
    check_delta(&[("+* +a", "* a", "begin a"), ("-a -*", "", "end")]);
    check_delta(&[("+a +b", "a b", "a b"), ("-a", "b", "")]);
}

#[test]
fn r26_superfluous_unsubscribes_are_ignored() {
    check_delta(&[("+a", "a", "a"), ("-b -*", "a", ""), ("-a -a", "", "")]);
    check_delta(&[("+*", "*", "begin"), ("-b", "*", "")]);
}

#[test]
fn r27_subscribe_then_unsubscribe_the_wildcard_means_nothing_yet() {
    check_delta(&[("+* -*", "", ""), ("+a", "a", "a")]);
}

#[test]
fn r27_a_name_subscribed_and_unsubscribed_at_once_is_not_subscribed() {
    check_delta(&[("+a +b -a", "b", "b")]);
}
