//! How much the model is to think: `reasoning_effort` and its extensions.
//!
//! It must not know messages. Invariant: a budget is at least [`FLOOR`] and below the limit of the answer.

use crate::shape::{chat, messages};
use crate::text::{Json, JsonText};
use crate::{Notes, Unconvertible};

use super::claude::{Claude, Unthinking};

/// The least budget that Anthropic takes.
const FLOOR: u64 = 1024;

/// Tokens of an answer without thinking, where nobody says a limit.
const ANSWER: u64 = 4096;

/// What no limit that nobody asked for goes beyond: the most of Claude Opus 4 and 4.1, the least of all models that think.
const UNASKED: u64 = 32_000;

/// The efforts with the budget that each stands for, where a model takes no effort.
const SCALE: [(Effort, u64); 5] = [
    (Effort::Low, 1024),
    (Effort::Medium, 2048),
    (Effort::High, 4096),
    (Effort::Xhigh, 8192),
    (Effort::Max, 16384),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}

/// What bears on thinking besides the client's wish.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The model, where its name tells.
    pub(super) claude: Option<Claude>,
    /// The most tokens of the answer, with its thinking; `None` where [`unasked_limit`] says it later.
    pub(super) max_tokens: Option<u64>,
    /// Tokens of these that thinking leaves to the answer: one where the client drew the limit, which is its own affair.
    pub(super) answer: u64,
    /// `tool_choice` asks for a call: not possible while thinking.
    pub(super) is_call_forced: bool,
    /// The turn that is to go on has a call without the reasoning that led to it: an error with a budget.
    pub(super) has_unproven_call: bool,
}

/// The two members that say it.
#[derive(Default)]
pub(super) struct Thinking {
    pub(super) thinking: Option<messages::Thinking<'static>>,
    pub(super) effort: Option<JsonText<'static>>,
}

/// The limit of an answer for which nobody said one: thinking is on top, and does not eat the answer up.
pub(crate) fn unasked_limit(request: &messages::Request<'_>) -> u64 {
    let thinking = request.thinking.as_ref();
    let budget = match thinking.map(|thinking| (thinking.kind.as_str(), thinking.budget_tokens)) {
        None if Claude::parse(&request.model).is_some_and(Claude::thinks_unasked) => {
            Effort::High.budget()
        }
        None | Some(("disabled", _)) => 0,
        Some((_, Some(budget))) => budget,
        Some((_, None)) => {
            let effort = request.output_config.as_ref();
            let effort = effort.and_then(|config| config.effort.as_ref());
            match effort.map(JsonText::decode).as_deref() {
                Some("low") => Effort::Low,
                Some("medium") => Effort::Medium,
                Some("xhigh") => Effort::Xhigh,
                Some("max") => Effort::Max,
                // Anthropic's default, too.
                Some(_) | None => Effort::High,
            }
            .budget()
        }
    };
    budget.saturating_add(ANSWER).min(UNASKED)
}

/// What the request asks for: the most explicit of three fields counts.
pub(super) fn thinking(
    request: &chat::Request<'_>,
    limits: Limits,
    notes: &mut Notes,
) -> Result<Thinking, Unconvertible> {
    let effort = effort(request.reasoning_effort.as_ref())?;
    if let Some(explicit) = &request.thinking {
        notes.dropped_if(
            "thinking_budget_tokens",
            request.thinking_budget_tokens.is_some(),
        );
        return as_it_is(explicit, effort, limits, notes);
    }
    if let Some(budget) = request.thinking_budget_tokens {
        notes.dropped_if("reasoning_effort", effort.is_some());
        if budget == 0 {
            return Ok(limits.do_not_think("thinking_budget_tokens", notes));
        }
        let effort = Effort::nearest(budget);
        return Ok(limits.think("thinking_budget_tokens", effort, Some(budget), notes));
    }
    Ok(match (effort, request.reasoning_effort.is_some()) {
        (Some(effort), _) => limits.think("reasoning_effort", effort, None, notes),
        (None, true) => limits.do_not_think("reasoning_effort", notes),
        (None, false) => Thinking::default(),
    })
}

/// `reasoning_effort`, unless it is `none`.
fn effort(name: Option<&JsonText<'_>>) -> Result<Option<Effort>, Unconvertible> {
    let Some(name) = name else {
        return Ok(None);
    };
    match name.decode().as_ref() {
        "none" => Ok(None),
        "minimal" | "low" => Ok(Some(Effort::Low)),
        "medium" => Ok(Some(Effort::Medium)),
        "high" => Ok(Some(Effort::High)),
        "xhigh" => Ok(Some(Effort::Xhigh)),
        "max" => Ok(Some(Effort::Max)),
        _ => Err(Unconvertible::unsupported(
            "reasoning_effort",
            "is none of `none`, `minimal`, `low`, `medium`, `high`, `xhigh` and `max`",
        )),
    }
}

