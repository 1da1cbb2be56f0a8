//! The models of a router: which entry a requested name stands for, and which targets a virtual model is served by.
//!
//! Conditions are ids here; the caller evaluates them, and draws random numbers. It must not know what a model's backend is.
//! Invariant: an internal model is found as a target only, never by a client's name; virtual models do not chain.

use std::collections::HashSet;

use super::NamePattern;

/// A condition that the caller evaluates (an expression over the request).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConditionId(pub usize);

/// Who finds a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Clients and virtual models.
    #[default]
    Public,
    /// Virtual models only.
    Internal,
}

/// A concrete model: what serves the names of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model<T> {
    /// The names that it stands for.
    pub name: NamePattern,
    /// Who finds it.
    pub visibility: Visibility,
    /// What must hold beside the name, such as headers; no condition always holds.
    pub condition: Option<ConditionId>,
    /// What serves it: the caller's.
    pub backend: T,
}

/// A name that others serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualModel {
    /// The name, exactly.
    pub name: String,
    /// Who serves it.
    pub routing: Routing,
}

/// How a virtual model's target is chosen (llm.md R-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// One of them, in proportion to its weight; weight 0 never.
    Weighted(Vec<(u32, Target)>),
    /// The first whose condition holds; one without a condition always does.
    Conditional(Vec<(Option<ConditionId>, Target)>),
    /// All, those of the lowest priority first.
    Failover(Vec<(u32, Target)>),
}

/// A model that serves a virtual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The name that is asked for in place of the virtual one.
    pub model: String,
}

/// Targets of equal standing; a later group is for when an earlier one is exhausted.
pub type Group<'a> = Vec<&'a Target>;

/// What a requested name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a, T> {
    /// A name that others serve.
    Virtual(&'a VirtualModel),
    /// A model of its own.
    Concrete(&'a Model<T>),
    /// None, or none that this client may know of: answer 404 `model_not_found`.
    Unknown,
}

/// The models of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelTable<T> {
    models: Vec<Model<T>>,
    /// By name; of two equal ones the first that was declared is first.
    virtual_models: Vec<VirtualModel>,
}

// === impl ModelTable ===

impl<T> ModelTable<T> {
    /// A table of models in the order in which they are declared.
    #[must_use]
    pub fn new(models: Vec<Model<T>>, mut virtual_models: Vec<VirtualModel>) -> Self {
        virtual_models.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            models,
            virtual_models,
        }
    }

    /// What a client's name stands for: a virtual model of this very name, else the first public model that takes it.
    pub fn find(&self, name: &str, holds: impl FnMut(ConditionId) -> bool) -> Found<'_, T> {
        let at = self
            .virtual_models
            .partition_point(|known| known.name.as_str() < name);
        if let Some(found) = self
            .virtual_models
            .get(at)
            .filter(|known| known.name == name)
        {
            return Found::Virtual(found);
        }
        match self.first(name, |model| model.visibility == Visibility::Public, holds) {
            Some(model) => Found::Concrete(model),
            None => Found::Unknown,
        }
    }

    /// The model that serves a target; internal ones are found, virtual ones are not. One of exactly this name comes before
    /// any that a pattern makes fit.
    pub fn serving(
        &self,
        target: &Target,
        mut holds: impl FnMut(ConditionId) -> bool,
    ) -> Option<&Model<T>> {
        let name = target.model.as_str();
        self.first(name, |model| model.name.exact().is_some(), &mut holds)
            .or_else(|| self.first(name, |_| true, holds))
    }

    /// The names that clients may ask for and that are spelled out, each once: virtual ones, then the others in declared
    /// order.
    pub fn public_names(&self) -> impl Iterator<Item = &str> {
        let public = self
            .models
            .iter()
            .filter(|model| model.visibility == Visibility::Public);
        let concrete = public.filter_map(|model| model.name.exact());
        let mut seen = HashSet::new();
        let all = self
            .virtual_models
            .iter()
            .map(|known| known.name.as_str())
            .chain(concrete);
        all.filter(move |name| seen.insert(*name))
    }

    /// The concrete models, in declared order.
    #[must_use]
    pub fn models(&self) -> &[Model<T>] {
        &self.models
    }

    fn first(
        &self,
        name: &str,
        is_eligible: impl Fn(&Model<T>) -> bool,
        mut holds: impl FnMut(ConditionId) -> bool,
    ) -> Option<&Model<T>> {
        self.models.iter().find(|model| {
            is_eligible(model) && model.name.matches(name) && model.condition.is_none_or(&mut holds)
        })
    }
}

// === impl Routing ===

impl Routing {
    /// The targets to try, group by group; none if no condition holds or every weight is 0. `draw` is uniform over all of `u64`.
    pub fn candidates(
        &self,
        draw: u64,
        mut holds: impl FnMut(ConditionId) -> bool,
    ) -> Vec<Group<'_>> {
        match self {
            Self::Weighted(targets) => weighted(targets, draw)
                .into_iter()
                .map(|target| vec![target])
                .collect(),
            Self::Conditional(targets) => {
                let mut targets = targets.iter();
                let first = targets.find(|(condition, _)| condition.is_none_or(&mut holds));
                first.map(|(_, target)| vec![target]).into_iter().collect()
            }
            Self::Failover(targets) => by_priority(targets),
        }
    }

    /// Every target.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (numbered, conditional) = match self {
            Self::Weighted(targets) | Self::Failover(targets) => {
                (targets.as_slice(), [].as_slice())
            }
            Self::Conditional(targets) => ([].as_slice(), targets.as_slice()),
        };
        let numbered = numbered.iter().map(|(_, target)| target);
        numbered.chain(conditional.iter().map(|(_, target)| target))
    }
}

fn weighted(targets: &[(u32, Target)], draw: u64) -> Option<&Target> {
    let total: u128 = targets.iter().map(|(weight, _)| u128::from(*weight)).sum();
    let mut at = (u128::from(draw) * total) >> 64;
    targets.iter().find_map(|(weight, target)| {
        let weight = u128::from(*weight);
        match at < weight {
            true => Some(target),
            false => {
                at -= weight;
                None
            }
        }
    })
}

fn by_priority(targets: &[(u32, Target)]) -> Vec<Group<'_>> {
    let mut sorted: Vec<_> = targets.iter().collect();
    // The sort is stable: within a priority the declared order stays.
    sorted.sort_by_key(|(priority, _)| *priority);
    sorted
        .chunk_by(|(one, _), (other, _)| one == other)
        .map(|group| group.iter().map(|(_, target)| target).collect())
        .collect()
}
