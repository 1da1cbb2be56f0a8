//! Tables and properties of the choice.

use std::{collections::BinaryHeap, time::Duration};

use super::*;
use crate::provider_group::{
    affinity::Affinity,
    fixture::{World, cases, settle, world, world_with},
    verdict::Verdict,
};

/// Shares of the picks of many draws, by place, as `group.entry`.
fn shares(world: &World, answer: Answer) -> Vec<(String, f64)> {
    const ROUNDS: u32 = 20_000;
    let mut random = Random::new(11);
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for _ in 0..ROUNDS {
        let Place { group, entry } = pick(world, answer, random.next_u64())
            .expect("an entry")
            .place;
        *counts.entry(format!("{group}.{entry}")).or_default() += 1;
    }
    let share = |count| f64::from(count) / f64::from(ROUNDS);
    counts
        .into_iter()
        .map(|(place, count)| (place, share(count)))
        .collect()
}

fn pick(world: &World, answer: Answer, random: u64) -> Result<Pick, NoEntry> {
    world.backend.pick(answer, &world.tried, world.now, random)
}

#[track_caller]
fn check_shares(world: &World, expected: &[(&str, f64)]) {
    let found = shares(world, Answer::Streamed);
    let is_near = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found.0 == expected.0 && (found.1 - expected.1).abs() < 0.02);
    assert!(is_near, "{found:?}, not {expected:?}");
}

/// All places that are picked, and whether in panic.
#[track_caller]
fn check(notation: &str, expected: &[&str], is_panic: bool) {
    let world = world(notation);
    let mut random = Random::new(5);
    let mut found = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let picked = pick(&world, Answer::Collected, random.next_u64()).expect("an entry");
        assert_eq!(picked.is_panic, is_panic, "{notation}");
        found.insert(format!("{}.{}", picked.place.group, picked.place.entry));
    }
    let expected = expected.iter().map(|&place| place.to_owned()).collect();
    assert_eq!(found, expected, "{notation}");
}

#[track_caller]
fn check_none(notation: &str, expected: NoEntry) {
    let world = world(notation);
    assert_eq!(
        pick(&world, Answer::Streamed, 3),
        Err(expected),
        "{notation}"
    );
}

#[test]
fn the_first_group_with_a_usable_entry_serves() {
    check("1 1 | 1", &["0.0", "0.1"], false);
    check("1e 1 | 1", &["0.1"], false);
    check("1t 1 | 1", &["0.1"], false);
    check("1e 1t | 1", &["1.0"], false);
    check("1e 1e | 1e | 1 1", &["2.0", "2.1"], false);
    check("| 1", &["1.0"], false);
}

#[test]
fn where_nothing_is_well_the_highest_group_serves() {
    check("1e 1e | 1e", &["0.0", "0.1"], true);
    check("1et 1e | 1e", &["0.1"], true);
    // What the request has tried is used when nothing else is left.
    check("1et | 1e", &["1.0"], true);
    check("1t | 1e", &["1.0"], true);
    check("1et 1et | 1et", &["0.0", "0.1"], true);
    check("1et | 1t", &["1.0"], false);
    check("1t", &["0.0"], false);
}

#[test]
fn a_drained_entry_serves_never() {
    check("0 1 | 1", &["0.1"], false);
    check("0 | 1", &["1.0"], false);
    check("0 1e | 0", &["0.1"], true);
    check("0 | 1et", &["1.0"], true);
    check_none("0 0t | 0e", NoEntry::Drained);
    check_none("", NoEntry::Drained);
}

#[test]
fn limits_hold_and_are_no_panic() {
    check("1f 1", &["0.1"], false);
    check("1f | 1", &["1.0"], false);
    check_none("1f", NoEntry::Busy);
    check_none("1f | 1e", NoEntry::Busy);
    check_none("1f | 1t", NoEntry::Busy);
    check("1ef | 1e", &["1.0"], true);
    check("1tf 1e", &["0.1"], true);
    check_none("1tf", NoEntry::Busy);
    check_none("1ef | 0", NoEntry::Busy);
    check_none("0f", NoEntry::Drained);
}

#[test]
fn what_comes_back_from_an_eviction_gets_its_probes_only() {
    check("1b", &["0.0"], false);
    check("1b | 1", &["0.0"], false);
    check("1p 1", &["0.1"], false);
    check("1p | 1", &["1.0"], false);
    // As if it were evicted still: there is no other.
    check("1p", &["0.0"], true);
    check("1p | 1e", &["0.0"], true);
    check_none("1p | 1f", NoEntry::Busy);
}

