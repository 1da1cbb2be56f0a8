//! Guards of an answer that arrives in pieces (llm.md G-12).
//!
//! Owns the join of dp-policy's windows with dp-llm's gates, and what the windows decided. Must not do I/O. Invariant: a
//! guard that only watches holds nothing and changes nothing.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use dp_config::prompt_guard::{Guard, GuardKind, Remote, Streaming};
use dp_llm::gate::{Gate, Guard as Judges, Hold, Judge, Judged, Passed};
use dp_policy::prompt_guard::{
    Decision, Engine, Names, Window,
    remote::{Phase, Text, Verdict},
    scope::Scope,
    window::{Limits, Mode, Output},
};

use super::{Check, Guards, Watchers, held::Held, judge, remote::Answered, watch::Watch};
use crate::{ai::Call, exchange::Exchange};

/// The most that is held of one answer, in bytes.
const WHOLE: usize = 8 << 20;

/// What the guards of one answer decided so far.
pub(crate) struct Tallies(Vec<Seat>);

/// A guard at one answer.
pub(super) struct Seat {
    guard: Arc<Guard>,
    streaming: Streaming,
    found: Rc<RefCell<Found>>,
    /// Of one that is a service, what it is asked about.
    held: Option<Held>,
    /// Of a service that only watches, the question.
    watch: Option<Watch>,
}

/// What one guard found.
#[derive(Default)]
struct Found {
    masked: Names,
    refused: Names,
    /// What a service decided.
    decision: Option<Decision>,
}

struct Patterns {
    engine: Arc<Engine>,
    mode: Mode,
    limits: Limits,
    only_watches: bool,
    found: Rc<RefCell<Found>>,
}

struct WindowJudge {
    window: Window,
    only_watches: bool,
    found: Rc<RefCell<Found>>,
    /// Bytes that came.
    came: usize,
    /// Bytes of them that went.
    gone: usize,
}

/// The gates of an answer, and what will have been decided there; none where there are no guards.
pub(in crate::ai) fn gates(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    guards: Option<&Guards>,
) -> (Vec<Gate>, Option<Tallies>) {
    let Some(guards) = guards else {
        return (Vec::new(), None);
    };
    let (mut gates, mut seats) = (Vec::new(), Vec::new());
    // Of those that refuse streams only such are here as watch, and what they would have done is told already.
    let others = guards.response();
    for (guard, streaming) in others.filter(|(_, own)| *own != Streaming::Refuse) {
        let found = Rc::new(RefCell::new(Found::default()));
        let only_watches = guard.is_shadow || streaming == Streaming::Audit;
        let watch = match only_watches {
            true => Watch::new(exchange, call, guard, Phase::Response),
            false => None,
        };
        let (gate, held) = match &guard.kind {
            GuardKind::Regex(engine) => (gate(guard, engine, streaming, found.clone()), None),
            GuardKind::Remote(_) => {
                let (held, hold) = match only_watches {
                    true => (Held::passing(WHOLE), Hold::Nothing),
                    false => (Held::default(), Hold::Whole),
                };
                let gate = Gate::new(Box::new(held.clone()), hold, WHOLE);
                (gate, Some(held))
            }
        };
        gates.push(gate.judging(judged(guard)));
        seats.push(Seat {
            guard: guard.clone(),
            streaming,
            found,
            held,
            watch,
        });
    }
    let tallies = (!seats.is_empty()).then_some(Tallies(seats));
    (gates, tallies)
}

fn gate(
    guard: &Guard,
    engine: &Arc<Engine>,
    streaming: Streaming,
    found: Rc<RefCell<Found>>,
) -> Gate {
    let only_watches = guard.is_shadow || streaming == Streaming::Audit;
    let is_whole = streaming == Streaming::Buffer && !only_watches;
    let (mode, limits) = match is_whole {
        false => (Mode::Window, Limits::default()),
        true => {
            let limits = Limits {
                held: WHOLE,
                ..Limits::default()
            };
            (Mode::Buffer, limits)
        }
    };
    let judges = Patterns {
        engine: engine.clone(),
        mode,
        limits,
        only_watches,
        found,
    };
    let hold = match (only_watches, is_whole) {
        (true, _) => Hold::Nothing,
        (false, true) => Hold::Whole,
        (false, false) => Hold::Window,
    };
    Gate::new(Box::new(judges), hold, WHOLE)
}

/// What of an answer a guard judges.
fn judged(guard: &Guard) -> Judged {
    let has = |scope| guard.scopes.has(scope);
    match (has(Scope::Messages), has(Scope::ToolCallOutput)) {
        (true, true) => Judged::All,
        (false, true) => Judged::Calls,
        (_, false) => Judged::Texts,
    }
}

