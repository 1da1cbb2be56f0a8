//! PriceCatalog: what models cost, by provider.
//!
//! Owns the fields, which are those of agentgateway's model catalogue and ours in the same places, so that
//! `spec.providers` is a document of that shape. Must not compute with prices: a rate is a text of a decimal here, as
//! a float would round it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::{at_least_one, rule};

/// Names of tiers of service that cost what the model's rates say.
const USUAL: [&str; 7] = [
    "auto",
    "default",
    "on_demand",
    "standard",
    "standard_only",
    "traffic_type_unspecified",
    "unspecified",
];

/// PriceCatalog.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PriceCatalog {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: PriceCatalogSpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// A layer of prices. All PriceCatalogs of a namespace are laid over each other, field by field, and hold for the model
/// providers of that namespace; those of the Gateway's namespace lie above them. No price is built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceCatalogSpec {
    /// Where the layer lies: a higher one wins, of two alike the one whose name sorts last.
    #[serde(default)]
    pub priority: i32,
    /// Providers by the name under which records and metrics tell them, such as `openai` or `aws.bedrock`.
    #[schemars(extend("maxProperties" = 32))]
    pub providers: BTreeMap<String, PricedProvider>,
}

/// What a provider offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PricedProvider {
    /// Models by the provider's own name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 512))]
    pub models: BTreeMap<String, PricedModel>,
    /// Other names of models, and which model each means.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 256))]
    pub aliases: BTreeMap<String, ModelName>,
}

/// The name of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct ModelName(#[schemars(length(min = 1, max = 256))] pub String);

/// What is known of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["rates", "tiers", "serviceTiers", "tags", "maxOutput", "contextWindow"]),
]))]
pub struct PricedModel {
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<PricedRates>,
    /// What it costs where the prompt is long. The list replaces that of a layer below.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 4),
        extend(
            "x-kubernetes-list-type" = "map",
            "x-kubernetes-list-map-keys" = ["contextOver"],
            "x-kubernetes-validations" = [rule(
                "self.map(tier, tier.contextOver).isSorted()",
                "contextOver must rise from tier to tier",
            )],
        ),
    )]
    pub tiers: Option<Vec<PricedTier>>,
    /// What it costs in another tier of service than the usual one, by the tier's name in small letters: `flex`, `priority`,
    /// `fast`, `provisioned_throughput`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 8))]
    pub service_tiers: BTreeMap<String, PricedServiceTier>,
    /// Words that a route may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "set"))]
    pub tags: Option<Vec<Tag>>,
    /// Most tokens of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub max_output: Option<u64>,
    /// Most tokens of prompt and answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub context_window: Option<u64>,
}

/// A word that a route may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Tag(#[schemars(length(min = 1, max = 64))] pub String);

/// Rates of long prompts; those that it does not give are the model's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PricedTier {
    /// The prompt must have more tokens than that, cached ones included.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub context_over: u64,
    /// What the whole request then costs.
    pub rates: PricedRates,
}

/// Rates of a tier of service; those that it does not give are those that the model has without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PricedServiceTier {
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<PricedRates>,
    /// What it costs where the prompt is long; thresholds must rise. The list replaces that of a layer below.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4))]
    pub tiers: Option<Vec<PricedTier>>,
}

/// USD per million tokens, by what the tokens are. One that is absent is not zero: where no other stands in for it,
/// what needs it is unpriced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PricedRates {
    /// Prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<UsdRate>,
    /// Generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<UsdRate>,
    /// Read from the provider's cache; `input` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<UsdRate>,
    /// Written to the provider's cache; `input` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<UsdRate>,
    /// Written to the provider's cache for an hour; `cacheWrite` where it is absent.
    #[serde(rename = "cacheWrite1h", skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<UsdRate>,
    /// Reasoning; `output` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<UsdRate>,
    /// Audio in; `input` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_audio: Option<UsdRate>,
    /// Audio out; `output` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_audio: Option<UsdRate>,
    /// USD per request, on top of its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_request: Option<UsdRate>,
}