#[test]
fn a_full_entry_that_is_passed_over_is_told() {
    for (notation, expected) in [
        ("1f 1", true),
        ("1f | 1", true),
        ("1 | 1", false),
        ("1e 1", false),
        ("0f 1", false),
    ] {
        let found = pick(&world(notation), Answer::Streamed, 3).expect("an entry");
        assert_eq!(found.is_spilled, expected, "{notation}");
    }
}

#[test]
fn equal_entries_share_by_weight() {
    check_shares(&world("90 10"), &[("0.0", 0.9), ("0.1", 0.1)]);
    cases(8, |random| {
        let count = 2 + random.next_u64() % 5;
        let weights: Vec<u64> = (0..count).map(|_| random.next_u64() % 10).collect();
        let total: u64 = weights.iter().sum();
        if total == 0 {
            return;
        }
        let notation: Vec<String> = weights.iter().map(u64::to_string).collect();
        let found = shares(&world(&notation.join(" ")), Answer::Collected);
        for (index, &weight) in weights.iter().enumerate() {
            let place = format!("0.{index}");
            let found = found.iter().find(|f| f.0 == place).map_or(0.0, |f| f.1);
            let expected = weight as f64 / total as f64;
            assert!((found - expected).abs() < 0.02, "{weights:?}: {found}");
            assert!(weight > 0 || found == 0.0, "{weights:?}");
        }
    });
}

/// A world whose entries of the first group were measured.
fn measured(notation: &str, answer: Answer, seconds: &[Option<f64>]) -> World {
    measured_in(world(notation), answer, seconds)
}

/// The same, where the better of two wins however little better it is.
fn ranked(notation: &str, answer: Answer, seconds: &[Option<f64>]) -> World {
    let better = world_with(notation, |declared| declared.choice = Choice::Better);
    measured_in(better, answer, seconds)
}

fn measured_in(world: World, answer: Answer, seconds: &[Option<f64>]) -> World {
    for (entry, seconds) in world.backend.groups[0].entries.iter().zip(seconds) {
        if let Some(seconds) = seconds {
            entry.state.measured(answer, *seconds, None);
        }
    }
    world
}

#[test]
fn the_better_of_two_draws_wins() {
    // The worse one gets what it is drawn twice for.
    let faster = measured("1 1", Answer::Streamed, &[Some(0.9), Some(0.3)]);
    check_shares(&faster, &[("0.0", 0.25), ("0.1", 0.75)]);
    let weighed = measured("3 1", Answer::Streamed, &[Some(0.9), Some(0.3)]);
    check_shares(&weighed, &[("0.0", 0.5625), ("0.1", 0.4375)]);
    // What was measured of other answers says nothing of streams.
    let other = measured("1 1", Answer::Collected, &[Some(0.9), Some(0.3)]);
    check_shares(&other, &[("0.0", 0.5), ("0.1", 0.5)]);

    let sick = world("1 1");
    let bad = &sick.backend.groups[0].entries[0];
    settle(bad, Verdict::StreamErrorAfterContent, sick.now);
    check_shares(&sick, &[("0.0", 0.25), ("0.1", 0.75)]);

    let loaded = ranked("1 1", Answer::Streamed, &[Some(0.5), Some(0.5)]);
    let _one = loaded.backend.groups[0].entries[1].state.in_flight.enter();
    check_shares(&loaded, &[("0.0", 0.75), ("0.1", 0.25)]);
    let loaded = measured("1 1", Answer::Streamed, &[Some(0.5), Some(0.5)]);
    let in_flight = &loaded.backend.groups[0].entries[1].state.in_flight;
    let _some: Vec<_> = (0..6).map(|_| in_flight.enter()).collect();
    check_shares(&loaded, &[("0.0", 0.75), ("0.1", 0.25)]);
    // By ever so little.
    let quicker = ranked("3 1", Answer::Streamed, &[Some(0.501), Some(0.5)]);
    check_shares(&quicker, &[("0.0", 0.5625), ("0.1", 0.4375)]);
}

/// All places that are picked where an entry of the first group costs so much, and those of others nothing.
#[track_caller]
fn check_cheapest(notation: &str, costs: &[Option<u128>], expected: &[&str]) {
    let world = world_with(notation, |declared| declared.choice = Choice::LowestCost);
    let cost = |place: Place| match place.group {
        0 => costs[place.entry],
        _ => Some(0),
    };
    let wish = Wish {
        answer: Answer::Collected,
        tried: &world.tried,
        unfit: &[],
        affinity: None,
        costs: Some(Costs(&cost)),
    };
    let mut random = Random::new(5);
    let mut found = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let picked = world.backend.pick_for(wish, world.now, random.next_u64());
        let Place { group, entry } = picked.expect("an entry").place;
        found.insert(format!("{group}.{entry}"));
    }
    let expected = expected.iter().map(|&place| place.to_owned()).collect();
    assert_eq!(found, expected, "{notation} {costs:?}");
}

