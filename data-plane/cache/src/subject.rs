//! What a request asks for, and who shares the answer to it (llm.md C-1, C-2).
//!
//! Owns which requests are cached, which members of a body make no difference, and the keys. Must not know who is verified:
//! what tells tenants apart is handed in. Invariants: a request with an unknown effect on the provider is not cached; for
//! two tenants, or two routes, of a scope that keeps them apart, there is no common key, whatever else they send.

use dp_llm::class::Class;
use dp_llm::format::Format;

use crate::canonical::{Canonical, Value};
use crate::key::{Key, Parts};

/// Who shares answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Requests of one tenant on one route.
    Tenant,
    /// Requests of one route.
    Route,
    /// Requests to one backend.
    Backend,
}

/// Whose request it is, as far as answers are shared.
#[derive(Clone, Copy, Debug)]
pub struct Sharing<'a> {
    /// Who shares.
    pub scope: Scope,
    /// Name of the backend.
    pub backend: &'a str,
    /// Name of the route.
    pub route: &'a str,
    /// By [`tenant`].
    pub tenant: Key,
    /// What divides the cache further.
    pub vary: &'a [String],
}

/// What is asked, beside the body.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The operation.
    pub class: Class,
    /// The client's path.
    pub path: &'a str,
    /// The model.
    pub model: Option<&'a str>,
    /// A stream is asked for.
    pub is_streamed: bool,
    /// Headers that change answers, with their values.
    pub headers: &'a [(&'a str, &'a str)],
}

/// What a policy says of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    /// The highest temperature that is cached.
    pub max_temperature: Option<f64>,
    /// Requests that offer tools are cached.
    pub cache_tools: bool,
}

/// Why a request is not cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Its operation has answers that are not repeated.
    Operation,
    /// Its body has no one reading.
    Unreadable,
    /// It offers tools.
    Tools,
    /// Its temperature is too high.
    Temperature,
    /// It asks for several answers, of which one could be incomplete.
    Several,
    /// What it means depends on what the provider keeps.
    Stateful,
}

/// A request that may be cached.
#[derive(Clone, Debug)]
pub struct Subject(Canonical);

/// What a provider assumes where a request names no temperature.
const DEFAULT_TEMPERATURE: f64 = 1.0;

/// Members that offer tools, or let the provider act.
const TOOLS: [&str; 7] = [
    "tools",
    "functions",
    "toolConfig",
    "tool_config",
    "mcp_servers",
    "container",
    "web_search_options",
];

/// Members by which a request goes on with something that the provider keeps.
const STATE: [&str; 3] = ["previous_response_id", "conversation", "background"];

/// Where formats have their parameters, beside the first level.
const PARAMETERS: [&str; 3] = ["generationConfig", "generation_config", "inferenceConfig"];

/// Whether answers of an operation are repeated at all.
#[must_use]
pub const fn is_cached(class: Class) -> bool {
    match class {
        Class::Chat(_) | Class::LegacyCompletions | Class::Embeddings | Class::Rerank => true,
        Class::CountTokens(_) | Class::Realtime | Class::Detect(_) | Class::Passthrough(_) => false,
    }
}

/// Makes one key of what tells tenants apart: credentials and names, with what they are.
#[must_use]
pub fn tenant<'a>(identity: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Key {
    let mut parts = Parts::of("tenant");
    for (name, value) in identity {
        parts = parts.part(name, value);
    }
    parts.finish()
}

/// What a provider is asked: two requests with one such key get the same answer from it. `None` where that cannot be told.
#[must_use]
pub fn asked(format: Format, model: &str, body: &[u8]) -> Option<Key> {
    // The gateway's own key for a provider's cache is another for each conversation. A client's is a part of what it asks.
    let body = Canonical::read(body)?.without(&["prompt_cache_key"]);
    let body = plain(format, body);
    let parts = Parts::of("asked").part("model", model.as_bytes());
    Some(parts.part("body", &body.to_bytes()).finish())
}

/// Without what makes no difference to what is answered. An answer in the format of responses repeats who asked.
fn plain(format: Format, body: Canonical) -> Canonical {
    match format {
        Format::OpenAiResponses => body.without(&["stream", "stream_options"]),
        Format::OpenAiChatCompletions
        | Format::AnthropicMessages
        | Format::GeminiGenerateContent
        | Format::BedrockConverse => {
            body.without(&["stream", "stream_options", "user", "metadata"])
        }
    }
}

// === impl Subject ===

