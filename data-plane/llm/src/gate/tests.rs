//! What leaves a gate, and when.

use super::{Gate, Guard, Hold, Judge, Judged, Passed};
use crate::answer::{Content, Finish, Piece};
use crate::observed::FinishReason;
use crate::text::JsonText;

/// Holds the last `hold` bytes; replaces "bad" by "<x>"; refuses "evil".
struct Toy {
    hold: usize,
}

struct ToyJudge {
    hold: usize,
    text: String,
}

impl Guard for Toy {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(ToyJudge {
            hold: self.hold,
            text: String::new(),
        })
    }
}

impl ToyJudge {
    fn release(&mut self, hold: usize) -> Passed {
        if self.text.contains("evil") {
            return Passed::Refused;
        }
        let mut bytes = self
            .text
            .floor_char_boundary(self.text.len().saturating_sub(hold));
        if let Some(at) = self.text.find("bad")
            && at < bytes
        {
            bytes = bytes.max(at + 3);
        }
        if bytes == 0 {
            return Passed::Hold;
        }
        let came: String = self.text.drain(..bytes).collect();
        let text = came.replace("bad", "<x>");
        Passed::Out {
            is_same: text == came,
            text,
            bytes,
        }
    }
}

impl Judge for ToyJudge {
    fn push(&mut self, text: &str) -> Passed {
        self.text.push_str(text);
        self.release(self.hold)
    }

    fn flush(&mut self) -> Passed {
        self.release(self.hold)
    }

    fn finish(&mut self) -> Passed {
        self.release(0)
    }
}

fn gate(hold: Hold) -> Gate {
    Gate::new(Box::new(Toy { hold: 8 }), hold, 4096)
}

fn text(text: &str) -> Piece<'static> {
    Piece::said(Content::Text(JsonText::plain(text)))
}

fn thinking(text: &str) -> Piece<'static> {
    Piece::said(Content::Thinking(JsonText::plain(text)))
}

fn finish() -> Piece<'static> {
    Piece::Finish {
        choice: 0,
        finish: Finish::from(FinishReason::Stop),
    }
}

/// What came out, in short.
fn short(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Content { choice, content } => match content {
            Content::Text(text) => format!("{choice}t:{}", text.decode()),
            Content::Thinking(text) => format!("{choice}k:{}", text.decode()),
            Content::BlockEnd => "block".to_owned(),
            Content::ToolCall { .. } => "call".to_owned(),
            Content::Arguments { slot, fragment } => format!("{slot}a:{}", fragment.decode()),
            Content::ToolEnd { .. } => "tool".to_owned(),
            Content::Refusal(_) | Content::Signature(_) | Content::Redacted(_) => "?".to_owned(),
        },
        Piece::Finish { .. } => "finish".to_owned(),
        Piece::End => "end".to_owned(),
        Piece::Failure(_) => "failure".to_owned(),
        Piece::Start(_) => "start".to_owned(),
        Piece::Usage(_) | Piece::Dropped(_) => "fact".to_owned(),
    }
}

