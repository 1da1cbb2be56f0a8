//! What leaves a gate, and when.

use super::{Gate, Guard, Hold, Judge, Passed};
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
            Content::Arguments { .. } => "arguments".to_owned(),
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