// === impl Tallies ===

impl Tallies {
    /// Guards whose decision the answer waits for, in order.
    pub(super) fn waited_for(&self) -> impl Iterator<Item = &Seat> {
        self.0.iter().filter(|seat| seat.watch.is_none())
    }

    /// Whether the answer has to be read to its end before anything leaves.
    pub(crate) fn needs_whole(&self) -> bool {
        self.waited_for().any(|seat| seat.service().is_some())
    }

    /// Has services asked that only watch, about what came.
    pub(crate) fn watch(&mut self, watchers: &mut Watchers) {
        for seat in &mut self.0 {
            if let (Some(watch), Some(held)) = (seat.watch.take(), &seat.held) {
                let texts = held.texts();
                let texts: Vec<Text<'_>> = texts.iter().filter_map(judge::spoken).collect();
                watch.start(&texts, watchers);
            }
        }
    }

    /// One decision for each guard; none of those that were not asked because another had refused.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        let is_asked = |seat: &&Seat| match &seat.guard.kind {
            GuardKind::Regex(_) => true,
            GuardKind::Remote(_) => seat.found.borrow().decision.is_some(),
        };
        self.0.iter().filter(is_asked).map(Seat::check)
    }
}

// === impl Seat ===

impl Seat {
    /// Of one that is asked when all of the answer is there.
    pub(super) fn service(&self) -> Option<(&Remote, &Held)> {
        match (&self.guard.kind, &self.held) {
            (GuardKind::Remote(remote), Some(held)) => Some((remote, held)),
            (GuardKind::Remote(_) | GuardKind::Regex(_), _) => None,
        }
    }

    /// What of an answer it judges.
    pub(super) fn judged(&self) -> Judged {
        judged(&self.guard)
    }

    /// What a service said of the texts that were held, whether that is its verdict or that it gave none.
    pub(super) fn settle(&self, held: &Held, texts: &[String], answered: Answered) {
        let (decision, masked) = match answered {
            Answered::Nothing(decision) => (decision, None),
            Answered::Verdict(verdict) => {
                let decision = verdict.decision();
                match verdict {
                    Verdict::Mask(masked, _) => (decision, Some(masked)),
                    Verdict::Pass | Verdict::Reject(_) => (decision, None),
                }
            }
        };
        match (&decision, masked) {
            (Decision::Mask(_), Some(masked)) => held.mask(placed(texts, masked)),
            (Decision::Reject(_) | Decision::Mask(_), _) => held.refuse(),
            (Decision::Allow | Decision::FailOpen(_) | Decision::Shadow(..), _) => held.pass(),
        }
        self.found.borrow_mut().decision = Some(decision);
    }

    fn check(&self) -> Check {
        let found = self.found.borrow();
        let decision = match (found.refused.is_empty(), found.masked.is_empty()) {
            _ if found.decision.is_some() => found.decision.clone().unwrap_or(Decision::Allow),
            (false, _) => Decision::Reject(found.refused.clone()),
            (true, false) => Decision::Mask(found.masked.clone()),
            (true, true) => Decision::Allow,
        };
        let decision = match self.streaming {
            Streaming::Audit => decision.shadowed(),
            Streaming::Window | Streaming::Buffer | Streaming::Refuse => decision,
        };
        Check::of(&self.guard, Phase::Response, decision)
    }
}

/// Masked texts in the places of those that were asked about; the others as they are.
fn placed(texts: &[String], masked: Vec<String>) -> Vec<String> {
    let mut masked = masked.into_iter();
    let place = |text: &String| match judge::spoken(text) {
        // One that has none has no place in the verdict: it is refused.
        Some(_) => masked.next(),
        None => Some(text.clone()),
    };
    texts.iter().map_while(place).collect()
}

// === impl Patterns ===

impl Judges for Patterns {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(WindowJudge {
            window: Window::new(self.engine.clone(), self.mode, self.limits),
            only_watches: self.only_watches,
            found: self.found.clone(),
            came: 0,
            gone: 0,
        })
    }
}

// === impl WindowJudge ===

impl WindowJudge {
    fn take(&mut self, output: Output) -> Passed {
        self.note(&output);
        let (text, is_same) = match output {
            Output::Hold => return Passed::Hold,
            Output::Pass(text) => (text, true),
            Output::Masked { text, .. } => (text, false),
            Output::Reject(_) | Output::Overflow(_) => return Passed::Refused,
        };
        let gone = self.came.saturating_sub(self.window.held());
        let bytes = gone.saturating_sub(self.gone);
        self.gone = gone;
        Passed::Out {
            text,
            bytes,
            is_same,
        }
    }