#[test]
fn the_cheapest_that_may_be_asked_is_asked() {
    check_cheapest("1 1 1", &[Some(3), Some(2), Some(4)], &["0.1"]);
    // Neither a weight nor a next group is a price.
    check_cheapest("9 1 | 1", &[Some(3), Some(2)], &["0.1"]);
    for gone in ["1 1e 1", "1 1f 1", "1 1t 1", "1 0 1"] {
        check_cheapest(gone, &[Some(3), Some(2), Some(4)], &["0.0"]);
    }
    // Between equals the usual score decides.
    check_cheapest("1 1 1", &[Some(2), Some(2), Some(4)], &["0.0", "0.1"]);
    // Nobody knows that what has no price is cheap, and nothing is.
    check_cheapest("1 1 1", &[None, Some(u128::MAX - 1), None], &["0.1"]);
    check_cheapest("1 1e 1", &[None, Some(2), None], &["0.0", "0.2"]);
    check_cheapest("1 1", &[None, Some(0)], &["0.1"]);
    check_cheapest("1e 1t | 1", &[Some(1), Some(1)], &["1.0"]);
    // Among the sick nobody looks at prices.
    check_cheapest("1e 1e", &[Some(1), Some(2)], &["0.0", "0.1"]);
    // A request that knows no costs is shared out.
    let unknown = world_with("1 3", |declared| declared.choice = Choice::LowestCost);
    check_shares(&unknown, &[("0.0", 0.25), ("0.1", 0.75)]);
}

#[test]
fn the_fewest_under_way_for_its_weight_is_asked() {
    let world = world_with("1 4 1", |declared| declared.choice = Choice::LeastInFlight);
    check_shares(
        &world,
        &[("0.0", 1.0 / 6.0), ("0.1", 4.0 / 6.0), ("0.2", 1.0 / 6.0)],
    );
    let enter = |entry: usize| {
        let entries = &world.backend.groups[0].entries;
        entries[entry].state.in_flight.enter()
    };
    let _first = (enter(0), enter(1));
    check_shares(&world, &[("0.2", 1.0)]);
    let _second = enter(2);
    check_shares(&world, &[("0.1", 1.0)]);
    let _third = (enter(1), enter(1), enter(1));
    check_shares(
        &world,
        &[("0.0", 1.0 / 6.0), ("0.1", 4.0 / 6.0), ("0.2", 1.0 / 6.0)],
    );
}

#[test]
fn entries_that_are_about_as_good_share_by_weight() {
    for (notation, seconds, share) in [
        ("3 1", [0.8, 1.0], 0.75),
        ("3 1", [1.0, 0.8], 0.75),
        ("95 5", [1.0, 0.8], 0.95),
        ("95 5", [0.8, 1.0], 0.95),
        // Both are so quick that nobody notices which is the quicker.
        ("1 1", [0.001, 0.04], 0.5),
    ] {
        let world = measured(notation, Answer::Streamed, &seconds.map(Some));
        check_shares(&world, &[("0.0", share), ("0.1", 1.0 - share)]);
    }
    // Three in four of what is under way is no more load for who is to have three in four.
    let world = measured("3 1", Answer::Streamed, &[Some(0.5), Some(0.5)]);
    let entries = &world.backend.groups[0].entries;
    let _under_way: Vec<_> = (0..40)
        .map(|n| entries[usize::from(n % 4 == 0)].state.in_flight.enter())
        .collect();
    check_shares(&world, &[("0.0", 0.75), ("0.1", 0.25)]);
}

