//! Prices of models, merged from layers, and how one is found (llm.md B-1, B-2).
//!
//! Owns what an overlay replaces and the order of names under which a model is looked for. Must not know who wrote
//! a layer. No price is built in: without layers there is no catalogue, and nothing has a price.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::rates::{Rates, ServiceTier, Tier};

/// One source of prices: providers by the name under which the proxy knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Providers by name.
    pub providers: BTreeMap<String, Provider>,
}

/// What a provider offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Models by the provider's own name.
    pub models: BTreeMap<String, Model>,
    /// Other names of models, and which model each means. A name of a model is never looked up here.
    pub aliases: BTreeMap<String, String>,
}

/// What is known of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// What it costs.
    pub rates: Rates,
    /// What it costs where the prompt is long.
    pub tiers: Vec<Tier>,
    /// What it costs in a tier of service that is not the usual one, by its name in small letters.
    pub service_tiers: BTreeMap<String, ServiceTier>,
    /// Words that a route may ask for.
    pub tags: BTreeSet<String>,
    /// Most tokens of an answer.
    pub max_output: Option<u64>,
    /// Most tokens of prompt and answer.
    pub context_window: Option<u64>,
}

/// All layers in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    version: Arc<str>,
    merged: Layer,
    /// Names of all tiers of service.
    service_tiers: BTreeSet<String>,
}

/// Which model answered, by every name that is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelNames<'a> {
    /// The provider.
    pub provider: &'a str,
    /// The model that the answer names.
    pub response: Option<&'a str>,
    /// The model that the provider was asked for.
    pub request: &'a str,
    /// The tier of service, where it is not the usual one: its name in small letters.
    pub tier: Option<&'a str>,
}

/// How a model was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// By a name that the catalogue has.
    Exact,
    /// By another name of it, or without the date behind its name.
    Alias,
}

/// Whose price an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TierPrice {
    /// That of the tier of service that served it.
    Own,
    /// That of the usual tier, because nobody wrote down what the one that served it costs.
    Usual,
}

// === impl Catalog ===

impl Catalog {
    /// Names of tiers of service in which some model costs something else.
    #[must_use]
    pub const fn service_tiers(&self) -> &BTreeSet<String> {
        &self.service_tiers
    }

    /// The names of a provider's models.
    pub fn names(&self, provider: &str) -> impl Iterator<Item = &str> {
        let provider = self.merged.providers.get(provider);
        let models = provider.into_iter().flat_map(|own| own.models.keys());
        models.map(String::as_str)
    }

    /// Merges layers, the first at the bottom. `version` names this state of the catalogue in records.
    #[must_use]
    pub fn new(version: impl Into<Arc<str>>, layers: impl IntoIterator<Item = Layer>) -> Self {
        let mut merged = Layer::default();
        for layer in layers {
            merged.overlay(layer);
        }
        let models = merged
            .providers
            .values()
            .flat_map(|own| own.models.values());
        let service_tiers = models.flat_map(|model| model.service_tiers.keys());
        let service_tiers = service_tiers.cloned().collect();
        Self {
            version: version.into(),
            merged,
            service_tiers,
        }
    }

    /// The name of this state.
    #[must_use]
    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// A name of the catalogue for a model that somebody named: its own, the model that an alias means, or the name without
    /// a date. There are as many as the catalogue has models, so it is fit for a metric's label (llm.md M-2).
    #[must_use]
    pub fn name(&self, provider: &str, model: &str) -> Option<&str> {
        let provider = self.merged.providers.get(provider)?;
        let own = |name: &str| provider.models.get_key_value(name).map(|(name, _)| &**name);
        own(model)
            .or_else(|| own(provider.aliases.get(model)?))
            .or_else(|| own(undated(model)?))
    }

    /// The model that another name means, whether the catalogue has more of it or not.
    #[must_use]
    pub fn alias(&self, provider: &str, name: &str) -> Option<&str> {
        let provider = self.merged.providers.get(provider)?;
        provider.aliases.get(name).map(String::as_str)
    }

    /// Every provider with the models that it has here.
    pub fn models(&self) -> impl Iterator<Item = (&str, &str, &Model)> {
        self.merged.providers.iter().flat_map(|(name, provider)| {
            let models = provider.models.iter();
            models.map(move |(model, known)| (&**name, &**model, known))
        })
    }

