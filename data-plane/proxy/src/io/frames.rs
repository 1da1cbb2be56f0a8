//! Where the bytes of an HTTP/2 connection stand.
//!
//! Owns the lengths of frames, and whether a block of headers is complete (RFC 9113, sections 4.1 and 6.10). Must not
//! look into frames. Invariant: it only watches; whether frames are valid is for hyper to say.

/// How long the preface is (RFC 9113, section 3.4).
const PREFACE: usize = 24;
/// How long the head of a frame is.
const HEAD: u32 = 9;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// Follows the bytes that a client sends.
#[derive(Debug)]
pub(super) struct Frames {
    /// What is yet to come of the preface or of a frame.
    rest: usize,
    /// Bytes of a frame's head.
    head: u128,
    head_bytes: u32,
    is_in_block: bool,
}

impl Default for Frames {
    fn default() -> Frames {
        Frames {
            rest: PREFACE,
            head: 0,
            head_bytes: 0,
            is_in_block: false,
        }
    }
}

impl Frames {
    /// Takes what was read next. Whether something has begun then that has not ended.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) -> bool {
        loop {
            let inside = self.rest.min(bytes.len());
            self.rest -= inside;
            bytes = bytes.get(inside..).unwrap_or_default();
            let Some((&byte, after)) = bytes.split_first() else {
                return self.rest > 0 || self.head_bytes > 0 || self.is_in_block;
            };
            bytes = after;
            self.head = (self.head << 8) | u128::from(byte);
            self.head_bytes += 1;
            if self.head_bytes == HEAD {
                self.begin();
            }
        }
    }

    /// The head of a frame is complete: length, type, flags, stream.
    fn begin(&mut self) {
        let [.., high, mid, low, kind, flags, _, _, _, _] = self.head.to_be_bytes();
        self.rest = usize::try_from(u32::from_be_bytes([0, high, mid, low])).unwrap_or(usize::MAX);
        if matches!(kind, HEADERS | CONTINUATION) {
            self.is_in_block = flags & END_HEADERS == 0;
        }
        (self.head, self.head_bytes) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [&[0, 0, length, kind, flags, 0, 0, 0, 1], payload].concat()
    }

    /// `expected` is asked after each part; the bytes come in one piece and one by one.
    #[track_caller]
    fn check(parts: &[(Vec<u8>, bool)]) {
        let (mut whole, mut drip) = (Frames::default(), Frames::default());
        for (index, (bytes, expected)) in parts.iter().enumerate() {
            assert_eq!(whole.follow(bytes), *expected, "part {index}");
            let dripped = bytes.iter().map(|&byte| drip.follow(&[byte])).last();
            assert_eq!(dripped, Some(*expected), "part {index}, byte by byte");
        }
    }

    #[test]
    fn what_has_begun_and_not_ended() {
        const SETTINGS: u8 = 4;
        let preface = || (vec![0; PREFACE], false);
        check(&[(vec![0; 23], true), (vec![0; 1], false)]);
        check(&[preface(), (frame(SETTINGS, 0, b""), false)]);
        check(&[preface(), (vec![0, 0, 1], true)]);
        let headers = frame(HEADERS, END_HEADERS, b"abc");
        let (first, rest) = headers.split_at(10);
        check(&[
            preface(),
            (first.to_vec(), true),
            (rest.to_vec(), false),
            (frame(0, 0, b"data"), false),
        ]);
        check(&[
            preface(),
            (frame(HEADERS, 0, b"abc"), true),
            (frame(CONTINUATION, 0, b"abc"), true),
            (frame(CONTINUATION, END_HEADERS, b"abc"), false),
        ]);
    }
}
