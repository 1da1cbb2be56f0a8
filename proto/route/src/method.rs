//! Matching of the request method.
//!
//! Owns the one thing Gateway API ranks above header matches. Must not fold case: methods are
//! case-sensitive (RFC 9110 9.1).

use http::Method;

/// The request must have this method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodMatch(pub Method);

impl MethodMatch {
    /// Whether the method is the wanted one.
    pub fn matches(&self, method: &Method) -> bool {
        self.0 == *method
    }
}
