//! What judges prompts on their way to a provider, and answers on their way back (llm.md 4.3).
//!
//! Owns the order of guards and what becomes of their decisions. Must not know what a guard looks for. Invariants: a prompt is
//! judged once, as the client sent it, whatever attempts follow; what a guard could not judge does not pass; what leaves about
//! a text is the names of rules.

use std::{borrow::Cow, cell::RefCell, fmt, sync::Arc};

use bytes::{Bytes, BytesMut};
use dp_config::{
    ai_backend::AiPolicy,
    prompt_guard::{Guard, GuardKind, PromptGuard, Streaming},
};
use dp_llm::{
    class::Class,
    format::Format,
    prompt_text::PromptText,
    relay::{Plan, Relay},
    request::Request as Prompt,
};
use dp_policy::prompt_guard::{
    Decision,
    remote::{Phase, Text},
};

use super::Call;
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
};

mod held;
mod judge;
mod reach;
mod refused;
mod remote;
mod stream;

use reach::Reach;
use refused::Cause;
pub(crate) use refused::Refused;
use remote::Answered;
pub(crate) use stream::{Tallies, gates};

/// What one guard decided about one prompt or answer.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) phase: Phase,
    /// Its place in the policy.
    pub(crate) guard: Arc<str>,
    /// What kind of guard it is.
    pub(crate) kind: &'static str,
    pub(crate) decision: Decision,
}

/// Prompts that have been judged, by what judged them: providers of one backend may differ in their guards.
#[derive(Default)]
pub(super) struct Guarded(RefCell<Vec<(Arc<PromptGuard>, Prompt)>>);

/// A message that guards read.
#[derive(Clone, Copy)]
enum Message {
    Request(Class),
    Answer(Format),
}

/// Whether guards enforce what they decide.
#[derive(Clone, Copy)]
enum Enforce {
    AsWritten,
    Never,
}

/// The guards of a provider, of whatever level of policies they are.
pub(super) fn of(policy: Option<&AiPolicy>) -> Option<&Arc<PromptGuard>> {
    policy?.guard.as_ref()
}

/// The guards that judge an answer; `None` where there are none, or nothing to judge.
pub(super) fn of_answer<'a>(
    guards: Option<&'a Arc<PromptGuard>>,
    plan: &Plan,
) -> Option<&'a Arc<PromptGuard>> {
    match reach::of_answer(plan.class, plan.is_streamed) {
        Reach::Judged => guards.filter(|guards| !guards.response.is_empty()),
        // Of what cannot be read only those are left that watch: [`request`] refused the others.
        Reach::Wordless | Reach::Unreadable => None,
    }
}

/// The client's request as its guards let it pass.
///
/// # Errors
/// A guard refuses it, or cannot read it or the answer to it: once a provider has it, it is too late to find that out.
pub(super) async fn request<'c>(
    exchange: &mut Exchange<'_>,
    call: &'c Call<'_>,
    guards: Option<&Arc<PromptGuard>>,
) -> Result<Cow<'c, Prompt>, Fault> {
    let Some(guards) = guards else {
        return Ok(Cow::Borrowed(&call.prompt));
    };
    if let Some(known) = call.guarded.of(guards) {
        return Ok(Cow::Owned(known));
    }
    let (class, is_streamed) = (call.prompt.class(), call.prompt.is_streamed());
    let prompt = match reach::of_request(class) {
        Reach::Judged => judged(exchange, call, &guards.request).await?,
        Reach::Wordless => call.prompt.clone(),
        Reach::Unreadable => {
            unread(
                exchange,
                &guards.request,
                Phase::Request,
                Enforce::AsWritten,
            )?;
            call.prompt.clone()
        }
    };
    match reach::of_answer(class, is_streamed) {
        Reach::Judged | Reach::Wordless => {}
        Reach::Unreadable => {
            let enforce = match is_streamed && guards.streaming == Streaming::Audit {
                true => Enforce::Never,
                false => Enforce::AsWritten,
            };
            unread(exchange, &guards.response, Phase::Response, enforce)?;
        }
    }
    call.guarded.add(guards, &prompt);
    Ok(Cow::Owned(prompt))
}

