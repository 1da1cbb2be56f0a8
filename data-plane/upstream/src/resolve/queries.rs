//! Queries that are under way, and who waits for them.
//!
//! Owns that a name is asked for once, however many want it, and how many names clients may have asked for at a time.
//! Must not ask. Invariant: names of the configuration are asked for whatever clients do.

use std::collections::HashMap;

/// Names that clients may have asked for at a time. Name servers answer in milliseconds, or not at all.
const OF_CLIENTS: usize = 256;

/// Who wants a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The configuration, or one who has been answered before.
    Ours,
    /// A client that chose it.
    Clients,
}

/// Those who wait, by name. `W` is how one of them is answered.
#[derive(Debug)]
pub(super) struct Queries<W> {
    waiting: HashMap<String, (Whose, Vec<W>)>,
    of_clients: usize,
}

/// What is to be done for somebody who wants a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Joined<W> {
    /// Ask.
    Ask,
    /// Nothing: it is being asked already.
    Wait,
    /// Refuse: too many names are.
    Full(Option<W>),
}

// === impl Queries ===

impl<W> Default for Queries<W> {
    fn default() -> Queries<W> {
        Queries {
            waiting: HashMap::new(),
            of_clients: 0,
        }
    }
}

impl<W> Queries<W> {
    /// Somebody wants a name.
    pub(super) fn join(&mut self, host: &str, whose: Whose, waiter: Option<W>) -> Joined<W> {
        if let Some((_, waiting)) = self.waiting.get_mut(host) {
            waiting.extend(waiter);
            return Joined::Wait;
        }
        if whose == Whose::Clients {
            if self.of_clients >= OF_CLIENTS {
                return Joined::Full(waiter);
            }
            self.of_clients += 1;
        }
        let waiting = waiter.into_iter().collect();
        self.waiting.insert(host.to_owned(), (whose, waiting));
        Joined::Ask
    }

    /// The answer is there: who waits for it.
    pub(super) fn end(&mut self, host: &str) -> Vec<W> {
        let Some((whose, waiting)) = self.waiting.remove(host) else {
            return Vec::new();
        };
        if whose == Whose::Clients {
            self.of_clients = self.of_clients.saturating_sub(1);
        }
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_once() {
        let mut queries = Queries::default();
        assert_eq!(queries.join("a", Whose::Clients, Some(1)), Joined::Ask);
        assert_eq!(queries.join("a", Whose::Clients, Some(2)), Joined::Wait);
        assert_eq!(queries.join("a", Whose::Ours, None), Joined::Wait);
        assert_eq!(queries.join("b", Whose::Ours, Some(3)), Joined::Ask);
        assert_eq!(queries.end("a"), [1, 2]);
        assert_eq!(queries.join("a", Whose::Clients, Some(4)), Joined::Ask);
    }

    #[test]
    fn clients_may_ask_for_so_many() {
        let mut queries = Queries::default();
        for i in 0..OF_CLIENTS {
            let asked = queries.join(&i.to_string(), Whose::Clients, Some(i));
            assert_eq!(asked, Joined::Ask);
        }
        let full = queries.join("one more", Whose::Clients, Some(7));
        assert_eq!(full, Joined::Full(Some(7)));
        assert_eq!(queries.join("0", Whose::Clients, Some(7)), Joined::Wait);
        assert_eq!(queries.join("ours", Whose::Ours, Some(7)), Joined::Ask);
        queries.end("ours");
        queries.end("0");
        assert_eq!(queries.join("one more", Whose::Clients, None), Joined::Ask);
    }
}
