//! Headers by which a vendor would take the gateway for a web page (llm.md P-18).
//!
//! Owns their names. Anthropic refuses keys that come from a browser; behind the gateway the page has none.

use dp_llm::provider::Service;
use http::{HeaderMap, HeaderName, header::ORIGIN};

const PREFIXES: [&str; 2] = ["access-control-request-", "sec-fetch-"];

pub(super) fn remove(service: &Service, headers: &mut HeaderMap) {
    let Service::Anthropic { .. } = service else {
        return;
    };
    let is_of_browser = |name: &&HeaderName| {
        **name == ORIGIN
            || PREFIXES
                .iter()
                .any(|prefix| name.as_str().starts_with(prefix))
    };
    let names: Vec<HeaderName> = headers.keys().filter(is_of_browser).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_anthropic_minds() {
        let names = [
            "accept",
            "origin",
            "sec-fetch-mode",
            "access-control-request-headers",
        ];
        let sent: HeaderMap = names
            .iter()
            .map(|name| (HeaderName::from_static(name), HeaderValue::from_static("x")))
            .collect();
        let left = |service: &Service| {
            let mut headers = sent.clone();
            remove(service, &mut headers);
            headers.len()
        };
        assert_eq!(left(&Service::Gemini), 4);
        assert_eq!(
            left(&Service::Anthropic {
                prefix: "/v1".to_owned()
            }),
            1
        );
    }
}
