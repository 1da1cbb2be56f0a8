//! The one path normalisation, applied before anything matches and to what the upstream gets.
//!
//! Owns these steps, in this order, which are Envoy's with `path_with_escaped_slashes_action =
//! UNESCAPE_AND_FORWARD`, `normalize_path` and `merge_slashes`: (1) `%2F` and `%5C` are decoded and `\`
//! becomes `/`; (2) percent-encoded unreserved characters (RFC 3986 2.3) are decoded, other encodings stay
//! as they were sent; (3) dot segments go (RFC 3986 5.2.4), `..` above the root stays at the root;
//! (4) duplicate slashes merge. The query is never touched. Refused: broken percent-encodings, NUL, control
//! characters, `#`, and anything that does not begin with `/`. **Invariant**: normalising twice changes nothing.

use std::borrow::Cow;

use thiserror::Error;

/// Why a request target has no normal form; the answer is 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// The target is not in origin form.
    #[error("the request target does not begin with a slash")]
    NotOriginForm,
    /// A `%` without two hexadecimal digits.
    #[error("the path has a percent sign without two hexadecimal digits")]
    BrokenEncoding,
    /// `%00`, a control character, a space or `#`.
    #[error("the path has a character that is not allowed")]
    ForbiddenCharacter,
}

/// Cuts a request target at its first `?`.
pub fn split(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// Normalises the path of a request target (path, and query if there is one). Borrows if nothing changes.
pub fn normalize(target: &str) -> Result<Cow<'_, str>, PathError> {
    let (path, query) = split(target);
    if !path.starts_with('/') && !path.starts_with('\\') {
        // `%2Fadmin` is refused as well: its first character on the wire is not a slash.
        return Err(PathError::NotOriginForm);
    }
    if is_normal(path)? {
        return Ok(Cow::Borrowed(target));
    }
    let decoded = decode(path)?;
    let mut out = resolve(&decoded);
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    Ok(Cow::Owned(out))
}

/// Whether the path is in normal form already; errs where it can be seen to have none.
fn is_normal(path: &str) -> Result<bool, PathError> {
    let mut previous = 0_u8;
    let mut normal = true;
    for &byte in path.as_bytes() {
        match byte {
            0..=b' ' | b'#' | 0x7f => return Err(PathError::ForbiddenCharacter),
            // Decided by `decode`: an encoding may or may not change.
            b'%' | b'\\' => normal = false,
            b'/' if previous == b'/' => normal = false,
            // Any segment that begins with a dot takes the slow way; `.well-known` comes out unchanged.
            b'.' if previous == b'/' => normal = false,
            _ => {}
        }
        previous = byte;
    }
    Ok(normal)
}

/// Steps 1 and 2.
fn decode(path: &str) -> Result<String, PathError> {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find(['%', '\\']) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        if let Some(after) = special.strip_prefix('\\') {
            out.push('/');
            rest = after;
            continue;
        }
        let encoding = special.get(..3).ok_or(PathError::BrokenEncoding)?;
        match decoded_byte(encoding)? {
            0 => return Err(PathError::ForbiddenCharacter),
            b'/' | b'\\' => out.push('/'),
            byte if is_unreserved(byte) => out.push(char::from(byte)),
            _ => out.push_str(encoding),
        }
        rest = special.get(3..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// The byte of `%XX`.
fn decoded_byte(encoding: &str) -> Result<u8, PathError> {
    let digits = encoding.get(1..).unwrap_or_default();
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(PathError::BrokenEncoding);
    }
    u8::from_str_radix(digits, 16).map_err(|_| PathError::BrokenEncoding)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Steps 3 and 4. Dot segments are resolved while empty segments still count, as in RFC 3986 and Envoy:
/// `/a//../b` is `/a/b`.
fn resolve(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut is_directory = false;
    for segment in path.split('/').skip(1) {
        is_directory = false;
        match segment {
            "." => is_directory = true,
            ".." => {
                segments.pop();
                is_directory = true;
            }
            other => segments.push(other),
        }
    }
    is_directory |= segments.last().is_some_and(|last| last.is_empty());
    let mut out = String::with_capacity(path.len());
    for segment in segments.iter().filter(|segment| !segment.is_empty()) {
        out.push('/');
        out.push_str(segment);
    }
    if is_directory || out.is_empty() {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{PathError, normalize};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use std::borrow::Cow;

    #[track_caller]
    fn check(target: &str, expected: &str) {
        assert_eq!(normalize(target).as_deref(), Ok(expected), "{target}");
    }

    #[track_caller]
    fn refuse(target: &str, expected: PathError) {
        assert_eq!(normalize(target), Err(expected), "{target}");
    }

    #[test]
    fn dot_segments() {
        check("/a/./b", "/a/b");
        check("/a/../b", "/b");
        check("/../../b", "/b");
        check("/a/..", "/");
        check("/a/.", "/a/");
        check("/a/b/../", "/a/");
        check("/.well-known/x", "/.well-known/x");
        check("/a/...", "/a/...");
        check("/public/%2e%2E/admin", "/admin");
        check("/public/.%2e/admin", "/admin");
    }

    #[test]
    fn slashes() {
        check("//a///b//", "/a/b/");
        check("/a%2Fb%2fc", "/a/b/c");
        check("/a%5cb\\c", "/a/b/c");
        check("/public%2f..%2fadmin", "/admin");
        check("/a//../b", "/a/b");
        check("//", "/");
    }

    #[test]
    fn encodings() {
        check("/%41%7e%2D", "/A~-");
        check("/%20%3f%C3%a9", "/%20%3f%C3%a9");
        check("/%252e%252e/a", "/%252e%252e/a");
    }

    #[test]
    fn the_query_is_not_touched() {
        check("/a/../b?x=/../%2F//", "/b?x=/../%2F//");
        check("/?", "/?");
    }

    #[test]
    fn refusals() {
        refuse("", PathError::NotOriginForm);
        refuse("*", PathError::NotOriginForm);
        refuse("%2Fa", PathError::NotOriginForm);
        refuse("http://host/a", PathError::NotOriginForm);
        refuse("/%", PathError::BrokenEncoding);
        refuse("/%2", PathError::BrokenEncoding);
        refuse("/%zz", PathError::BrokenEncoding);
        refuse("/%+1", PathError::BrokenEncoding);
        refuse("/%\u{e9}", PathError::BrokenEncoding);
        refuse("/%00", PathError::ForbiddenCharacter);
        refuse("/a b", PathError::ForbiddenCharacter);
        refuse("/a#b", PathError::ForbiddenCharacter);
    }

    #[test]
    fn nothing_to_do_allocates_nothing() {
        assert!(matches!(normalize("/a/b.c/d?e=f"), Ok(Cow::Borrowed(_))));
    }

    proptest! {
        #[test]
        fn twice_is_once(target in "/([a.%/\\\\2eEfF5cC?é]|%2[eEfF]|%5[cC]|\\.\\./){0,12}") {
            if let Ok(once) = normalize(&target) {
                let path = once.split('?').next().unwrap_or_default();
                prop_assert!(path.starts_with('/'));
                prop_assert!(!path.contains("//") && !path.contains('\\'));
                prop_assert!(!path.split('/').any(|segment| segment == ".." || segment == "."));
                let twice = normalize(&once);
                prop_assert_eq!(twice.as_deref(), Ok(&*once));
            }
        }

        #[test]
        fn any_input_is_answered(target in "\\PC*") {
            let _ = normalize(&target);
        }
    }
}
