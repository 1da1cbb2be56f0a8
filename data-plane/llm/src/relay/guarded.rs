//! What a relay with gates in the way can be asked.
//!
//! It must not know judges. Invariant: a relay without gates holds nothing and refuses nothing.

use bytes::Bytes;

use super::gated::Gated;
use super::{Output, Relay, Way};

// === impl Relay ===

impl Relay {
    /// The caller has waited long enough, or the gates' judges have learned something.
    pub fn flush(&mut self) -> Bytes {
        let mut out = Vec::new();
        if let Some(gated) = self.gated_mut() {
            gated.flush(&mut out);
        }
        self.shown(out.into())
    }

    /// The provider's body is over: reads what is left of it. Where the relay still holds something then
    /// ([`Self::is_holding`]), the end has to wait for the judges.
    pub fn end(&mut self) -> Bytes {
        let mut out = Vec::new();
        if let Way::Read(read) = &mut self.way {
            read.close_once(&mut out);
        }
        self.shown(out.into())
    }

    /// A gate holds something.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.gated().is_some_and(Gated::is_holding)
    }

    /// A gate has refused the answer, and the client has been told: nothing follows.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.gated().is_some_and(Gated::is_refused)
    }

    fn gated(&self) -> Option<&Gated> {
        match &self.way {
            Way::Read(read) => match &read.output {
                Output::Encode(gated) => Some(gated),
                Output::Forward => None,
            },
            Way::Tapped(_) | Way::Passed(_) | Way::Embedded(_) => None,
        }
    }

    fn gated_mut(&mut self) -> Option<&mut Gated> {
        match &mut self.way {
            Way::Read(read) => match &mut read.output {
                Output::Encode(gated) => Some(gated),
                Output::Forward => None,
            },
            Way::Tapped(_) | Way::Passed(_) | Way::Embedded(_) => None,
        }
    }
}

// === impl Output ===

impl Output {
    pub(super) fn is_refused(&self) -> bool {
        match self {
            Self::Forward => false,
            Self::Encode(gated) => gated.is_refused(),
        }
    }
}
