//! `backend.ai.load` of a TidegatePolicy: how much each provider is asked for at a time (llm.md 3.2, R-16).
//!
//! Owns the field's name, and which backends have providers. Must not leave a limit out in silence where there is none to
//! count for.

use cp_api::Kind;
use cp_api::tidegate_policy::{TidegatePolicy, ai::AiAlgorithm};
use proto::tidegate::v1 as tidegate;

use super::{Noun, attach};
use crate::lookup::Lookup;
use crate::plan::{AiLoadPlan, PolicyBody};

const FIELD: &str = "backend.ai.load";

pub(super) fn compile(lookup: &Lookup<'_>, policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.load.as_ref()?;
    let places = attach::targets(lookup, policy).places;
    let unfit = places.iter().find(|place| {
        let key = &place.key;
        if key.known() == Some(Kind::AgentgatewayModel) {
            return false;
        }
        let backend = (key.known() == Some(Kind::AgentgatewayBackend))
            .then(|| lookup.backend(&key.namespace, &key.name))
            .flatten();
        backend.is_none_or(|backend| backend.object.spec.ai.is_none())
    });
    let body = match unfit {
        Some(place) => Err(format!(
            "spec.{FIELD} is for AgentgatewayBackends of type ai and AgentgatewayModels, which {} is not; name another target",
            place.key
        )),
        None => Ok(PolicyBody::AiLoad(AiLoadPlan {
            max_in_flight: own.max_in_flight,
            max_in_flight_per_endpoint: own.max_in_flight_per_endpoint,
            probes: own.probes,
            min_healthy_percent: own.min_healthy_percent,
            algorithm: own.algorithm.map(algorithm),
        })),
    };
    Some((FIELD, body))
}

fn algorithm(own: AiAlgorithm) -> tidegate::AiAlgorithm {
    match own {
        AiAlgorithm::Weighted => tidegate::AiAlgorithm::Weighted,
        AiAlgorithm::P2cEwma => tidegate::AiAlgorithm::P2cEwma,
        AiAlgorithm::LeastInFlight => tidegate::AiAlgorithm::LeastInFlight,
        AiAlgorithm::LowestCost => tidegate::AiAlgorithm::LowestCost,
    }
}
