//! What judges prompts on their way to a provider, and answers on their way back (llm.md 4.3).
//!
//! Owns the order of guards and what becomes of their decisions. Must not know what a guard looks for. Invariants: a prompt is
//! judged once, as the client sent it, whatever attempts follow; what a guard could not judge does not pass; what leaves about
//! a text is the names of rules.

use std::{borrow::Cow, cell::RefCell, fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;
use dp_config::{
    ai_backend::{AiPolicy, AiProvider},
    policy::Effective,
    prompt_guard::{Guard, GuardKind, PromptGuard, Refusal, Remote, Streaming},
};
use dp_llm::{
    class::Class, format::Format, prompt_text::PromptText, relay::Plan, request::Request as Prompt,
};
use dp_policy::prompt_guard::{
    Decision,
    remote::{Phase, Text},
};

use futures::stream::{self as ordered, StreamExt as _};

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
mod settle;
mod stream;
mod watch;

use reach::Reach;
use refused::Cause;
pub(crate) use refused::Refused;
use remote::{Answered, Asker};
pub(super) use settle::settle;
pub(crate) use stream::Tallies;
pub(super) use stream::gates;
use watch::Watch;
pub(crate) use watch::Watchers;

/// Guards that are asked at once. No policy has more on a side.
const AT_ONCE: usize = 8;

/// What one guard decided about one prompt or answer.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) phase: Phase,
    /// Its place in the policy.
    pub(crate) guard: Arc<str>,
    /// What kind of guard it is.
    pub(crate) kind: &'static str,
    pub(crate) decision: Decision,
    /// When it was told.
    pub(crate) at: SystemTime,
}

/// The guards of a provider, in the order in which they judge: those of the levels of policies that count, and behind them those of
/// TidegatePolicies.
#[derive(Clone, Default)]
pub(super) struct Guards(Vec<Arc<PromptGuard>>);

/// Prompts that have been judged, by what judged them: providers of one backend may differ in their guards.
#[derive(Default)]
pub(super) struct Guarded(RefCell<Vec<(Guards, Prompt)>>);

/// A message that guards read.
#[derive(Clone, Copy)]
enum Message {
    Request(Class),
    Answer(Format),
}

/// Whether guards left an answer as its provider gave it.
pub(super) fn are_as_said<'c>(checks: impl IntoIterator<Item = &'c Check>) -> bool {
    checks.into_iter().all(|check| match check.decision {
        Decision::Mask(_) | Decision::Reject(_) => check.phase == Phase::Request,
        Decision::Allow | Decision::FailOpen(_) | Decision::Shadow(..) => true,
    })
}

/// What a guard made of a message.
struct Outcome {
    cause: Cause,
    decision: Decision,
    masked: Option<Bytes>,
    /// What the client gets where it refuses.
    refusal: Refusal,
}

/// The guards that judge an answer; none where there is nothing to judge.
pub(super) fn of_answer<'a>(guards: &'a Guards, plan: &Plan) -> Option<&'a Guards> {
    match reach::of_answer(plan.class, plan.is_streamed) {
        Reach::Judged => Some(guards).filter(|guards| guards.response().next().is_some()),
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
    guards: &Guards,
) -> Result<Cow<'c, Prompt>, Fault> {
    if guards.0.is_empty() {
        return Ok(Cow::Borrowed(&call.prompt));
    }
    if let Some(known) = call.guarded.of(guards) {
        return Ok(Cow::Owned(known));
    }
    let (class, is_streamed) = (call.prompt.class(), call.prompt.is_streamed());
    let of_answer = reach::of_answer(class, is_streamed);
    let refuses = |own: Streaming| is_streamed && own == Streaming::Refuse;
    if of_answer != Reach::Wordless {
        // Before services are asked about a prompt that goes nowhere.
        let whole_only = guards.response().filter(|(_, own)| refuses(*own));
        let all = whole_only.map(|(guard, _)| (guard, judge::streamed()));
        decided(exchange, all, (Phase::Response, Cause::Streamed))?;
    }
    let prompt = match reach::of_request(class) {
        Reach::Judged => judged(exchange, call, guards).await?,
        Reach::Wordless => call.prompt.clone(),
        Reach::Unreadable => {
            let all = guards.request().map(|guard| (guard, judge::unreadable()));
            decided(exchange, all, (Phase::Request, Cause::Operation))?;
            call.prompt.clone()
        }
    };
    match of_answer {
        Reach::Judged | Reach::Wordless => {}
        Reach::Unreadable => {
            let others = guards.response().filter(|(_, own)| !refuses(*own));
            let all = others.map(|(guard, streaming)| {
                let only_watches = is_streamed && streaming == Streaming::Audit;
                let decision = match only_watches {
                    true => judge::unreadable().shadowed(),
                    false => judge::unreadable(),
                };
                (guard, decision)
            });
            decided(exchange, all, (Phase::Response, Cause::Operation))?;
        }
    }
    call.guarded.add(guards, &prompt);
    Ok(Cow::Owned(prompt))
}

