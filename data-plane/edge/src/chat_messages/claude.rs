//! What a Claude model takes, by its name.
//!
//! Versions after Anthropic's pages "Adaptive thinking", "Effort" and the migration guides. It must not know requests.
//! Invariant: a name that says no version (a deployment's, another vendor's) is not guessed at.

/// The version of a Claude model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claude {
    major: u8,
    minor: u8,
}

// === impl Claude ===

impl Claude {
    /// Finds the version in names such as `claude-3-7-sonnet-20250219`, `claude-opus-4-6`, `claude-sonnet-4@20250514`,
    /// `us.anthropic.claude-opus-4-1-20250805-v1:0` or `anthropic/claude-opus-4.6`.
    pub(super) fn parse(model: &str) -> Option<Self> {
        let (_, rest) = model.split_once("claude")?;
        let mut tokens = rest.split(|c: char| !c.is_ascii_alphanumeric());
        // Longer numbers are dates.
        let number = |token: &str| token.parse::<u8>().ok().filter(|_| token.len() <= 2);
        let major = tokens.find_map(|token| match token {
            // A preview that was named without a version.
            "mythos" => Some(5),
            token => number(token),
        })?;
        let minor = tokens.next().and_then(number).unwrap_or_default();
        Some(Self { major, minor })
    }

    const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }

    /// Decides itself how much it thinks; told an effort.
    pub(super) fn is_adaptive(self) -> bool {
        self >= Self::new(4, 6)
    }

    /// A budget of thinking is an error.
    pub(super) fn refuses_budget(self) -> bool {
        self >= Self::new(4, 7)
    }

    /// Can think at all.
    pub(super) fn thinks(self) -> bool {
        self >= Self::new(3, 7)
    }

    /// Has the effort between `high` and `max`.
    pub(super) fn has_xhigh(self) -> bool {
        self >= Self::new(4, 7)
    }

    /// Sampling parameters are an error.
    pub(super) fn refuses_sampling(self) -> bool {
        self >= Self::new(4, 7)
    }

    /// Only one of the two may be given.
    pub(super) fn refuses_temperature_with_top_p(self) -> bool {
        self >= Self::new(4, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Claude;

    #[test]
    fn names_say_their_version() {
        for (model, expected) in [
            ("claude-3-haiku-20240307", Some((3, 0))),
            ("claude-3-5-sonnet-20241022", Some((3, 5))),
            ("claude-3-7-sonnet-latest", Some((3, 7))),
            ("claude-opus-4-20250514", Some((4, 0))),
            ("claude-sonnet-4@20250514", Some((4, 0))),
            ("us.anthropic.claude-opus-4-1-20250805-v1:0", Some((4, 1))),
            ("claude-haiku-4-5-20251001", Some((4, 5))),
            ("anthropic.claude-opus-4-6-v1", Some((4, 6))),
            ("anthropic/claude-opus-4.7", Some((4, 7))),
            ("claude-sonnet-5", Some((5, 0))),
            ("claude-mythos-preview", Some((5, 0))),
            ("claude", None),
            ("my-deployment", None),
            ("MiniMax-M2", None),
        ] {
            let expected = expected.map(|(major, minor)| Claude::new(major, minor));
            assert_eq!(Claude::parse(model), expected, "{model}");
        }
    }
}
