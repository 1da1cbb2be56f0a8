//! The attempts of one request.
//!
//! Owns the plan of a request: which entries it has tried, how many retries are left, and why it gives up (llm.md R-19
//! to R-22). Must not send, wait or read a clock. Invariant: an attempt is settled on its own time, and counted as under
//! way exactly as long as it exists; nothing is tried again once the client has got a byte.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Answer, Backend, Entry, Place,
    affinity::Affinity,
    endpoints::{Endpoints, Settled},
    gauge::Underway,
    pick::{Costs, NoEntry, Pick, Wish},
    verdict::Outcome,
};

mod attempt;
mod choice;
mod turn;

pub use attempt::Attempt;

/// Settings of retries of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt; `None` for as many as reach every group, see [`Backend::default_retries`].
    pub retries: Option<u32>,
    /// Wait before an entry is tried again that the request has tried already; doubled each time. Another entry is
    /// tried at once.
    pub backoff: Duration,
    /// A longer wait is not waited for.
    pub longest_wait: Duration,
    /// Share of the backend's requests under way, in percent, that may be in a retry at an entry that they tried before.
    pub budget_percent: u8,
    /// Retries that the budget allows however few requests there are.
    pub budget_least: u32,
}

/// The attempts of one request, up to the moment that its answer goes to the client.
#[derive(Debug)]
pub struct Attempts {
    backend: Arc<Backend>,
    answer: Answer,
    deadline: Option<Instant>,
    replay: Replay,
    affinity: Option<Affinity>,
    /// Attempts that were started.
    started: u32,
    /// Where, the last one last; none twice.
    tried: Vec<Place>,
    /// Where it cannot be sent to.
    unfit: Vec<Place>,
    last: Option<Place>,
    /// Which endpoints were asked, where an entry has several.
    endpoints: Vec<(Place, Box<Endpoints>)>,
    /// Which keys were sent, where an entry has several.
    keys: Vec<(Place, usize)>,
    /// An entry that is asked once more, with another key.
    stay: Option<Place>,
    /// Until when entries asked this request to leave them alone.
    asked: Vec<(Place, Instant)>,
    /// It has turned to another model.
    has_fallen_back: bool,
    request: Underway,
    retry: Option<Underway>,
}

/// Whether the request's body can be sent again (llm.md R-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It is in memory.
    Possible,
    /// It was too large to keep.
    Impossible,
}

/// What the client has got of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Nothing.
    Unsent,
    /// The head at least.
    Sent,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt.
    Retry {
        /// Wait before it; zero unless it meets an entry that was tried already.
        after: Duration,
    },
    /// None; the client gets what the last attempt gave.
    GiveUp(GiveUp),
}

/// Why there is no other attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// The last one ended in a way that another would not mend.
    NotRetryable,
    /// The client has got a part of the answer.
    HeadSent,
    /// The body of the request was not kept.
    NoReplay,
    /// All attempts are used up.
    RetriesSpent,
    /// No entry may be used.
    NoEntry(NoEntry),
    /// The entry would have to be left alone for too long.
    WaitTooLong,
    /// The request's deadline comes first.
    Deadline,
    /// Too many requests of the backend are in a retry.
    BudgetSpent,
}

/// More retries than this are made only where they are asked for.
const MOST_BY_DEFAULT: u32 = 8;

// === impl RetryPolicy ===

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            retries: None,
            backoff: Duration::from_millis(250),
            longest_wait: Duration::from_secs(5),
            budget_percent: 20,
            budget_least: 3,
        }
    }
}

// === impl Backend ===

impl Backend {
    /// Retries of a request where none are configured: enough to reach every group although all entries before it
    /// fail, but at least 2 and at most 8.
    pub fn default_retries(&self) -> u32 {
        let in_service = |entries: &[Arc<Entry>]| {
            let count = entries.iter().filter(|e| e.settings.weight > 0).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let before_the_last = self.groups.split_last().map_or(&[][..], |(_, rest)| rest);
        before_the_last
            .iter()
            .fold(0, |sum: u32, group| {
                sum.saturating_add(in_service(&group.entries))
            })
            .clamp(2, MOST_BY_DEFAULT)
    }
}

// === impl Attempts ===

impl Attempts {
    /// For a request that begins now. `deadline` is the end of the whole request, where it has one.
    pub fn new(
        backend: Arc<Backend>,
        answer: Answer,
        replay: Replay,
        deadline: Option<Instant>,
    ) -> Attempts {
        Attempts {
            request: backend.load.requests.enter(),
            backend,
            answer,
            deadline,
            replay,
            affinity: None,
            started: 0,
            tried: Vec::new(),
            unfit: Vec::new(),
            last: None,
            endpoints: Vec::new(),
            keys: Vec::new(),
            stay: None,
            asked: Vec::new(),
            has_fallen_back: false,
            retry: None,
        }
    }

    /// The same, for a request that belongs to others.
    #[must_use]
    pub fn near(self, affinity: Option<Affinity>) -> Attempts {
        Attempts { affinity, ..self }
    }

