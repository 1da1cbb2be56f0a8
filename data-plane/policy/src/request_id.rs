//! `x-request-id`.
//!
//! Owns when an id is kept, when it is made, and its shape (UUID version 4). Must not draw random bits: they
//! are an argument. An id from outside is kept only if it is short and visible ASCII, because it goes into
//! logs.

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// `x-request-id`.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is kept, in bytes.
pub const MAX_LENGTH: usize = 128;

/// Makes sure that there is exactly one acceptable id, and returns it. `random` is asked only if needed.
pub fn ensure(headers: &mut HeaderMap, random: impl FnOnce() -> u128) -> HeaderValue {
    let mut values = headers.get_all(X_REQUEST_ID).iter();
    if let (Some(only), None) = (values.next(), values.next())
        && is_acceptable(only)
    {
        return only.clone();
    }
    replace(headers, random)
}

/// Puts a new id in the place of whatever is there, and returns it.
pub fn replace(headers: &mut HeaderMap, random: impl FnOnce() -> u128) -> HeaderValue {
    let id = uuid(random());
    headers.insert(X_REQUEST_ID, id.clone());
    id
}

fn is_acceptable(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

/// RFC 9562 version 4: 122 random bits.
fn uuid(random: u128) -> HeaderValue {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let bits = (random & !VERSION & !VARIANT) | (0x4 << 76) | (0b10 << 62);
    let mut text = [b'-'; 36];
    let mut put = |at: usize, digits: &[u8]| {
        if let Some(place) = text.get_mut(at..at + digits.len()) {
            place.copy_from_slice(digits);
        }
    };
    // Groups of 8, 4, 4, 4 and 12 digits.
    let [first, second, third, fourth] = [96, 64, 32, 0].map(|shift| hex(bits >> shift));
    put(0, &first);
    let (left, right) = second.split_at(4);
    put(9, left);
    put(14, right);
    let (left, right) = third.split_at(4);
    put(19, left);
    put(24, right);
    put(28, &fourth);
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The low 32 bits as eight digits, all at once: each nibble is spread to a byte of its own.
fn hex(bits: u128) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = u64::try_from(bits & 0xffff_ffff).unwrap_or_default();
    let pairs = (low << 16 | low) & 0x0000_ffff_0000_ffff;
    let bytes = (pairs << 8 | pairs) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (bytes << 4 | bytes) & (ONES * 0x0f);
    // 1 in each byte whose digit is a letter.
    let letters = ((nibbles + ONES * 6) >> 4) & ONES;
    let to_letter = u64::from(b'a' - b'0' - 10);
    (nibbles + ONES * u64::from(b'0') + letters * to_letter).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::{X_REQUEST_ID, ensure, replace};
    use http::{HeaderMap, HeaderValue};

    const RANDOM: u128 = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
    const UUID: &str = "01234567-89ab-4def-8123-456789abcdef";

    #[track_caller]
    fn check(sent: &[&'static str], expected: &str) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(X_REQUEST_ID, HeaderValue::from_static(value));
        }
        assert_eq!(ensure(&mut headers, || RANDOM), expected);
        let held: Vec<&HeaderValue> = headers.get_all(X_REQUEST_ID).iter().collect();
        assert_eq!(held, [expected]);
    }

    #[test]
    fn good_ids_are_kept_and_others_are_replaced() {
        check(&["abc-1"], "abc-1");
        check(&[], UUID);
        check(&[""], UUID);
        check(&["a b"], UUID);
        check(&["a", "b"], UUID);
        let long: &'static str = Box::leak("x".repeat(129).into_boxed_str());
        check(&[long], UUID);
    }

    #[test]
    fn an_id_can_be_replaced() {
        let mut headers = HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_static("mine"))]);
        assert_eq!(
            replace(&mut headers, || u128::MAX),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
