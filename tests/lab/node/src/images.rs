//! The image map: which program stands for which container image.
//!
//! Must not know how programs are started. Invariant: the longest matching prefix decides, so the
//! order of the file does not matter, and an image that matches nothing is nobody's.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;

/// Every image that can be run.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageMap {
    #[serde(default)]
    image: Vec<Image>,
}

/// One program and the images that it stands for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Beginnings of image references, without the tag.
    prefix: Vec<String>,
    /// The entrypoint. Absolute, or looked up in the container's PATH.
    #[serde(default)]
    pub(crate) argv: Vec<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    /// A container's `command` does not replace `argv`: the image has one program.
    #[serde(default)]
    pub(crate) fixed: bool,
    /// Ready once one of these ports is listened on, where the Pod has no readiness probe.
    #[serde(default)]
    pub(crate) ready: Vec<Listening>,
    /// A program that lab-node brings itself.
    #[serde(default)]
    pub(crate) builtin: Option<Builtin>,
}

/// A port somebody listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Listening {
    Tcp(u16),
    Udp(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Builtin {
    /// Answers every DNS question, on port 53.
    Dns,
}

/// Why an image map cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImageMapError {
    #[error("the image map is no valid TOML")]
    Syntax(#[source] Box<toml::de::Error>),
    #[error("[[image]] number {0} needs exactly one of `argv` and `builtin`")]
    Program(usize),
    #[error("[[image]] number {0} needs a `prefix` that is not empty")]
    Prefix(usize),
}

// === impl ImageMap ===

impl ImageMap {
    pub(crate) fn parse(text: &str) -> Result<Self, ImageMapError> {
        let map: Self = toml::from_str(text).map_err(|e| ImageMapError::Syntax(Box::new(e)))?;
        for (at, image) in map.image.iter().enumerate() {
            if image.argv.is_empty() != image.builtin.is_some() {
                return Err(ImageMapError::Program(at + 1));
            }
            if image.prefix.is_empty() || image.prefix.iter().any(String::is_empty) {
                return Err(ImageMapError::Prefix(at + 1));
            }
        }
        Ok(map)
    }

    pub(crate) fn find(&self, reference: &str) -> Option<&Image> {
        let bare = without_registry(reference);
        let longest = |image: &&Image| {
            let matches = |p: &&String| begins(reference, p) || begins(bare, p);
            image.prefix.iter().filter(matches).map(String::len).max()
        };
        self.image
            .iter()
            .filter(|i| longest(i).is_some())
            .max_by_key(longest)
    }
}

/// A prefix ends where a part of the reference ends: `a/echo` is no prefix of `a/echoes`.
fn begins(reference: &str, prefix: &str) -> bool {
    reference.strip_prefix(prefix).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['/', ':', '@']) || prefix.ends_with('/')
    })
}

/// `registry.example:5000/a/b:tag` without the first part, where that is a host.
fn without_registry(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        Some(_) | None => reference,
    }
}

// === impl Listening ===

impl FromStr for Listening {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no port: write it like tcp:3000 or udp:53");
        let (protocol, port) = text.split_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        match protocol {
            "tcp" => Ok(Self::Tcp(port)),
            "udp" => Ok(Self::Udp(port)),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Listening {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"
        [[image]]
        prefix = ["gateway-api/conformance/echo-basic", "k8s-staging-gateway-api/echo-basic"]
        argv = ["/bin/echo-basic"]
        env = { GOMAXPROCS = "1" }
        ready = ["tcp:3000", "udp:8080"]

        [[image]]
        prefix = ["coredns"]
        builtin = "dns"

        [[image]]
        prefix = ["ghcr.io/tidegate/"]
        argv = ["any"]

        [[image]]
        prefix = ["ghcr.io/tidegate/proxy"]
        argv = ["proxy", "run"]
        fixed = true
    "#;

    #[test]
    fn the_longest_prefix_at_a_boundary_decides() {
        let map = ImageMap::parse(MAP).expect("a map");
        let check = |reference: &str, expected: Option<&str>| {
            let found = map.find(reference).map(|image| match image.builtin {
                Some(Builtin::Dns) => "dns",
                None => image.argv[0].as_str(),
            });
            assert_eq!(found, expected, "{reference}");
        };
        check(
            "gateway-api/conformance/echo-basic:v0.1.0",
            Some("/bin/echo-basic"),
        );
        check(
            "gcr.io/k8s-staging-gateway-api/echo-basic:v2",
            Some("/bin/echo-basic"),
        );
        check("gateway-api/conformance/echo-basic2:v1", None);
        check("coredns/coredns:1.12", Some("dns"));
        check("docker.io/coredns/coredns@sha256:00", Some("dns"));
        check("ghcr.io/tidegate/proxy:v1", Some("proxy"));
        check("ghcr.io/tidegate/proxy-debug:v1", Some("any"));
        check("localhost/coredns", Some("dns"));
        check("nginx", None);
        check("", None);
    }

    #[test]
    fn a_map_that_cannot_be_meant_is_refused() {
        for wrong in [
            "[[image]]\nprefix=[\"a\"]",
            "[[image]]\nprefix=[]\nargv=[\"b\"]",
            "[[image]]\nprefix=[\"\"]\nargv=[\"b\"]",
            "[[image]]\nprefix=[\"a\"]\nargv=[\"b\"]\nbuiltin=\"dns\"",
            "[[image]]\nprefix=[\"a\"]\nargv=[\"b\"]\nready=[\"sctp:1\"]",
            "[[image]]\nprefix=[\"a\"]\nargv=[\"b\"]\ncommand=[\"c\"]",
            "[[image]",
        ] {
            assert!(ImageMap::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ready_checks_are_ports() {
        let map = ImageMap::parse(MAP).expect("a map");
        let echo = map
            .find("gateway-api/conformance/echo-basic")
            .expect("known");
        assert_eq!(echo.ready, [Listening::Tcp(3000), Listening::Udp(8080)]);
    }
}
