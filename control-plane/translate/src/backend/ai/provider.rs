//! What kind of service a provider is, and where that lives.
//!
//! Owns hosts, names in telemetry and the place of a key, kind by kind (llm.md 1.1, 1.2). Must not know how a request
//! is written for it: that is the proxy's. Azure OpenAI by endpoint is Azure by resource, written otherwise.

use cp_api::backend::provider::{
    Azure, AzureOpenAi, AzureResource, Bedrock, Custom, FormatType, Provider, VertexAi,
};

use crate::plan::{CustomFormat, Format, Service};

/// A provider's kind, resolved.
pub(super) struct Kind<'a> {
    pub(super) service: Service,
    /// Replaces the model of the request.
    pub(super) model: Option<&'a str>,
    pub(super) home: Home<'a>,
    /// `gen_ai.provider.name`; the backend's name where the kind has none.
    pub(super) telemetry_name: Option<&'static str>,
    /// Where a key goes, unless its policy says so.
    pub(super) key_place: KeyPlace,
}

/// Where a service lives.
pub(super) enum Home<'a> {
    /// At a public host, unless the operator moved the kind of this name.
    Public {
        kind: &'static str,
        host: String,
        /// Where it orders documents, where that is another.
        rerank: Option<String>,
    },
    /// Where the user says.
    Own(&'a Custom),
}

/// Where a service takes its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backend) enum KeyPlace {
    /// `Authorization: Bearer`.
    Bearer,
    /// `api-key`.
    ApiKey,
    /// `Ocp-Apim-Subscription-Key`, of Azure's services beside models.
    Subscription,
    /// `x-api-key`, but an OAuth token as bearer.
    Anthropic,
    /// `x-goog-api-key`, but an access token as bearer, and both so on the OpenAI surface.
    Google,
}

const FOUNDRY_SUFFIX: &str = ".services.ai.azure.com";
const OPENAI_SUFFIX: &str = ".openai.azure.com";

/// The kind of a provider. `path` is its place in the spec, for messages.
pub(super) fn kind<'a>(path: &str, provider: &'a Provider) -> Result<Kind<'a>, String> {
    let public = |kind, host: &str| Home::Public {
        kind,
        host: host.to_owned(),
        rerank: None,
    };
    let of = |service, home, telemetry_name, key_place| Kind {
        service,
        model: None,
        home,
        telemetry_name: Some(telemetry_name),
        key_place,
    };
    Ok(if let Some(openai) = &provider.openai {
        let home = public("openai", "api.openai.com");
        Kind {
            model: openai.model.as_deref(),
            ..of(Service::OpenAi, home, "openai", KeyPlace::Bearer)
        }
    } else if let Some(anthropic) = &provider.anthropic {
        let home = public("anthropic", "api.anthropic.com");
        Kind {
            model: anthropic.model.as_deref(),
            ..of(Service::Anthropic, home, "anthropic", KeyPlace::Anthropic)
        }
    } else if let Some(gemini) = &provider.gemini {
        let home = public("gemini", "generativelanguage.googleapis.com");
        Kind {
            model: gemini.model.as_deref(),
            ..of(Service::Gemini, home, "gcp.gemini", KeyPlace::Google)
        }
    } else if let Some(bedrock) = &provider.bedrock {
        self::bedrock(bedrock)
    } else if let Some(vertex) = &provider.vertexai {
        self::vertex(vertex)
    } else if let Some(azure) = &provider.azure {
        self::azure(azure)
    } else if let Some(azure) = &provider.azureopenai {
        azure_openai(path, azure)?
    } else if let Some(custom) = &provider.custom {
        self::custom(custom)
    } else {
        return Err(format!("{path} has no kind that is served"));
    })
}

fn bedrock(bedrock: &Bedrock) -> Kind<'_> {
    let guardrail = bedrock.guardrail.as_ref();
    Kind {
        service: Service::Bedrock {
            region: bedrock.region.clone(),
            guardrail: guardrail.map(|own| (own.identifier.clone(), own.version.clone())),
        },
        model: bedrock.model.as_deref(),
        home: Home::Public {
            kind: "bedrock",
            host: format!("bedrock-runtime.{}.amazonaws.com", bedrock.region),
            rerank: Some(format!(
                "bedrock-agent-runtime.{}.amazonaws.com",
                bedrock.region
            )),
        },
        telemetry_name: Some("aws.bedrock"),
        key_place: KeyPlace::Bearer,
    }
}