/// An amount of USD as a decimal with at most six digits behind the point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct UsdRate(
    #[schemars(
        length(min = 1, max = 19),
        regex(pattern = r"^[0-9]{1,12}(\.[0-9]{1,6})?$")
    )]
    pub String,
);

// === impl PriceCatalog ===

impl Resource for PriceCatalog {
    const KIND: Kind = Kind::PriceCatalog;
    resource_metadata!();

    /// Keys of maps are out of reach of a schema's rules.
    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            check.field("providers", |check| {
                for (name, provider) in &self.spec.providers {
                    check.length("name", name, 1, 256);
                    check.field(name, |check| provider.check(check));
                }
            });
        });
    }

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}

// === impl PricedProvider ===

impl PricedProvider {
    fn check(&self, check: &mut Check) {
        check.field("models", |check| {
            for (name, model) in &self.models {
                check.length("name", name, 1, 256);
                check.field(name, |check| model.check(check));
            }
        });
        check.field("aliases", |check| {
            for alias in self.aliases.keys() {
                check.length("name", alias, 1, 256);
                let is_free = !self.models.contains_key(alias);
                check.that(alias, is_free, "must not be the name of a model");
            }
        });
    }
}

// === impl PricedModel ===

impl PricedModel {
    fn check(&self, check: &mut Check) {
        check.field("serviceTiers", |check| {
            for (name, tier) in &self.service_tiers {
                let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
                let mut bytes = name.bytes();
                let is_name = (1..=64).contains(&name.len())
                    && bytes.all(|byte| letters(byte) || matches!(byte, b'_' | b'-'));
                check.that(
                    name,
                    is_name,
                    "must be a name of at most 64 small letters, digits, _ and -",
                );
                check.that(
                    name,
                    !USUAL.contains(&&**name),
                    "is the usual tier, whose prices are the model's rates and tiers",
                );
                let tiers = tier.tiers.as_deref().unwrap_or_default();
                check.that(
                    name,
                    tier.rates.is_some() || !tiers.is_empty(),
                    "must set at least one of rates, tiers",
                );
                let rises = tiers.is_sorted_by(|one, next| one.context_over < next.context_over);
                check.that(name, rises, "contextOver must rise from tier to tier");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{PriceCatalog, PriceCatalogSpec};
    use crate::check::Check;
    use crate::object::Resource;
    use crate::schema::structural;
    use crate::schema::validate::Judge;
    use serde_json::{Value, json};

    /// The spec with one model, as an API server sees it.
    fn refusal(model: &Value) -> String {
        let judge = Judge::new(structural::of::<PriceCatalogSpec>());
        assert_eq!(judge.faults(), [""; 0]);
        let spec = json!({"providers": {"openai": {"models": {"m": model}}}});
        let Err(fields) = judge.accept(spec) else {
            return String::new();
        };
        fields.iter().map(|field| format!("{field}\n")).collect()
    }

    #[track_caller]
    fn check(good: &Value, bad: &Value, says: &str) {
        assert_eq!(refusal(good), "");
        let told = refusal(bad);
        assert!(told.contains(says), "{told}");
    }

    #[test]
    fn rates_are_plain_decimals() {
        for (good, bad) in [
            ("0", ""),
            ("0.15", "-0.15"),
            ("3.000001", "3.0000001"),
            ("999999999999.999999", "1000000000000"),
            ("1", "1e3"),
            ("0.5", ".5"),
            ("1", "1."),
        ] {
            let (good, bad) = (
                json!({"rates": {"input": good}}),
                json!({"rates": {"input": bad}}),
            );
            check(&good, &bad, "providers.openai.models.m.rates.input");
        }
        let number = json!({"rates": {"cacheWrite1h": 3}});
        check(&json!({"tags": ["a"]}), &number, "rates.cacheWrite1h");
    }

    #[test]
    fn tiers_rise() {
        let tiers = |thresholds: &[u64]| {
            let tier = |over: &u64| json!({"contextOver": over, "rates": {"input": "1"}});
            json!({"tiers": thresholds.iter().map(tier).collect::<Vec<_>>()})
        };
        check(&tiers(&[1, 2, 30]), &tiers(&[1, 3, 2]), "must rise");
        check(&tiers(&[7]), &tiers(&[7, 7]), "tiers[1]");
        check(&tiers(&[1]), &tiers(&[0]), "contextOver");
        check(&tiers(&[1]), &tiers(&[]), "tiers");
        check(&tiers(&[1, 2, 3, 4]), &tiers(&[1, 2, 3, 4, 5]), "tiers");
    }

    #[test]
    fn a_model_says_something() {
        let full = json!({"rates": {"input": "1", "perRequest": "0.01"}, "tags": ["a"], "maxOutput": 4096,
            "contextWindow": 128_000});
        check(&full, &json!({}), "must set at least one of rates");
        check(&full, &json!({"contextWindow": 0}), "contextWindow");
        check(&full, &json!({"tags": ["a", "a"]}), "tags[1]");
    }

    #[test]
    fn an_alias_hides_no_model() {
        let object = |alias: &str| {
            let provider = json!({"models": {"m": {"tags": ["a"]}}, "aliases": {alias: "m"}});
            let value =
                json!({"metadata": {"name": "a"}, "spec": {"providers": {"openai": provider}}});
            let object: PriceCatalog = serde_json::from_value(value).expect("shape");
            let mut check = Check::default();
            object.check(&mut check);
            check.finish()
        };
        assert_eq!(object("other"), []);
        let told = object("m");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].path, "spec.providers.openai.aliases.m");
    }

    #[test]
    fn tiers_of_service_have_names_and_prices() {
        let refused = |name: &str, tier: &Value| {
            let models = json!({"m": {"serviceTiers": {name: tier}}});
            let value = json!({"metadata": {"name": "a"}, "spec": {"providers": {"openai": {"models": models}}}});
            let object: PriceCatalog = serde_json::from_value(value).expect("shape");
            let mut check = Check::default();
            object.check(&mut check);
            let mut told = check.finish().into_iter();
            told.next().map(|fault| fault.to_string())
        };
        let rates = json!({"rates": {"input": "1"}});
        for good in ["flex", "provisioned_throughput", "tier-2"] {
            assert_eq!(refused(good, &rates), None, "{good}");
        }
        let tiers = |over: [u64; 2]| {
            let tier = |over: u64| json!({"contextOver": over, "rates": {"input": "1"}});
            json!({"tiers": over.map(tier)})
        };
        assert_eq!(refused("flex", &tiers([1, 2])), None);
        for (name, tier, says) in [
            ("Flex", &rates, "small letters"),
            ("", &rates, "small letters"),
            ("default", &rates, "the usual tier"),
            ("flex", &json!({}), "at least one of rates, tiers"),
            ("flex", &tiers([2, 2]), "must rise"),
        ] {
            let told = refused(name, tier).expect("refused");
            assert!(told.contains(says), "{told}");
            assert!(told.contains("models.m.serviceTiers"), "{told}");
        }
    }

    #[test]
    fn the_providers_are_a_document_of_agentgateways_shape() {
        let providers = json!({"gcp.gemini": {"models": {"gemini-2.5-pro": {
            "rates": {"input": "1.25", "output": "10", "cacheRead": "0.125", "cacheWrite1h": "2"},
            "tiers": [{"contextOver": 200_000, "rates": {"input": "2.5"}}]}}}});
        let spec: PriceCatalogSpec =
            serde_json::from_value(json!({"providers": providers})).expect("shape");
        assert_eq!(spec.priority, 0);
        assert_eq!(
            serde_json::to_value(spec.providers).expect("json"),
            providers
        );
    }
}
