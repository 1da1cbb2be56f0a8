//! Names of labels of metrics that configurations choose.
//!
//! Owns which may be chosen, for both planes: one wrong name makes all of `/metrics` unreadable. Must not know metrics.

/// How many a request may have.
pub const LIMIT: usize = 4;

/// Names that the metrics have themselves, or that scrapers put there.
const TAKEN: [&str; 13] = [
    "backend",
    "budget",
    "error_type",
    "instance",
    "job",
    "kind",
    "le",
    "listener",
    "policy",
    "provider",
    "quantile",
    "route",
    "usage",
];

/// Whether a label may have this name.
///
/// # Errors
/// Why it may not, as the end of a sentence that begins with the name.
pub fn check(name: &str) -> Result<(), &'static str> {
    let is_word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let begins = name
        .bytes()
        .next()
        .is_some_and(|it| it.is_ascii_lowercase());
    if !begins || !name.bytes().all(is_word) || name.len() > 63 {
        return Err("is no name of a label: use a-z, 0-9 and _, a letter first, 63 at most");
    }
    if name.starts_with("gen_ai_") || TAKEN.contains(&name) {
        return Err("is the name of another label; use a name of your own");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn names() {
        for good in ["team", "cost_center2", "a"] {
            assert_eq!(super::check(good), Ok(()), "{good}");
        }
        let long = "a".repeat(64);
        for bad in [
            "",
            "_a",
            "__name__",
            "2a",
            "Team",
            "a-b",
            "a\n",
            "é",
            "route",
            "le",
            "usage",
            "gen_ai_token_type",
            &long,
        ] {
            assert!(super::check(bad).is_err(), "{bad}");
        }
    }
}
