//! R18, R19: what is kept of an error text.
//!
//! Tables of texts, with what is left of them and whom they blame.

use std::sync::Arc;

use proto::any;
use proto::google::rpc::Status;
use proto::tidegate::v1::{RejectItem, RejectReport};

use super::{MESSAGE_CAP, Nack, REPORT_CAP};

fn read(names: &[&str], message: &str) -> Nack {
    let status = Status {
        code: 13,
        message: message.to_owned(),
        details: Vec::new(),
    };
    Nack::read(
        "type",
        names.iter().map(|name| Arc::from(*name)).collect(),
        None,
        &status,
    )
}

#[track_caller]
fn check_culprits(names: &[&str], message: &str, expected: &[&str]) {
    let nack = read(names, message);
    assert_eq!(
        nack.culprits
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<&str>>(),
        expected
    );
}

#[track_caller]
fn check_redaction(message: &str, expected: &str) {
    assert_eq!(read(&[], message).message, expected);
}

#[test]
fn r18_culprits_by_the_words_of_envoy() {
    let of = ["bad", "bad-2", "svc/ns/bad/80", "good"];
    check_culprits(&of, "Error adding/updating cluster(s) bad: x", &["bad"]);
    check_culprits(
        &of,
        "Error adding/updating cluster(s) bad: x, bad-2: y",
        &["bad", "bad-2"],
    );
    check_culprits(
        &of,
        "Error adding/updating listener(s) svc/ns/bad/80: x",
        &["svc/ns/bad/80"],
    );
    check_culprits(&of, "missing ): (", &[]);
    check_culprits(&["only"], "missing ): (", &["only"]);
    check_culprits(&[""], "", &[""]);
    check_culprits(&["", "a"], "a", &["a"]);
}

#[test]
fn r18_a_report_names_the_culprits() {
    let item = RejectItem {
        name: "rule".to_owned(),
        ..RejectItem::default()
    };
    let report = RejectReport { items: vec![item] };
    let status = Status {
        code: 3,
        message: String::new(),
        details: vec![any::pack(&report)],
    };
    let nack = Nack::read("type", vec![Arc::from("commit")], None, &status);
    assert_eq!(nack.culprits, [Arc::from("rule")]);
    assert_eq!(nack.report, Some(report));
}

#[test]
fn r19_a_long_text_is_capped_at_a_character() {
    let nack = read(&[], &"é".repeat(MESSAGE_CAP));
    assert_eq!(nack.message, "é".repeat(MESSAGE_CAP / 2));
    let nack = read(&[], &format!("x{}", "é".repeat(MESSAGE_CAP)));
    assert_eq!(nack.message.len(), MESSAGE_CAP - 1);
    assert_eq!(
        read(&[], &"x".repeat(100_000_000)).message.len(),
        MESSAGE_CAP
    );
}

#[test]
fn r19_secrets_are_taken_out_of_dumps() {
    check_redaction(
        r#"type mismatch: private_key { inline_bytes: "hunter2" } name: "a""#,
        r#"type mismatch: private_key { inline_bytes: "[redacted]" } name: "a""#,
    );
    check_redaction(
        r#"inline_string: "a\"b\\" x: "y" value:"z" password = "p""#,
        r#"inline_string: "[redacted]" x: "y" value:"[redacted]" password = "[redacted]""#,
    );
    check_redaction(
        r#"{"token": "t", "name": "n"}"#,
        r#"{"token": "[redacted]", "name": "n"}"#,
    );
    check_redaction(
        r#"inline_bytes: "cut short"#,
        r#"inline_bytes: "[redacted]"#,
    );
    check_redaction(
        "bad -----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- end",
        "bad [redacted] PRIVATE KEY----- end",
    );
    check_redaction("-----BEGIN RSA PRIVATE KEY-----\nabc", "[redacted]");
    check_redaction("nothing to hide", "nothing to hide");
}

#[test]
fn r19_a_secret_behind_the_cap_does_not_come_back() {
    let text = format!(
        r#"{} inline_bytes: "{}""#,
        "x".repeat(4000),
        "S".repeat(20_000)
    );
    let nack = read(&[], &text);
    assert!(!nack.message.contains("SS"), "{}", nack.message);
}

#[test]
fn r19_reports_are_tamed_too() {
    let item = RejectItem {
        message: format!(r#"inline_bytes: "hunter2" {}"#, "x".repeat(10_000)),
        ..RejectItem::default()
    };
    let report = RejectReport {
        items: vec![item; REPORT_CAP + 10],
    };
    let status = Status {
        code: 3,
        message: String::new(),
        details: vec![any::pack(&report)],
    };
    let kept = Nack::read("type", Vec::new(), None, &status)
        .report
        .expect("a report");
    assert_eq!(kept.items.len(), REPORT_CAP);
    for item in kept.items {
        assert!(item.message.len() <= MESSAGE_CAP && !item.message.contains("hunter2"));
    }
}