    /// What is known of the model that answered. The answer's name for it counts before that of the request, a name
    /// of the catalogue before another one: an answer names the model that is billed, a request may name a family.
    #[must_use]
    pub fn find(&self, names: &ModelNames<'_>) -> Option<(Match, &Model)> {
        let provider = self.merged.providers.get(names.provider)?;
        let written = || names.response.into_iter().chain([names.request]);
        if let Some(model) = written().find_map(|name| provider.models.get(name)) {
            return Some((Match::Exact, model));
        }
        let known = |name: &str| provider.models.get(name).map(|model| (Match::Alias, model));
        let meant = |name: &str| known(provider.aliases.get(name)?);
        written()
            .find_map(meant)
            .or_else(|| written().filter_map(undated).find_map(known))
    }
}

// === impl Layer ===

impl Layer {
    fn overlay(&mut self, over: Layer) {
        for (name, over) in over.providers {
            let provider = self.providers.entry(name).or_default();
            provider.aliases.extend(over.aliases);
            for (name, over) in over.models {
                provider.models.entry(name).or_default().overlay(over);
            }
        }
    }
}

// === impl Model ===

impl Model {
    /// What a prompt of so many tokens costs, and whether that is the price of the `tier` which served it.
    #[must_use]
    pub fn rates(&self, context: u64, tier: Option<&str>) -> (Rates, TierPrice) {
        let usual = self.rates.at(&self.tiers, context);
        let Some(tier) = tier else {
            return (usual, TierPrice::Own);
        };
        match self.service_tiers.get(tier) {
            Some(own) => {
                let own = own.rates.at(&own.tiers, context);
                (usual.overlaid(&own), TierPrice::Own)
            }
            None => (usual, TierPrice::Usual),
        }
    }

    /// Each field by itself, so that a layer that adds a tag keeps the prices below it. Tiers are one field: two
    /// lists of thresholds cannot be told to belong together.
    fn overlay(&mut self, over: Model) {
        self.rates = self.rates.overlaid(&over.rates);
        if !over.tiers.is_empty() {
            self.tiers = over.tiers;
        }
        for (name, over) in over.service_tiers {
            self.service_tiers.entry(name).or_default().overlay(over);
        }
        self.tags.extend(over.tags);
        self.max_output = over.max_output.or(self.max_output);
        self.context_window = over.context_window.or(self.context_window);
    }
}

// === impl ServiceTier ===

impl ServiceTier {
    fn overlay(&mut self, over: ServiceTier) {
        self.rates = self.rates.overlaid(&over.rates);
        if !over.tiers.is_empty() {
            self.tiers = over.tiers;
        }
    }
}

/// The name before a date: `-20250929`, `@20250929` or `-2024-08-06`.
fn undated(name: &str) -> Option<&str> {
    let is_date = |text: &str| text.starts_with("20") && text.bytes().all(|b| b.is_ascii_digit());
    let compact = |mark: char| {
        let (name, date) = name.rsplit_once(mark)?;
        (date.len() == 8 && is_date(date)).then_some(name)
    };
    let spaced = || {
        let at = name.len().checked_sub(11)?;
        let (name, date) = name.split_at_checked(at)?;
        let mut parts = date.strip_prefix('-')?.split('-');
        let [year, month, day] = [parts.next()?, parts.next()?, parts.next()?];
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let fits = year.len() == 4 && is_date(year) && is_number(month) && is_number(day);
        (fits && parts.next().is_none()).then_some(name)
    };
    compact('-')
        .or_else(|| compact('@'))
        .or_else(spaced)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::undated;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(undated(name), expected, "{name}");
    }

    #[test]
    fn dates_behind_names_are_known_by_their_form() {
        check("claude-sonnet-4-5-20250929", Some("claude-sonnet-4-5"));
        check("claude-sonnet-4-5@20250929", Some("claude-sonnet-4-5"));
        check("gpt-4o-2024-08-06", Some("gpt-4o"));
        for name in [
            "",
            "gpt-4o",
            "gpt-4-0613",
            "x-12345678",
            "-20250929",
            "2024-08-06",
            "é-2024-08-6",
            "a-2024-08-0x",
        ] {
            check(name, None);
        }
    }
}
