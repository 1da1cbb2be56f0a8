//! An answer in one piece as it comes, as far as it is held to be read.
//!
//! It must not know formats. Invariant: what is held is bounded. Of a document above the bound long strings are left out, so
//! that what stands beside an image (its tokens, say) is read however large the image is.

use bytes::BytesMut;

use crate::json::Abridged;

/// What is held of one document.
pub(crate) struct Document {
    held: BytesMut,
    /// In the place of `held`, of a document above the bound.
    abridged: Option<Abridged>,
    limit: usize,
    /// Too much is left without its long strings, too.
    is_lost: bool,
}

// === impl Document ===

impl Document {
    /// Nothing came yet. `limit` in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            held: BytesMut::new(),
            abridged: None,
            limit,
            is_lost: false,
        }
    }

    /// The next piece, which is copied: a slice would keep the whole read buffer it came in.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if self.is_lost {
            return;
        }
        if let Some(abridged) = &mut self.abridged {
            abridged.push(piece);
        } else if self.held.len().saturating_add(piece.len()) <= self.limit {
            self.held.extend_from_slice(piece);
        } else {
            let mut abridged = Abridged::default();
            abridged.push(&std::mem::take(&mut self.held));
            abridged.push(piece);
            self.abridged = Some(abridged);
        }
        let kept = self.abridged.as_ref().map_or(0, |kept| kept.text().len());
        if kept > self.limit {
            self.lose();
        }
    }

    /// It is not to be read.
    pub(crate) fn lose(&mut self) {
        self.is_lost = true;
        self.held = BytesMut::new();
        self.abridged = None;
    }

    /// It is larger than what is held.
    pub(crate) fn is_over(&self) -> bool {
        self.is_lost || self.abridged.is_some()
    }

    /// What is held, which is not all where it [is over](Self::is_over); `None` where nothing can be read of it.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        match (self.is_lost, &self.abridged) {
            (true, _) => None,
            (false, Some(abridged)) => Some(abridged.text()),
            (false, None) => Some(&self.held),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn what_stands_beside_an_image_is_read() {
        let image = "A".repeat(20_000);
        let text = format!(r#"{{"data":[{{"b64_json":"{image}"}}],"usage":{{"total_tokens":7}}}}"#);
        let mut document = Document::new(9_000);
        for piece in text.as_bytes().chunks(1000) {
            document.push(piece);
        }
        assert!(document.is_over());
        let kept = document.text().expect("readable");
        assert_eq!(
            kept,
            br#"{"data":[{"b64_json":""}],"usage":{"total_tokens":7}}"#
        );
        // What is no string is too much at last.
        document.push(&[b' '; 9_001]);
        assert!(document.is_over() && document.text().is_none());
    }
}
