//! What the models that a provider is configured for cost.
//!
//! Owns the words. Must not know where prices are written: the catalogue's version says so.

use dp_config::ai_backend::AiProvider;
use dp_policy::price::{Catalog, ModelNames, Quote, Tokens, quote};

/// What is said of a provider; nothing where its backend has no prices, or clients choose the model.
pub(super) fn of_provider(catalog: Option<&Catalog>, provider: &AiProvider) -> String {
    let model = provider.model.as_deref();
    model
        .map(|model| of_model(catalog, provider, model))
        .unwrap_or_default()
}

/// What is said of a model at a provider; nothing where its backend has no prices.
pub(super) fn of_model(catalog: Option<&Catalog>, provider: &AiProvider, model: &str) -> String {
    let Some(catalog) = catalog else {
        return String::new();
    };
    let names = ModelNames {
        provider: &provider.telemetry_name,
        response: None,
        request: model,
        tier: None,
    };
    // One token of each side: what has both prices is priced.
    let tokens = Tokens {
        input: 1,
        output: 1,
        ..Tokens::default()
    };
    let version = catalog.version();
    match quote(Some(catalog), &names, Some(&tokens)) {
        Quote::Priced { .. } => format!(" priced by {version}{}", tiers(catalog, &names)),
        Quote::Unpriced { .. } => format!(
            " unpriced: {version} has no rates of {model} at {}",
            provider.telemetry_name
        ),
    }
}

/// The tiers of service that have prices of their own.
fn tiers(catalog: &Catalog, names: &ModelNames<'_>) -> String {
    let model = catalog.find(names).map(|(_, model)| model);
    let tiers: Vec<&str> = model
        .into_iter()
        .flat_map(|model| model.service_tiers.keys())
        .map(String::as_str)
        .collect();
    match tiers.is_empty() {
        true => String::new(),
        false => format!(", also as {}", tiers.join(", ")),
    }
}