/// Anthropic's own object: only its budget is fitted.
fn as_it_is(
    explicit: &Json<'_>,
    effort: Option<Effort>,
    limits: Limits,
    notes: &mut Notes,
) -> Result<Thinking, Unconvertible> {
    let read: messages::Thinking<'_> = explicit
        .read()
        .map_err(|_| Unconvertible::invalid("thinking", "is not a thinking object"))?;
    let is_adaptive = read.kind == "adaptive";
    notes.dropped_if("reasoning_effort", effort.is_some() && !is_adaptive);
    let display = read.display.map(Json::into_owned);
    if read.kind == "enabled" {
        let Some(budget) = read.budget_tokens else {
            return Err(Unconvertible::invalid(
                "thinking.budget_tokens",
                "is missing",
            ));
        };
        let mut thought = limits.think("thinking", Effort::nearest(budget), Some(budget), notes);
        if let Some(thinking) = &mut thought.thinking {
            thinking.display = display;
        }
        return Ok(thought);
    }
    Ok(Thinking {
        thinking: Some(messages::Thinking {
            kind: read.kind,
            budget_tokens: read.budget_tokens,
            display,
        }),
        effort: effort
            .filter(|_| is_adaptive)
            .map(|effort| JsonText::plain(effort.name(limits.claude))),
    })
}

// === impl Limits ===

impl Limits {
    /// For the limit of a client's own, or of a catalogue's, or of none.
    pub(super) fn new(asked: Option<u64>, catalogue: Option<u64>) -> Self {
        let (max_tokens, answer) = match (asked, catalogue) {
            (Some(limit), _) => (Some(limit), 1),
            // A small model's is shared.
            (None, Some(limit)) => (Some(limit), ANSWER.min(limit / 2)),
            (None, None) => (None, ANSWER),
        };
        Self {
            claude: None,
            max_tokens,
            answer,
            is_call_forced: false,
            has_unproven_call: false,
        }
    }

    /// The most that a budget may be.
    fn most_of_thinking(self) -> u64 {
        let limit = self.max_tokens.unwrap_or(UNASKED);
        limit.saturating_sub(self.answer)
    }

    fn do_not_think(self, field: &'static str, notes: &mut Notes) -> Thinking {
        let unthinking = self.claude.map(Claude::unthinking);
        let kind = match unthinking {
            None | Some(Unthinking::Silence) => return Thinking::default(),
            Some(Unthinking::Impossible) => {
                notes.dropped(field);
                return Thinking::default();
            }
            Some(Unthinking::Kind(kind)) => kind,
        };
        Thinking {
            thinking: Some(messages::Thinking {
                kind: kind.to_owned(),
                ..messages::Thinking::default()
            }),
            effort: None,
        }
    }

    fn think(
        self,
        field: &'static str,
        effort: Effort,
        budget: Option<u64>,
        notes: &mut Notes,
    ) -> Thinking {
        let by_effort = self.claude.is_some_and(|claude| match budget {
            Some(_) => claude.refuses_budget(),
            None => claude.is_adaptive(),
        });
        if by_effort {
            // Effort also has its place without thinking.
            notes.dropped_if(field, self.is_call_forced);
            return Thinking {
                thinking: (!self.is_call_forced).then(|| messages::Thinking {
                    kind: "adaptive".to_owned(),
                    ..messages::Thinking::default()
                }),
                effort: Some(JsonText::plain(effort.name(self.claude))),
            };
        }
        let is_possible = self.claude.is_none_or(Claude::thinks)
            && !self.is_call_forced
            && !self.has_unproven_call
            && self.most_of_thinking() >= FLOOR;
        if !is_possible {
            notes.dropped(field);
            return Thinking::default();
        }
        let budget = budget.unwrap_or_else(|| effort.budget());
        Thinking {
            thinking: Some(messages::Thinking {
                kind: "enabled".to_owned(),
                budget_tokens: Some(budget.max(FLOOR).min(self.most_of_thinking())),
                display: None,
            }),
            effort: None,
        }
    }
}

// === impl Effort ===

impl Effort {
    fn nearest(budget: u64) -> Self {
        SCALE
            .into_iter()
            .find(|(_, most)| budget <= *most)
            .map_or(Self::Max, |(effort, _)| effort)
    }

    fn budget(self) -> u64 {
        SCALE
            .into_iter()
            .find(|(effort, _)| *effort == self)
            .map_or(FLOOR, |(_, budget)| budget)
    }

    /// As the model calls it.
    fn name(self, claude: Option<Claude>) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh if claude.is_some_and(Claude::has_xhigh) => "xhigh",
            Self::Xhigh => "high",
            Self::Max => "max",
        }
    }
}