fn vertex(vertex: &VertexAi) -> Kind<'_> {
    let host = match vertex.region.as_str() {
        "" | "global" => "aiplatform.googleapis.com".to_owned(),
        region @ ("us" | "eu") => format!("aiplatform.{region}.rep.googleapis.com"),
        region => format!("{region}-aiplatform.googleapis.com"),
    };
    Kind {
        service: Service::Vertex {
            project: vertex.project_id.clone(),
            region: vertex.region.clone(),
        },
        model: vertex.model.as_deref(),
        home: Home::Public {
            kind: "vertexai",
            host,
            // Other regions order no documents.
            rerank: match vertex.region.as_str() {
                "" | "global" => Some("discoveryengine.googleapis.com".to_owned()),
                region @ ("us" | "eu") => Some(format!("{region}-discoveryengine.googleapis.com")),
                _ => None,
            },
        },
        telemetry_name: Some("gcp.vertex_ai"),
        key_place: KeyPlace::Bearer,
    }
}

fn azure(azure: &Azure) -> Kind<'_> {
    let suffix = match azure.resource_type {
        AzureResource::OpenAi => OPENAI_SUFFIX,
        AzureResource::Foundry => FOUNDRY_SUFFIX,
    };
    let api_version = azure.api_version.clone().unwrap_or_default();
    of_azure(
        format!("{}{suffix}", azure.resource_name),
        azure.project_name.clone(),
        api_version,
        azure.model.as_deref(),
    )
}

/// Azure, by the host of the resource: what it is follows from its name.
fn azure_openai<'a>(path: &str, azure: &'a AzureOpenAi) -> Result<Kind<'a>, String> {
    let host = azure.endpoint.trim_end_matches('/');
    let host = host.strip_prefix("https://").unwrap_or(host);
    if host.is_empty() || host.contains(['/', ':', '?', '#', '@']) {
        return Err(format!(
            "{path}.azureopenai.endpoint must be the host of a resource, such as NAME{OPENAI_SUFFIX}"
        ));
    }
    let api_version = azure.api_version.clone().unwrap_or_default();
    let model = azure.deployment_name.as_deref();
    Ok(of_azure(
        host.to_ascii_lowercase(),
        None,
        api_version,
        model,
    ))
}

fn of_azure(
    host: String,
    project: Option<String>,
    api_version: String,
    model: Option<&str>,
) -> Kind<'_> {
    let is_foundry = host.ends_with(FOUNDRY_SUFFIX);
    Kind {
        service: if is_foundry {
            Service::Foundry {
                project: project.unwrap_or_default(),
                api_version,
            }
        } else {
            Service::AzureOpenAi { api_version }
        },
        model,
        home: Home::Public {
            kind: "azure",
            host,
            rerank: None,
        },
        telemetry_name: Some(if is_foundry {
            "azure.ai.inference"
        } else {
            "azure.ai.openai"
        }),
        key_place: KeyPlace::ApiKey,
    }
}

fn custom(custom: &Custom) -> Kind<'_> {
    let formats = custom.formats.iter().map(|own| CustomFormat {
        format: format(own.kind),
        path: own.path.clone(),
    });
    Kind {
        service: Service::Custom {
            formats: formats.collect(),
        },
        model: custom.model.as_deref(),
        home: Home::Own(custom),
        telemetry_name: None,
        key_place: KeyPlace::Bearer,
    }
}

fn format(kind: FormatType) -> Format {
    match kind {
        FormatType::Completions => Format::ChatCompletions,
        FormatType::Responses => Format::Responses,
        FormatType::Messages => Format::Messages,
        FormatType::Embeddings => Format::Embeddings,
        FormatType::AnthropicTokenCount => Format::AnthropicTokenCount,
        FormatType::Realtime => Format::Realtime,
        FormatType::Rerank => Format::Rerank,
    }
}

// === impl Kind ===

impl Kind<'_> {
    /// What of it has no effect. `path` is its place in the spec.
    pub(super) fn doubt(&self, path: &str) -> Option<String> {
        let Service::Foundry { api_version, .. } = &self.service else {
            return None;
        };
        (!matches!(api_version.as_str(), "" | "v1")).then(|| {
            format!(
                "{path}: apiVersion {api_version} has no effect: Foundry is asked by version v1 of its API, which has no dates; \
                 remove it"
            )
        })
    }

    /// Says where somebody moved it: a host of Bedrock's tells its region, and takes signatures for no other (llm.md P-16).
    pub(super) fn lives_at(&mut self, host: Option<&str>) {
        if let Service::Bedrock { region, .. } = &mut self.service
            && let Some(own) = host.and_then(bedrock_region)
        {
            *region = own.to_ascii_lowercase();
        }
    }
}

