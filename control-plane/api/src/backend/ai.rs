//! `ai` of an AgentgatewayBackend: model providers, alone or in priority groups.
//!
//! Owns the two forms and where a provider's name comes from. A provider of the single form has no name of its
//! own; it is called `backend`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::backend::policy::{self, BackendPolicies};
use crate::backend::provider::Provider;
use crate::check::Check;
use crate::schema::rule::{exactly_one, rule};
use schemars::{Schema, SchemaGenerator};

/// The name of the provider of the single form.
pub const SINGLE: &str = "backend";

/// Model providers: one, or priority groups.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["provider", "groups"])]))]
pub struct AiBackend {
    /// The single form.
    pub provider: Option<Provider>,
    /// Priority groups, first group first; the next is used where no provider of a group is healthy.
    #[schemars(length(min = 1, max = 8))]
    pub groups: Option<Vec<ProviderGroup>>,
}

/// Providers of equal priority.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub struct ProviderGroup {
    /// The providers.
    #[schemars(
        length(min = 1, max = 16),
        extend("x-kubernetes-validations" = [rule(
            "self.all(one, self.exists_one(other, one.name == other.name))",
            "names must be unique",
        )]),
    )]
    pub providers: Vec<NamedProvider>,
}

/// A provider in a group.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct NamedProvider {
    /// Name; the sectionName by which a policy refers to the provider.
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub name: String,
    /// Share of requests in the group, relative to the others; 1 where none is given.
    #[schemars(range(max = 1_000_000))]
    pub weight: Option<u32>,
    /// Policies of the provider; they win over those of the backend.
    #[serde(default)]
    #[schemars(schema_with = "policies")]
    pub policies: Option<BackendPolicies>,
    /// The provider itself.
    #[serde(flatten)]
    pub provider: Provider,
}

fn policies(generator: &mut SchemaGenerator) -> Schema {
    policy::view(generator, policy::WITH_AI)
}

// === impl AiBackend ===

impl AiBackend {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Some(provider) = &self.provider {
            check.field("provider", |check| provider.check(check));
        }
        let mut names = std::collections::BTreeSet::new();
        check.each(
            "groups",
            self.groups.as_deref().unwrap_or_default(),
            |check, group| {
                check.each("providers", &group.providers, |check, named| {
                    // A policy refers to a provider by its name alone, so one name in two groups is two targets.
                    let fresh = names.insert(named.name.clone());
                    check.that("name", fresh, "must be unique in the backend");
                    if let Some(policies) = &named.policies {
                        check.field("policies", |check| policies.check(check));
                    }
                    named.provider.check(check);
                });
            },
        );
    }
}