    /// Leaves out every entry but one: only that one knows what the request is about.
    pub fn only(&mut self, place: Place) {
        let groups = self.backend.groups.iter().enumerate();
        let all = groups.flat_map(|(group, of_group)| {
            let entries = 0..of_group.entries.len();
            entries.map(move |entry| Place { group, entry })
        });
        self.unfit = all.filter(|other| *other != place).collect();
    }

    /// Attempts that were started.
    pub fn started(&self) -> u32 {
        self.started
    }

    /// [`Attempts::start_at`] for a request that knows no costs.
    ///
    /// # Errors
    /// No entry may be used.
    pub fn start(&mut self, now: Instant, random: u64) -> Result<Attempt, NoEntry> {
        self.start_at(None, now, random)
    }

    /// Starts an attempt at the entry that is best for it now, by what the request `costs` where too. The one before it must be
    /// settled: what it has shown counts for this choice.
    ///
    /// # Errors
    /// No entry may be used.
    pub fn start_at(
        &mut self,
        costs: Option<Costs<'_>>,
        now: Instant,
        random: u64,
    ) -> Result<Attempt, NoEntry> {
        /// Other workers may take the last room of an entry between the look and the entering.
        const LOOKS: u64 = 4;
        for look in 0..LOOKS {
            let random = random.wrapping_add(look);
            let pick = match self.stay.take() {
                Some(place) => Pick::again(place),
                None => self.pick_at(costs, now, random)?,
            };
            let Some(mut attempt) = self.begin(pick, now) else {
                continue;
            };
            let known = self.endpoints.iter().position(|(at, _)| *at == pick.place);
            attempt.endpoints = known.map(|index| self.endpoints.swap_remove(index).1);
            self.started = self.started.saturating_add(1);
            self.last = Some(pick.place);
            if !self.tried.contains(&pick.place) {
                self.tried.push(pick.place);
            }
            return Ok(attempt);
        }
        Err(NoEntry::Busy)
    }

    /// Ends an attempt of this request, and keeps which endpoints it asked. What is returned changed by that.
    pub fn settle(
        &mut self,
        mut attempt: Attempt,
        outcome: &Outcome,
        now: Instant,
        random: u64,
    ) -> Settled {
        let settled = attempt.end(outcome, now, random);
        let place = attempt.place;
        self.keys.extend(attempt.key.map(|key| (place, key)));
        self.endpoints
            .extend(attempt.endpoints.map(|endpoints| (place, endpoints)));
        settled
    }

    /// Whether another attempt follows one that ended in `outcome`. A retry takes from the budget, until the request
    /// is answered or given up.
    pub fn next(&mut self, outcome: &Outcome, head: Head, now: Instant, random: u64) -> Next {
        let turns = match self.is_of_key(outcome) {
            true => self.turns_to_another_key(head, now),
            false => self.turns_to_another_endpoint(outcome, head, now, random),
        };
        if turns {
            return Next::Retry {
                after: Duration::ZERO,
            };
        }
        let until = outcome.retry_after.and_then(|after| now.checked_add(after));
        self.asked.extend(self.last.zip(until));
        match self.decide(outcome, head, now, random) {
            Ok(after) => Next::Retry { after },
            Err(reason) => {
                self.retry = None;
                Next::GiveUp(reason)
            }
        }
    }

    /// Whether another attempt follows one at a provider that is well and refused what the request holds (llm.md 3.5): at one
    /// of another group, or of the same where there is no other. Once a request.
    pub fn fall_back(&mut self, now: Instant, random: u64) -> bool {
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let is_first = !self.has_fallen_back && self.replay == Replay::Possible && !is_late;
        let Some(last) = self.last.filter(|_| is_first) else {
            return false;
        };
        let entries = self.backend.groups.get(last.group);
        let of_group = (0..entries.map_or(0, |group| group.entries.len())).map(|entry| Place {
            group: last.group,
            entry,
        });
        let mut left = self.tried.clone();
        left.extend(of_group.filter(|place| !self.tried.contains(place)));
        for tried in [left, self.tried.clone()] {
            let wish = Wish {
                tried: &tried,
                ..self.wish()
            };
            let pick = self.backend.pick_for(wish, now, random);
            if pick.is_ok_and(|pick| !pick.is_panic && !tried.contains(&pick.place)) {
                self.tried = tried;
                // Nor is it asked again where the other fails: it would say the same.
                self.unfit.push(last);
                self.has_fallen_back = true;
                return true;
            }
        }
        false
    }

    /// The last attempt found, before anything was sent, that its entry cannot take the request (llm.md R-24): it is no attempt
    /// and says nothing of the entry, which this request leaves out from now on. `failed` is how the last of the others ended,
    /// where any was sent: behind a refusal that nobody mends by trying again, only others are left.
    pub fn pass_over(&mut self, failed: Option<&Outcome>, now: Instant, random: u64) -> Next {
        if let Some(place) = self.last.take() {
            self.started = self.started.saturating_sub(1);
            self.tried.retain(|tried| *tried != place);
            self.unfit.push(place);
        }
        let follows = match failed.filter(|outcome| outcome.is_retryable()) {
            Some(outcome) => self.decide(outcome, Head::Unsent, now, random),
            None => match self.pick(now, random) {
                Ok(pick) if self.tried.contains(&pick.place) => Err(GiveUp::NotRetryable),
                Ok(_) => Ok(Duration::ZERO),
                Err(none) => Err(GiveUp::NoEntry(none)),
            },
        };
        match follows {
            Ok(after) => Next::Retry { after },
            Err(reason) => {
                self.retry = None;
                Next::GiveUp(reason)
            }
        }
    }

