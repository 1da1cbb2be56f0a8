//! The models of a listener or of a route's rule.
//!
//! Owns values only, as the rest of the plan: every reference is followed.

/// Which names clients may ask for, and what serves each.
#[derive(Clone, Debug, Default)]
pub(crate) struct RouterPlan {
    /// In the order in which they are looked at.
    pub(crate) models: Vec<RoutedModelPlan>,
    /// They come before the models above.
    pub(crate) virtual_models: Vec<VirtualModelPlan>,
}

/// A model that a provider has.
#[derive(Clone, Debug)]
pub(crate) struct RoutedModelPlan {
    /// Name or pattern.
    pub(crate) name: String,
    pub(crate) is_internal: bool,
    /// Name of its AiBackend.
    pub(crate) backend: String,
    /// `gen_ai.provider.name`.
    pub(crate) owner: String,
    /// Seconds since the epoch; 0 where unknown.
    pub(crate) created: i64,
}

/// A name that leads to other models.
#[derive(Clone, Debug)]
pub(crate) struct VirtualModelPlan {
    pub(crate) name: String,
    /// Seconds since the epoch; 0 where unknown.
    pub(crate) created: i64,
    pub(crate) routing: RoutingPlan,
}

/// How one is chosen.
#[derive(Clone, Debug)]
pub(crate) enum RoutingPlan {
    Weighted(Vec<(u32, TargetPlan)>),
    /// The first whose expression holds; one without always does.
    Conditional(Vec<(Option<String>, TargetPlan)>),
    /// Name of the AiBackend that has them in groups.
    Failover(String),
    /// None: why.
    Unavailable(String),
}

/// A model behind another.
#[derive(Clone, Debug)]
pub(crate) struct TargetPlan {
    /// What is asked for.
    pub(crate) model: String,
    /// Name of its AiBackend.
    pub(crate) backend: String,
}
