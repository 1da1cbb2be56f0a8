//! What judges prompts and answers (llm.md 4.3), decoded.
//!
//! Owns the compiled guards of one policy. Must not judge anything. Invariant: a guard that cannot be built is no guard
//! here: what it belongs to is refused as a whole.

mod decode;

pub(crate) use decode::prompt_guard;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::route::pattern::StringMatch;
use dp_policy::prompt_guard::remote::Service;
use dp_policy::prompt_guard::{Engine, FailureMode, Scopes};
use expr::Expr;
use http::{HeaderName, StatusCode};

use crate::ai_backend::AiProvider;

/// Guards of prompts and answers, in the order in which they judge.
#[derive(Debug)]
pub struct PromptGuard {
    /// Of prompts.
    pub request: Vec<Arc<Guard>>,
    /// Of answers.
    pub response: Vec<Arc<Guard>>,
    /// How answers are judged that arrive in pieces.
    pub streaming: Streaming,
    /// They judge beside those of other levels: nearer ones do not stand in their place, and they stand in nobody's.
    pub is_beside: bool,
}

/// How answers are judged that arrive in pieces (llm.md G-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// As much is held as a match needs.
    Window,
    /// All is held to the end.
    Buffer,
    /// Nothing is held: what is found is told, and passes.
    Audit,
    /// There are none: who asks for one is refused before a provider is asked.
    Refuse,
}

/// One guard.
#[derive(Debug)]
pub struct Guard {
    /// Place in the policy: `request[0]`, behind the label of a policy whose guards judge beside those of others.
    pub name: Arc<str>,
    /// What judges.
    pub kind: GuardKind,
    /// What of a prompt or of an answer is judged.
    pub scopes: Scopes,
    /// What is answered where it refuses.
    pub refusal: Refusal,
    /// It only watches.
    pub is_shadow: bool,
}

/// What judges.
#[derive(Debug)]
pub enum GuardKind {
    /// Patterns and ready-made rules.
    Regex(Arc<Engine>),
    /// A service.
    Remote(Box<Remote>),
}

/// A service that judges.
#[derive(Debug)]
pub struct Remote {
    /// Where it is, and the credential.
    pub target: AiProvider,
    /// What it speaks.
    pub service: Service,
    /// Headers of the client's request that are passed on to it.
    pub forward: Vec<ForwardRule>,
    /// What is computed of the call to it.
    pub computed: Computed,
    /// What happens where it gives no verdict.
    pub on_failure: FailureMode,
    /// How long its verdict is waited for.
    pub timeout: Duration,
}

/// A header that is passed on.
#[derive(Debug)]
pub struct ForwardRule {
    /// Name.
    pub name: HeaderName,
    /// Values that are passed on.
    pub value: StringMatch,
}

/// What is computed of a call, from the client's request.
#[derive(Debug, Default)]
pub struct Computed {
    /// In the place of the protocol's own.
    pub method: Option<Expr>,
    /// In the place of the protocol's own.
    pub path: Option<Expr>,
    /// In the place of the target's own.
    pub authority: Option<Expr>,
    /// Headers; one without a value is not sent.
    pub headers: Vec<(HeaderName, Expr)>,
}

/// What is answered where a guard refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status.
    pub status: StatusCode,
    /// Body; `None` for an error in the client's dialect.
    pub body: Option<Arc<str>>,
}

// === impl PromptGuard ===

impl PromptGuard {
    /// Those of a level that judge, and of lower levels those that judge with them, in order (llm.md 4.1). Whichever side they
    /// judge, they stand in others' place as a whole.
    #[must_use]
    pub fn over(own: &[Arc<Self>], lower: &[Arc<Self>]) -> Vec<Arc<Self>> {
        let replaces = own.iter().any(|guards| !guards.is_beside);
        let kept = lower.iter().filter(|it| !replaces || it.is_beside);
        kept.chain(own).cloned().collect()
    }

    /// The services among them.
    pub fn remotes(&self) -> impl Iterator<Item = &Remote> {
        let guards = self.request.iter().chain(&self.response);
        guards.filter_map(|guard| match &guard.kind {
            GuardKind::Remote(remote) => Some(&**remote),
            GuardKind::Regex(_) => None,
        })
    }
}

/// In short, for dumps: how many of which kind.
impl fmt::Display for PromptGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides = [("requests", &self.request), ("answers", &self.response)];
        let sides = sides.into_iter().filter(|(_, guards)| !guards.is_empty());
        for (index, (side, guards)) in sides.enumerate() {
            let kinds: Vec<&str> = guards.iter().map(|guard| guard.kind.label()).collect();
            let between = if index > 0 { "; " } else { "" };
            write!(f, "{between}{side} judged by {}", kinds.join(", "))?;
        }
        if self.is_beside {
            f.write_str(", beside the guards of other levels")?;
        }
        Ok(())
    }
}

// === impl GuardKind ===

impl GuardKind {
    /// Value of the label `kind` of metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            GuardKind::Regex(_) => "regex",
            GuardKind::Remote(remote) => remote.service.label(),
        }
    }
}