/// The region in the name of a host of Bedrock's runtime, VPC endpoints included.
fn bedrock_region(host: &str) -> Option<&str> {
    const SERVICES: [&str; 3] = [
        "bedrock-runtime",
        "bedrock-runtime-fips",
        "bedrock-agent-runtime",
    ];
    const PUBLIC: [&str; 3] = ["amazonaws.com", "amazonaws.com.cn", "api.aws"];
    const PRIVATE: [&str; 3] = [
        "vpce.amazonaws.com",
        "vpce.amazonaws.com.cn",
        "vpce.api.aws",
    ];
    let host = host.trim_end_matches('.');
    let (first, rest) = host.split_once('.')?;
    let (service, rest, domains) = match first.starts_with("vpce-") {
        true => {
            let (service, rest) = rest.split_once('.')?;
            (service, rest, PRIVATE)
        }
        false => (first, rest, PUBLIC),
    };
    let (region, domain) = rest.split_once('.')?;
    let is_one =
        |known: &[&str], text: &str| known.iter().any(|own| own.eq_ignore_ascii_case(text));
    (is_one(&SERVICES, service) && is_one(&domains, domain) && !region.is_empty()).then_some(region)
}

// === impl KeyPlace ===

impl KeyPlace {
    /// Header and prefix for this key.
    pub(in crate::backend) fn of(self, key: &[u8]) -> (&'static str, &'static str) {
        const BEARER: (&str, &str) = ("authorization", "Bearer ");
        match self {
            Self::Bearer => BEARER,
            Self::ApiKey => ("api-key", ""),
            Self::Subscription => ("ocp-apim-subscription-key", ""),
            // A token that a login made, not a key of the console.
            Self::Anthropic if key.starts_with(b"sk-ant-oat") => BEARER,
            Self::Anthropic => ("x-api-key", ""),
            // It depends on the format of each request: the proxy says.
            Self::Google => ("", ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_foundry_does_not_have_is_told() {
        let foundry = |version: &str| {
            let host = format!("acme{FOUNDRY_SUFFIX}");
            of_azure(host, Some("p".to_owned()), version.to_owned(), None)
        };
        for version in ["", "v1"] {
            assert_eq!(foundry(version).doubt("at"), None);
        }
        for version in ["preview", "2024-10-21"] {
            let doubt = foundry(version).doubt("at").expect("told");
            let said = format!("at: apiVersion {version} has no effect");
            assert!(doubt.starts_with(&said), "{doubt}");
        }
        let host = format!("acme{OPENAI_SUFFIX}");
        let dated = of_azure(host, None, "2024-10-21".to_owned(), None);
        assert_eq!(dated.doubt("at"), None);
    }

    #[test]
    fn hosts_of_bedrock_tell_their_region() {
        for (host, expected) in [
            ("bedrock-runtime.eu-west-3.amazonaws.com", Some("eu-west-3")),
            (
                "bedrock-runtime-fips.us-gov-west-1.amazonaws.com.",
                Some("us-gov-west-1"),
            ),
            (
                "bedrock-runtime.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            ("bedrock-runtime.us-east-2.api.aws", Some("us-east-2")),
            (
                "vpce-0a1b-c2d3.bedrock-runtime.us-west-2.vpce.amazonaws.com",
                Some("us-west-2"),
            ),
            (
                "vpce-0a1b-c2d3-us-west-2a.bedrock-runtime.us-west-2.vpce.amazonaws.com",
                Some("us-west-2"),
            ),
            ("bedrock-runtime.eu-west-3.amazonaws.com.evil.example", None),
            ("vpce-0a1b.bedrock-runtime.us-west-2.amazonaws.com", None),
            ("vpce-0a1b.s3.us-west-2.vpce.amazonaws.com", None),
            ("bedrock-runtime.amazonaws.com", None),
            ("bedrock-runtime", None),
            ("s3.us-west-2.amazonaws.com", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(bedrock_region(host), expected, "{host}");
        }
    }
}
