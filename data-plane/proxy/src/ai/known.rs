//! What the catalogue of a backend has of a model, besides its price.
//!
//! Owns under which name it is looked for: as telemetry names the provider, and as the provider is sent it. Must not decide what
//! follows. Invariant: what no catalogue has is not known, and nothing is assumed in its place.

use std::sync::Arc;

use dp_config::ai_backend::AiProvider;
use dp_llm::{format::Format, preference, provider::Service};
use dp_policy::price::{Catalog, Model, ModelNames};

/// The formats that the model speaks, where the catalogue has them.
pub(super) fn formats(
    catalog: Option<&Arc<Catalog>>,
    provider: &AiProvider,
    model: &str,
) -> Vec<Format> {
    let known = of(catalog, provider, model);
    let tags = known.iter().flat_map(|model| &model.tags);
    tags.filter_map(|tag| preference::of_tag(tag)).collect()
}

/// Tokens of the longest answer of the model, where the catalogue has it.
pub(super) fn longest_answer(
    catalog: Option<&Arc<Catalog>>,
    provider: &AiProvider,
    model: &str,
) -> Option<u64> {
    of(catalog, provider, model)?.max_output
}

/// Which model an ARN of Bedrock stands for, where an alias of the catalogue says so (llm.md P-7).
pub(super) fn meant<'c>(
    catalog: Option<&'c Arc<Catalog>>,
    provider: &AiProvider,
    model: &str,
) -> Option<&'c str> {
    let is_arn =
        matches!(provider.endpoint.service(), Service::Bedrock { .. }) && model.starts_with("arn:");
    let catalog = catalog.filter(|_| is_arn)?;
    catalog.alias(&provider.telemetry_name, model)
}

fn of<'c>(
    catalog: Option<&'c Arc<Catalog>>,
    provider: &AiProvider,
    model: &str,
) -> Option<&'c Model> {
    let names = ModelNames {
        provider: &provider.telemetry_name,
        response: None,
        request: model,
        tier: None,
    };
    Some(catalog?.find(&names)?.1)
}
