//! Header modifiers: every append action, every refusal.

use http::{HeaderMap, HeaderName, HeaderValue};
use proto::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use proto::envoy::config::core::v3::{HeaderValue as WireValue, HeaderValueOption};
use proto::google::protobuf::BoolValue;

use super::{Fields, HeaderModifier};

fn option(key: &str, value: &str, action: HeaderAppendAction) -> HeaderValueOption {
    let header = WireValue {
        key: key.to_owned(),
        value: value.to_owned(),
        ..WireValue::default()
    };
    HeaderValueOption {
        header: Some(header),
        append_action: action.into(),
        ..HeaderValueOption::default()
    }
}

fn decode(add: &[HeaderValueOption], remove: &[&str]) -> HeaderModifier {
    let remove: Vec<String> = remove.iter().map(|name| (*name).to_owned()).collect();
    HeaderModifier::decode(add, &remove, Fields::REQUEST).expect("valid")
}

#[track_caller]
fn check(
    modifier: &HeaderModifier,
    sent: &[(&'static str, &'static str)],
    left: &[(&'static str, &'static str)],
) {
    let map = |fields: &[(&'static str, &'static str)]| {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        map
    };
    let mut headers = map(sent);
    modifier.apply(&mut headers);
    assert_eq!(headers, map(left));
}

#[test]
fn append_actions() {
    let with = |action| decode(&[option("X", "new", action)], &[]);
    let append = with(HeaderAppendAction::AppendIfExistsOrAdd);
    check(&append, &[("x", "old")], &[("x", "old"), ("x", "new")]);
    check(&append, &[], &[("x", "new")]);
    let absent = with(HeaderAppendAction::AddIfAbsent);
    check(&absent, &[("x", "old")], &[("x", "old")]);
    check(&absent, &[], &[("x", "new")]);
    let overwrite = with(HeaderAppendAction::OverwriteIfExistsOrAdd);
    check(&overwrite, &[("x", "old"), ("x", "older")], &[("x", "new")]);
    check(&overwrite, &[], &[("x", "new")]);
    let present = with(HeaderAppendAction::OverwriteIfExists);
    check(&present, &[("x", "old")], &[("x", "new")]);
    check(&present, &[], &[]);
}

#[test]
#[allow(deprecated, reason = "old servers send it")]
fn the_old_append_flag_counts() {
    let with = |append: bool| {
        let option = option("x", "new", HeaderAppendAction::AppendIfExistsOrAdd);
        decode(
            &[HeaderValueOption {
                append: Some(BoolValue { value: append }),
                ..option
            }],
            &[],
        )
    };
    check(&with(true), &[("x", "old")], &[("x", "old"), ("x", "new")]);
    check(&with(false), &[("x", "old")], &[("x", "new")]);
}

#[test]
fn removals_come_first_and_additions_in_order() {
    let append = HeaderAppendAction::AppendIfExistsOrAdd;
    let set = HeaderAppendAction::OverwriteIfExistsOrAdd;
    let modifier = decode(
        &[
            option("x", "1", append),
            option("y", "2", append),
            option("y", "3", set),
        ],
        &["X", "z"],
    );
    let left = [("x", "1"), ("y", "3"), ("w", "0")];
    check(
        &modifier,
        &[("x", "0"), ("z", "0"), ("y", "0"), ("w", "0")],
        &left,
    );
}

#[test]
fn values_are_literal() {
    let set = HeaderAppendAction::OverwriteIfExistsOrAdd;
    check(
        &decode(&[option("x", "100%% of %%", set)], &[]),
        &[],
        &[("x", "100% of %")],
    );
    check(&decode(&[option("x", "", set)], &[]), &[], &[]);
    let empty = HeaderValueOption {
        keep_empty_value: true,
        ..option("x", "", set)
    };
    check(&decode(&[empty], &[]), &[], &[("x", "")]);
    let mut raw = option("x", "", set);
    raw.header.as_mut().expect("header").raw_value = "%raw%".into();
    check(&decode(&[raw], &[]), &[], &[("x", "%raw%")]);
}

#[test]
fn host_is_the_authority() {
    let set = HeaderAppendAction::OverwriteIfExistsOrAdd;
    for name in ["Host", ":authority"] {
        let modifier = decode(&[option(name, "a.example", set)], &[]);
        assert_eq!(
            modifier.authority(),
            Some(&HeaderValue::from_static("a.example"))
        );
        assert!(!modifier.is_empty());
        check(&modifier, &[], &[]);
    }
    assert!(decode(&[], &[]).is_empty());
}

#[test]
fn refusals() {
    let path = |add: &[HeaderValueOption], remove: &[&str]| {
        let remove: Vec<String> = remove.iter().map(|name| (*name).to_owned()).collect();
        HeaderModifier::decode(add, &remove, Fields::RESPONSE)
            .expect_err("refused")
            .path
    };
    let append = HeaderAppendAction::AppendIfExistsOrAdd;
    let good = option("x", "1", append);
    let at = |field: &str| format!("response_headers_to_add[1].{field}");
    assert_eq!(
        path(&[good.clone(), option("x", "%REQ(y)%", append)], &[]),
        at("header.value")
    );
    assert_eq!(
        path(&[good.clone(), option("x", "a\nb", append)], &[]),
        at("header.value")
    );
    assert_eq!(
        path(&[good.clone(), option("x y", "1", append)], &[]),
        at("header.key")
    );
    assert_eq!(
        path(&[good.clone(), option(":path", "/", append)], &[]),
        at("header.key")
    );
    assert_eq!(
        path(&[good.clone(), HeaderValueOption::default()], &[]),
        at("header")
    );
    let unknown = HeaderValueOption {
        append_action: 9,
        ..good
    };
    assert_eq!(
        path(&[unknown], &[]),
        "response_headers_to_add[0].append_action"
    );
    assert_eq!(path(&[], &["a", "b c"]), "response_headers_to_remove[1]");
    assert_eq!(path(&[], &["Host"]), "response_headers_to_remove[0]");
}
