//! Bodies of calls and answers, and answers that are none.

use proptest::prelude::*;

use super::azure::{self, Analysis, ContentSafety, OutputType};
use super::openai::{MODEL, Thresholds};
use super::webhook::Message;
use super::{
    Asked, Call, Phase, Reading, Service, Text, Unreadable, Verdict, bedrock, model_armor, openai,
    webhook,
};

/// A shield of a prompt and so many documents.
fn shield(documents: usize) -> Asked {
    Asked::Shield {
        has_prompt: true,
        documents,
    }
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).expect("UTF-8")
}

/// `pass`, `mask name: a|b`, `reject names`, `reject names 403 body`, `shape` or `incomplete`.
fn shown(answer: Result<Verdict, Unreadable>) -> String {
    let join = |names: &crate::prompt_guard::Names| {
        let names: Vec<&str> = names.as_slice().iter().map(|name| &**name).collect();
        names.join("+")
    };
    match answer {
        Ok(Verdict::Pass) => "pass".to_owned(),
        Ok(Verdict::Mask(texts, names)) => format!("mask {}: {}", join(&names), texts.join("|")),
        Ok(Verdict::Reject(refusal)) => {
            let mut shown = format!("reject {}", join(&refusal.names));
            if let Some(status) = refusal.status {
                shown.push_str(&format!(" {status}"));
            }
            if let Some(body) = refusal.body {
                shown.push_str(&format!(" {body}"));
            }
            shown
        }
        Err(Unreadable::Shape(_)) => "shape".to_owned(),
        Err(Unreadable::Incomplete(_)) => "incomplete".to_owned(),
    }
}

#[track_caller]
fn check(read: impl Fn(&[u8]) -> Result<Verdict, Unreadable>, cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        assert_eq!(&shown(read(body.as_bytes())), expected, "{body}");
    }
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "\"x\"",
        "<html>",
        r#"{"error":{"message":"no"}}"#,
    ] {
        assert_eq!(shown(read(body.as_bytes())), "shape", "{body}");
    }
}

#[test]
fn webhook_calls() {
    let messages = [
        Message {
            role: "system",
            content: "be \"kind\"",
        },
        Message {
            role: "user",
            content: "hi",
        },
    ];
    assert_eq!(
        text(webhook::body(Phase::Request, &messages)),
        r#"{"body":{"messages":[{"role":"system","content":"be \"kind\""},{"role":"user","content":"hi"}]}}"#
    );
    assert_eq!(
        text(webhook::body(Phase::Response, &messages[1..])),
        r#"{"body":{"choices":[{"message":{"role":"user","content":"hi"}}]}}"#
    );
    assert_eq!(webhook::path(Phase::Request), "/request");
    assert_eq!(webhook::path(Phase::Response), "/response");
}