async fn judged(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    guards: &Guards,
) -> Result<Prompt, Fault> {
    let before = call.prompt.body();
    let message = Message::Request(call.prompt.class());
    let guards: Vec<&Arc<Guard>> = guards.request().collect();
    let body = pass(exchange, call, (&guards, message), before.clone()).await?;
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
    guards: &Guards,
    (format, body): (Format, Bytes),
) -> Result<Bytes, Fault> {
    let guards: Vec<&Arc<Guard>> = guards.response().map(|(guard, _)| guard).collect();
    pass(exchange, call, (&guards, Message::Answer(format)), body).await
}

/// The body as it is behind all guards.
async fn pass(
    exchange: &mut Exchange<'_>,
    call: &Call<'_>,
    (guards, message): (&[&Arc<Guard>], Message),
    mut body: Bytes,
) -> Result<Bytes, Fault> {
    let phase = message.phase();
    let mut asker = None;
    let mut rest = guards;
    while let Some((first, behind)) = rest.split_first() {
        let Some(texts) = message.read(&body) else {
            // What cannot be read cannot be judged.
            let outcome = Outcome::of(first, Cause::Unreadable, (judge::unreadable(), None));
            outcome.conclude(exchange, (first, phase))?;
            rest = behind;
            continue;
        };
        if let GuardKind::Regex(engine) = &first.kind {
            let judged = judge::regex(engine, &texts, first, phase);
            let masked = Outcome::of(first, Cause::Found, judged);
            let masked = masked.conclude(exchange, (first, phase))?;
            body = masked.unwrap_or(body);
            rest = behind;
            continue;
        }
        if first.is_shadow {
            if let Some(watch) = Watch::new(exchange, call, first, phase) {
                let asked = judge::asked(&texts, first, phase);
                let spoken: Vec<Text<'_>> = asked.iter().map(judge::Asked::text).collect();
                watch.start(&spoken, &mut exchange.record.llm.watchers);
            }
            rest = behind;
            continue;
        }
        let count = at_once(rest.iter().map(|guard| remote_of(guard)));
        let (together, behind) = rest.split_at(count.max(1));
        rest = behind;
        let asker = asker.get_or_insert_with(|| Asker::of(exchange, call));
        let outcomes = asked(exchange, call, (asker, together), (&texts, phase)).await;
        for (guard, outcome) in together.iter().zip(outcomes) {
            let masked = outcome.conclude(exchange, (guard, phase))?;
            body = masked.unwrap_or(body);
        }
    }
    Ok(body)
}

/// What services say that are asked at once, in the order of their guards; none behind the first refusal.
async fn asked(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    (asker, guards): (&Asker, &[&Arc<Guard>]),
    (texts, phase): (&PromptText<'_>, Phase),
) -> Vec<Outcome> {
    let outcomes = guards.iter().filter_map(|guard| {
        let own = remote_of(guard)?;
        let values = remote::values(exchange, call, own);
        let asked = judge::asked(texts, guard, phase);
        Some(Box::pin(async move {
            let spoken: Vec<Text<'_>> = asked.iter().map(judge::Asked::text).collect();
            match remote::ask(asker, &values, (own, phase), &spoken).await {
                Answered::Nothing(decision) => {
                    Outcome::of(guard, Cause::Unanswered, (decision, None))
                }
                Answered::Verdict(verdict) => {
                    let mut outcome = Outcome::of(guard, Cause::Found, (Decision::Allow, None));
                    let judged = judge::remote(verdict, texts, &asked, &mut outcome.refusal);
                    (outcome.decision, outcome.masked) = judged;
                    outcome
                }
            }
        }))
    });
    let outcomes: Vec<_> = outcomes.collect();
    let mut outcomes = ordered::iter(outcomes).buffered(AT_ONCE);
    let mut found = Vec::with_capacity(guards.len());
    while let Some(outcome) = outcomes.next().await {
        let ends = !outcome.decision.lets_pass();
        found.push(outcome);
        if ends {
            break;
        }
    }
    found
}

/// How many guards from the first on can be asked at once: services up to the first that may change texts, which those behind it
/// have to see changed.
fn at_once<'r>(guards: impl Iterator<Item = Option<&'r Remote>>) -> usize {
    let mut count = 0;
    for own in guards {
        let Some(own) = own else {
            break;
        };
        count += 1;
        if own.service.masks() {
            break;
        }
    }
    count
}

