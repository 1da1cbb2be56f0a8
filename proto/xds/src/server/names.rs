//! Which names of a request this server understands.
//!
//! Owns the list of naming schemes that are refused: globs (TP1, R30), xdstp (R51). Must not look resources
//! up: a name that does not exist is supported and absent. A virtual host's name may end in `/*`, its domain;
//! it is no glob.

use proto::type_url::TypeUrl;

use super::UnsupportedReason;

/// The names of a request, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) supported: Vec<&'a str>,
    pub(crate) refused: Vec<(&'a str, UnsupportedReason)>,
}

// === impl Names ===

impl<'a> Names<'a> {
    /// Sorts names and locators out.
    pub(crate) fn sort_out(
        type_url: TypeUrl,
        names: impl Iterator<Item = &'a str>,
        locators: impl Iterator<Item = &'a str>,
    ) -> Names<'a> {
        let mut sorted = Names::default();
        for name in names {
            match refusal(type_url, name) {
                Some(reason) => sorted.refused.push((name, reason)),
                None => sorted.supported.push(name),
            }
        }
        sorted
            .refused
            .extend(locators.map(|name| (name, UnsupportedReason::Locator)));
        sorted
    }
}

fn refusal(type_url: TypeUrl, name: &str) -> Option<UnsupportedReason> {
    if name.starts_with("xdstp:") {
        Some(UnsupportedReason::Xdstp)
    } else if name.ends_with("/*") && type_url != TypeUrl::VirtualHost {
        Some(UnsupportedReason::Glob)
    } else {
        None
    }
}
