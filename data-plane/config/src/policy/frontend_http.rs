//! `frontend.http`: HTTP towards clients.
//!
//! Owns the sizes. Must not read bodies. Invariant: a size is at least one byte, and one that this machine cannot address is
//! the largest that it can.

use std::fmt;
use std::num::NonZeroUsize;

use ::route::field::FieldError;
use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

/// HTTP towards clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrontendHttp {
    /// Bytes of a body that is read whole before it goes on; the reader's own bound where absent.
    pub max_buffer_size: Option<NonZeroUsize>,
}

pub(super) fn decode(message: &wire::FrontendHttp) -> Result<FrontendHttp, FieldError> {
    let size = |bytes: u64| {
        NonZeroUsize::new(usize::try_from(bytes).unwrap_or(usize::MAX))
            .ok_or_else(|| FieldError::invalid("max_buffer_size", "must be at least 1"))
    };
    Ok(FrontendHttp {
        max_buffer_size: message.max_buffer_size.map(size).transpose()?,
    })
}

// === impl FrontendHttp ===

/// In short, for dumps and explanations.
impl fmt::Display for FrontendHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max_buffer_size {
            Some(bytes) => write!(f, "bodies of at most {bytes} bytes are read whole"),
            None => Ok(()),
        }
    }
}

// === impl Noun ===

impl Noun for FrontendHttp {
    const FIELD: &'static str = "frontend.http";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl Effective<'_> {
    /// How much of a body is read whole at most, where that is said.
    pub fn max_buffer_size(&self) -> Option<usize> {
        let (_, own) = self.whole::<FrontendHttp>()?;
        own.max_buffer_size.map(NonZeroUsize::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_at_least_one() {
        let told = |max_buffer_size| match decode(&wire::FrontendHttp { max_buffer_size }) {
            Ok(found) => found.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told(None), "");
        assert_eq!(told(Some(0)), "max_buffer_size: must be at least 1");
        let short = "bodies of at most 33554432 bytes are read whole";
        assert_eq!(told(Some(32 << 20)), short);
    }
}
