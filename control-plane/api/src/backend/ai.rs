//! `ai` of an AgentgatewayBackend: model providers in priority groups.
//!
//! Owns the union of provider kinds and its bounds. Kinds that are not served yet are kept as JSON, so that
//! translation names them. A provider of the single form has no name of its own; it is called `backend`.

use serde::Deserialize;
use serde_json::Value;

use crate::backend::policy::BackendPolicies;
use crate::backend::static_host::check_host;
use crate::check::Check;
use crate::http_route::BackendObjectReference;

/// The name of the provider of the single form.
pub const SINGLE: &str = "backend";

/// Model providers: one, or priority groups.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AiBackend {
    /// The single form.
    pub provider: Option<Provider>,
    /// Priority groups, at most 8, first group first.
    pub groups: Option<Vec<ProviderGroup>>,
}

/// Providers of equal priority.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ProviderGroup {
    /// 1 to 16 providers.
    pub providers: Vec<Provider>,
}

/// One provider: exactly one kind, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Provider {
    /// Name, in a group only.
    pub name: Option<String>,
    /// Policies, in a group only.
    pub policies: Option<BackendPolicies>,
    /// Address instead of the kind's own.
    pub host: Option<String>,
    /// Port, with `host`.
    pub port: Option<u16>,
    /// Replaces the whole upstream path.
    pub path: Option<String>,
    /// Stands in front of the format's own path; with `host`.
    pub path_prefix: Option<String>,
    /// OpenAI.
    pub openai: Option<OpenAi>,
    /// Anything that speaks a known format.
    pub custom: Option<Custom>,
    /// Azure OpenAI; not served yet.
    pub azureopenai: Option<Value>,
    /// Azure; not served yet.
    pub azure: Option<Value>,
    /// Anthropic; not served yet.
    pub anthropic: Option<Value>,
    /// Gemini; not served yet.
    pub gemini: Option<Value>,
    /// Vertex AI; not served yet.
    pub vertexai: Option<Value>,
    /// Bedrock; not served yet.
    pub bedrock: Option<Value>,
}

/// OpenAI.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OpenAi {
    /// Replaces the model of the request.
    pub model: Option<String>,
    /// Moderation; not served yet.
    pub moderation: Option<Value>,
}

/// A provider that speaks known formats at an address of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Custom {
    /// Replaces the model of the request.
    pub model: Option<String>,
    /// A Service in the same namespace, instead of `host`.
    pub backend_ref: Option<BackendObjectReference>,
    /// Formats, at most 6; absent means chat completions.
    pub formats: Vec<CustomFormat>,
}

/// A format and where it lives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CustomFormat {
    /// Format.
    #[serde(rename = "type")]
    pub kind: FormatType,
    /// Path of the format.
    pub path: Option<String>,
}

/// A wire format of model providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum FormatType {
    /// OpenAI chat completions.
    Completions,
    /// Anthropic messages.
    Messages,
    /// OpenAI responses.
    Responses,
    /// OpenAI embeddings.
    Embeddings,
    /// Anthropic token count.
    AnthropicTokenCount,
    /// OpenAI realtime.
    Realtime,
    /// Rerank.
    Rerank,
}

// === impl AiBackend ===

impl AiBackend {
    pub(crate) fn check(&self, check: &mut Check) {
        check.exactly_one(&[
            ("provider", self.provider.is_some()),
            ("groups", self.groups.is_some()),
        ]);
        if let Some(provider) = &self.provider {
            check.field("provider", |check| {
                check.that(
                    "name",
                    provider.name.is_none(),
                    "must not be set outside groups",
                );
                check.that(
                    "policies",
                    provider.policies.is_none(),
                    "must not be set outside groups",
                );
                provider.check(check);
            });
        }
        let Some(groups) = &self.groups else { return };
        check.count("groups", groups.len(), 1, 8);
        let mut names = std::collections::BTreeSet::new();
        check.each("groups", groups, |check, group| {
            check.count("providers", group.providers.len(), 1, 16);
            check.each("providers", &group.providers, |check, provider| {
                let name = provider.name.as_deref().unwrap_or_default();
                check.that(
                    "name",
                    crate::format::is_subdomain(name),
                    crate::format::SUBDOMAIN,
                );
                let fresh = names.insert(name.to_owned());
                check.that("name", fresh, "must be unique in the backend");
                provider.check(check);
            });
        });
    }
}

// === impl Provider ===

impl Provider {
    fn check(&self, check: &mut Check) {
        check.exactly_one(&[
            ("openai", self.openai.is_some()),
            ("custom", self.custom.is_some()),
            ("azureopenai", self.azureopenai.is_some()),
            ("azure", self.azure.is_some()),
            ("anthropic", self.anthropic.is_some()),
            ("gemini", self.gemini.is_some()),
            ("vertexai", self.vertexai.is_some()),
            ("bedrock", self.bedrock.is_some()),
        ]);
        if let Some(host) = &self.host {
            check_host(check, "host", host);
        }
        let paired = self.host.is_some() == self.port.is_some();
        check.that("port", paired, "must be set with host, and only with it");
        if let Some(port) = self.port {
            check.port("port", i64::from(port));
        }
        check.at_most_one(&[
            ("path", self.path.is_some()),
            ("pathPrefix", self.path_prefix.is_some()),
        ]);
        for (name, path) in [("path", &self.path), ("pathPrefix", &self.path_prefix)] {
            if let Some(path) = path {
                check_path(check, name, path);
            }
        }
        let alone = self.path_prefix.is_none() || self.host.is_some();
        check.that("pathPrefix", alone, "must be set with host only");
        if let Some(policies) = &self.policies {
            check.field("policies", |check| policies.check(check));
        }
        if let Some(custom) = &self.custom {
            self.check_custom(custom, check);
        }
    }

    fn check_custom(&self, custom: &Custom, check: &mut Check) {
        check.exactly_one(&[
            ("custom.backendRef", custom.backend_ref.is_some()),
            ("host", self.host.is_some()),
        ]);
        check.field("custom", |check| {
            if let Some(backend) = &custom.backend_ref {
                check.field("backendRef", |check| backend.check(check));
            }
            check.count("formats", custom.formats.len(), 0, 6);
            for (index, format) in custom.formats.iter().enumerate() {
                check.field(&format!("formats[{index}]"), |check| {
                    let earlier = custom.formats.iter().take(index);
                    let fresh = earlier.into_iter().all(|other| other.kind != format.kind);
                    check.that("type", fresh, "must be unique in formats");
                    if let Some(path) = &format.path {
                        check_path(check, "path", path);
                        let alone = self.path.is_none() && self.path_prefix.is_none();
                        check.that("path", alone, "excludes the provider's path and pathPrefix");
                    }
                });
            }
        });
    }
}

fn check_path(check: &mut Check, name: &str, path: &str) {
    let fits = path.starts_with('/')
        && path.len() <= 1_024
        && path
            .bytes()
            .all(|byte| byte > 0x20 && byte < 0x7f && byte != b'#');
    check.that(
        name,
        fits,
        "must start with '/' and be a URL path of at most 1024 characters",
    );
}