fn run(gate: &mut Gate, pieces: &[Piece<'static>]) -> Vec<String> {
    let mut out = Vec::new();
    for piece in pieces {
        gate.piece(piece, &mut |piece| out.push(short(piece)));
    }
    out
}

#[test]
fn a_match_across_pieces_is_replaced_and_the_rest_stays_where_it_was() {
    let mut gate = gate(Hold::Window);
    let pieces = [
        text("this is a b"),
        text("a"),
        text("d word"),
        finish(),
        Piece::End,
    ];
    let out = run(&mut gate, &pieces);
    let whole: String = out
        .iter()
        .filter_map(|part| part.strip_prefix("0t:"))
        .collect();
    assert_eq!(whole, "this is a <x> word");
    assert_eq!(out[out.len() - 2..], ["finish", "end"]);
    assert!(!gate.is_holding() && !gate.is_refused());
}

#[test]
fn what_is_held_holds_what_follows_it() {
    let mut gate = gate(Hold::Window);
    assert_eq!(run(&mut gate, &[text("short")]), [""; 0]);
    let call = Piece::said(Content::ToolCall {
        slot: 1,
        id: None,
        name: JsonText::plain("f"),
        signature: None,
    });
    let block = Piece::said(Content::BlockEnd);
    assert_eq!(run(&mut gate, &[block, call]), [""; 0]);
    assert!(gate.is_holding());
    assert_eq!(
        run(&mut gate, &[finish(), Piece::End]),
        ["0t:short", "block", "call", "finish", "end"]
    );
}

#[test]
fn a_match_across_blocks_stands_in_the_first() {
    let mut gate = gate(Hold::Window);
    let block = || Piece::said(Content::BlockEnd);
    let pieces = [text("so ba"), block(), text("d then"), block(), finish()];
    assert_eq!(
        run(&mut gate, &pieces),
        ["0t:so ", "0t:<x> then", "block", "block", "finish"]
    );
    // Without a match each block keeps its own.
    let mut gate = self::gate(Hold::Window);
    let pieces = [text("so go"), block(), text("od"), block(), finish()];
    assert_eq!(
        run(&mut gate, &pieces),
        ["0t:so go", "block", "0t:od", "block", "finish"]
    );
}

#[test]
fn a_text_that_stopped_does_not_hold_the_next_for_ever() {
    let mut gate = gate(Hold::Window);
    let long = "x".repeat(600);
    let out = run(&mut gate, &[thinking("hm bad"), text(&long)]);
    assert_eq!(out[0], "0k:hm <x>");
    assert!(out[1].starts_with("0t:xxx"), "{out:?}");
    // But one that goes on between others is one text.
    let mut gate = self::gate(Hold::Window);
    let pieces = [text("b"), thinking("a"), text("ad"), finish()];
    assert_eq!(run(&mut gate, &pieces), ["0t:<x>", "0k:a", "finish"]);
}

#[test]
fn choices_are_texts_of_their_own() {
    let mut gate = gate(Hold::Window);
    let of = |choice: u32, text: &str| Piece::Content {
        choice,
        content: Content::Text(JsonText::plain(text)),
    };
    let out = run(&mut gate, &[of(0, "b"), of(1, "ad"), Piece::End]);
    assert_eq!(out, ["0t:b", "1t:ad", "end"]);
}

#[test]
fn behind_a_refusal_nothing_leaves() {
    let mut gate = gate(Hold::Window);
    let out = run(&mut gate, &[text("this one is fine, ev")]);
    assert_eq!(out, ["0t:this one is "]);
    assert_eq!(run(&mut gate, &[text("il"), finish(), Piece::End]), [""; 0]);
    assert!(gate.is_refused() && !gate.is_holding());
}

#[test]
fn held_whole_nothing_leaves_before_the_end() {
    let mut gate = gate(Hold::Whole);
    let long = "y".repeat(1000);
    assert_eq!(run(&mut gate, &[text(&long), finish()]), [""; 0]);
    let out = run(&mut gate, &[Piece::End]);
    assert_eq!(out.concat().replace("0t:", ""), format!("{long}finishend"));
    let mut gate = self::gate(Hold::Whole);
    assert_eq!(run(&mut gate, &[text(&"z".repeat(5000))]), [""; 0]);
    assert!(gate.is_refused(), "more than may be held");
}

#[test]
fn half_a_character_waits_for_its_other_half() {
    let of = |literal: &str| {
        Piece::said(Content::Text(JsonText::from_inner_literal(
            literal.to_owned(),
        )))
    };
    let mut gate = gate(Hold::Window);
    let pieces = [of(r#""a\ud83d""#), of(r#""\ude00b""#), finish()];
    let whole: String = run(&mut gate, &pieces)
        .iter()
        .filter_map(|part| part.strip_prefix("0t:"))
        .collect();
    assert_eq!(whole, "a\u{1f600}b");
    let mut gate = self::gate(Hold::Window);
    let out = run(
        &mut gate,
        &[of(r#""a\\ud83d""#), of(r#""\ud83d""#), finish()],
    );
    assert_eq!(out.last().map(String::as_str), Some("finish"));
    assert_eq!(
        out[..out.len() - 1].concat().replace("0t:", ""),
        "a\\ud83d\u{fffd}"
    );
}

fn call(slot: u32) -> Piece<'static> {
    Piece::said(Content::ToolCall {
        slot,
        id: None,
        name: JsonText::plain("f"),
        signature: None,
    })
}

fn arguments(slot: u32, text: &str) -> Piece<'static> {
    Piece::said(Content::Arguments {
        slot,
        fragment: JsonText::plain(text),
    })
}

fn tool_end(slot: u32) -> Piece<'static> {
    Piece::said(Content::ToolEnd { slot })
}

#[test]
fn a_call_leaves_when_its_arguments_were_judged() {
    let mut gate = gate(Hold::Window).judging(Judged::All);
    let begun = [
        call(1),
        arguments(1, r#"{"a":"go"#),
        arguments(1, r#"od"}"#),
    ];
    assert_eq!(run(&mut gate, &begun), [""; 0]);
    assert!(gate.is_holding());
    // As it came, piece by piece.
    assert_eq!(
        run(&mut gate, &[tool_end(1)]),
        ["call", r#"1a:{"a":"go"#, r#"1a:od"}"#, "tool"]
    );
    assert!(!gate.is_holding());
    // One that has none.
    let all = [call(2), tool_end(2)];
    assert_eq!(run(&mut gate, &all), ["call", "tool"]);
}

#[test]
fn masked_arguments_are_json_in_one_piece() {
    let mut gate = gate(Hold::Window).judging(Judged::Calls);
    let pieces = [
        call(1),
        arguments(1, r#"{"bad":1,"b":["so \u0062"#),
        call(2),
        arguments(1, r#"ad \"x\"","good","bad"]"#),
        arguments(2, r#"{"c":"fine"}"#),
        tool_end(2),
        arguments(1, "}"),
        tool_end(1),
    ];
    // Keys stay: a tool knows its parameters by them.
    assert_eq!(
        run(&mut gate, &pieces),
        [
            "call",
            r#"1a:{"bad":1,"b":["so <x> \"x\"","good","<x>"]}"#,
            "call",
            r#"2a:{"c":"fine"}"#,
            "tool",
            "tool"
        ]
    );
}

#[test]
fn behind_refused_arguments_nothing_leaves() {
    let mut gate = gate(Hold::Window).judging(Judged::All);
    let pieces = [
        call(1),
        arguments(1, r#"{"a":"ev"#),
        arguments(1, r#"il"}"#),
    ];
    assert_eq!(run(&mut gate, &pieces), [""; 0]);
    assert!(!gate.is_refused());
    assert_eq!(run(&mut gate, &[tool_end(1), finish()]), [""; 0]);
    assert!(gate.is_refused());
}

#[test]
fn arguments_that_were_cut_off_are_judged_as_a_text() {
    let mut gate = gate(Hold::Window).judging(Judged::All);
    let pieces = [
        call(1),
        arguments(1, r#"{"a":"ba"#),
        arguments(1, "d an"),
        finish(),
    ];
    assert_eq!(
        run(&mut gate, &pieces),
        ["call", r#"1a:{"a":"<x> an"#, "finish"]
    );
    let mut gate = self::gate(Hold::Window).judging(Judged::All);
    run(
        &mut gate,
        &[call(1), arguments(1, r#"{"a":"evil"#), Piece::End],
    );
    assert!(gate.is_refused());
}

#[test]
fn only_what_is_to_be_judged_is() {
    let mut texts = gate(Hold::Window);
    let evil = [call(1), arguments(1, r#"{"a":"evil"}"#), tool_end(1)];
    assert_eq!(
        run(&mut texts, &evil),
        ["call", r#"1a:{"a":"evil"}"#, "tool"]
    );
    let mut calls = gate(Hold::Window).judging(Judged::Calls);
    assert_eq!(run(&mut calls, &[text("evil")]), ["0t:evil"]);
    // But behind a call it waits, as all does.
    assert_eq!(run(&mut calls, &[call(1), text("evil")]), [""; 0]);
    assert_eq!(run(&mut calls, &[tool_end(1)]), ["call", "0t:evil", "tool"]);
}

/// Lets everything go, and keeps what it saw.
#[derive(Clone, Default)]
struct Watch(std::rc::Rc<std::cell::RefCell<Vec<String>>>);

impl Guard for Watch {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(self.clone())
    }
}

impl Judge for Watch {
    fn push(&mut self, text: &str) -> Passed {
        self.0.borrow_mut().push(text.to_owned());
        Passed::Out {
            text: text.to_owned(),
            bytes: text.len(),
            is_same: true,
        }
    }

    fn flush(&mut self) -> Passed {
        Passed::Hold
    }

    fn finish(&mut self) -> Passed {
        Passed::Hold
    }
}

#[test]
fn who_only_watches_holds_no_call() {
    let watch = Watch::default();
    let mut gate = Gate::new(Box::new(watch.clone()), Hold::Nothing, 24).judging(Judged::All);
    let begun = [call(1), arguments(1, r#"{"a":"go","#)];
    assert_eq!(run(&mut gate, &begun), ["call", r#"1a:{"a":"go","#]);
    run(&mut gate, &[arguments(1, r#""b":"on"}"#), tool_end(1)]);
    assert_eq!(*watch.0.borrow(), ["go", "on"]);
    // Beyond what may be kept it still passes.
    let long = "y".repeat(5000);
    let pieces = [call(2), arguments(2, &long), tool_end(2)];
    assert_eq!(run(&mut gate, &pieces).len(), 3);
    assert!(!gate.is_refused() && !gate.is_holding());
}

#[test]
fn arguments_that_wait_are_bounded() {
    let mut gate = gate(Hold::Window).judging(Judged::Calls);
    let long = format!("{{\"a\":\"{}", "z".repeat(3000));
    assert_eq!(run(&mut gate, &[call(1), arguments(1, &long)]), [""; 0]);
    assert!(!gate.is_refused());
    run(&mut gate, &[arguments(1, &long)]);
    assert!(gate.is_refused());
    // Each string that waits costs its judge.
    let mut still = Gate::new(Box::new(Still), Hold::Whole, 16 << 10).judging(Judged::Calls);
    let many = format!("[{}1]", "\"a\",".repeat(20));
    run(&mut still, &[call(1), arguments(1, &many), tool_end(1)]);
    assert!(still.is_refused());
}

/// Says nothing for ever.
pub(crate) struct Still;

impl Guard for Still {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(Still)
    }
}

impl Judge for Still {
    fn push(&mut self, _: &str) -> Passed {
        Passed::Hold
    }

    fn flush(&mut self) -> Passed {
        Passed::Hold
    }

    fn finish(&mut self) -> Passed {
        Passed::Hold
    }
}
