//! What a Claude model takes, by its name.
//!
//! Versions after Anthropic's pages "Adaptive thinking", "Effort" and the migration guides. It must not know requests.
//! Invariant: a name that says no version (a deployment's, another vendor's) is not guessed at.

/// The version of a Claude model, and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claude {
    major: u8,
    minor: u8,
    line: Line,
}

/// What Anthropic calls its models by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Opus,
    Sonnet,
    Haiku,
    /// Of Mythos, before it had a version.
    Preview,
    Other,
}

const PREVIEW: &str = "mythos-preview";

/// How a model is told not to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unthinking {
    /// Not at all: it thinks only where it is asked to.
    Silence,
    /// By this `thinking.type`.
    Kind(&'static str),
    /// It cannot be told.
    Impossible,
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
        if rest.contains(PREVIEW) {
            // It was named without a version, and Bedrock counts its own.
            return Some(Self {
                major: 5,
                minor: 0,
                line: Line::Preview,
            });
        }
        let major = tokens.find_map(number)?;
        let minor = tokens.next().and_then(number).unwrap_or_default();
        let line = match rest {
            _ if rest.contains("opus") => Line::Opus,
            _ if rest.contains("sonnet") => Line::Sonnet,
            _ if rest.contains("haiku") => Line::Haiku,
            _ => Line::Other,
        };
        Some(Self { major, minor, line })
    }

    fn is_from(self, major: u8, minor: u8) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// Thinks where nobody says anything of it.
    pub(super) fn thinks_unasked(self) -> bool {
        self.is_from(5, 0)
    }

    /// What says that it is not to think. The pages "What's new" of Claude Opus 5.5 and Sonnet 5.5: both lines took `disabled`
    /// until then, and the others were never told.
    pub(super) fn unthinking(self) -> Unthinking {
        match self.line {
            _ if !self.thinks_unasked() => Unthinking::Silence,
            Line::Opus | Line::Sonnet if !self.is_from(5, 1) => Unthinking::Kind("disabled"),
            Line::Sonnet => Unthinking::Kind("between_tools"),
            Line::Opus | Line::Haiku | Line::Preview | Line::Other => Unthinking::Impossible,
        }
    }

    /// Being made to call a tool is an error. Of Haiku nobody says so.
    pub(super) fn refuses_forced_call(self) -> bool {
        self.is_from(5, 1) && self.line != Line::Haiku
    }

    /// Takes instructions between the turns. The page "Mid-conversation system messages" lists these, and not Sonnet 5.
    pub(super) fn takes_instructions_between(self) -> bool {
        match self.line {
            Line::Opus => self.is_from(4, 8),
            Line::Sonnet | Line::Haiku => self.is_from(5, 1),
            Line::Preview => false,
            Line::Other => self.is_from(5, 0),
        }
    }

    /// A thought that is sent back is an error if anything in front of it has changed. The page "Preserved thinking" names
    /// Fable 5.1 and Opus 5.5.
    pub(super) fn binds_thoughts(self) -> bool {
        match self.line {
            Line::Opus | Line::Other => self.is_from(5, 1),
            Line::Sonnet | Line::Haiku | Line::Preview => false,
        }
    }

    /// Decides itself how much it thinks; told an effort.
    pub(super) fn is_adaptive(self) -> bool {
        self.is_from(4, 6)
    }

    /// A budget of thinking is an error.
    pub(super) fn refuses_budget(self) -> bool {
        self.is_from(4, 7)
    }

    /// Can think at all.
    pub(super) fn thinks(self) -> bool {
        self.is_from(3, 7)
    }

    /// Has the effort between `high` and `max`.
    pub(super) fn has_xhigh(self) -> bool {
        self.is_from(4, 7)
    }

    /// Sampling parameters are an error.
    pub(super) fn refuses_sampling(self) -> bool {
        self.is_from(4, 7)
    }

    /// Only one of the two may be given.
    pub(super) fn refuses_temperature_with_top_p(self) -> bool {
        self.is_from(4, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Claude, Unthinking};

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
            ("us.anthropic.claude-mythos-preview-v1:0", Some((5, 0))),
            ("claude-mythos-5", Some((5, 0))),
            ("anthropic.claude-mythos-5-1", Some((5, 1))),
            ("claude", None),
            ("my-deployment", None),
            ("MiniMax-M2", None),
        ] {
            let parsed = Claude::parse(model).map(|claude| (claude.major, claude.minor));
            assert_eq!(parsed, expected, "{model}");
        }
    }

    #[test]
    fn newer_models_cannot_be_told_everything() {
        for (model, unthinking, refuses_forced_call) in [
            ("claude-opus-4-8", Unthinking::Silence, false),
            ("claude-sonnet-5", Unthinking::Kind("disabled"), false),
            (
                "anthropic.claude-opus-5-v1:0",
                Unthinking::Kind("disabled"),
                false,
            ),
            ("claude-opus-5-5", Unthinking::Impossible, true),
            ("claude-sonnet-5-5", Unthinking::Kind("between_tools"), true),
            ("claude-haiku-5-5", Unthinking::Impossible, false),
            ("claude-fable-5-1", Unthinking::Impossible, true),
            ("claude-mythos-preview", Unthinking::Impossible, false),
        ] {
            let claude = Claude::parse(model).expect(model);
            assert_eq!(claude.unthinking(), unthinking, "{model}");
            assert_eq!(claude.refuses_forced_call(), refuses_forced_call, "{model}");
        }
    }
}
