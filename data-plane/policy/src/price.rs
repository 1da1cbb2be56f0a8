//! What an answer cost, or why that is not known (llm.md B-1..B-3).
//!
//! Owns the quote: a catalogue, the names of a model and its tokens in, an exact amount or a reason out. Must not
//! know budgets, requests or where the catalogue was read. Invariant: what is not known is unpriced, never zero.

use std::sync::Arc;

mod catalog;
mod decimal;
mod document;
mod money;
mod rates;

pub use catalog::{Catalog, Layer, Match, Model, ModelNames, Provider, TierPrice};
pub use decimal::DecimalError;
pub use document::{DocumentError, read};
pub use money::{Money, Rate};
pub use rates::{Cost, Rates, ServiceTier, Tier, TokenKind, Tokens};

/// What an answer cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quote {
    /// It is known.
    Priced {
        /// By what the tokens were.
        cost: Cost,
        /// How the model was found.
        found: Match,
        /// Whether the tier of service has a price of its own.
        tier: TierPrice,
        /// The catalogue that told.
        version: Arc<str>,
    },
    /// It is not known.
    Unpriced {
        /// Why.
        why: Unpriced,
        /// The catalogue that was asked, where there is one.
        version: Option<Arc<str>>,
    },
}

/// Why a cost is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unpriced {
    /// There is no catalogue.
    NoCatalog,
    /// The catalogue does not have the model.
    Missing,
    /// The model is there, and no rate of it.
    NoRates,
    /// The model is there, and no rate for tokens that were used.
    NoRate(TokenKind),
    /// Nobody told the tokens.
    NoTokens,
}

/// How a look into the catalogue ended; the label of a metric (`cost_catalog_lookups`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Priced, by a name that the catalogue has.
    Exact,
    /// Priced, by another name.
    Alias,
    /// Priced as the usual tier of service: the catalogue has no price of the one that served it.
    TierMissing,
    /// The model is there, and no price for what was used.
    Unpriced,
    /// The model is not there.
    Missing,
    /// There is no catalogue.
    NoCatalog,
}

/// What an answer costs of which nobody told the tokens: that of the request, where nothing else has a price.
#[must_use]
pub fn quote_request(catalog: Option<&Catalog>, names: &ModelNames<'_>) -> Quote {
    let found = catalog.and_then(|catalog| catalog.find(names));
    let is_known = found.is_some_and(|(_, model)| model.rates(0, names.tier).0.is_per_request());
    quote(catalog, names, is_known.then(Tokens::default).as_ref())
}

/// What the tokens of an answer cost. `tokens` are absent where the provider did not tell and nobody estimated.
#[must_use]
pub fn quote(catalog: Option<&Catalog>, names: &ModelNames<'_>, tokens: Option<&Tokens>) -> Quote {
    let Some(catalog) = catalog else {
        return Quote::Unpriced {
            why: Unpriced::NoCatalog,
            version: None,
        };
    };
    let version = catalog.version().clone();
    match priced(catalog, names, tokens) {
        Ok((found, tier, cost)) => Quote::Priced {
            cost,
            found,
            tier,
            version,
        },
        Err(why) => Quote::Unpriced {
            why,
            version: Some(version),
        },
    }
}

fn priced(
    catalog: &Catalog,
    names: &ModelNames<'_>,
    tokens: Option<&Tokens>,
) -> Result<(Match, TierPrice, Cost), Unpriced> {
    let (found, model) = catalog.find(names).ok_or(Unpriced::Missing)?;
    let tokens = tokens.ok_or(Unpriced::NoTokens)?;
    let (rates, tier) = model.rates(tokens.input, names.tier);
    if rates.is_empty() {
        return Err(Unpriced::NoRates);
    }
    let cost = rates.cost(tokens).map_err(Unpriced::NoRate)?;
    Ok((found, tier, cost))
}

// === impl Quote ===

impl Quote {
    /// The amount, where it is known.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        match self {
            Self::Priced { cost, .. } => Some(cost.total()),
            Self::Unpriced { .. } => None,
        }
    }

    /// The same with nothing to pay, where the amount is known: the answer was paid for before.
    #[must_use]
    pub fn paid_before(self) -> Self {
        match self {
            Self::Priced {
                found,
                tier,
                version,
                ..
            } => Self::Priced {
                cost: Cost::default(),
                found,
                tier,
                version,
            },
            Self::Unpriced { .. } => self,
        }
    }

    /// How the look into the catalogue ended.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Priced { found, tier, .. } => match (tier, found) {
                (TierPrice::Usual, Match::Exact | Match::Alias) => Status::TierMissing,
                (TierPrice::Own, Match::Exact) => Status::Exact,
                (TierPrice::Own, Match::Alias) => Status::Alias,
            },
            Self::Unpriced { why, .. } => match why {
                Unpriced::NoCatalog => Status::NoCatalog,
                Unpriced::Missing => Status::Missing,
                Unpriced::NoRates | Unpriced::NoRate(_) | Unpriced::NoTokens => Status::Unpriced,
            },
        }
    }

    /// The catalogue that was asked.
    #[must_use]
    pub fn version(&self) -> Option<&Arc<str>> {
        match self {
            Self::Priced { version, .. } => Some(version),
            Self::Unpriced { version, .. } => version.as_ref(),
        }
    }
}

// === impl Status ===

impl Status {
    /// As metrics and records write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alias => "alias",
            Self::TierMissing => "tier_missing",
            Self::Unpriced => "unpriced",
            Self::Missing => "missing",
            Self::NoCatalog => "no_catalog",
        }
    }
}

#[cfg(test)]
mod tests;
