//! A JSON text whose long strings are left out as it comes: what is said around images and sounds, however large they are.
//!
//! It must not know members. Invariants: however the text is cut, what is kept is the same; where the text is JSON, so is what is
//! kept, and no other value of it differs.

use memchr::{memchr, memchr2};

/// Strings of more bytes are left out. Longer than any name or object of counts that is a string.
const LONG: usize = 4096;

/// What is kept so far.
#[derive(Debug, Default)]
pub struct Abridged {
    kept: Vec<u8>,
    place: Place,
}

/// Where the text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Between strings.
    #[default]
    Outside,
    /// In a string.
    Inside {
        /// Where it begins in what is kept, behind its quote.
        start: usize,
        /// The next byte is escaped.
        is_escaped: bool,
        /// It is longer than what is kept of one: nothing more of it is.
        is_long: bool,
    },
}

// === impl Abridged ===

impl Abridged {
    /// The next piece of the text.
    pub fn push(&mut self, mut chunk: &[u8]) {
        while !chunk.is_empty() {
            chunk = match self.place {
                Place::Outside => self.outside(chunk),
                Place::Inside {
                    start,
                    is_escaped,
                    is_long,
                } => self.inside(chunk, (start, is_escaped, is_long)),
            };
        }
    }

    /// What is kept.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.kept
    }

    fn outside<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let end = memchr(b'"', chunk).map(|quote| quote + 1);
        let (before, behind) = chunk.split_at(end.unwrap_or(chunk.len()));
        self.kept.extend_from_slice(before);
        if end.is_some() {
            self.place = Place::Inside {
                start: self.kept.len(),
                is_escaped: false,
                is_long: false,
            };
        }
        behind
    }

    fn inside<'a>(
        &mut self,
        chunk: &'a [u8],
        (start, is_escaped, was_long): (usize, bool, bool),
    ) -> &'a [u8] {
        let found = match is_escaped {
            true => None,
            false => memchr2(b'"', b'\\', chunk),
        };
        // The escaped byte itself, the rest up to what matters next, or all.
        let length = match (is_escaped, found) {
            (true, _) => 1,
            (false, Some(at)) => at + 1,
            (false, None) => chunk.len(),
        };
        let (piece, behind) = chunk.split_at(length.min(chunk.len()));
        let mut is_long = was_long;
        if !is_long {
            self.kept.extend_from_slice(piece);
            is_long = self.kept.len() - start > LONG;
            if is_long {
                self.kept.truncate(start);
            }
        }
        let is_over = found.is_some() && piece.last() == Some(&b'"');
        if is_over && is_long {
            self.kept.push(b'"');
        }
        self.place = match is_over {
            true => Place::Outside,
            false => Place::Inside {
                start,
                is_escaped: found.is_some(),
                is_long,
            },
        };
        behind
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Abridged, LONG};

    fn abridged(text: &str, cuts: &[usize]) -> String {
        let mut all = Abridged::default();
        let mut from = 0;
        for cut in cuts.iter().copied().chain([text.len()]) {
            all.push(&text.as_bytes()[from..cut]);
            from = cut;
        }
        String::from_utf8(all.text().to_vec()).expect("UTF-8")
    }

    #[test]
    fn long_strings_are_left_out_and_nothing_else() {
        let long = "\\\"é\\\\".repeat(LONG);
        let text =
            format!(r#"{{"a\"":"b","data":[{{"b64":"{long}"}},1.50],"{long}":"","u":{{"n": 7}}}}"#);
        let expected = r#"{"a\"":"b","data":[{"b64":""},1.50],"":"","u":{"n": 7}}"#;
        assert_eq!(abridged(&text, &[]), expected);
        for at in (0..text.len()).step_by(97) {
            assert_eq!(abridged(&text, &[at]), expected, "cut at {at}");
        }
        // What is as long as it may be is kept.
        let most = format!("[\"{}\"]", "x".repeat(LONG - 1));
        assert_eq!(abridged(&most, &[]), most);
    }

    proptest! {
        #[test]
        fn short_texts_stay_as_they_are(text in "[\"\\\\a-c{}:,é]{0,40}", cut in 0_usize..40) {
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            prop_assert_eq!(abridged(&text, &[cut.unwrap_or(0)]), text);
        }
    }
}
