//! The models of one router: concrete ones in declared order, and virtual ones that lead to others (llm.md R-2).
//!
//! It must not know how conditions are evaluated or what a backend is. Invariant: an internal model is found by way of
//! a virtual one only, so what `find` gives is what a client may ask for.

use std::collections::HashSet;
use std::sync::Arc;

use super::NamePattern;

/// A condition that its owner can evaluate, by its place in the owner's list.
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
    /// What must hold beside the name; no condition always holds.
    pub condition: Option<ConditionId>,
    /// What serves it: the caller's.
    pub backend: T,
}

/// A name that others serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualModel<T> {
    /// The name, exactly.
    pub name: String,
    /// Who serves it.
    pub routing: Routing<T>,
}

/// How a virtual model's target is chosen (llm.md R-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing<T> {
    /// One of them, in proportion to its weight; weight 0 never.
    Weighted(Vec<(u32, Target<T>)>),
    /// The first whose condition holds; one without a condition always does.
    Conditional(Vec<(Option<ConditionId>, Target<T>)>),
    /// All of them, one after the other: the backend knows their order and their names.
    Failover(T),
    /// None: why.
    Unavailable(String),
}

/// A model that serves a virtual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target<T> {
    /// The name that is asked for in place of the virtual one.
    pub model: String,
    /// What serves it. It may be internal.
    pub backend: T,
}

/// What a requested name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a, T> {
    /// A name that others serve.
    Virtual(&'a VirtualModel<T>),
    /// A model of its own.
    Concrete(&'a Model<T>),
    /// None, or none that this client may know of: answer 404 `model_not_found`.
    Unknown,
}

/// Who serves a virtual model this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'a, T> {
    /// One model.
    One(&'a Target<T>),
    /// A backend of several, each of which has a name of its own there.
    Several(&'a T),
    /// No condition holds, or every weight is 0.
    None,
    /// Nobody ever: why.
    Unavailable(&'a str),
}

/// The models of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelTable<T> {
    models: Vec<Model<T>>,
    /// By name; of two equal ones the first that was declared is first.
    virtual_models: Vec<VirtualModel<T>>,
    /// What may be asked for of a provider and is spelled out here.
    spelled: HashSet<Arc<str>>,
}

// === impl ModelTable ===

impl<T> ModelTable<T> {
    /// A table of models in the order in which they are declared.
    #[must_use]
    pub fn new(models: Vec<Model<T>>, mut virtual_models: Vec<VirtualModel<T>>) -> Self {
        virtual_models.sort_by(|one, other| one.name.cmp(&other.name));
        let concrete = models.iter().filter_map(|model| model.name.exact());
        let targets = virtual_models
            .iter()
            .flat_map(|known| known.routing.targets())
            .map(|target| target.model.as_str());
        let spelled = concrete.chain(targets).map(Arc::from).collect();
        Self {
            models,
            virtual_models,
            spelled,
        }
    }

    /// What a client's name stands for: a virtual model of this very name, else the first public model that takes it.
    pub fn find(&self, name: &str, mut holds: impl FnMut(ConditionId) -> bool) -> Found<'_, T> {
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
        let first = self.models.iter().find(|model| {
            model.visibility == Visibility::Public
                && model.name.matches(name)
                && model.condition.is_none_or(&mut holds)
        });
        match first {
            Some(model) => Found::Concrete(model),
            None => Found::Unknown,
        }
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

    /// The same name where whoever declared the models wrote it, so that it is not a client's: an exact one of a concrete
    /// model, or that of a target. What only a pattern takes is none.
    #[must_use]
    pub fn spelled(&self, name: &str) -> Option<&Arc<str>> {
        self.spelled.get(name)
    }

    /// The concrete models, in declared order.
    #[must_use]
    pub fn models(&self) -> &[Model<T>] {
        &self.models
    }

    /// The virtual models, by name.
    #[must_use]
    pub fn virtual_models(&self) -> &[VirtualModel<T>] {
        &self.virtual_models
    }
}

// === impl Routing ===

impl<T> Routing<T> {
    /// The models that it may lead to by their names.
    fn targets(&self) -> impl Iterator<Item = &Target<T>> {
        let (weighted, conditional) = match self {
            Self::Weighted(targets) => (targets.as_slice(), [].as_slice()),
            Self::Conditional(targets) => ([].as_slice(), targets.as_slice()),
            Self::Failover(_) | Self::Unavailable(_) => ([].as_slice(), [].as_slice()),
        };
        let weighted = weighted.iter().map(|(_, target)| target);
        weighted.chain(conditional.iter().map(|(_, target)| target))
    }

    /// Who serves a request. `draw` is uniform over all of `u64`.
    pub fn choose(&self, draw: u64, mut holds: impl FnMut(ConditionId) -> bool) -> Choice<'_, T> {
        match self {
            Self::Weighted(targets) => weighted(targets, draw).map_or(Choice::None, Choice::One),
            Self::Conditional(targets) => {
                let mut targets = targets.iter();
                let first = targets.find(|(condition, _)| condition.is_none_or(&mut holds));
                first.map_or(Choice::None, |(_, target)| Choice::One(target))
            }
            Self::Failover(backend) => Choice::Several(backend),
            Self::Unavailable(why) => Choice::Unavailable(why),
        }
    }
}

fn weighted<T>(targets: &[(u32, Target<T>)], draw: u64) -> Option<&Target<T>> {
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
