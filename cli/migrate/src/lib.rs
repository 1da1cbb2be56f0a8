//! Manifests of kgateway and of the alpha inference extension, as manifests of Tidegate.
//!
//! ```text
//!   source ─ documents ─► route::Plan ─► one conversion per kind ─► check ─► write ─► text
//!                                                └──────── Log ─────► report
//! ```
//! Entry points: [`source::read`], [`migrate`]. Owns which kind is converted by whom, and the check that the control plane accepts what comes out. Must not read or
//! print: text in, text and a report out. Invariants: what is not named here passes to the byte; no field of what is
//! named disappears without an entry in the report.

mod backend;
mod backend_config_policy;
mod fields;
mod gateway;
mod inference;
mod listener_policy;
mod llm;
mod manifest;
mod parameters;
mod policy;
mod rate_limit_policy;
pub mod report;
mod route;
mod set;
pub mod source;
mod traffic_policy;
mod write;

use std::path::PathBuf;

use cp_api::effect::Inactive;
use cp_api::{DecodeError, Object};
use cp_files::parse::{Document, Format};
use serde_json::{Value, json};

use report::{Log, Place, Report};
use route::Plan;
use set::{Names, Set, Work};
use source::SourceFile;
use write::Become;

/// What came out.
pub struct Migration {
    /// One file per file of the input.
    pub files: Vec<OutputFile>,
    /// What became of everything.
    pub report: Report,
}

/// One file of the output.
pub struct OutputFile {
    /// Path below the directory.
    pub name: PathBuf,
    /// Text as a file of its own.
    pub text: String,
    /// Text in a stream with others: YAML documents.
    pub stream: String,
}

/// Converts everything at once: objects are read together, because they refer to each other.
#[must_use]
pub fn migrate(files: &[SourceFile]) -> Migration {
    let documents: Vec<&Document> = files
        .iter()
        .flat_map(|file| &file.pieces)
        .flat_map(|piece| &piece.documents)
        .collect();
    let values: Vec<&Value> = documents.iter().map(|document| &document.value).collect();
    let set = Set::new(values.clone());
    let mut names = Names::of(&set);
    let mut plan = Plan::of(&values, &set, &mut names);
    let mut report = Report::default();
    let mut output = Vec::new();
    let mut index = 0;
    for file in files {
        let mut text = String::new();
        let mut stream = String::new();
        for piece in &file.pieces {
            let mut results = Vec::new();
            for document in &piece.documents {
                let value = &document.value;
                let (result, log) = one(value, index, (&set, &mut plan, &mut names));
                index += 1;
                if matches!(result, Become::Kept) {
                    report.kept += 1;
                }
                let place = |field: &str| Place {
                    file: file.path.display().to_string(),
                    line: document.positions.nearest_field(field).line + piece.line - 1,
                };
                report.entries.extend(log.of(&title(value), place));
                results.push(result);
            }
            text.push_str(&write::piece(piece, &results, file.format, ""));
            let of_stream = write::piece(piece, &results, file.format, "---\n");
            if !stream.is_empty() && file.format == Format::Json {
                stream.push_str("---\n");
            }
            stream.push_str(&of_stream);
        }
        output.push(OutputFile {
            name: file.name.clone(),
            text,
            stream,
        });
    }
    Migration {
        files: output,
        report,
    }
}