    /// The answer goes to the client: no retry any more. What is returned counts the request as under way and goes
    /// with the answer.
    pub fn answered(self) -> Underway {
        self.request
    }

    fn begin(&self, pick: Pick, now: Instant) -> Option<Attempt> {
        let entry = self.backend.entry(pick.place)?.clone();
        let in_flight = &entry.state.in_flight;
        let under_way = match entry.settings.most_in_flight {
            Some(most) => in_flight.try_enter(most.get())?,
            None => in_flight.enter(),
        };
        let probe = match entry.settings.most_probes {
            Some(most) if entry.state.is_on_trial() && !pick.is_panic => {
                Some(entry.state.probes.try_enter(most.get())?)
            }
            Some(_) | None => None,
        };
        let key = match entry.keys.is_empty() {
            true => None,
            false => entry.keys.choose(&self.sent(pick.place), now),
        };
        Some(Attempt {
            place: pick.place,
            is_panic: pick.is_panic,
            is_spilled: pick.is_spilled,
            entry,
            begun: now,
            answer: self.answer,
            typical: pick.typical,
            is_measured: false,
            _under_way: under_way,
            probe,
            endpoints: None,
            key,
        })
    }

    fn decide(
        &mut self,
        outcome: &Outcome,
        head: Head,
        now: Instant,
        random: u64,
    ) -> Result<Duration, GiveUp> {
        if !outcome.is_retryable() {
            return Err(GiveUp::NotRetryable);
        }
        match (head, self.replay) {
            (Head::Sent, Replay::Possible | Replay::Impossible) => return Err(GiveUp::HeadSent),
            (Head::Unsent, Replay::Impossible) => return Err(GiveUp::NoReplay),
            (Head::Unsent, Replay::Possible) => {}
        }
        let policy = &self.backend.retries;
        let retries = policy
            .retries
            .unwrap_or_else(|| self.backend.default_retries());
        if self.started > retries {
            return Err(GiveUp::RetriesSpent);
        }
        let after = self.wait(now, random)?;
        if after > policy.longest_wait {
            return Err(GiveUp::WaitTooLong);
        }
        if self
            .deadline
            .is_some_and(|deadline| now.checked_add(after).is_none_or(|then| then >= deadline))
        {
            return Err(GiveUp::Deadline);
        }
        // Another entry is what the groups are for: the budget bounds what is asked of an entry again.
        if !after.is_zero() && self.retry.is_none() {
            let load = &self.backend.load;
            let share = u64::from(load.requests.get()) * u64::from(policy.budget_percent) / 100;
            let most = u32::try_from(share).unwrap_or(u32::MAX);
            let permit = load.retries.try_enter(most.max(policy.budget_least));
            self.retry = Some(permit.ok_or(GiveUp::BudgetSpent)?);
        }
        Ok(after)
    }

    /// Wait before the next attempt: only where it would meet an entry again.
    fn wait(&self, now: Instant, random: u64) -> Result<Duration, GiveUp> {
        let likely = self.pick(now, random).map_err(GiveUp::NoEntry)?;
        if !self.tried.contains(&likely.place) {
            return Ok(Duration::ZERO);
        }
        let doublings = self.started.saturating_sub(1).min(16);
        let backoff = self.backend.retries.backoff.saturating_mul(1 << doublings);
        // Between a half and the whole, so that those who failed together do not come back together.
        let half = backoff / 2;
        let spread = u64::try_from(half.as_micros()).unwrap_or(u64::MAX - 1);
        let backoff = half.saturating_add(Duration::from_micros(random % (spread + 1)));
        let of_likely = self
            .asked
            .iter()
            .filter(|(place, _)| *place == likely.place);
        let until = of_likely.map(|(_, until)| *until).max();
        let asked = until.map(|until| until.saturating_duration_since(now));
        Ok(backoff.max(asked.unwrap_or_default()))
    }
}

// === impl GiveUp ===

impl GiveUp {
    /// For metrics and logs; a closed set.
    pub fn label(self) -> &'static str {
        match self {
            GiveUp::NotRetryable => "not_retryable",
            GiveUp::HeadSent => "head_sent",
            GiveUp::NoReplay => "no_replay",
            GiveUp::RetriesSpent => "retries_spent",
            GiveUp::NoEntry(none) => none.label(),
            GiveUp::WaitTooLong => "wait_too_long",
            GiveUp::Deadline => "deadline",
            GiveUp::BudgetSpent => "budget_spent",
        }
    }
}

#[cfg(test)]
mod tests;