/// The service of a guard that the message waits for.
fn remote_of(guard: &Guard) -> Option<&Remote> {
    match &guard.kind {
        GuardKind::Remote(own) if !guard.is_shadow => Some(own),
        GuardKind::Remote(_) | GuardKind::Regex(_) => None,
    }
}

/// Concludes what guards decide without reading a message.
///
/// # Errors
/// The first that refuses and does not only watch.
fn decided<'g>(
    exchange: &mut Exchange<'_>,
    decisions: impl Iterator<Item = (&'g Arc<Guard>, Decision)>,
    (phase, cause): (Phase, Cause),
) -> Result<(), Fault> {
    for (guard, decision) in decisions {
        let check = Check::of(guard, phase, decision);
        exchange.record.llm.checks.push(check.clone());
        if matches!(check.decision, Decision::Reject(_)) {
            return Err(Refused::by(check, cause, guard.refusal.clone()).into());
        }
    }
    Ok(())
}

// === impl Outcome ===

impl Outcome {
    fn of(guard: &Guard, cause: Cause, (decision, masked): (Decision, Option<Bytes>)) -> Outcome {
        Outcome {
            cause,
            decision,
            masked,
            refusal: guard.refusal.clone(),
        }
    }

    /// Notes it. Gives the body that takes the place of the one that was judged, if one does.
    ///
    /// # Errors
    /// The guard refuses the message.
    fn conclude(
        self,
        exchange: &mut Exchange<'_>,
        (guard, phase): (&Guard, Phase),
    ) -> Result<Option<Bytes>, Fault> {
        let check = Check::of(guard, phase, self.decision);
        exchange.record.llm.checks.push(check.clone());
        match &check.decision {
            Decision::Reject(_) => Err(Refused::by(check, self.cause, self.refusal).into()),
            Decision::Mask(_) => Ok(self.masked),
            Decision::Allow | Decision::FailOpen(_) | Decision::Shadow(..) => Ok(None),
        }
    }
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
            Message::Request(class) => PromptText::to_judge(class, body).ok(),
            Message::Answer(format) => PromptText::of_answer(format, body).ok(),
        }
    }
}

// === impl Guards ===

impl Guards {
    /// Those of a provider, of which `policy` is in effect.
    pub(super) fn of(
        policy: Option<&AiPolicy>,
        policies: &Effective<'_>,
        provider: &AiProvider,
    ) -> Guards {
        let in_effect = policy.into_iter().flat_map(|own| &own.guards);
        let further = policies.ai_guards(&provider.name);
        Guards(in_effect.chain(further).cloned().collect())
    }

    /// Those of prompts.
    fn request(&self) -> impl Iterator<Item = &Arc<Guard>> {
        self.0.iter().flat_map(|own| &own.request)
    }

    /// Those of answers, and how each works on a stream.
    fn response(&self) -> impl Iterator<Item = (&Arc<Guard>, Streaming)> {
        let all = self.0.iter();
        all.flat_map(|own| own.response.iter().map(|guard| (guard, own.streaming)))
    }
}

/// Whether they are the very same.
impl PartialEq for Guards {
    fn eq(&self, other: &Guards) -> bool {
        let (own, other) = (&self.0, &other.0);
        let mut pairs = own.iter().zip(other);
        own.len() == other.len() && pairs.all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

// === impl Guarded ===

impl Guarded {
    fn of(&self, guards: &Guards) -> Option<Prompt> {
        let known = self.0.borrow();
        let found = known.iter().find(|(own, _)| own == guards);
        found.map(|(_, prompt)| prompt.clone())
    }

    fn add(&self, guards: &Guards, prompt: &Prompt) {
        self.0.borrow_mut().push((guards.clone(), prompt.clone()));
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
            at: SystemTime::now(),
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