/// What becomes of one object.
fn one(
    value: &Value,
    index: usize,
    (set, plan, names): (&Set<'_>, &mut Plan, &mut Names),
) -> (Become, Log) {
    if let Some(change) = plan.take(index) {
        return routed(change, set);
    }
    let group = manifest::group(value);
    let kind = manifest::text(value, "/kind");
    let mut work = Work {
        set,
        plan,
        names,
        log: Log::default(),
        namespace: manifest::namespace(value).to_owned(),
        name: manifest::name(value).to_owned(),
    };
    let convert = match (group, kind) {
        (manifest::KGATEWAY, "Backend") => backend::convert,
        (manifest::KGATEWAY, "TrafficPolicy") => traffic_policy::convert,
        (manifest::KGATEWAY, "RateLimitPolicy") => rate_limit_policy::convert,
        (manifest::KGATEWAY, "GatewayParameters") => parameters::convert,
        (manifest::KGATEWAY, "HTTPListenerPolicy") => listener_policy::convert,
        (manifest::KGATEWAY, "ListenerPolicy") => listener_policy::convert_listener,
        (manifest::KGATEWAY, "BackendConfigPolicy") => backend_config_policy::convert,
        (manifest::KGATEWAY, "GatewayExtension" | "DirectResponse") => folded,
        (
            manifest::KGATEWAY,
            "AgentgatewayBackend" | "AgentgatewayPolicy" | "AgentgatewayParameters",
        ) => regrouped,
        (manifest::KGATEWAY, _) => unknown,
        (manifest::INFERENCE_ALPHA, "InferencePool") => inference::pool,
        (manifest::INFERENCE_ALPHA, "InferenceModel") => inference::model,
        (manifest::GATEWAY_API, "Gateway" | "GatewayClass" | "ReferenceGrant") => {
            return edited(value, kind, set);
        }
        _ => return (Become::Kept, Log::default()),
    };
    let objects = convert(value, &mut work);
    for object in &objects {
        check(object, set, &mut work.log);
    }
    let words = format!(
        "{} is not here any more; the report of the migration says why",
        title(value)
    );
    (Become::Replaced(objects, words), work.log)
}

fn routed(change: route::Change, set: &Set<'_>) -> (Become, Log) {
    let route::Change {
        route,
        beside,
        mut log,
    } = change;
    if beside.is_empty() {
        return (Become::Edited(route), log);
    }
    for object in &beside {
        check(object, set, &mut log);
    }
    let mut objects = vec![route];
    objects.extend(beside);
    (Become::Replaced(objects, String::new()), log)
}

/// Kinds that stay and get other words.
fn edited(value: &Value, kind: &str, set: &Set<'_>) -> (Become, Log) {
    let mut log = Log::default();
    let mut changed = value.clone();
    match kind {
        "Gateway" => gateway::gateway(&mut changed, set, &mut log),
        "GatewayClass" => match gateway::class(value, &mut log) {
            Some(class) => changed = class,
            None => {
                let words = format!("{} comes with the installation", title(value));
                return (Become::Replaced(Vec::new(), words), log);
            }
        },
        _ => gateway::grant(&mut changed, &mut log),
    }
    let result = match log.entries().is_empty() {
        true => Become::Kept,
        false => Become::Edited(changed),
    };
    (result, log)
}

/// Kinds whose content moved to whoever refers to them.
fn folded(_: &Value, work: &mut Work<'_>) -> Vec<Value> {
    work.log
        .converted("part of the policies of those that refer to it");
    Vec::new()
}

/// Kinds that had this group before they had their own.
fn regrouped(value: &Value, work: &mut Work<'_>) -> Vec<Value> {
    let mut changed = value.clone();
    if let Some(map) = changed.as_object_mut() {
        map.insert(
            "apiVersion".to_owned(),
            json!(manifest::AGENTGATEWAY_V1ALPHA1),
        );
        map.insert("metadata".to_owned(), manifest::metadata(value));
        map.shift_remove("status");
    }
    work.log
        .changed("apiVersion", manifest::AGENTGATEWAY_V1ALPHA1);
    vec![changed]
}

fn unknown(_: &Value, work: &mut Work<'_>) -> Vec<Value> {
    work.log.left_out("", "the kind has no counterpart");
    Vec::new()
}

/// Tells what the control plane would say of an object that came out.
fn check(object: &Value, set: &Set<'_>, log: &mut Log) {
    let kind = (manifest::group(object), manifest::text(object, "/kind"));
    let (namespace, name) = (manifest::namespace(object), manifest::name(object));
    if set.find(kind, namespace, name).is_some() {
        let words = format!(
            "{} {namespace}/{name} is in the input as well: rename one",
            kind.1
        );
        log.invalid("", words);
    }
    for field in cp_api::unknown_fields(object) {
        log.left_out(&field.path, field.message);
    }
    let missing: Vec<Inactive> = match cp_api::decode(object.clone()) {
        Ok(Object::AgentgatewayBackend(backend)) => backend.effects.missing,
        Ok(Object::AgentgatewayPolicy(policy)) => policy.effects.missing,
        Ok(Object::AgentgatewayParameters(parameters)) => parameters.effects.missing,
        Ok(Object::AgentgatewayModel(model)) => model.effects.missing,
        // Other kinds have no fields that wait, and a pool is not read at all.
        Ok(_) | Err(DecodeError::UnknownKind { .. }) => Vec::new(),
        Err(DecodeError::NotAnObject(field)) => {
            log.invalid(&field.path, field.message);
            Vec::new()
        }
        Err(DecodeError::Fields(fields)) => {
            for field in fields {
                log.invalid(&field.path, field.message);
            }
            Vec::new()
        }
    };
    for field in missing {
        let words =
            "accepted, and not in effect in this version: `tidegate validate` says what follows";
        log.not_in_effect(&field.path, words);
    }
}

/// `Backend kubelb/openai`.
fn title(value: &Value) -> String {
    let kind = manifest::text(value, "/kind");
    match kind {
        "GatewayClass" => format!("{kind} {}", manifest::name(value)),
        _ => format!(
            "{kind} {}/{}",
            manifest::namespace(value),
            manifest::name(value)
        ),
    }
}
