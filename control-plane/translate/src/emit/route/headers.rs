//! Header filters in Envoy's messages.
//!
//! Owns where the filters of a rule stand. Envoy applies those of a weighted cluster first and those of the route last,
//! whatever `most_specific_header_mutations_wins` says, which is about routes, hosts and configurations; in the Gateway
//! API a backendRef is more specific than its rule. So where a backendRef has filters of its own, those of the rule move
//! into every share, in front of them. Values are literal: a percent sign is doubled, because Envoy reads `%COMMAND%`.

use proto::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use proto::envoy::config::core::v3::{HeaderValue, HeaderValueOption};

use crate::plan::{Action, HeaderChange, RulePlan, Share};

/// Additions and removals. Proxies remove first and then add in order.
pub(in crate::emit) type Changes = (Vec<HeaderValueOption>, Vec<String>);

/// The header filters of a rule, in both directions.
pub(super) struct Headers<'a> {
    pub(super) request: Layer<'a>,
    pub(super) response: Layer<'a>,
}

/// Those of one direction.
pub(super) struct Layer<'a> {
    of_rule: &'a HeaderChange,
    is_in_shares: bool,
}

// === impl Headers ===

impl<'a> Headers<'a> {
    pub(super) fn of(rule: &'a RulePlan) -> Headers<'a> {
        let shares: &[Share] = match &rule.action {
            Action::Forward(plan) => &plan.shares,
            Action::Redirect(_) | Action::Respond(_) => &[],
        };
        let is_any = |change: fn(&Share) -> &HeaderChange| {
            let mut active = shares.iter().filter(|share| share.weight > 0);
            active.any(|share| !change(share).is_empty())
        };
        Headers {
            request: Layer {
                of_rule: &rule.request_headers,
                is_in_shares: is_any(|share| &share.request_headers),
            },
            response: Layer {
                of_rule: &rule.response_headers,
                is_in_shares: is_any(|share| &share.response_headers),
            },
        }
    }
}

// === impl Layer ===

impl Layer<'_> {
    pub(super) fn of_route(&self) -> Changes {
        if self.is_in_shares {
            Changes::default()
        } else {
            changes(self.of_rule)
        }
    }

    pub(super) fn of_share(&self, own: &HeaderChange) -> Changes {
        if self.is_in_shares {
            in_turn(self.of_rule, own)
        } else {
            Changes::default()
        }
    }
}

/// What is set comes last, so that it also stands where the same header is added.
pub(in crate::emit) fn changes(change: &HeaderChange) -> Changes {
    let option = |(name, value): &(String, String), how: HeaderAppendAction| HeaderValueOption {
        header: Some(HeaderValue {
            key: name.clone(),
            value: value.replace('%', "%%"),
            ..Default::default()
        }),
        append_action: how.into(),
        ..Default::default()
    };
    let added = change
        .add
        .iter()
        .map(|header| option(header, HeaderAppendAction::AppendIfExistsOrAdd));
    let set = change
        .set
        .iter()
        .map(|header| option(header, HeaderAppendAction::OverwriteIfExistsOrAdd));
    (added.chain(set).collect(), change.remove.clone())
}

/// One change after the other, as one: what the second removes, the first need not add.
fn in_turn(first: &HeaderChange, second: &HeaderChange) -> Changes {
    let (mut add, mut remove) = changes(first);
    let (later, removed) = changes(second);
    add.retain(|option| {
        let name = option.header.as_ref().map_or("", |header| &header.key);
        !removed.iter().any(|gone| gone.eq_ignore_ascii_case(name))
    });
    add.extend(later);
    for name in removed {
        if !remove.iter().any(|gone| gone.eq_ignore_ascii_case(&name)) {
            remove.push(name);
        }
    }
    (add, remove)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(set: &[&str], add: &[&str], remove: &[&str]) -> HeaderChange {
        let pairs = |texts: &[&str]| {
            let pair = |text: &&str| {
                let (name, value) = text.split_once('=').expect("a pair");
                (name.to_owned(), value.to_owned())
            };
            texts.iter().map(pair).collect()
        };
        HeaderChange {
            set: pairs(set),
            add: pairs(add),
            remove: remove.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[track_caller]
    fn check(second: &HeaderChange, added: &[&str], removed: &[&str]) {
        let first = change(&["x-set=rule"], &["x-add=rule"], &["x-gone"]);
        let (add, remove) = in_turn(&first, second);
        let add: Vec<String> = add
            .into_iter()
            .filter_map(|option| option.header)
            .map(|header| format!("{}={}", header.key, header.value))
            .collect();
        assert_eq!(add, added);
        assert_eq!(remove, removed);
    }

    #[test]
    fn the_second_has_the_last_word() {
        check(
            &change(&[], &[], &[]),
            &["x-add=rule", "x-set=rule"],
            &["x-gone"],
        );
        check(
            &change(&["x-set=backend"], &["x-gone=backend"], &[]),
            &[
                "x-add=rule",
                "x-set=rule",
                "x-gone=backend",
                "x-set=backend",
            ],
            &["x-gone"],
        );
        check(
            &change(&["x-new=100%"], &[], &["X-Set", "X-Gone"]),
            &["x-add=rule", "x-new=100%%"],
            &["x-gone", "X-Set"],
        );
    }
}
