//! The entry for the next attempt.
//!
//! Owns the choice alone: groups by priority with partial spill-over, two weighted draws in a group, and what is used
//! when nothing is well (llm.md ). Must not change any state. Invariants: a drained entry is never
//! picked, and none that the request has tried while an untried one may be used; entries that are about as good as each
//! other share by weight, whichever is the better.

use std::{num::NonZeroU32, time::Instant};

use super::{Answer, Backend, Choice, Entry, Group, Place, affinity::Affinity};
use crate::balance::Random;

mod foremost;

pub use foremost::Costs;

/// The choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// Which entry.
    pub place: Place,
    /// Whether it is an evicted one, since there was no other.
    pub is_panic: bool,
    /// Whether another one would have been well, but is at its limit.
    pub is_spilled: bool,
    /// Median latency of the group, where the entry has none of its own: what its average starts from.
    pub(super) typical: Option<f64>,
}

/// Why there is no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEntry {
    /// No entry, or all have weight 0.
    #[error("no provider is in service")]
    Drained,
    /// Those that may be used have as many requests under way as they may have.
    #[error("every provider has as many requests under way as it may have")]
    Busy,
}

/// What an entry is to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Out of service, or of no use to the request.
    Drained,
    /// Well and untried, but at its limit.
    Full,
    /// At its limit, and not one to wish for.
    Barred,
    /// Well and untried.
    Usable,
    /// Evicted, or back from it with as many probes as it may have; but untried.
    Evicted,
    /// Well, but tried by this request.
    Tried,
    /// Tried by this request, and evicted.
    TriedEvicted,
}

/// Two draws by weight from entries that are offered one after another. They are independent, and may fall on the same
/// entry, so that the worst one is never starved.
#[derive(Debug, Default)]
struct Draws {
    total: u64,
    count: u32,
    chosen: [Option<usize>; 2],
}

/// What bears on the choice on a request's side.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'r> {
    /// How the answer is wanted.
    pub answer: Answer,
    /// Entries that it was sent to.
    pub tried: &'r [Place],
    /// Entries that cannot take it, however well they are (llm.md R-24).
    pub unfit: &'r [Place],
    /// Where it belongs.
    pub affinity: Option<Affinity>,
    /// What it costs where; asked for [`Choice::LowestCost`] alone.
    pub costs: Option<Costs<'r>>,
}

/// The request's view of a backend.
struct View<'r> {
    backend: &'r Backend,
    wish: Wish<'r>,
    now: Instant,
}

/// What bears on the choice between two entries.
#[derive(Clone, Copy, Debug)]
struct Grade {
    /// 0 to 1.
    health: f64,
    /// How long a request takes there, with what is under way in the way; of use for comparisons only.
    time: f64,
}

/// How much better health has to be for the weights not to bind, as a factor.
const HEALTHIER: f64 = 1.25;
/// The same of time, which is measured, and not so steady.
const QUICKER: f64 = 1.5;
/// Parts of a whole, for shares of groups.
const WHOLE: u64 = 1_000;
/// How much more than its usable share a group takes, in parts of [`WHOLE`] (llm.md R-13).
const OVERPROVISIONING: u64 = 1_400;

// === impl Backend ===

impl Backend {
    /// The entry for an attempt of a request that has `tried` others.
    ///
    /// # Errors
    /// There is none that may be used.
    pub fn pick(
        &self,
        answer: Answer,
        tried: &[Place],
        now: Instant,
        random: u64,
    ) -> Result<Pick, NoEntry> {
        self.pick_near(answer, tried, now, random, None)
    }

    /// The same, and of those that are well the one that a key leads to; priority and health come first (llm.md R-10).
    ///
    /// # Errors
    /// There is none that may be used.
    pub fn pick_near(
        &self,
        answer: Answer,
        tried: &[Place],
        now: Instant,
        random: u64,
        affinity: Option<Affinity>,
    ) -> Result<Pick, NoEntry> {
        let wish = Wish {
            answer,
            tried,
            unfit: &[],
            affinity,
            costs: None,
        };
        self.pick_for(wish, now, random)
    }

    /// The same, for a request that some entries cannot take: to it, they are out of service.
    ///
    /// # Errors
    /// There is none that may be used.
    pub fn pick_for(&self, wish: Wish<'_>, now: Instant, random: u64) -> Result<Pick, NoEntry> {
        let view = View {
            backend: self,
            wish,
            now,
        };
        let mut random = Random::new(random);
        if let Some(place) = view.usable(&mut random) {
            return Ok(view.picked(place));
        }
        // Too many requests is not a reason to turn to the sick ones.
        if view.has(Standing::Full) {
            return Err(NoEntry::Busy);
        }
        for standing in [Standing::Evicted, Standing::Tried, Standing::TriedEvicted] {
            if let Some(place) = view.first_group(standing, &mut random) {
                return Ok(view.picked(place));
            }
        }
        if view.has(Standing::Barred) {
            return Err(NoEntry::Busy);
        }
        Err(NoEntry::Drained)
    }
}

