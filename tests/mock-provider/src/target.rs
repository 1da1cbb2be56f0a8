//! What a path asks for.
//!
//! It must not know bodies. Invariant: the vendor of a path is known even where the path is wrong, so
//! that every refusal is worded by somebody.

use http::{Method, Uri};

use crate::beyond::Beyond;
use crate::beyond::cohere::Version;
use crate::format::Vendor;
use crate::judge::Judge;
use crate::kept::Resource;
use crate::refusal::Refusal;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Chat,
    Responses,
    Embeddings,
    Beyond(Beyond),
    /// What was made before.
    Kept(Resource),
    CountResponses,
    /// A session over a WebSocket.
    Realtime,
    Models,
    Model(String),
    Messages,
    CountMessages,
    /// Messages as Vertex AI takes them: the model stands in the path.
    RawPredict {
        model: String,
        is_streamed: bool,
    },
    Converse {
        model: String,
        is_streamed: bool,
    },
    Generate {
        model: String,
        is_streamed: bool,
    },
    CountContents {
        model: String,
    },
    /// Vectors as Vertex AI makes them.
    Predict {
        model: String,
    },
    /// Whatever a model on Bedrock takes in words of its family.
    Invoke {
        model: String,
        is_streamed: bool,
    },
}

impl Target {
    /// Who would answer at this path.
    pub(crate) fn vendor(path: &str, base: &str) -> Vendor {
        let operation = path.strip_prefix(base).unwrap_or(path);
        if let Some(judge) = Judge::of_path(path) {
            judge.vendor()
        } else if path.starts_with("/model/") || path == "/rerank" {
            Vendor::Bedrock
        } else if path.ends_with("/rerank") {
            Vendor::Cohere
        } else if path.ends_with("awPredict") || operation.starts_with("/messages") {
            Vendor::Anthropic
        } else if path.starts_with("/v1beta/")
            || path.contains("/publishers/")
            || path.contains("/rankingConfigs/")
            || path.starts_with("/v1/models/") && path.contains(':')
        {
            Vendor::Google
        } else {
            Vendor::OpenAi
        }
    }

    pub(crate) fn parse(method: &Method, uri: &Uri, base: &str) -> Result<Self, Refusal> {
        let path = uri.path();
        let Some(target) = Self::of_path(path, base) else {
            return Err(Refusal::unknown_url(method, path));
        };
        let is_taken = match &target {
            Self::Models | Self::Model(_) | Self::Realtime => *method == Method::GET,
            Self::Kept(resource) => resource.takes(method),
            Self::Chat
            | Self::Responses
            | Self::Embeddings
            | Self::Beyond(_)
            | Self::CountResponses
            | Self::Messages
            | Self::CountMessages
            | Self::RawPredict { .. }
            | Self::Converse { .. }
            | Self::Generate { .. }
            | Self::CountContents { .. }
            | Self::Predict { .. }
            | Self::Invoke { .. } => *method == Method::POST,
        };
        if !is_taken {
            return Err(Refusal::wrong_method(method, path));
        }
        let alternatives = uri.query().unwrap_or_default().split('&');
        let alternatives: Vec<&str> = alternatives
            .filter(|pair| pair.starts_with("alt="))
            .collect();
        let is_stream = matches!(&target, Self::Generate { is_streamed, .. } if *is_streamed);
        if is_stream && alternatives != ["alt=sse"] {
            let message = "a stream is asked for with exactly one alt=sse in the query";
            return Err(Refusal::invalid_in(Vendor::Google, "alt", message));
        }
        Ok(target)
    }

    fn of_path(path: &str, base: &str) -> Option<Self> {
        if let Some(rest) = path.strip_prefix("/model/") {
            let (model, verb) = rest.rsplit_once('/')?;
            let is_streamed = match verb {
                "converse" => false,
                "converse-stream" => true,
                "count-tokens" => {
                    let model = one_segment(model)?;
                    return Some(Self::Beyond(Beyond::CountTokens { model }));
                }
                "invoke" | "invoke-with-response-stream" => {
                    return Some(Self::Invoke {
                        model: one_segment(model)?,
                        is_streamed: verb != "invoke",
                    });
                }
                _ => return None,
            };
            let model = one_segment(model)?;
            return Some(Self::Converse { model, is_streamed });
        }
        if path == "/rerank" {
            return Some(Self::Beyond(Beyond::Rerank));
        }
        if path.ends_with("/rankingConfigs/default_ranking_config:rank") {
            return Some(Self::Beyond(Beyond::Rank));
        }
        // Foundry has Cohere's API beside its own.
        if path == "/providers/cohere/v2/rerank" {
            return Some(Self::Beyond(Beyond::Cohere(Version::Second)));
        }
        let behind = base
            .split(',')
            .find_map(|base| behind(path, base.trim_end_matches('/')));
        match behind {
            Some("/chat/completions") => return Some(Self::Chat),
            Some("/responses") => return Some(Self::Responses),
            Some("/responses/input_tokens") => return Some(Self::CountResponses),
            Some("/embeddings") => return Some(Self::Embeddings),
            Some("/messages") => return Some(Self::Messages),
            Some("/messages/count_tokens") => return Some(Self::CountMessages),
            Some("/models") => return Some(Self::Models),
            Some("/realtime") => return Some(Self::Realtime),
            Some("/rerank") => {
                return Some(Self::Beyond(Beyond::Cohere(Version::of_path(path))));
            }
            Some(path) => {
                if let Some(beyond) = Beyond::of_path(path) {
                    return Some(Self::Beyond(beyond));
                }
                if let Some(resource) = Resource::of_path(path) {
                    return Some(Self::Kept(resource));
                }
            }
            None => (),
        }
        if let Some(called) = Self::of_verb(path) {
            return Some(called);
        }
        let name = behind?.strip_prefix("/models/")?;
        Some(Self::Model(name.to_owned()))
    }