/// Share of the first of two entries in requests that come and go: those of an entry take `seconds` of it, a fifth more or less.
fn share_under_load(notation: &str, seconds: [f64; 2], rate: f64) -> f64 {
    const ROUNDS: u32 = 30_000;
    let world = world(notation);
    let mut random = Random::new(23);
    let mut draw = move || random.next_u64();
    let mut part = {
        let mut random = Random::new(29);
        // Between 0 and 1.
        move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    };
    // The first that ends comes first; times are in whole microseconds.
    let mut under_way = BinaryHeap::<(std::cmp::Reverse<u64>, u32, usize, u64)>::new();
    let mut guards = std::collections::HashMap::new();
    let (mut now, mut first) = (0.0, 0);
    for round in 0..ROUNDS {
        now += 2.0 * part() / rate;
        while let Some(&(std::cmp::Reverse(end), id, entry, took)) = under_way.peek()
            && Duration::from_micros(end).as_secs_f64() <= now
        {
            under_way.pop();
            guards.remove(&id);
            let state = &world.backend.groups[0].entries[entry].state;
            let took = Duration::from_micros(took).as_secs_f64();
            state.measured(Answer::Streamed, took, None);
        }
        let place = pick(&world, Answer::Streamed, draw())
            .expect("an entry")
            .place;
        first += u32::from(place.entry == 0);
        let took = seconds[place.entry] * (0.8 + 0.4 * part());
        let micros = |seconds: f64| u64::try_from(Duration::from_secs_f64(seconds).as_micros());
        let (end, took) = (
            micros(now + took).expect("soon"),
            micros(took).expect("short"),
        );
        under_way.push((std::cmp::Reverse(end), round, place.entry, took));
        let in_flight = &world.backend.groups[0].entries[place.entry].state.in_flight;
        guards.insert(round, in_flight.enter());
    }
    f64::from(first) / f64::from(ROUNDS)
}

#[test]
fn requests_that_come_and_go_follow_the_weights() {
    // A few at a time, and many.
    for rate in [1.0, 100.0] {
        for (notation, share) in [("1 1", 0.5), ("3 1", 0.75), ("95 5", 0.95)] {
            let found = share_under_load(notation, [0.8, 0.8], rate);
            assert!(
                (found - share).abs() < 0.015,
                "{notation} at {rate}: {found}"
            );
            let found = share_under_load(notation, [0.8, 0.9], rate);
            assert!(
                (found - share).abs() < 0.03,
                "{notation} at {rate}: {found}"
            );
        }
        // Who takes three times as long gets less than its share, and some.
        let slow = share_under_load("3 1", [2.4, 0.8], rate);
        assert!((0.3..0.65).contains(&slow), "{slow} at {rate}");
    }
}

#[test]
fn an_entry_without_a_figure_counts_as_the_median() {
    let group = [Some(0.2), None, Some(3.0)];
    let world = measured("1 1 1", Answer::Streamed, &group);
    // It stands between the two: neither flooded nor starved.
    let expected = [("0.0", 5.0 / 9.0), ("0.1", 3.0 / 9.0), ("0.2", 1.0 / 9.0)];
    check_shares(&world, &expected);
    let typical = |entry| {
        let mut picks = (0..100).map(|random| pick(&world, Answer::Streamed, random));
        let of_entry = picks.find_map(|p| p.ok().filter(|p| p.place.entry == entry));
        of_entry.expect("picked").typical
    };
    assert!((typical(1).expect("a median") - 1.6).abs() < 1e-9);
    assert_eq!(typical(0), None);
}

fn spilling(notation: &str, percents: &[Option<u8>]) -> World {
    world_with(notation, |declared| {
        for (group, percent) in declared.groups.iter_mut().zip(percents) {
            group.min_healthy_percent = *percent;
        }
    })
}

#[test]
fn a_sick_group_keeps_a_part() {
    let others = "1e 1e 1e 1e 1e 1e 1e 1e 1e";
    let half = [Some(50)];
    // One of ten usable: 1.4 times a tenth.
    let most_sick = spilling(&format!("1 {others} | 1"), &half);
    check_shares(&most_sick, &[("0.0", 0.14), ("1.0", 0.86)]);
    // Without the setting, one usable entry serves all.
    let unset = spilling(&format!("1 {others} | 1"), &[]);
    check_shares(&unset, &[("0.0", 1.0)]);
    // At the percentage, the group keeps all; weight counts, not the number.
    check_shares(&spilling("1 1e | 1", &half), &[("0.0", 1.0)]);
    check_shares(&spilling("9 1e 1e | 1", &[Some(80)]), &[("0.0", 1.0)]);
    // Overprovisioning makes the first losses harmless.
    check_shares(&spilling("3 1e | 1", &[Some(100)]), &[("0.0", 1.0)]);
    check_shares(
        &spilling("1 1e | 1", &[Some(100)]),
        &[("0.0", 0.7), ("1.0", 0.3)],
    );
    // What nobody keeps is divided like the rest.
    let all_sick = spilling(&format!("1 {others} | 1 {others}"), &[Some(50), Some(50)]);
    check_shares(&all_sick, &[("0.0", 0.5), ("1.0", 0.5)]);
    let no_other = spilling(&format!("1 {others} | 1e"), &half);
    check_shares(&no_other, &[("0.0", 1.0)]);
}

