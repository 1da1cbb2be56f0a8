//! Layers of prices.
//!
//! Owns the decoded `tidegate.v1.PriceCatalog`, and what layers in one are called. Must not decide which of them hold for
//! whom: their backends say so. Invariants: a document is taken whole or refused whole; a catalogue of which a layer is
//! missing is none, as its prices could be wrong.

use std::sync::Arc;

use ::route::field::FieldError;
use dp_policy::price::{self, Catalog, Layer};
use proto::type_url::TypeUrl;

use crate::config::Config;

/// Digits of a layer's version in a catalogue's: as many as its status shows.
const DIGITS: usize = 12;

/// One layer of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceLayer {
    /// Resource name.
    pub name: Arc<str>,
    /// What it says.
    pub layer: Layer,
}

/// Decodes a layer of prices.
pub(crate) fn price_catalog(
    message: &proto::tidegate::v1::PriceCatalog,
) -> Result<PriceLayer, FieldError> {
    let layer = price::read(&message.document).map_err(|error| {
        let cause = std::error::Error::source(&error);
        let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
        FieldError::invalid("document", format!("{error}{cause}"))
    })?;
    Ok(PriceLayer {
        name: message.name.as_str().into(),
        layer,
    })
}

// === impl Config ===

impl Config {
    /// Layers in one, the first at the bottom; `None` where there is none, or one of them is missing. Merging is not for
    /// each request.
    pub fn price_catalog(&self, layers: &[Arc<str>]) -> Option<Catalog> {
        let found: Option<Vec<&Arc<PriceLayer>>> =
            layers.iter().map(|name| self.price_layer(name)).collect();
        let found = found.filter(|found| !found.is_empty())?;
        let version = |layer: &&Arc<PriceLayer>| {
            let version = self.version(TypeUrl::PriceCatalog, &layer.name);
            let version = version.map_or("", |version| version);
            let version = version.get(..DIGITS).unwrap_or(version);
            let name = layer.name.strip_prefix("prices/").unwrap_or(&layer.name);
            format!("{name}@{version}")
        };
        let versions: Vec<String> = found.iter().map(version).collect();
        let layers = found.iter().map(|layer| layer.layer.clone());
        Some(Catalog::new(versions.join(","), layers))
    }
}

#[cfg(test)]
mod tests {
    use super::price_catalog;
    use proto::tidegate::v1::PriceCatalog;

    fn decoded(document: &str) -> Result<usize, String> {
        let message = PriceCatalog {
            name: "prices/a/b".to_owned(),
            document: document.to_owned(),
        };
        let layer = price_catalog(&message).map_err(|error| error.to_string())?;
        assert_eq!(&*layer.name, "prices/a/b");
        Ok(layer.layer.providers.len())
    }

    #[test]
    fn a_document_is_taken_whole_or_refused_whole() {
        let good = r#"{"providers":{"openai":{"models":{"m":{"rates":{"input":"2.5"}}}},"b":{}}}"#;
        assert_eq!(decoded(good), Ok(2));
        for (bad, says) in [
            ("", "document"),
            (
                r#"{"providers":{"openai":{"models":{"m":{"rates":{"input":2.5}}}}}}"#,
                "document",
            ),
            (
                r#"{"providers":{"openai":{"models":{"m":{"rates":{"input":"x"}}}}}}"#,
                "openai.models.m.rates.input",
            ),
            (r#"{"providers":{},"currency":"EUR"}"#, "currency"),
        ] {
            let told = decoded(bad).expect_err(bad);
            assert!(told.contains(says), "{told}");
        }
    }
}
