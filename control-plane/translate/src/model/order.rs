//! The order in which the models of a router are looked at (llm.md R-2).
//!
//! Owns precedence: a whole name before patterns, a longer pattern before a shorter one, a prefix before a suffix; among
//! equal ones the oldest, then namespace and name. Objects have no declared order, so none may show.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Entry, ModelDraft};

/// The models, the first that is looked at first.
pub(super) fn sorted<'m, 'a>(models: &[&'m ModelDraft<'a>]) -> Vec<&'m ModelDraft<'a>> {
    let mut sorted = models.to_vec();
    sorted.sort_by_key(|draft| {
        let metadata = &draft.stored.object.metadata;
        let created = metadata.creation_timestamp;
        (
            rank(draft.name),
            (created.is_none(), created),
            &metadata.namespace,
            &metadata.name,
        )
    });
    sorted
}

/// Which model has the name of another one of the same kind, by the place of the latter; both come first by their order.
pub(super) fn winners<'m, 'a>(
    models: &[&'m ModelDraft<'a>],
) -> Vec<(&'m ModelDraft<'a>, &'m ModelDraft<'a>)> {
    let mut first: BTreeMap<(bool, &str), &'m ModelDraft<'a>> = BTreeMap::new();
    let mut lost = Vec::new();
    for draft in sorted(models) {
        let (is_virtual, is_internal) = match &draft.entry {
            Entry::Virtual(_) => (true, false),
            Entry::Concrete(model) => (false, model.is_internal),
        };
        // Nobody asks for an internal model by its name.
        if is_internal {
            continue;
        }
        match first.get(&(is_virtual, draft.name)) {
            Some(winner) => lost.push((draft, *winner)),
            None => drop(first.insert((is_virtual, draft.name), draft)),
        }
    }
    lost
}

fn rank(name: &str) -> (u8, Reverse<usize>, u8) {
    match (name.strip_prefix('*'), name.strip_suffix('*')) {
        (Some(""), _) => (1, Reverse(0), 0),
        (Some(suffix), _) => (1, Reverse(suffix.len()), 1),
        (None, Some(prefix)) => (1, Reverse(prefix.len()), 0),
        (None, None) => (0, Reverse(0), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn the_most_specific_name_comes_first() {
        let names = [
            "gpt-4o", "gpt-4o-*", "*-gpt-4o", "*-mini", "gpt-*", "g*", "*",
        ];
        assert!(names.is_sorted_by_key(|name| rank(name)));
        assert_eq!(rank("a"), rank("b"));
    }
}