    fn note(&self, output: &Output) {
        let mut found = self.found.borrow_mut();
        match output {
            Output::Hold | Output::Pass(_) => {}
            Output::Masked { names, .. } => {
                names
                    .as_slice()
                    .iter()
                    .for_each(|name| found.masked.add(name));
            }
            Output::Reject(names) => {
                names
                    .as_slice()
                    .iter()
                    .for_each(|name| found.refused.add(name));
            }
            Output::Overflow(names) => {
                found.refused.add(&"too-long".into());
                names
                    .as_slice()
                    .iter()
                    .for_each(|name| found.refused.add(name));
            }
        }
    }
}

impl Judge for WindowJudge {
    fn push(&mut self, text: &str) -> Passed {
        self.came = self.came.saturating_add(text.len());
        let output = self.window.push(text);
        if !self.only_watches {
            return self.take(output);
        }
        self.note(&output);
        Passed::Out {
            text: text.to_owned(),
            bytes: text.len(),
            is_same: true,
        }
    }

    fn flush(&mut self) -> Passed {
        if self.only_watches {
            return Passed::Hold;
        }
        let output = self.window.flush();
        self.take(output)
    }

    fn finish(&mut self) -> Passed {
        let output = self.window.finish();
        if !self.only_watches {
            return self.take(output);
        }
        self.note(&output);
        Passed::Hold
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dp_config::prompt_guard::{Guard, GuardKind, Refusal, Streaming};
    use dp_llm::gate::Passed;
    use dp_policy::prompt_guard::{Builtin, Engine, OnMatch, RuleConfig, Scopes, Score};
    use http::StatusCode;

    use super::{Found, Patterns, Seat, Tallies};
    use std::{cell::RefCell, rc::Rc};

    fn guard(on_match: OnMatch) -> Arc<Guard> {
        let rules = [RuleConfig::Builtin(Builtin::Email)];
        let engine = Engine::compile(&rules, on_match, Score::MINIMUM).expect("compiles");
        Arc::new(Guard {
            name: "response[0]".into(),
            kind: GuardKind::Regex(Arc::new(engine)),
            scopes: Scopes::default(),
            refusal: Refusal {
                status: StatusCode::FORBIDDEN,
                body: None,
            },
            is_shadow: false,
        })
    }

    /// The text that leaves, and the decision.
    fn run(on_match: OnMatch, only_watches: bool, deltas: &[&str]) -> (Option<String>, String) {
        use dp_llm::gate::Guard as _;
        use dp_policy::prompt_guard::window::{Limits, Mode};
        let guard = guard(on_match);
        let found = Rc::new(RefCell::new(Found::default()));
        let GuardKind::Regex(engine) = &guard.kind else {
            panic!("no patterns");
        };
        let mut patterns = Patterns {
            engine: engine.clone(),
            mode: Mode::Window,
            limits: Limits::default(),
            only_watches,
            found: found.clone(),
        };
        let mut judge = patterns.judge();
        let mut whole = Some(String::new());
        let mut bytes_out = 0;
        let mut take = |passed: Passed| match passed {
            Passed::Hold => {}
            Passed::Out { text, bytes, .. } => {
                bytes_out += bytes;
                if let Some(whole) = &mut whole {
                    whole.push_str(&text);
                }
            }
            Passed::Refused => whole = None,
        };
        for delta in deltas {
            take(judge.push(delta));
        }
        take(judge.flush());
        take(judge.finish());
        if whole.is_some() {
            assert_eq!(
                bytes_out,
                deltas.concat().len(),
                "every byte is accounted for"
            );
        }
        let tallies = Tallies(vec![Seat {
            guard,
            streaming: Streaming::Window,
            found,
            held: None,
            watch: None,
        }]);
        let check = tallies.checks().next().expect("one guard");
        (whole, check.to_string())
    }

    #[test]
    fn masks_reach_across_deltas() {
        let filler = "so ".repeat(700);
        let (text, check) = run(OnMatch::Mask, false, &["to ann@exam", "ple.org ", &filler]);
        assert_eq!(text, Some(format!("to <EMAIL_ADDRESS> {filler}")));
        assert_eq!(check, "response[0] mask: email");
    }

    #[test]
    fn a_refusal_ends_it() {
        let (text, check) = run(OnMatch::Reject, false, &["to ann@exam", "ple.org"]);
        assert_eq!((text, check.as_str()), (None, "response[0] reject: email"));
    }

    #[test]
    fn who_only_watches_changes_nothing() {
        let (text, check) = run(OnMatch::Reject, true, &["to ann@exam", "ple.org"]);
        assert_eq!(text.as_deref(), Some("to ann@example.org"));
        assert_eq!(check, "response[0] reject: email");
    }
}