// === impl Pick ===

impl Pick {
    /// The same entry once more.
    pub(super) fn again(place: Place) -> Pick {
        Pick {
            place,
            is_panic: false,
            is_spilled: false,
            typical: None,
        }
    }
}

// === impl View ===

impl View<'_> {
    /// From the first group that has a usable entry. A group that keeps only a part of the requests passes the rest to
    /// the next; what none of them keeps is divided like the rest.
    fn usable(&self, random: &mut Random) -> Option<Place> {
        let (mut left, mut total) = (WHOLE, 0);
        // A key stays in its group as long as the groups keep their shares.
        let mut of_key = self.wish.affinity.map(|key| Random::new(key.number()));
        let mut chosen = None;
        for (index, group) in self.backend.groups.iter().enumerate() {
            let draws = self.draws(index, group, Standing::Usable, random);
            let kept = share(group, draws.total).min(left);
            left -= kept;
            total += kept;
            if kept == 0 {
                continue;
            }
            let mut drawn = || match &mut of_key {
                Some(own) => own.next_u64(),
                None => random.next_u64(),
            };
            if kept == total || drawn() % total < kept {
                chosen = Some((index, group, draws));
            }
            if left == 0 {
                break;
            }
        }
        let (index, group, draws) = chosen?;
        match self.wish.affinity {
            Some(key) => self.nearest(index, group, key),
            None => {
                let foremost = self.foremost(index, group, random);
                self.better(index, group, foremost.as_ref().unwrap_or(&draws))
            }
        }
    }

    /// The usable entry that a key leads to.
    fn nearest(&self, group_index: usize, group: &Group, key: Affinity) -> Option<Place> {
        let entries = group.entries.iter().enumerate().map(|(index, entry)| {
            let place = Place {
                group: group_index,
                entry: index,
            };
            (place, entry)
        });
        let usable =
            entries.filter(|(place, entry)| self.standing(*place, entry) == Standing::Usable);
        let near = usable.map(|(place, entry)| (place, key.nearness(entry)));
        near.max_by(|(_, one), (_, other)| one.total_cmp(other))
            .map(|(place, _)| place)
    }

    /// From the first group that has an entry of a standing.
    fn first_group(&self, standing: Standing, random: &mut Random) -> Option<Place> {
        let mut groups = self.backend.groups.iter().enumerate();
        groups.find_map(|(index, group)| {
            let draws = self.draws(index, group, standing, random);
            self.better(index, group, &draws)
        })
    }

    fn draws(
        &self,
        group_index: usize,
        group: &Group,
        standing: Standing,
        random: &mut Random,
    ) -> Draws {
        let mut draws = Draws::default();
        for (index, entry) in group.entries.iter().enumerate() {
            let place = Place {
                group: group_index,
                entry: index,
            };
            if self.standing(place, entry) == standing {
                draws.offer(index, entry.settings.weight, random);
            }
        }
        draws
    }

    /// The first of the two that were drawn, so that requests follow the weights, unless the second is the better one.
    fn better(&self, group_index: usize, group: &Group, draws: &Draws) -> Option<Place> {
        let [Some(first), Some(second)] = draws.chosen else {
            return None;
        };
        let is_second = first != second && self.is_better(group, draws, (second, first));
        Some(Place {
            group: group_index,
            entry: if is_second { second } else { first },
        })
    }

    /// Whether one entry is so much better than another that it is taken in its place.
    fn is_better(&self, group: &Group, draws: &Draws, (one, other): (usize, usize)) -> bool {
        let (Some(one), Some(other)) = (group.entries.get(one), group.entries.get(other)) else {
            return false;
        };
        let answer = self.wish.answer;
        // Worked out only where an entry lacks a figure of its own.
        let median = || group.median(answer).unwrap_or(0.0);
        match self.backend.choice {
            Choice::Better => one.score(answer, median) > other.score(answer, median),
            Choice::Shares | Choice::LeastInFlight | Choice::LowestCost => {
                let mean = draws.mean_weight();
                let (one, other) = (
                    one.grade(answer, mean, median),
                    other.grade(answer, mean, median),
                );
                one.is_far_from(other) && one.score() > other.score()
            }
        }
    }

    fn picked(&self, place: Place) -> Pick {
        let entry = self.backend.entry(place);
        let is_unmeasured = entry.is_some_and(|e| e.state.latency(self.wish.answer).is_none());
        let typical = self
            .backend
            .groups
            .get(place.group)
            .filter(|_| is_unmeasured)
            .and_then(|group| group.median(self.wish.answer));
        Pick {
            place,
            is_panic: entry.is_some_and(|e| e.is_shut(self.now)),
            is_spilled: self.has(Standing::Full),
            typical,
        }
    }

    fn has(&self, standing: Standing) -> bool {
        let groups = self.backend.groups.iter().enumerate();
        let mut all = groups.flat_map(|(group, of_group)| {
            let entries = of_group.entries.iter().enumerate();
            entries.map(move |(entry, declared)| (Place { group, entry }, declared))
        });
        all.any(|(place, entry)| self.standing(place, entry) == standing)
    }

    fn standing(&self, place: Place, entry: &Entry) -> Standing {
        if entry.settings.weight == 0 || self.wish.unfit.contains(&place) {
            return Standing::Drained;
        }
        let is_evicted = entry.is_shut(self.now);
        let is_tried = self.wish.tried.contains(&place);
        match (entry.is_full(), is_evicted, is_tried) {
            (true, false, false) => Standing::Full,
            (true, true, _) | (true, _, true) => Standing::Barred,
            (false, false, false) => Standing::Usable,
            (false, true, false) => Standing::Evicted,
            (false, false, true) => Standing::Tried,
            (false, true, true) => Standing::TriedEvicted,
        }
    }
}

