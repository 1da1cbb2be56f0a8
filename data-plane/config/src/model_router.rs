//! Model routers: which models clients may ask for, and which AI backend serves each.
//!
//! Owns the decoded `tidegate.v1.ModelRouter`. Must not choose: the table does. Invariant: a name that nothing can serve
//! stays in the table and refuses, so that no other model answers in its place.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use dp_llm::model_name::{
    ConditionId, Model, ModelTable, NamePattern, Routing, Target, VirtualModel, Visibility,
};
use dp_llm::models::ListedModel;
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as wire;

/// The models of a listener or of a route's rule.
#[derive(Clone, Debug)]
pub struct ModelRouter {
    /// Resource name.
    pub name: Arc<str>,
    /// What each name leads to: the name of an [`crate::AiBackend`].
    pub table: ModelTable<Arc<str>>,
    /// What must hold of a request, by [`ConditionId`].
    pub conditions: Vec<Expr>,
    /// What clients may ask for and is spelled out.
    pub listed: Vec<ListedModel>,
}

/// Who is said to own a model that leads to others.
const OWNER_OF_VIRTUAL: &str = "tidegate";

/// Decodes a router.
pub(crate) fn model_router(message: &wire::ModelRouter) -> Result<ModelRouter, FieldError> {
    let mut models = Vec::with_capacity(message.models.len());
    for (index, model) in message.models.iter().enumerate() {
        models.push(self::model(model).within_index("models", index)?);
    }
    let mut conditions = Vec::new();
    let mut virtual_models = Vec::with_capacity(message.virtual_models.len());
    for (index, model) in message.virtual_models.iter().enumerate() {
        let model = virtual_model(model, &mut conditions);
        virtual_models.push(model.within_index("virtual_models", index)?);
    }
    let table = ModelTable::new(models, virtual_models);
    let listed = table
        .public_names()
        .map(|name| listed(message, name))
        .collect();
    Ok(ModelRouter {
        name: message.name.as_str().into(),
        table,
        conditions,
        listed,
    })
}

/// The entry of a name that the table lists.
fn listed(message: &wire::ModelRouter, name: &str) -> ListedModel {
    let virtual_model = || {
        let mut all = message.virtual_models.iter();
        let found = all.find(|model| model.name == name)?;
        Some((OWNER_OF_VIRTUAL, found.created))
    };
    let concrete = || {
        let mut all = message.models.iter();
        let found = all.find(|model| model.name == name && !model.is_internal)?;
        Some((found.owner.as_str(), found.created))
    };
    let (owner, created) = virtual_model().or_else(concrete).unwrap_or_default();
    ListedModel {
        id: name.to_owned(),
        provider: owner.to_owned(),
        created: u64::try_from(created).unwrap_or_default(),
    }
}

fn model(message: &wire::RoutedModel) -> Result<Model<Arc<str>>, FieldError> {
    let name = NamePattern::parse(&message.name)
        .map_err(|error| FieldError::invalid("name", error.to_string()))?;
    Ok(Model {
        name,
        visibility: match message.is_internal {
            true => Visibility::Internal,
            false => Visibility::Public,
        },
        condition: None,
        backend: backend("backend", &message.backend)?,
    })
}

fn virtual_model(
    message: &wire::VirtualModel,
    conditions: &mut Vec<Expr>,
) -> Result<VirtualModel<Arc<str>>, FieldError> {
    if message.name.is_empty() {
        return Err(FieldError::missing("name"));
    }
    let routing = match &message.routing {
        None => return Err(FieldError::missing("routing")),
        Some(wire::virtual_model::Routing::Weighted(weighted)) => {
            let mut targets = Vec::with_capacity(weighted.targets.len());
            for (index, one) in weighted.targets.iter().enumerate() {
                let target = target(one.target.as_ref()).within_index("weighted.targets", index)?;
                targets.push((one.weight, target));
            }
            Routing::Weighted(targets)
        }
        Some(wire::virtual_model::Routing::Failover(name)) => {
            Routing::Failover(backend("failover", name)?)
        }
        Some(wire::virtual_model::Routing::Unavailable(why)) => Routing::Unavailable(why.clone()),
        Some(wire::virtual_model::Routing::Conditional(conditional)) => {
            let mut targets = Vec::with_capacity(conditional.targets.len());
            for (index, one) in conditional.targets.iter().enumerate() {
                let target = conditioned(one, conditions);
                targets.push(target.within_index("conditional.targets", index)?);
            }
            Routing::Conditional(targets)
        }
    };
    Ok(VirtualModel {
        name: message.name.clone(),
        routing,
    })
}

/// A target and what must hold for it.
fn conditioned(
    message: &wire::ConditionalModel,
    conditions: &mut Vec<Expr>,
) -> Result<(Option<ConditionId>, Target<Arc<str>>), FieldError> {
    let target = target(message.target.as_ref())?;
    if message.when.is_empty() {
        return Ok((None, target));
    }
    // The control plane has compiled it too, but may be another version.
    let when = Expr::compile(&message.when, AttributeSet::OF_LLM_REQUEST)
        .map_err(|error| FieldError::invalid("when", error.to_string()))?;
    conditions.push(when);
    Ok((Some(ConditionId(conditions.len() - 1)), target))
}

