//! The custom resources on a real API server: their definitions, and each of their rules.
//!
//! The table of rules is the one of the control plane's own test: an object that one judge accepts and the other
//! refuses is a fault.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use cp_api::Kind;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cluster::Cluster;

/// Rules of one kind, at one place of its spec.
#[derive(Deserialize)]
struct Rows {
    kind: String,
    at: Option<String>,
    #[serde(default)]
    with: Map<String, Value>,
    cases: Vec<Case>,
}

/// One rule.
#[derive(Deserialize)]
struct Case {
    says: String,
    good: Value,
    bad: Value,
}

/// An object, and what a refusal of it has to say.
struct Sample {
    name: String,
    says: String,
    object: Value,
}

/// Every definition is established, and its schema is one that prunes and defaults.
pub(crate) async fn definitions_are_sound(cluster: &Cluster) -> Result<()> {
    let text = cluster.kubectl(&["get", "crd", "-o", "json"]).await?;
    let list: Value = serde_json::from_str(&text)?;
    let mut found = BTreeSet::new();
    for definition in list["items"].as_array().context("a list")? {
        let group = definition["spec"]["group"].as_str().unwrap_or_default();
        if !["agentgateway.dev", "tidegate.dev"].contains(&group) {
            continue;
        }
        let name = definition["metadata"]["name"].as_str().context("a name")?;
        found.insert(name.to_owned());
        let conditions = definition["status"]["conditions"].as_array();
        let is_true = |kind: &str| {
            let mut conditions = conditions.into_iter().flatten();
            conditions.any(|it| it["type"] == kind && it["status"] == "True")
        };
        ensure!(is_true("Established"), "{name}: {conditions:?}");
        ensure!(is_true("NamesAccepted"), "{name}: {conditions:?}");
        ensure!(!is_true("NonStructuralSchema"), "{name}: {conditions:?}");
    }
    let ours = ["fleetreports.tidegate.dev".to_owned()].into_iter().chain(
        Kind::ALL.into_iter().filter_map(|kind| {
            let is_ours = ["agentgateway.dev", "tidegate.dev"].contains(&kind.group());
            is_ours.then(|| format!("{}.{}", plural(kind), kind.group()))
        }),
    );
    let ours: BTreeSet<String> = ours.collect();
    ensure!(found == ours, "{found:?} instead of {ours:?}");
    Ok(())
}

/// Each accepted object of the table is accepted by both judges, each refused one is refused by both for its reason.
pub(crate) async fn an_api_server_agrees_with_our_judge(cluster: &Cluster) -> Result<()> {
    let test = "crd-rules";
    cluster.namespace(test).await?;
    let (good, bad) = samples(test)?;
    let mut wrong = Vec::new();
    for sample in &good {
        if let Err(error) = cp_api::decode(sample.object.clone()) {
            wrong.push(format!("we refuse {}: {error}", sample.object));
        }
    }
    for sample in &bad {
        match cp_api::decode(sample.object.clone()) {
            Err(error) if error.to_string().contains(&sample.says) => {}
            told => wrong.push(format!("we, of {:?}: {told:?}", sample.says)),
        }
    }
    let create = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
    if let Err(error) = cluster.kubectl_with(&create, &documents(&good)).await {
        wrong.push(format!("the API server refuses what is good: {error}"));
    }
    let told = match cluster.kubectl_with(&create, &documents(&bad)).await {
        Ok(created) => created,
        Err(error) => error.to_string(),
    };
    for sample in &bad {
        let complaint = complaint(&told, &sample.name).unwrap_or("accepted");
        if !complaint.contains(&sample.says) {
            wrong.push(format!("the API server, of {:?}: {complaint}", sample.says));
        }
    }
    ensure!(good.len() > 100, "{} rules are no table", good.len());
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// (Accepted objects, refused objects.)
fn samples(namespace: &str) -> Result<(Vec<Sample>, Vec<Sample>)> {
    let text = include_str!("../../control-plane/api/testdata/rules.yaml");
    let table: Vec<Rows> = serde_saphyr::from_str(text)?;
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for rows in &table {
        for case in &rows.cases {
            for (list, word, part) in [
                (&mut good, "good", &case.good),
                (&mut bad, "bad", &case.bad),
            ] {
                let name = format!("{word}-{}", list.len());
                list.push(Sample {
                    object: object(rows, part, namespace, &name)?,
                    says: case.says.clone(),
                    name,
                });
            }
        }
    }
    Ok((good, bad))
}

fn object(rows: &Rows, part: &Value, namespace: &str, name: &str) -> Result<Value> {
    let kind = Kind::ALL.into_iter().find(|it| it.as_str() == rows.kind);
    let kind = kind.with_context(|| rows.kind.clone())?;
    let mut spec = Value::Object(rows.with.clone());
    let path = rows.at.iter().flat_map(|path| path.split('.'));
    *path.fold(&mut spec, |at, name| &mut at[name]) = part.clone();
    Ok(json!({
        "apiVersion": format!("{}/v1alpha1", kind.group()),
        "kind": rows.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }))
}

fn documents(samples: &[Sample]) -> String {
    let documents = samples.iter().map(|sample| format!("{}\n", sample.object));
    documents.collect::<Vec<_>>().join("---\n")
}

/// The part of what kubectl tells that is about one object.
fn complaint<'a>(told: &'a str, name: &str) -> Option<&'a str> {
    let at = told.find(&format!("\"{name}\""))?;
    let rest = told.get(at..)?;
    let ends = ["\nThe ", "\nError from server"].into_iter();
    let end = ends.filter_map(|end| rest.find(end)).min();
    rest.get(..end.unwrap_or(rest.len()))
}

fn plural(kind: Kind) -> String {
    let name = kind.as_str().to_ascii_lowercase();
    match (name.strip_suffix('y'), name.ends_with('s')) {
        (Some(stem), _) => format!("{stem}ies"),
        (None, true) => name,
        (None, false) => format!("{name}s"),
    }
}