// === impl Draws ===

impl Draws {
    fn offer(&mut self, index: usize, weight: u32, random: &mut Random) {
        let weight = u64::from(weight);
        self.total += weight;
        self.count += 1;
        for chosen in &mut self.chosen {
            // Replaces what was drawn so far with the chance that the newcomer's weight has in all of it.
            if self.total == weight || random.next_u64() % self.total < weight {
                *chosen = Some(index);
            }
        }
    }

    /// Of those that were offered.
    fn mean_weight(&self) -> f64 {
        // Weights are far from where a float is not exact.
        self.total as f64 / f64::from(self.count.max(1))
    }
}

// === impl Grade ===

impl Grade {
    /// Differs by more than what changes from one request to the next.
    fn is_far_from(self, other: Grade) -> bool {
        let ratio = |one: f64, other: f64| one.max(other) / one.min(other);
        ratio(self.health, other.health) > HEALTHIER || ratio(self.time, other.time) > QUICKER
    }

    /// The higher the better.
    fn score(self) -> f64 {
        self.health / self.time
    }
}

/// What a group keeps of the requests, in parts of [`WHOLE`]. `usable` is the weight that may be used now.
fn share(group: &Group, usable: u64) -> u64 {
    let weights = group.entries.iter().map(|e| u64::from(e.settings.weight));
    let Some(least) = group.min_healthy_percent.filter(|_| usable > 0) else {
        return if usable > 0 { WHOLE } else { 0 };
    };
    let all = weights.sum::<u64>().max(usable);
    if usable * 100 >= all * u64::from(least) {
        return WHOLE;
    }
    (usable * OVERPROVISIONING / all).max(1)
}

// === impl Group ===

impl Group {
    /// Median latency, in seconds, of the entries that have one.
    fn median(&self, answer: Answer) -> Option<f64> {
        let in_service = self.entries.iter().filter(|e| e.settings.weight > 0);
        let mut all: Vec<f64> = in_service
            .filter_map(|entry| entry.state.latency(answer))
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        let upper = all.get(all.len() / 2)?;
        let lower = all.get(all.len().saturating_sub(1) / 2)?;
        Some((lower + upper) / 2.0)
    }
}

// === impl Entry ===

impl Entry {
    fn is_full(&self) -> bool {
        self.settings
            .most_in_flight
            .is_some_and(|most| self.state.in_flight.get() >= most.get())
    }

    /// Whether it gets requests only where there is no other: its window is open, or that of each of its keys, or it has as many probes as it may have.
    fn is_shut(&self, now: Instant) -> bool {
        let is_proving =
            |most: NonZeroU32| self.state.is_on_trial() && self.state.probes.get() >= most.get();
        self.state.is_evicted(now)
            || self.keys.are_out(now)
            || self.settings.most_probes.is_some_and(is_proving)
    }

    /// How it compares with others of its group. What is under way counts for its weight: who is to have three requests in
    /// four has as many under way, and is not the busier for it. A difference of latencies that nobody notices is none.
    fn grade(&self, answer: Answer, mean_weight: f64, median: impl FnOnce() -> f64) -> Grade {
        let unnoticed = match answer {
            Answer::Streamed => 0.1,
            Answer::Collected => 0.005,
        };
        let latency = self.state.latency(answer).unwrap_or_else(median);
        let weight = f64::from(self.settings.weight.max(1));
        let under_way = f64::from(self.state.in_flight.get()) * mean_weight / weight;
        Grade {
            health: self.state.health(),
            time: (latency + unnoticed) * (1.0 + 0.1 * under_way),
        }
    }

    /// The higher the better (llm.md R-8). `median` stands for a latency that is not known yet.
    fn score(&self, answer: Answer, median: impl FnOnce() -> f64) -> f64 {
        let latency = self.state.latency(answer).unwrap_or_else(median);
        let load = 1.0 + 0.1 * f64::from(self.state.in_flight.get());
        self.state.health() / (1.0 + latency * load)
    }
}

// === impl NoEntry ===

impl NoEntry {
    /// For metrics and logs; a closed set.
    pub fn label(self) -> &'static str {
        match self {
            NoEntry::Drained => "drained",
            NoEntry::Busy => "busy",
        }
    }
}

#[cfg(test)]
mod tests;