fn target(message: Option<&wire::ModelTarget>) -> Result<Target<Arc<str>>, FieldError> {
    let message = message.ok_or_else(|| FieldError::missing("target"))?;
    if message.model.is_empty() {
        return Err(FieldError::missing("target.model"));
    }
    Ok(Target {
        model: message.model.clone(),
        backend: backend("target.backend", &message.backend)?,
    })
}

fn backend(field: &'static str, name: &str) -> Result<Arc<str>, FieldError> {
    match name {
        "" => Err(FieldError::missing(field)),
        name => Ok(name.into()),
    }
}

#[cfg(test)]
mod tests {
    use dp_llm::model_name::{Choice, Found};
    use proto::tidegate::v1::virtual_model::Routing as Way;
    use proto::tidegate::v1::{
        ConditionalModel, ConditionalModels, ModelRouter, ModelTarget, RoutedModel, VirtualModel,
        WeightedModel, WeightedModels,
    };

    use super::model_router;

    fn concrete(name: &str, is_internal: bool) -> RoutedModel {
        RoutedModel {
            name: name.to_owned(),
            is_internal,
            backend: format!("model/default/{name}"),
            owner: "openai".to_owned(),
            created: 5,
        }
    }

    fn named(name: &str, routing: Option<Way>) -> VirtualModel {
        VirtualModel {
            name: name.to_owned(),
            created: -1,
            routing,
        }
    }

    fn weighted(model: &str, backend: &str) -> Option<Way> {
        let target = ModelTarget {
            model: model.to_owned(),
            backend: backend.to_owned(),
        };
        Some(Way::Weighted(WeightedModels {
            targets: vec![WeightedModel {
                target: Some(target),
                weight: 1,
            }],
        }))
    }

    #[test]
    fn a_router_finds_and_lists() {
        let router = model_router(&ModelRouter {
            name: "models/gw/default/gw/http".to_owned(),
            models: vec![
                concrete("gpt-4o", false),
                concrete("hidden", true),
                concrete("claude-*", false),
            ],
            virtual_models: vec![
                named("fast", weighted("hidden", "model/default/hidden")),
                named("gone", Some(Way::Unavailable("no target".to_owned()))),
                named("safe", Some(Way::Failover("model/default/safe".to_owned()))),
            ],
        });
        let router = router.expect("decodes");
        let listed: Vec<_> = router
            .listed
            .iter()
            .map(|model| (model.id.as_str(), model.provider.as_str(), model.created))
            .collect();
        assert_eq!(
            listed,
            [
                ("fast", "tidegate", 0),
                ("gone", "tidegate", 0),
                ("safe", "tidegate", 0),
                ("gpt-4o", "openai", 5),
            ]
        );
        assert!(matches!(
            router.table.find("hidden", |_| true),
            Found::Unknown
        ));
        let Found::Virtual(fast) = router.table.find("fast", |_| true) else {
            panic!("fast is virtual");
        };
        let Choice::One(target) = fast.routing.choose(0, |_| true) else {
            panic!("it has a target");
        };
        assert_eq!(
            (target.model.as_str(), &*target.backend),
            ("hidden", "model/default/hidden")
        );
    }

    fn conditional(when: &str) -> Option<Way> {
        let target = |model: &str, when: &str| ConditionalModel {
            target: Some(ModelTarget {
                model: model.to_owned(),
                backend: format!("model/default/{model}"),
            }),
            when: when.to_owned(),
        };
        Some(Way::Conditional(ConditionalModels {
            targets: vec![target("a", when), target("b", "")],
        }))
    }

    #[test]
    fn conditions_are_compiled() {
        let router = model_router(&ModelRouter {
            virtual_models: vec![
                named("one", conditional("1 == 1")),
                named("other", conditional("2 == 2")),
            ],
            ..ModelRouter::default()
        });
        let router = router.expect("decodes");
        let Found::Virtual(other) = router.table.find("other", |_| false) else {
            panic!("it is virtual");
        };
        let mut asked = None;
        let chosen = other.routing.choose(0, |id| {
            asked = router
                .conditions
                .get(id.0)
                .map(|own| own.source().to_owned());
            false
        });
        assert!(matches!(chosen, Choice::One(target) if target.model == "b"));
        assert_eq!(asked.as_deref(), Some("2 == 2"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let in_models = |model| ModelRouter {
            models: vec![model],
            ..ModelRouter::default()
        };
        let in_virtual = |model| ModelRouter {
            virtual_models: vec![model],
            ..ModelRouter::default()
        };
        for (message, path) in [
            (in_models(concrete("a*b", false)), "models[0].name"),
            (in_models(concrete("", false)), "models[0].name"),
            (
                in_models(RoutedModel {
                    backend: String::new(),
                    ..concrete("a", false)
                }),
                "models[0].backend",
            ),
            (
                in_virtual(named("", weighted("a", "b"))),
                "virtual_models[0].name",
            ),
            (in_virtual(named("a", None)), "virtual_models[0].routing"),
            (
                in_virtual(named("a", conditional("1 +"))),
                "virtual_models[0].conditional.targets[0].when",
            ),
            (
                in_virtual(named("a", weighted("", "b"))),
                "virtual_models[0].weighted.targets[0].target.model",
            ),
            (
                in_virtual(named("a", weighted("b", ""))),
                "virtual_models[0].weighted.targets[0].target.backend",
            ),
        ] {
            let error = model_router(&message).expect_err(path);
            assert!(error.to_string().contains(path), "{error}");
        }
    }
}
