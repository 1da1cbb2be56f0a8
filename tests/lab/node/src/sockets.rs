//! Which ports are listened on in a process's network namespace, read from `/proc`.
//!
//! Must not connect to anything: a look leaves no trace in anybody's log. Invariant: a table that
//! cannot be read is an empty one.

use std::collections::BTreeSet;
use std::fs;

use crate::images::Listening;

/// Ports with a listener: TCP sockets that listen, UDP sockets that are bound.
pub(crate) fn listening(pid: i32) -> BTreeSet<Listening> {
    let table =
        |name: &str| fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let mut found = BTreeSet::new();
    for name in ["tcp", "tcp6"] {
        found.extend(ports(&table(name), Some("0A")).map(Listening::Tcp));
    }
    for name in ["udp", "udp6"] {
        found.extend(ports(&table(name), None).map(Listening::Udp));
    }
    found
}

fn ports<'a>(table: &'a str, state: Option<&'a str>) -> impl Iterator<Item = u16> + 'a {
    table.lines().skip(1).filter_map(move |line| {
        let mut words = line.split_whitespace().skip(1);
        let (local, _, found) = (words.next()?, words.next()?, words.next()?);
        if state.is_some_and(|state| state != found) {
            return None;
        }
        u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue\n\
        0: 00000000:0BB8 00000000:0000 0A 00000000:00000000\n\
        1: 0100007F:1F90 0100007F:C350 01 00000000:00000000\n\
        2: nonsense\n";

    #[test]
    fn listeners_are_found_in_the_kernels_table() {
        assert_eq!(ports(TABLE, Some("0A")).collect::<Vec<_>>(), [3000]);
        assert_eq!(ports(TABLE, None).collect::<Vec<_>>(), [3000, 8080]);
        assert_eq!(ports("", None).count(), 0);
    }
}
