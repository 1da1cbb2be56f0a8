//! The alpha kinds of the inference extension: InferencePool before version 1, and InferenceModel.
//!
//! Owns their fields. An InferenceModel said which names of models a pool serves and how they share; that is an
//! AgentgatewayModel now, which the routes to the pool serve. Must not change a route: `route` has done that, and says
//! where.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::manifest::{self, put};
use super::set::Work;

/// Port of an endpoint picker where none was given.
const PICKER_PORT: u64 = 9_002;

/// Converts an InferencePool.
pub(crate) fn pool(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let log = &mut work.log;
    let mut to = Map::new();
    if let Some(selector) = spec.take("selector") {
        put(&mut to, "selector", json!({"matchLabels": selector}));
        log.changed("spec.selector", "spec.selector.matchLabels");
    }
    if let Some(port) = spec.take("targetPortNumber") {
        put(&mut to, "targetPorts", json!([{"number": port}]));
        log.changed("spec.targetPortNumber", "spec.targetPorts");
    }
    if let Some(mut picker) = spec.object("extensionRef") {
        let mut reference = Map::new();
        for key in ["group", "kind", "name", "failureMode"] {
            put(&mut reference, key, picker.take(key).unwrap_or_default());
        }
        let port = picker.number("portNumber").unwrap_or(PICKER_PORT);
        put(&mut reference, "port", json!({"number": port}));
        put(&mut to, "endpointPickerRef", reference);
        log.changed("spec.extensionRef", "spec.endpointPickerRef");
        picker.finish(log);
    }
    spec.finish(log);
    log.converted(format!(
        "InferencePool {}/{} of {}/v1",
        work.namespace,
        work.name,
        manifest::INFERENCE
    ));
    vec![manifest::object(
        "inference.networking.k8s.io/v1",
        "InferencePool",
        manifest::metadata(value),
        Value::Object(to),
    )]
}

/// Converts an InferenceModel.
pub(crate) fn model(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut spec = Fields::new("spec", value.get("spec").cloned().unwrap_or_default());
    let asked = spec.text("modelName").unwrap_or_else(|| work.name.clone());
    let pool = pool_of(&mut spec);
    match spec.text("criticality").as_deref() {
        None => {}
        Some("Standard") => work.log.unneeded("spec.criticality", "is the default"),
        Some(_) => work.log.left_out(
            "spec.criticality",
            "the order of requests is the endpoint picker's: set it there",
        ),
    }
    let targets = targets(&mut spec);
    spec.finish(&mut work.log);
    let parents = work.plan.parents(&work.namespace, &pool);
    if parents.is_empty() {
        work.log.left_out(
            "",
            format!(
                "no HTTPRoute of the input leads to InferencePool {}/{pool} in a way that models can stand for it: \
                 give the route together with the model",
                work.namespace
            ),
        );
        return Vec::new();
    }
    let base = json!({"parentRefs": parents});
    let metadata = manifest::metadata(value);
    let models = write(&asked, &pool, targets, (&base, &metadata), work);
    work.log.added(
        "spec.custom.formats",
        "Completions: name here what else the servers of the pool speak",
    );
    models
}

/// Name of the pool; group and kind can only say that it is one.
fn pool_of(spec: &mut Fields) -> String {
    let Some(mut reference) = spec.object("poolRef") else {
        return String::new();
    };
    let name = reference.text("name").unwrap_or_default();
    reference.rest();
    name
}

/// Names and shares of the models behind a name.
fn targets(spec: &mut Fields) -> Vec<(String, u64)> {
    let one = |mut target: Fields| {
        let name = target.text("name")?;
        let weight = target.number("weight").unwrap_or(1);
        target.rest();
        Some((name, weight))
    };
    spec.objects("targetModels")
        .into_iter()
        .filter_map(one)
        .collect()
}

fn write(
    asked: &str,
    pool: &str,
    targets: Vec<(String, u64)>,
    (base, metadata): (&Value, &Value),
    work: &mut Work<'_>,
) -> Vec<Value> {
    let make = |name: &str, fields: Value| {
        let mut spec = base.clone();
        if let (Some(spec), Value::Object(fields)) = (spec.as_object_mut(), fields) {
            spec.extend(fields);
        }
        manifest::object(
            manifest::AGENTGATEWAY_V1ALPHA1,
            "AgentgatewayModel",
            manifest::renamed(metadata, name),
            spec,
        )
    };
    let custom = |sent: Option<&str>| {
        let mut fields = json!({
            "provider": "Custom",
            "custom": {
                "backendRef": {"group": manifest::INFERENCE, "kind": "InferencePool", "name": pool},
                "formats": [{"type": "Completions"}],
            },
        });
        if let (Some(sent), Some(fields)) = (sent, fields.as_object_mut()) {
            let rewrite = json!([{"field": "model", "expression": manifest::cel_text(sent)}]);
            put(fields, "policies", json!({"transformations": rewrite}));
        }
        fields
    };
    let here = work.namespace.clone();
    let name = work.name.clone();
    work.log
        .converted(format!("AgentgatewayModel {here}/{name}"));
    let mut named = Map::new();
    named.insert("match".to_owned(), json!({"model": asked}));
    match targets.as_slice() {
        [] => {
            extend(&mut named, custom(None));
            vec![make(&name, Value::Object(named))]
        }
        [(only, _)] => {
            work.log
                .changed("spec.targetModels", "spec.policies.transformations");
            extend(
                &mut named,
                custom(Some(only.as_str()).filter(|only| *only != asked)),
            );
            vec![make(&name, Value::Object(named))]
        }
        several => {
            let own = |index: usize| format!("{name}-{}", index + 1);
            let weighted: Vec<Value> = several
                .iter()
                .enumerate()
                .map(|(index, (_, weight))| json!({"modelRef": {"name": own(index)}, "weight": weight}))
                .collect();
            named.insert(
                "virtualModel".to_owned(),
                json!({"weighted": {"targets": weighted}}),
            );
            let mut models = vec![make(&name, Value::Object(named))];
            for (index, (sent, _)) in several.iter().enumerate() {
                // Not to be asked for directly: only the name that clients know was public before.
                let mut fields = Map::new();
                fields.insert("visibility".to_owned(), json!("Internal"));
                extend(&mut fields, custom(Some(sent)));
                models.push(make(&own(index), Value::Object(fields)));
                work.log
                    .added("", format!("AgentgatewayModel {here}/{}", own(index)));
            }
            work.log
                .changed("spec.targetModels", "spec.virtualModel.weighted.targets");
            models
        }
    }
}

fn extend(map: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        map.extend(more);
    }
}
