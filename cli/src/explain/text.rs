//! An explanation for people.
//!
//! Owns the layout: a word in front, what it is about, and where it is written. Must not leave out why.

use super::{Explanation, ModelFacts, ProviderFacts, RouteFacts, WayFacts};

/// Lists that are longer are cut, with the count of the rest.
const LISTED: usize = 12;

/// The text.
pub(crate) fn text(told: &Explanation, all: bool) -> String {
    let mut lines = Lines::default();
    lines.add("request", &told.request);
    if let Some(listener) = &told.listener {
        let tls = if listener.is_tls { "TLS" } else { "plain text" };
        let names = match listener.server_names.is_empty() {
            true => String::new(),
            false => format!(", server names {}", listener.server_names.join(", ")),
        };
        lines.add(
            "listener",
            &format!("port {}, {tls}{names}   ({})", listener.port, listener.name),
        );
    }
    if let Some(host) = &told.virtual_host {
        lines.add(
            "host",
            &format!("{host} is the most specific pattern that matches"),
        );
    }
    if let Some(route) = &told.route {
        lines.add("route", &place(route, &route.rule));
        lines.add("", &format!("matches {}", route.matches));
    }
    tell_others(told, all, &mut lines);
    for (index, policy) in told.policies.iter().enumerate() {
        lines.add(if index == 0 { "policies" } else { "" }, policy);
    }
    for (index, filter) in told.filters.iter().enumerate() {
        let word = if index == 0 { "filters" } else { "" };
        lines.add(word, &format!("{} {filter}", index + 1));
    }
    for (index, backend) in told.backends.iter().enumerate() {
        let word = if index == 0 { "backends" } else { "" };
        let place = match backend.place.is_empty() {
            true => String::new(),
            false => format!("   ({})", backend.place),
        };
        let share = format!("{:>5} %", backend.percent);
        lines.add(
            word,
            &format!("{share}  {}   {}{place}", backend.cluster, backend.what),
        );
    }
    let models = told.backends.iter();
    for model in models.filter_map(|backend| backend.model.as_ref()) {
        tell_model(model, &mut lines);
    }
    if let Some(answer) = &told.answer {
        lines.add("answer", answer);
    }
    lines.0
}

fn tell_others(told: &Explanation, all: bool, lines: &mut Lines) {
    let listed = if all { told.others.len() } else { LISTED };
    for (index, other) in told.others.iter().take(listed).enumerate() {
        let word = if index == 0 { "not taken" } else { "" };
        lines.add(
            word,
            &place(other, &format!("{}: {}", other.rule, other.why)),
        );
    }
    let unlisted = told.unlisted + told.others.len().saturating_sub(listed);
    if unlisted > 0 {
        let word = if told.others.is_empty() {
            "not taken"
        } else {
            ""
        };
        let plural = if unlisted == 1 {
            "match does"
        } else {
            "matches do"
        };
        lines.add(word, &format!("{unlisted} other {plural} not fit"));
    }
}

fn tell_model(told: &ModelFacts, lines: &mut Lines) {
    lines.add("model", &format!("{:?} {}", told.name, told.what));
    if let Some(refused) = &told.refused {
        lines.add("", refused);
        return;
    }
    for way in &told.ways {
        tell_way(told, way, lines);
    }
}

fn tell_way(told: &ModelFacts, way: &WayFacts, lines: &mut Lines) {
    if !way.when.is_empty() {
        lines.add("", &format!("{}: {}", way.when, way.model));
    } else if way.model != told.name {
        lines.add("", &way.model);
    }
    // Who would be asked by way of what is not taken: only in the answer for programs.
    if !way.is_reachable {
        return;
    }
    if let Some(refused) = &way.refused {
        lines.add("", &format!("  {refused}"));
    }
    for provider in &way.providers {
        lines.add("", &format!("  {}", of_provider(provider)));
    }
    for policy in &way.policies {
        lines.add("", &format!("  {policy}"));
    }
}

fn of_provider(told: &ProviderFacts) -> String {
    let ProviderFacts {
        name,
        service,
        group,
        model,
        price,
        refused,
    } = told;
    let model = match model {
        Some(model) => format!("is asked for {model}"),
        None => "is asked for what an expression makes of the request".to_owned(),
    };
    let refused = match refused {
        Some(refused) => format!("; {refused}"),
        None => String::new(),
    };
    format!("{group}. {name} ({service}) {model}{price}{refused}")
}

fn place(route: &RouteFacts, words: &str) -> String {
    match route.place.is_empty() {
        true => words.to_owned(),
        false => format!("{words}   ({})", route.place),
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, word: &str, text: &str) {
        let line = format!("{word:<10} {text}");
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }
}