#[test]
fn webhook_answers() {
    check(
        |body| webhook::read(Phase::Request, 2, body),
        &[
            (r#"{"action":{}}"#, "pass"),
            (r#"{"action":{"reason":"fine"}}"#, "pass"),
            (r#"{"action":{"body":null,"reason":null}}"#, "pass"),
            (
                r#"{"action":{"body":{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]},"reason":"x"}}"#,
                "mask webhook: a|b",
            ),
            // A list of another length fits no slots.
            (
                r#"{"action":{"body":{"messages":[{"role":"user","content":"a"}]}}}"#,
                "reject webhook-length",
            ),
            (
                r#"{"action":{"body":"no","status_code":422,"reason":"x"}}"#,
                "reject webhook 422 no",
            ),
            (
                r#"{"action":{"body":"no","status_code":42}}"#,
                "reject webhook no",
            ),
            (
                r#"{"action":{"body":"no","status_code":70000}}"#,
                "reject webhook no",
            ),
            // Neither of the shapes: never a pass.
            (r#"{"action":{"body":"no"}}"#, "shape"),
            (r#"{"action":{"body":"no","status_code":"403"}}"#, "shape"),
            (r#"{"action":{"body":{"choices":[]}}}"#, "shape"),
            (
                r#"{"action":{"body":{"messages":[{"content":null}]}}}"#,
                "shape",
            ),
            (r#"{"action":{"body":7}}"#, "shape"),
            (r#"{"action":"pass"}"#, "shape"),
        ],
    );
    check(
        |body| webhook::read(Phase::Response, 1, body),
        &[
            (
                r#"{"action":{"body":{"choices":[{"message":{"role":"assistant","content":"a"}}]}}}"#,
                "mask webhook: a",
            ),
            (
                r#"{"action":{"body":{"messages":[{"content":"a"}]}}}"#,
                "shape",
            ),
        ],
    );
}

#[test]
fn moderation() {
    assert_eq!(
        text(openai::body(MODEL, &["a", "b"])),
        r#"{"model":"omni-moderation-latest","input":["a","b"]}"#
    );
    let two = |first: &str| format!(r#"{{"results":[{first},{{"flagged":false}}]}}"#);
    let violent = two(
        r#"{"flagged":true,"categories":{"violence":true,"hate":false,"illicit":null},"category_scores":{"violence":0.6,"hate":0.3}}"#,
    );
    check(
        |body| Thresholds::default().read(2, body),
        &[
            (
                &two(r#"{"flagged":false,"categories":{"hate":false}}"#),
                "pass",
            ),
            (&violent, "reject violence"),
            (&two(r#"{"flagged":true}"#), "reject flagged"),
            (r#"{"results":[]}"#, "incomplete"),
            (r#"{"results":[{"categories":{}}]}"#, "shape"),
        ],
    );
}

#[test]
fn moderation_by_scores() {
    let thresholds = Thresholds(vec![("violence".into(), 0.8), ("hate".into(), 0.1)]);
    let one = |flags: &str, scores: &str| {
        r#"{"results":[{"flagged":true,"categories":FLAGS,"category_scores":SCORES}]}"#
            .replace("FLAGS", flags)
            .replace("SCORES", scores)
    };
    let scores = |violence: f64, hate: f64| {
        format!(r#"{{"violence":{violence},"hate":{hate},"sexual":0.9}}"#)
    };
    let violent = r#"{"violence":true,"hate":false}"#;
    check(
        |body| thresholds.read(1, body),
        &[
            // Flagged by the service, and not by the guard.
            (&one(violent, &scores(0.79, 0.09)), "pass"),
            (&one(violent, &scores(0.8, 0.09)), "reject violence"),
            // The other way round.
            (&one(violent, &scores(0.5, 0.1)), "reject hate"),
            // Others are as the service says.
            (
                &one(r#"{"sexual":true}"#, &scores(0.1, 0.01)),
                "reject sexual",
            ),
            (&one("{}", &scores(0.1, 0.01)), "reject flagged"),
            // Without a score nobody knows.
            (&one(violent, r#"{"violence":0.1}"#), "incomplete"),
            (
                &one(violent, r#"{"violence":0.1,"hate":null}"#),
                "incomplete",
            ),
        ],
    );
}

#[test]
fn guardrails() {
    assert_eq!(
        text(bedrock::body(Phase::Request, &["a", "b"])),
        r#"{"source":"INPUT","content":[{"text":{"text":"a"}},{"text":{"text":"b"}}]}"#
    );
    assert!(text(bedrock::body(Phase::Response, &["a"])).contains(r#""source":"OUTPUT""#));
    assert_eq!(
        bedrock::path("gr1", "DRAFT"),
        "/guardrail/gr1/version/DRAFT/apply"
    );
    assert_eq!(
        bedrock::path("arn:aws:bedrock:us-east-1:1:guardrail/gr1", "1"),
        "/guardrail/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aguardrail%2Fgr1/version/1/apply"
    );
    let pii = |action: &str| {
        format!(
            r#"[{{"sensitiveInformationPolicy":{{"piiEntities":[{{"type":"EMAIL","match":"a@b","action":"{action}"}}]}}}}]"#
        )
    };
    let intervened = |outputs: &str, assessments: &str| {
        format!(
            r#"{{"action":"GUARDRAIL_INTERVENED","outputs":{outputs},"assessments":{assessments}}}"#
        )
    };
    let both = r#"[{"sensitiveInformationPolicy":{"regexes":[{"action":"ANONYMIZED"}]},"topicPolicy":{"topics":[{"action":"BLOCKED"}]}}]"#;
    let texts = r#"[{"text":"x"},{"text":"y"}]"#;
    check(
        |body| bedrock::read(2, body),
        &[
            (r#"{"action":"NONE","outputs":[],"assessments":[]}"#, "pass"),
            (
                &intervened(texts, &pii("ANONYMIZED")),
                "mask sensitiveInformationPolicy: x|y",
            ),
            (&intervened(texts, both), "reject topicPolicy"),
            (
                &intervened(r#"[{"text":"blocked"}]"#, &pii("BLOCKED")),
                "reject sensitiveInformationPolicy",
            ),
            (
                &intervened(r#"[{"text":"x"}]"#, &pii("ANONYMIZED")),
                "reject sensitiveInformationPolicy",
            ),
            (&intervened(texts, &pii("NONE")), "reject intervened"),
            (r#"{"action":"GUARDRAIL_INTERVENED"}"#, "reject intervened"),
            (r#"{"action":"PONDERED"}"#, "shape"),
        ],
    );
}

#[test]
fn armor() {
    assert_eq!(
        text(model_armor::body(Phase::Request, &["a", "b"])),
        r#"{"userPromptData":{"text":"a\nb"}}"#
    );
    assert_eq!(
        text(model_armor::body(Phase::Response, &["a"])),
        r#"{"modelResponseData":{"text":"a"}}"#
    );
    assert_eq!(
        model_armor::path("p", "us-central1", "a/b", Phase::Request),
        "/v1/projects/p/locations/us-central1/templates/a%2Fb:sanitizeUserPrompt"
    );
    let answer = |state: &str, invocation: &str, filters: &str| {
        format!(
            r#"{{"sanitizationResult":{{"filterMatchState":"{state}","invocationResult":"{invocation}","filterResults":{filters}}}}}"#
        )
    };
    let clean = r#"{"rai":{"raiFilterResult":{"matchState":"NO_MATCH_FOUND","raiFilterTypeResults":{"dangerous":{"matchState":"NO_MATCH_FOUND"}}}},"sdp":{"sdpFilterResult":{"inspectResult":{"matchState":"NO_MATCH_FOUND"}}}}"#;
    let attack = r#"{"pi_and_jailbreak":{"piAndJailbreakFilterResult":{"matchState":"MATCH_FOUND"}},"csam":{"csamFilterFilterResult":{"matchState":"MATCH_FOUND"}}}"#;
    let listed = r#"[{"maliciousUriFilterResult":{"matchState":"MATCH_FOUND"}}]"#;
    let inspected = r#"{"sdp":{"sdpFilterResult":{"inspectResult":{"matchState":"MATCH_FOUND"}}}}"#;
    let masked = r#"{"sdp":{"sdpFilterResult":{"deidentifyResult":{"matchState":"MATCH_FOUND","data":{"text":"my [EMAIL]"}}}}}"#;
    let (yes, no, ok) = ("MATCH_FOUND", "NO_MATCH_FOUND", "SUCCESS");
    let masking = answer(yes, ok, masked);
    check(
        |body| armor_verdict(1, body),
        &[
            (&answer(no, ok, clean), "pass"),
            (&answer(no, ok, "[]"), "pass"),
            (&answer(yes, ok, attack), "reject piAndJailbreak+csam"),
            (&answer(yes, ok, listed), "reject maliciousUri"),
            (&answer(yes, ok, inspected), "reject sdp"),
            (&masking, "mask sdp: my [EMAIL]"),
            (&masking.replace("\"data\"", "\"gone\""), "reject sdp"),
            // A filter that this proxy does not know.
            (&answer(yes, ok, "{}"), "reject other"),
            // A filter did not run.
            (&answer(no, "PARTIAL", clean), "incomplete"),
            (&answer(no, "FAILURE", "{}"), "incomplete"),
            (
                &answer(yes, "PARTIAL", attack),
                "reject piAndJailbreak+csam",
            ),
            (r#"{"sanitizationResult":{}}"#, "shape"),
            (&answer("PERHAPS", ok, "{}"), "shape"),
        ],
    );
    // Which part belongs to which text cannot be told.
    assert_eq!(
        model_armor::read(2, masking.as_bytes()),
        Ok(Reading::OneByOne)
    );
}

fn armor_verdict(sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    match model_armor::read(sent, body)? {
        Reading::Verdict(verdict) => Ok(verdict),
        Reading::OneByOne => panic!("one text was sent"),
    }
}

#[test]
fn content_safety() {
    assert_eq!(
        text(azure::analyze("a", &Analysis::default())),
        r#"{"text":"a"}"#
    );
    let analysis = Analysis {
        blocklist_names: vec!["names".to_owned()],
        halt_on_blocklist_hit: Some(true),
        output_type: Some(OutputType::EightSeverityLevels),
    };
    assert_eq!(
        text(azure::analyze("a", &analysis)),
        r#"{"text":"a","blocklistNames":["names"],"haltOnBlocklistHit":true,"outputType":"EightSeverityLevels"}"#
    );
    check(
        |body| ContentSafety::default().read(Asked::Analysis, body),
        &[
            (
                r#"{"blocklistsMatch":[],"categoriesAnalysis":[{"category":"Hate","severity":0},{"category":"Sexual","severity":1}]}"#,
                "pass",
            ),
            (
                r#"{"categoriesAnalysis":[{"category":"Hate","severity":2},{"category":"Violence","severity":6}]}"#,
                "reject Hate+Violence",
            ),
            (
                r#"{"blocklistsMatch":[{"blocklistName":"names","blocklistItemText":"x"}],"categoriesAnalysis":[{"category":"Hate"}]}"#,
                "reject names",
            ),
            (r#"{"blocklistsMatch":[]}"#, "shape"),
            (
                r#"{"categoriesAnalysis":[{"category":"Hate","severity":-1}]}"#,
                "shape",
            ),
        ],
    );
    assert_eq!(
        text(azure::shield("a", &["b"])),
        r#"{"userPrompt":"a","documents":["b"]}"#
    );
    let shielded = |prompt: bool, document: bool| {
        format!(
            r#"{{"userPromptAnalysis":{{"attackDetected":{prompt}}},"documentsAnalysis":[{{"attackDetected":{document}}}]}}"#
        )
    };
    check(
        |body| ContentSafety::default().read(shield(1), body),
        &[
            (&shielded(false, false), "pass"),
            (&shielded(true, false), "reject userPrompt"),
            (&shielded(false, true), "reject document"),
            (
                r#"{"userPromptAnalysis":{"attackDetected":false}}"#,
                "incomplete",
            ),
        ],
    );
}

#[test]
fn long_texts_are_cut() {
    let text = format!("{}{}", "é".repeat(azure::MAX_CHARACTERS), "ab");
    let pieces: Vec<&str> = azure::pieces(&text).collect();
    let overlap = "é".repeat(azure::OVERLAP);
    assert_eq!(
        pieces[0].chars().count(),
        azure::MAX_CHARACTERS,
        "as much as the service takes"
    );
    let second = pieces[1].strip_prefix(&*overlap).expect("the end of it");
    assert_eq!(second, "ab");
    assert_eq!(pieces[0].to_owned() + second, text);
    assert_eq!(pieces.len(), 2);
    assert_eq!(azure::pieces("").count(), 0);
    assert_eq!(azure::pieces("a").collect::<Vec<_>>(), ["a"]);
}

#[test]
fn severities_refuse_by_category() {
    let body = |category: &str, severity: u8| {
        format!(
            r#"{{"categoriesAnalysis":[{{"category":"{category}","severity":{severity}}},{{"category":"Hate","severity":0}}]}}"#
        )
    };
    let service = azure::ContentSafety {
        severities: azure::Severities {
            violence: 6,
            sexual: 1,
            ..azure::Severities::default()
        },
        ..azure::ContentSafety::default()
    };
    let read = |body: &[u8]| azure_verdict(&service, Asked::Analysis, body);
    check(
        read,
        &[
            (&body("Violence", 4), "pass"),
            (&body("Violence", 6), "reject Violence"),
            (&body("SelfHarm", 2), "reject SelfHarm"),
            (&body("Sexual", 1), "reject Sexual"),
            // A category that this proxy does not know.
            (&body("Deceit", 1), "reject Deceit"),
            (r#"{"categoriesAnalysis":[]}"#, "incomplete"),
            (
                r#"{"categoriesAnalysis":[{"category":"Hate"}]}"#,
                "incomplete",
            ),
        ],
    );
    let odd = service.severities.output_type();
    assert_eq!(odd, Some(OutputType::EightSeverityLevels));
    assert_eq!(azure::Severities::default().output_type(), None);
}

fn azure_verdict(
    service: &azure::ContentSafety,
    asked: Asked,
    body: &[u8],
) -> Result<Verdict, Unreadable> {
    let service = Service::ContentSafety(Box::new(service.clone()));
    match service.read(Phase::Request, asked, body)? {
        Reading::Verdict(verdict) => Ok(verdict),
        Reading::OneByOne => panic!("it masks nothing"),
    }
}

#[test]
fn a_shield_gets_prompts_and_documents() {
    let own = azure::ContentSafety {
        shields_prompts: true,
        ..azure::ContentSafety::default()
    };
    let service = Service::ContentSafety(Box::new(own.clone()));
    let long = "d".repeat(azure::MAX_CHARACTERS - 3);
    let texts = [
        ("system", "be kind"),
        ("tool", "abc"),
        ("user", "hi"),
        ("tool", long.as_str()),
        ("tool", "e"),
    ];
    let texts = texts.map(|(role, text)| Text { role, text });
    let sent = |calls: Vec<Call>| -> Vec<(bool, String)> {
        let bodies = calls.into_iter();
        bodies
            .map(|call| (call.path == azure::SHIELD, text(call.body)))
            .collect()
    };
    let calls = service.calls(Phase::Request, &texts);
    let shield = |has_prompt, documents| Asked::Shield {
        has_prompt,
        documents,
    };
    let asked: Vec<Asked> = calls.iter().map(|call| call.asked).collect();
    let analysis = Asked::Analysis;
    assert_eq!(
        asked,
        [analysis, analysis, shield(true, 2), shield(false, 1)]
    );
    let sent_texts = sent(calls);
    assert!(
        sent_texts[0]
            .1
            .starts_with(r#"{"text":"be kind\nabc\nhi\nddd"#)
    );
    assert!(sent_texts[2].0);
    assert!(
        sent_texts[2]
            .1
            .starts_with(r#"{"userPrompt":"be kind\nhi","documents":["abc","ddd"#)
    );
    assert_eq!(sent_texts[3], (true, r#"{"documents":["e"]}"#.to_owned()));
    // Of answers there is nothing to shield.
    let calls = service.calls(Phase::Response, &texts[..1]);
    assert_eq!(sent(calls), [(false, r#"{"text":"be kind"}"#.to_owned())]);
    let read = |body: &[u8]| azure_verdict(&own, shield(false, 1), body);
    check(
        read,
        &[
            (
                r#"{"documentsAnalysis":[{"attackDetected":false}]}"#,
                "pass",
            ),
            (
                r#"{"documentsAnalysis":[{"attackDetected":true}]}"#,
                "reject document",
            ),
            (r#"{"documentsAnalysis":[]}"#, "incomplete"),
            ("{}", "shape"),
        ],
    );
}

#[test]
fn nothing_of_an_answer_is_shown() {
    let body = br#"{"action":{"body":{"messages":[{"content":"very private"}]}}}"#;
    let verdict = webhook::read(Phase::Request, 1, body).expect("readable");
    assert_eq!(format!("{verdict:?}"), r#"Mask(Names(["webhook"]))"#);
    let error = bedrock::read(1, b"very private").expect_err("unreadable");
    assert!(!format!("{error} {error:?}").contains("private"));
}

proptest! {
    /// Reading any JSON ends, and what is no documented pass is none.
    #[test]
    fn reading_is_total(body in r#"[{}\[\]",:a-z0-9 ]{0,60}"#) {
        for answer in [
            webhook::read(Phase::Request, 1, body.as_bytes()),
            Thresholds::default().read(1, body.as_bytes()),
            Thresholds(vec![("violence".into(), 0.5)]).read(1, body.as_bytes()),
            bedrock::read(1, body.as_bytes()),
            armor_verdict(1, body.as_bytes()),
            ContentSafety::default().read(Asked::Analysis, body.as_bytes()),
            ContentSafety::default().read(shield(0), body.as_bytes()),
        ] {
            prop_assert!(!matches!(answer, Ok(Verdict::Pass)), "{}", body);
        }
    }
}
