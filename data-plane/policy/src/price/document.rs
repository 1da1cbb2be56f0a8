//! A layer of prices from its JSON document.
//!
//! Owns the wire shape: that of agentgateway's model catalogue, which has `providers`, `models`, `rates`, `tiers` and
//! `tags`, and in the same document what it has no field for (`aliases`, `cacheWrite1h`, `perRequest`, `serviceTiers`,
//! `maxOutput`, `contextWindow`). Rates are texts, because a JSON number is a float to many writers. Must not merge. A document is
//! taken whole or refused whole: a field that is not known could be a price.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::catalog::{Layer, Model, Provider};
use super::decimal::DecimalError;
use super::money::Rate;
use super::rates::{Rates, ServiceTier, Tier};

/// Why a document is no layer.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It does not have the shape.
    #[error("the catalogue is no JSON document of this shape; see line and column")]
    Shape(#[source] serde_json::Error),
    /// A rate is no decimal.
    #[error("providers.{provider}.models.{model}.{field}")]
    Rate {
        /// The provider.
        provider: String,
        /// The model.
        model: String,
        /// The field of the model.
        field: String,
        /// What is wrong with it.
        #[source]
        source: DecimalError,
    },
    /// Thresholds do not rise.
    #[error(
        "providers.{provider}.models.{model}.{field}[{index}].contextOver must be above that of the tier before it"
    )]
    Tiers {
        /// The provider.
        provider: String,
        /// The model.
        model: String,
        /// The list.
        field: String,
        /// The first tier that is not above the one before it.
        index: usize,
    },
    /// An alias that would never be looked up.
    #[error(
        "providers.{provider}.aliases.{alias} must not be the name of a model; remove it, or the model"
    )]
    Alias {
        /// The provider.
        provider: String,
        /// The alias.
        alias: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    #[serde(default)]
    providers: BTreeMap<String, WireProvider>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireProvider {
    #[serde(default)]
    models: BTreeMap<String, WireModel>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireModel {
    #[serde(default)]
    rates: WireRates,
    #[serde(default)]
    tiers: Vec<WireTier>,
    #[serde(default)]
    service_tiers: BTreeMap<String, WireServiceTier>,
    #[serde(default)]
    tags: BTreeSet<String>,
    max_output: Option<u64>,
    context_window: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireTier {
    context_over: u64,
    #[serde(default)]
    rates: WireRates,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireServiceTier {
    #[serde(default)]
    rates: WireRates,
    #[serde(default)]
    tiers: Vec<WireTier>,
}

/// Where rates stand: provider and model.
#[derive(Clone, Copy)]
struct Place<'a> {
    provider: &'a str,
    model: &'a str,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireRates {
    input: Option<String>,
    output: Option<String>,
    cache_read: Option<String>,
    cache_write: Option<String>,
    #[serde(rename = "cacheWrite1h")]
    cache_write_1h: Option<String>,
    reasoning: Option<String>,
    input_audio: Option<String>,
    output_audio: Option<String>,
    per_request: Option<String>,
}

/// A rate that is no decimal: its name, and why.
type BadRate = (&'static str, DecimalError);

/// Reads a document.
pub fn read(json: &str) -> Result<Layer, DocumentError> {
    let document: Document = serde_json::from_str(json).map_err(DocumentError::Shape)?;
    let mut layer = Layer::default();
    for (name, wire) in document.providers {
        let provider = wire.read(&name)?;
        layer.providers.insert(name, provider);
    }
    Ok(layer)
}

// === impl WireProvider ===

impl WireProvider {
    fn read(self, provider: &str) -> Result<Provider, DocumentError> {
        let hidden = |alias: &&String| self.models.contains_key(*alias);
        if let Some(alias) = self.aliases.keys().find(hidden) {
            return Err(DocumentError::Alias {
                provider: provider.to_owned(),
                alias: alias.clone(),
            });
        }
        let mut models = BTreeMap::new();
        for (name, wire) in self.models {
            let model = wire.read(provider, &name)?;
            models.insert(name, model);
        }
        Ok(Provider {
            models,
            aliases: self.aliases,
        })
    }
}

// === impl WireModel ===

impl WireModel {
    fn read(self, provider: &str, model: &str) -> Result<Model, DocumentError> {
        let place = Place { provider, model };
        let mut service_tiers = BTreeMap::new();
        for (name, wire) in self.service_tiers {
            let within = format!("serviceTiers.{name}.");
            let own = ServiceTier {
                rates: place.rates(&wire.rates, &format!("{within}rates"))?,
                tiers: place.tiers(&wire.tiers, &format!("{within}tiers"))?,
            };
            service_tiers.insert(name, own);
        }
        Ok(Model {
            rates: place.rates(&self.rates, "rates")?,
            tiers: place.tiers(&self.tiers, "tiers")?,
            service_tiers,
            tags: self.tags,
            max_output: self.max_output,
            context_window: self.context_window,
        })
    }
}

// === impl Place ===

impl Place<'_> {
    fn rates(self, wire: &WireRates, within: &str) -> Result<Rates, DocumentError> {
        wire.read().map_err(|(name, source)| DocumentError::Rate {
            provider: self.provider.to_owned(),
            model: self.model.to_owned(),
            field: format!("{within}.{name}"),
            source,
        })
    }

    fn tiers(self, wire: &[WireTier], field: &str) -> Result<Vec<Tier>, DocumentError> {
        let mut tiers: Vec<Tier> = Vec::with_capacity(wire.len());
        for (index, own) in wire.iter().enumerate() {
            if tiers
                .last()
                .is_some_and(|before| own.context_over <= before.context_over)
            {
                return Err(DocumentError::Tiers {
                    provider: self.provider.to_owned(),
                    model: self.model.to_owned(),
                    field: field.to_owned(),
                    index,
                });
            }
            tiers.push(Tier {
                context_over: own.context_over,
                rates: self.rates(&own.rates, &format!("{field}[{index}].rates"))?,
            });
        }
        Ok(tiers)
    }
}

// === impl WireRates ===

impl WireRates {
    fn read(&self) -> Result<Rates, BadRate> {
        let rate = |name: &'static str, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| text.parse::<Rate>().map_err(|error| (name, error)))
                .transpose()
        };
        Ok(Rates {
            input: rate("input", &self.input)?,
            output: rate("output", &self.output)?,
            cache_read: rate("cacheRead", &self.cache_read)?,
            cache_write: rate("cacheWrite", &self.cache_write)?,
            cache_write_1h: rate("cacheWrite1h", &self.cache_write_1h)?,
            reasoning: rate("reasoning", &self.reasoning)?,
            input_audio: rate("inputAudio", &self.input_audio)?,
            output_audio: rate("outputAudio", &self.output_audio)?,
            per_request: rate("perRequest", &self.per_request)?,
        })
    }
}
