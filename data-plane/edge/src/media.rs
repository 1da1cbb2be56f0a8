//! Where the bytes of an image or a document are, as clients write it: data URLs, other URLs, media types.
//!
//! It must not know formats. Invariant: media types are lower-case, without parameters, and by their registered name.

use std::borrow::Cow;

/// A `data:` URL (RFC 2397).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataUrl<'a> {
    /// Empty where the URL has none.
    pub(crate) media_type: Cow<'a, str>,
    /// The data is base64; percent-encoded text otherwise.
    pub(crate) is_base64: bool,
    /// The data as it stands in the URL.
    pub(crate) data: &'a str,
}

// === impl DataUrl ===

impl<'a> DataUrl<'a> {
    /// `None` where it is another kind of URL, or has no comma.
    pub(crate) fn parse(url: &'a str) -> Option<Self> {
        let scheme = url.get(..5)?;
        if !scheme.eq_ignore_ascii_case("data:") {
            return None;
        }
        let (head, data) = url.get(5..)?.split_once(',')?;
        let mut parameters = head.split(';').map(str::trim);
        let media_type = media_type(parameters.next().unwrap_or_default());
        let is_base64 = parameters.any(|parameter| parameter.eq_ignore_ascii_case("base64"));
        Some(Self {
            media_type,
            is_base64,
            data,
        })
    }
}

/// The registered name of a media type that may be written otherwise.
pub(crate) fn media_type(written: &str) -> Cow<'_, str> {
    let name = written.split(';').next().unwrap_or_default().trim();
    let known = match name.len() {
        0..=64 => match name.to_ascii_lowercase().as_str() {
            "image/jpg" | "image/pjpeg" => Some("image/jpeg"),
            "image/x-png" => Some("image/png"),
            "application/x-pdf" => Some("application/pdf"),
            _ => None,
        },
        _ => None,
    };
    match known {
        Some(known) => Cow::Borrowed(known),
        None if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(name.to_ascii_lowercase())
        }
        None => Cow::Borrowed(name),
    }
}

/// What the extension of a URL's path, or of a file's name, says of its media type.
pub(crate) fn media_type_by_name(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let (_, extension) = name.rsplit_once('.')?;
    let known = [
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("png", "image/png"),
        ("gif", "image/gif"),
        ("webp", "image/webp"),
        ("heic", "image/heic"),
        ("heif", "image/heif"),
        ("pdf", "application/pdf"),
        ("txt", "text/plain"),
        ("md", "text/markdown"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("json", "application/json"),
        ("doc", "application/msword"),
        (
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("xls", "application/vnd.ms-excel"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("mp3", "audio/mpeg"),
        ("wav", "audio/wav"),
        ("mp4", "video/mp4"),
    ];
    known
        .into_iter()
        .find(|(name, _)| extension.eq_ignore_ascii_case(name))
        .map(|(_, media_type)| media_type)
}

/// `http` or `https`: what a provider can fetch itself.
pub(crate) fn is_web_url(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use super::{DataUrl, is_web_url, media_type, media_type_by_name};

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, bool, &str)>) {
        let read = DataUrl::parse(url);
        let read = read
            .as_ref()
            .map(|url| (url.media_type.as_ref(), url.is_base64, url.data));
        assert_eq!(read, expected, "{url}");
    }

    #[test]
    fn data_urls_are_taken_apart() {
        check(
            "data:image/png;base64,iVBORw0=",
            Some(("image/png", true, "iVBORw0=")),
        );
        check(
            "DATA:Image/JPG; charset=x ;BASE64,/9j/",
            Some(("image/jpeg", true, "/9j/")),
        );
        check("data:,A%20b,c", Some(("", false, "A%20b,c")));
        check("data:;base64,QQ==", Some(("", true, "QQ==")));
        check("data:image/png", None);
        check("data", None);
        check("https://a/b,c", None);
        check("dat\u{e9}:x,y", None);
    }

    #[test]
    fn media_types_get_their_registered_name() {
        for (written, expected) in [
            ("image/jpg", "image/jpeg"),
            (" IMAGE/PNG ", "image/png"),
            ("text/plain; charset=utf-8", "text/plain"),
            ("application/x-pdf", "application/pdf"),
            ("", ""),
        ] {
            assert_eq!(media_type(written), expected, "{written}");
        }
        assert_eq!(
            media_type_by_name("https://a/x.PDF?y=1.png"),
            Some("application/pdf")
        );
        assert_eq!(media_type_by_name("https://a.pdf/x"), None);
        assert_eq!(media_type_by_name("report.jpeg"), Some("image/jpeg"));
    }

    #[test]
    fn urls_of_the_web() {
        assert!(is_web_url("https://a/b") && is_web_url("HTTP://a"));
        assert!(!is_web_url("gs://a/b") && !is_web_url("http:/a") && !is_web_url(""));
    }
}
