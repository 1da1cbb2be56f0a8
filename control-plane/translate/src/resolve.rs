//! From inputs to plans and reports: the order of the steps, and nothing else.
//!
//! Must not decide anything itself. The order matters once: listeners exist before routes attach to them, and
//! routes are attached before a listener's report can count them.

use std::collections::{BTreeMap, BTreeSet};

use cp_api::condition::{Condition, ConditionType, Reason};

use crate::backend::Catalog;
use crate::gateway::{self, GatewayDraft};
use crate::gateway_class;
use crate::infra;
use crate::lookup::Lookup;
use crate::model::{self, Models, RuleModels};
use crate::outline::Claim;
use crate::output::{GatewayKey, Translation};
use crate::plan::GatewayPlan;
use crate::policy::{self, Attachments, Reach};
use crate::price::Layers;
use crate::report::{Detail, Programmed, Report, Scope};
use crate::route;
use crate::settings::Settings;
use crate::unserved;

/// Everything decided, before resources are made.
pub(crate) struct Resolved {
    pub(crate) plans: BTreeMap<GatewayKey, GatewayPlan>,
    /// Outputs without resources, reports without rejections.
    pub(crate) translation: Translation,
}

/// Runs all units.
pub(crate) fn resolve(lookup: &Lookup<'_>, settings: &Settings) -> Resolved {
    let mut reports = gateway_class::class_reports(lookup, settings);
    reports.extend(gateway::orphan_reports(lookup, settings));
    let mut drafts = gateway::drafts(lookup, settings);
    let attachments = Attachments::new(lookup, settings);
    let models = Models::new(lookup, settings, &attachments);
    let rule_models = RuleModels::new(lookup, &models);
    let mut catalog = Catalog::new(lookup, settings, rule_models, &attachments);
    reports.extend(route::attach_all::<route::http::Http>(
        lookup,
        settings,
        &mut catalog,
        &mut drafts,
    ));
    let layers = Layers::new(lookup);
    reports.extend(model::attach_all(lookup, settings, &models, &mut drafts));
    let plans: BTreeMap<GatewayKey, GatewayPlan> = drafts
        .iter()
        .map(|draft| {
            let mut plan = draft.plan(settings, &attachments);
            layers.attach(&mut plan);
            (draft.key.clone(), plan)
        })
        .collect();
    reports.extend(catalog.reports(&reached(&plans)));
    reports.extend(layers.reports(&plans));
    reports.extend(drafts.iter().flat_map(GatewayDraft::reports));
    // Policies are about Gateways that the reports so far say are reached.
    let reach = Reach::new(&plans, &reports);
    reports.extend(policy::reports(lookup, settings, &reach, &attachments));
    reports.extend(unserved::reports(lookup));
    mark_invalid(lookup, settings, &mut reports);
    let gateways = drafts
        .iter()
        .map(|draft| (draft.key.clone(), draft.output()))
        .collect();
    let infra = plans.values().map(infra::desired).collect();
    Resolved {
        plans,
        translation: Translation {
            gateways,
            reports,
            infra,
        },
    }
}

/// Which Gateways each cluster name is reached from.
fn reached(plans: &BTreeMap<GatewayKey, GatewayPlan>) -> BTreeMap<String, BTreeSet<GatewayKey>> {
    let mut reached: BTreeMap<String, BTreeSet<GatewayKey>> = BTreeMap::new();
    for plan in plans.values() {
        for name in plan.backends.keys() {
            reached
                .entry(name.clone())
                .or_default()
                .insert(plan.key.clone());
        }
    }
    reached
}

/// Whether we have to answer for an object that cannot be read.
fn is_ours(lookup: &Lookup<'_>, settings: &Settings, claim: &Claim) -> bool {
    match claim {
        Claim::Open => true,
        Claim::Controller(name) => *name == settings.controller,
        Claim::Class(class) => gateway_class::is_ours(lookup, settings, class),
        Claim::Parents(parents) => lookup.gateways().any(|stored| {
            let metadata = &stored.object.metadata;
            parents.contains(&GatewayKey::new(&metadata.namespace, &metadata.name))
                && gateway_class::is_ours(lookup, settings, &stored.object.spec.gateway_class_name)
        }),
    }
}

/// Objects that cannot be read say so; those with a last good content keep being served.
fn mark_invalid(lookup: &Lookup<'_>, settings: &Settings, reports: &mut Vec<Report>) {
    for (key, invalid) in lookup.invalid() {
        let mut was_known = false;
        let condition =
            |message: String| Condition::fails(ConditionType::Accepted, Reason::Invalid, message);
        let stands = format!("{}; the last good content stays in force", invalid.message);
        for report in reports.iter_mut().filter(|report| report.key == *key) {
            was_known = true;
            report
                .conditions
                .retain(|condition| condition.kind != ConditionType::Accepted);
            report.conditions.insert(0, condition(stands.clone()));
        }
        if was_known || !is_ours(lookup, settings, &invalid.outline.claim) {
            continue;
        }
        let origin = invalid.origin.as_ref();
        reports.push(Report {
            key: key.clone(),
            source: proto::tidegate::v1::Source {
                group: key.group.clone(),
                kind: key.kind.clone(),
                namespace: key.namespace.clone(),
                name: key.name.clone(),
                uid: invalid.outline.uid.clone(),
                generation: invalid.outline.generation,
                file: origin
                    .map(|origin| origin.file.as_ref().to_owned())
                    .unwrap_or_default(),
                line: origin.map_or(0, |origin| origin.line),
                ..Default::default()
            },
            scope: Scope::Object,
            conditions: vec![condition(invalid.message.clone())],
            programmed: Programmed::Absent,
            envoy_limits: Vec::new(),
            gateways: Vec::new(),
            detail: Detail::None,
        });
    }
}