async fn judged(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    guards: &[Guard],
) -> Result<Prompt, Fault> {
    let before = call.prompt.body();
    let message = Message::Request(call.prompt.class());
    let body = pass(exchange, call, (guards, message), before.clone()).await?;
    if body.as_ptr() == before.as_ptr() {
        return Ok(call.prompt.clone());
    }
    Prompt::parse_as(call.prompt.class(), call.head.uri.path(), None, body)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

/// A whole answer in the client's format as its guards let it pass.
pub(super) async fn answer(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    guards: &[Guard],
    (format, body): (Format, Bytes),
) -> Result<Bytes, Fault> {
    pass(exchange, call, (guards, Message::Answer(format)), body).await
}

/// Asks the services among a streamed answer's guards, whose texts have all been read, in order. Gives what goes to the client.
pub(super) async fn settle(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    tallies: &Tallies,
    relay: &mut Relay,
) -> Bytes {
    let mut out = BytesMut::new();
    for (guard, remote, held) in tallies.remotes() {
        if relay.is_refused() {
            break;
        }
        let texts = held.texts();
        let asked: Vec<Text<'_>> = texts.iter().filter_map(judge::spoken).collect();
        let asked = remote::ask(exchange, call, (remote, Phase::Response), &asked);
        let answered = Box::pin(asked).await;
        tallies.settle((guard, held), &texts, answered);
        out.extend_from_slice(&relay.flush());
    }
    out.freeze()
}

/// The body as it is behind all guards.
async fn pass(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (guards, message): (&[Guard], Message),
    mut body: Bytes,
) -> Result<Bytes, Fault> {
    let phase = message.phase();
    for guard in guards {
        let mut refusal = guard.refusal.clone();
        let (cause, (decision, masked)) = match (message.read(&body), &guard.kind) {
            // What cannot be read cannot be judged.
            (None, _) => (Cause::Unreadable, (judge::unreadable(), None)),
            (Some(texts), GuardKind::Regex(engine)) => {
                (Cause::Found, judge::regex(engine, &texts, guard, phase))
            }
            (Some(texts), GuardKind::Remote(own)) => {
                let asked = judge::asked(&texts, guard, phase);
                let spoken: Vec<Text<'_>> = asked.iter().map(judge::Asked::text).collect();
                let answered = remote::ask(exchange, call, (own, phase), &spoken);
                match Box::pin(answered).await {
                    Answered::Nothing(decision) => (Cause::Unanswered, (decision, None)),
                    Answered::Verdict(verdict) => {
                        let judged = judge::remote(verdict, &texts, &asked, &mut refusal);
                        (Cause::Found, judged)
                    }
                }
            }
        };
        let check = Check::of(guard, phase, decision);
        exchange.record.llm.checks.push(check.clone());
        match (&check.decision, masked) {
            (Decision::Reject(_), _) => {
                return Err(Refused::by(check, cause, refusal).into());
            }
            (Decision::Mask(_), Some(masked)) => body = masked,
            (
                Decision::Mask(_) | Decision::Allow | Decision::FailOpen(_) | Decision::Shadow(..),
                _,
            ) => {}
        }
    }
    Ok(body)
}

/// What guards make of a message of an operation that they cannot read.
fn unread(
    exchange: &mut Exchange<'_>,
    guards: &[Guard],
    phase: Phase,
    enforce: Enforce,
) -> Result<(), Fault> {
    for guard in guards {
        let decision = match enforce {
            Enforce::AsWritten => judge::unreadable(),
            Enforce::Never => judge::unreadable().shadowed(),
        };
        let check = Check::of(guard, phase, decision);
        exchange.record.llm.checks.push(check.clone());
        if matches!(check.decision, Decision::Reject(_)) {
            return Err(Refused::by(check, Cause::Operation, guard.refusal.clone()).into());
        }
    }
    Ok(())
}

// === impl Message ===

impl Message {
    fn phase(self) -> Phase {
        match self {
            Message::Request(_) => Phase::Request,
            Message::Answer(_) => Phase::Response,
        }
    }

    /// Its texts; `None` where they cannot be read.
    fn read(self, body: &Bytes) -> Option<PromptText<'_>> {
        match self {
            Message::Request(class) => PromptText::of_class(class, body).ok(),
            Message::Answer(format) => PromptText::of_answer(format, body).ok(),
        }
    }
}

// === impl Guarded ===

impl Guarded {
    fn of(&self, guard: &Arc<PromptGuard>) -> Option<Prompt> {
        let known = self.0.borrow();
        let found = known.iter().find(|(own, _)| Arc::ptr_eq(own, guard));
        found.map(|(_, prompt)| prompt.clone())
    }

    fn add(&self, guard: &Arc<PromptGuard>, prompt: &Prompt) {
        self.0.borrow_mut().push((guard.clone(), prompt.clone()));
    }
}

// === impl Check ===

impl Check {
    /// What a guard decided, or would have where it only watches.
    pub(super) fn of(guard: &Guard, phase: Phase, decision: Decision) -> Check {
        Check {
            phase,
            guard: guard.name.clone(),
            kind: guard.kind.label(),
            decision: match guard.is_shadow {
                true => decision.shadowed(),
                false => decision,
            },
        }
    }

    /// It ends the message.
    pub(crate) fn refuses(&self) -> bool {
        matches!(self.decision, Decision::Reject(_))
    }

    /// For the access log: the guard, what it did, and the names of its rules; `None` where it found nothing.
    pub(crate) fn found(&self) -> Option<String> {
        let names = self.decision.names();
        (!names.is_empty()).then(|| self.to_string())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.guard, self.decision.label())?;
        for (index, name) in self.decision.names().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
