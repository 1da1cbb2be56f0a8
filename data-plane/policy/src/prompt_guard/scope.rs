//! What of a message a guard judges (llm.md G-2).
//!
//! Owns the list of scopes and the default. Must not know where a provider's body holds them. Invariant: what
//! tools gave is judged unless a guard says otherwise, because instructions and personal data hide there.

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The system prompt.
    SystemPrompt,
    /// What user and assistant said.
    Messages,
    /// What tools gave.
    ToolOutput,
    /// What tools were given.
    ToolInput,
    /// What tools are said to do.
    ToolDefinitions,
    /// The arguments of tool calls in an answer, which no prompt has.
    ToolCallOutput,
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

// === impl Scopes ===

impl Scopes {
    /// What is judged of prompts where a guard does not say: what was said and what tools gave.
    pub const DEFAULT: Scopes = Scopes::of(&[Scope::Messages, Scope::ToolOutput]);
    /// What is judged of answers where a guard does not say: all that is said and thought.
    pub const OF_ANSWERS: Scopes = Scopes::of(&[Scope::Messages]);

    /// These scopes.
    #[must_use]
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut bits = 0;
        let mut rest = scopes;
        while let [scope, more @ ..] = rest {
            bits |= scope.bit();
            rest = more;
        }
        Scopes(bits)
    }

    /// Whether a scope is in the set.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes::DEFAULT
    }
}

// === impl Scope ===

impl Scope {
    const fn bit(self) -> u8 {
        match self {
            Scope::SystemPrompt => 1,
            Scope::Messages => 2,
            Scope::ToolOutput => 4,
            Scope::ToolInput => 8,
            Scope::ToolDefinitions => 16,
            Scope::ToolCallOutput => 32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn tool_output_is_judged_by_default() {
        let default = Scopes::default();
        assert!(default.has(Scope::ToolOutput) && default.has(Scope::Messages));
        assert!(!default.has(Scope::SystemPrompt) && !default.has(Scope::ToolInput));
        assert!(!Scopes::OF_ANSWERS.has(Scope::ToolCallOutput));
        assert!(Scopes::of(&[Scope::ToolInput]).has(Scope::ToolInput));
        assert!(!Scopes::of(&[]).has(Scope::ToolDefinitions));
    }
}