    /// `../models/MODEL:VERB`, as Google writes paths.
    fn of_verb(path: &str) -> Option<Self> {
        let (before, last) = path.rsplit_once('/')?;
        let (model, verb) = last.rsplit_once(':')?;
        let model = one_segment(model)?;
        let is_anthropic = before.ends_with("/publishers/anthropic/models");
        // The SDKs of 2026 say v1, those before them v1beta.
        let is_google = before == "/v1beta/models"
            || before == "/v1/models"
            || before == "/v1beta/tunedModels"
            || before.ends_with("/publishers/google/models");
        match verb {
            "generateContent" | "streamGenerateContent" if is_google => Some(Self::Generate {
                model,
                is_streamed: verb == "streamGenerateContent",
            }),
            "countTokens" if is_google => Some(Self::CountContents { model }),
            // Google's other API makes vectors at `embedContent`.
            "predict" if before.ends_with("/publishers/google/models") => {
                Some(Self::Predict { model })
            }
            "rawPredict" | "streamRawPredict" if is_anthropic => Some(Self::RawPredict {
                model,
                is_streamed: verb == "streamRawPredict",
            }),
            _ => None,
        }
    }
}

/// What follows the base path, of which a segment `*` may be any.
fn behind<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    let Some((front, rest)) = base.split_once('*') else {
        return path.strip_prefix(base);
    };
    let path = path.strip_prefix(front)?;
    let (segment, _) = path.split_once('/')?;
    behind(path.get(segment.len()..)?, rest)
}

/// A segment of a path, decoded; `None` if it is empty, not whole or no text.
fn one_segment(segment: &str) -> Option<String> {
    if segment.is_empty() || segment.contains('/') {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    loop {
        match rest {
            [] => return String::from_utf8(bytes).ok(),
            [b'%', high, low, after @ ..] => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = after;
            }
            [b'%', ..] => return None,
            [byte, after @ ..] => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Uri};

    use super::{Beyond, Target, Version};

    fn post(path: &str) -> Option<Target> {
        let uri: Uri = path.parse().expect("a path");
        Target::parse(&Method::POST, &uri, "/v1").ok()
    }

    #[test]
    fn paths_are_read() {
        let m = || "m".to_owned();
        let colon = || "m:0".to_owned();
        let converse = |is_streamed| Target::Converse {
            model: colon(),
            is_streamed,
        };
        let generate = |is_streamed| Target::Generate {
            model: m(),
            is_streamed,
        };
        let vertex = "/v1/projects/p/locations/l/publishers";
        let of_google = |verb: &str| format!("{vertex}/google/models/m:{verb}");
        for (path, target) in [
            ("/v1/chat/completions".to_owned(), Target::Chat),
            (
                "/v1/messages/count_tokens?beta=true".to_owned(),
                Target::CountMessages,
            ),
            ("/model/m%3A0/converse".to_owned(), converse(false)),
            ("/model/m:0/converse-stream".to_owned(), converse(true)),
            (
                "/model/m%3A0/invoke-with-response-stream".to_owned(),
                Target::Invoke {
                    model: colon(),
                    is_streamed: true,
                },
            ),
            (
                "/v1beta/models/m:streamGenerateContent?alt=sse".to_owned(),
                generate(true),
            ),
            (of_google("generateContent"), generate(false)),
            (of_google("predict"), Target::Predict { model: m() }),
            (
                "/v1/models/m:countTokens".to_owned(),
                Target::CountContents { model: m() },
            ),
            (
                format!("{vertex}/anthropic/models/m:rawPredict"),
                Target::RawPredict {
                    model: m(),
                    is_streamed: false,
                },
            ),
            (
                "/v1/rerank".to_owned(),
                Target::Beyond(Beyond::Cohere(Version::First)),
            ),
            ("/rerank".to_owned(), Target::Beyond(Beyond::Rerank)),
        ] {
            assert_eq!(post(&path), Some(target), "{path}");
        }
        for path in [
            "/chat/completions",
            "/model/a/b/converse",
            "/model//converse",
            "/model/m%/converse",
            "/model/m/apply",
            "/v1beta/models/m:streamGenerateContent",
            "/v1beta/models/m:streamGenerateContent?alt=json",
            "/v1beta/models/m:streamGenerateContent?alt=sse&alt=sse",
            "/v1beta/models/m:embed",
            "/v1beta/models/m:predict",
            "/v3/rerank",
            "/v1/models",
        ] {
            assert_eq!(post(path), None, "{path}");
        }
    }
}