#[test]
fn windows_close() {
    let mut world = world("1e | 1");
    let place = |world: &World| pick(world, Answer::Streamed, 1).map(|p| p.place.group);
    world.now += Duration::from_millis(2_999);
    assert_eq!(place(&world), Ok(1));
    world.now += Duration::from_millis(1);
    assert_eq!(place(&world), Ok(0));
}

/// What must hold of any pick, said the slow way.
#[test]
fn a_pick_is_the_best_there_is() {
    cases(2_000, |random| {
        let groups = 1 + random.next_u64() % 3;
        let mut notation = Vec::new();
        for _ in 0..groups {
            let entries = (0..random.next_u64() % 4).map(|_| {
                let bits = random.next_u64();
                let mark = |bit: u64, mark| if bits >> bit & 1 == 1 { mark } else { "" };
                let weight = bits % 3;
                format!("{weight}{}{}{}", mark(8, "e"), mark(9, "t"), mark(10, "f"))
            });
            notation.push(entries.collect::<Vec<_>>().join(" "));
        }
        let notation = notation.join(" | ");
        let groups: Vec<Vec<&str>> = notation
            .split('|')
            .map(|group| group.split_whitespace().collect())
            .collect();
        let in_service: Vec<&str> = groups
            .iter()
            .flatten()
            .copied()
            .filter(|marks| !marks.starts_with('0'))
            .collect();
        let exists = |without: &str| {
            let mut all = in_service.iter();
            all.any(|marks| !marks.contains(|mark| without.contains(mark)))
        };
        match pick(&world(&notation), Answer::Streamed, random.next_u64()) {
            Ok(Pick {
                place, is_panic, ..
            }) => {
                let picked = groups[place.group][place.entry];
                assert!(!picked.starts_with('0'), "{notation}: {place:?}");
                assert!(!picked.contains('f'), "{notation}: {place:?}");
                assert_eq!(is_panic, picked.contains('e'), "{notation}");
                if exists("etf") {
                    assert!(!picked.contains(['e', 't']), "{notation}: {place:?}");
                }
                if exists("tf") {
                    assert!(!picked.contains('t'), "{notation}: {place:?}");
                }
            }
            Err(NoEntry::Busy) => {
                assert!(!exists("etf"), "{notation}");
                assert!(
                    in_service.iter().any(|marks| marks.contains('f')),
                    "{notation}"
                );
            }
            Err(NoEntry::Drained) => assert!(in_service.is_empty(), "{notation}"),
        }
    });
}

/// Where keys lead, by place.
fn led(world: &World, keys: u32) -> Vec<(u32, Place)> {
    let lead = |key: u32| {
        let affinity = Affinity::of([key.to_string().as_str()]);
        let random = u64::from(key);
        let picked = world.backend.pick_near(
            Answer::Collected,
            &world.tried,
            world.now,
            random,
            Some(affinity),
        );
        (key, picked.expect("an entry").place)
    };
    (0..keys).map(lead).collect()
}

fn share_of(led: &[(u32, Place)], entry: usize) -> f64 {
    let there = led.iter().filter(|(_, place)| place.entry == entry).count();
    let count = |count: usize| f64::from(u32::try_from(count).expect("few"));
    count(there) / count(led.len())
}

#[test]
fn a_key_leads_to_one_entry() {
    let all = led(&world("1 2 1 | 1"), 4_000);
    assert!(all.iter().all(|(_, place)| place.group == 0));
    for (entry, share) in [(0, 0.25), (1, 0.5), (2, 0.25)] {
        let found = share_of(&all, entry);
        assert!((found - share).abs() < 0.03, "{entry}: {found}");
    }
    // Only keys of the one that is sick lead elsewhere.
    for ((key, before), (_, now)) in all.iter().zip(led(&world("1 2e 1 | 1"), 4_000)) {
        match before.entry {
            1 => assert_ne!(now.entry, 1, "{key}"),
            entry => assert_eq!(now.entry, entry, "{key}"),
        }
    }
    // Priority, health and what the request has tried come first.
    let next = led(&world("1e 1t | 1"), 10);
    assert!(next.iter().all(|(_, place)| place.group == 1));
    let drained = led(&world("0 1"), 10);
    assert!(drained.iter().all(|(_, place)| place.entry == 1));
}