impl Subject {
    /// Reads a request.
    ///
    /// # Errors
    /// It is not cached.
    pub fn read(class: Class, body: &[u8], rules: &Rules) -> Result<Self, Unfit> {
        if !is_cached(class) {
            return Err(Unfit::Operation);
        }
        let body = Canonical::read(body).ok_or(Unfit::Unreadable)?;
        let is_set = |name: &&str| body.get(name).is_some_and(|value| !value.is_nothing());
        if STATE.iter().any(is_set) {
            return Err(Unfit::Stateful);
        }
        if !rules.cache_tools && TOOLS.iter().any(is_set) {
            return Err(Unfit::Tools);
        }
        if ["n", "best_of", "candidateCount", "candidate_count"]
            .iter()
            .any(|name| parameters(&body, name).any(|count| count > 1.0))
        {
            return Err(Unfit::Several);
        }
        if let Some(most) = rules.max_temperature
            && matches!(class, Class::Chat(_) | Class::LegacyCompletions)
        {
            let named = parameters(&body, "temperature").reduce(f64::max);
            if named.unwrap_or(DEFAULT_TEMPERATURE) > most {
                return Err(Unfit::Temperature);
            }
        }
        Ok(Self(plain(class.format(), body)))
    }

    /// The key of its answer.
    #[must_use]
    pub fn key(&self, sharing: &Sharing<'_>, call: &Call<'_>) -> Key {
        self.key_of("exact", sharing, call)
    }

    /// The key of those that it is alike but for a text that was taken out of it.
    #[must_use]
    pub fn shape(&self, sharing: &Sharing<'_>, call: &Call<'_>) -> Key {
        self.key_of("shape", sharing, call)
    }

    fn key_of(&self, kind: &str, sharing: &Sharing<'_>, call: &Call<'_>) -> Key {
        let form: &[u8] = match (has_one_form(call.class), call.is_streamed) {
            (true, _) => b"any",
            (false, true) => b"stream",
            (false, false) => b"whole",
        };
        let mut parts = sharing
            .parts(kind)
            .part("operation", call.class.operation().as_bytes())
            .part("format", format!("{:?}", call.class.format()).as_bytes())
            .part("form", form)
            .part("path", resource(call).as_bytes())
            .part("model", call.model.unwrap_or_default().as_bytes());
        for (name, value) in call.headers {
            parts = parts.part("header", name.as_bytes());
            parts = parts.part("value", value.as_bytes());
        }
        parts.part("body", &self.0.to_bytes()).finish()
    }
}

/// What of the path is not the form of the answer: Google's clients and Bedrock's ask for a stream in it.
fn resource<'a>(call: &Call<'a>) -> &'a str {
    match call.class {
        Class::Chat(Format::GeminiGenerateContent) => call
            .path
            .rsplit_once(':')
            .map_or(call.path, |(path, _)| path),
        Class::Chat(
            Format::OpenAiChatCompletions
            | Format::OpenAiResponses
            | Format::AnthropicMessages
            | Format::BedrockConverse,
        )
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime
        | Class::Detect(_)
        | Class::Passthrough(_) => call.path,
    }
}

/// One answer serves clients that want a stream and clients that want it whole.
const fn has_one_form(class: Class) -> bool {
    match class {
        // Nobody writes these anew.
        Class::Chat(Format::BedrockConverse) | Class::LegacyCompletions => false,
        Class::Chat(_)
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime
        | Class::Detect(_)
        | Class::Passthrough(_) => true,
    }
}

/// The numbers of a parameter, wherever formats have it.
fn parameters<'a>(body: &'a Canonical, name: &'a str) -> impl Iterator<Item = f64> + 'a {
    let nested = PARAMETERS.iter();
    let nested = nested.filter_map(move |place| body.get(place)?.get(name));
    body.get(name)
        .into_iter()
        .chain(nested)
        .filter_map(Value::number)
}

// === impl Sharing ===

impl Sharing<'_> {
    fn parts(&self, kind: &str) -> Parts {
        let mut parts = Parts::of(kind).part("backend", self.backend.as_bytes());
        parts = match self.scope {
            Scope::Tenant => parts
                .part("scope", b"tenant")
                .part("route", self.route.as_bytes())
                .part("tenant", self.tenant.as_bytes()),
            Scope::Route => parts
                .part("scope", b"route")
                .part("route", self.route.as_bytes()),
            Scope::Backend => parts.part("scope", b"backend"),
        };
        for value in self.vary {
            parts = parts.part("vary", value.as_bytes());
        }
        parts
    }
}

// === impl Unfit ===

impl Unfit {
    /// As logs say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Unreadable => "unreadable",
            Self::Tools => "tools",
            Self::Temperature => "temperature",
            Self::Several => "several",
            Self::Stateful => "stateful",
        }
    }
}

#[cfg(test)]
mod tests;
