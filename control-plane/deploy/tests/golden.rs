//! Goldens: a Gateway and its parameters in, objects out; one file per case.
//!
//! Owns reading, running and comparing the cases under `testdata`. `show` picks kinds, so that a case holds what
//! it is about. `BLESS=1` writes the output anew; a case without output fails without it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail by panicking; goldens are files, and BLESS is read here"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use cp_api::parameters::ParametersSpec;
use cp_deploy::exposure::choose;
use cp_deploy::{Fleet, Platform, render};
use serde::Deserialize;
use serde_json::Value;

const OUTPUT: &str = "\n# Output\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    gateway: Gateway,
    class: Option<ParametersSpec>,
    parameters: Option<ParametersSpec>,
    /// Kinds that the output holds; all of them if empty.
    #[serde(default)]
    show: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Gateway {
    name: String,
    ports: Vec<u16>,
    addresses: Vec<String>,
    /// Annotations of the Gateway itself.
    own: BTreeMap<String, String>,
    /// `spec.infrastructure`.
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

impl Default for Gateway {
    fn default() -> Self {
        Gateway {
            name: "gw".to_owned(),
            ports: vec![80],
            addresses: Vec::new(),
            own: BTreeMap::new(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }
    }
}

fn platform() -> Platform {
    Platform {
        repository: "registry.example/tidegate-proxy".to_owned(),
        tag: "1.2.3".to_owned(),
        digest: None,
        version: "1.2.3".to_owned(),
        xds: "tidegate.tidegate-system.svc:15010".to_owned(),
        xds_server_name: "tidegate.tidegate-system.svc".to_owned(),
        ca: "-----BEGIN CERTIFICATE-----\n".to_owned(),
    }
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut found: Vec<PathBuf> = fs::read_dir(root)
        .expect("testdata")
        .map(|entry| entry.expect("a case").path())
        .collect();
    found.sort();
    found
}

fn run(input: &str) -> String {
    let case: Case = serde_saphyr::from_str(input).expect("a case");
    let exposure = match choose(&[&case.gateway.own]) {
        Ok(exposure) => exposure,
        Err(error) => return format!("refused: {error}\n"),
    };
    let fleet = Fleet {
        namespace: "default".to_owned(),
        name: case.gateway.name,
        uid: "uid-1".to_owned(),
        class: "tidegate".to_owned(),
        labels: case.gateway.labels,
        annotations: case.gateway.annotations,
        addresses: case.gateway.addresses,
        ports: case.gateway.ports,
        exposure,
        class_parameters: case.class,
        parameters: case.parameters,
    };
    let objects = match render(&fleet, &platform()) {
        Ok(objects) => objects,
        Err(error) => return format!("refused: {error}\n"),
    };
    assert_eq!(objects, render(&fleet, &platform()).expect("again"));
    let names: Vec<String> = objects
        .iter()
        .map(|object| format!("{} {}", object.kind.as_str(), object.name))
        .collect();
    let mut text = format!("objects: {names:?}\n");
    for object in &objects {
        if case.show.is_empty() || case.show.iter().any(|kind| kind == object.kind.as_str()) {
            let mut value = object.value.clone();
            // Its hash changes with every byte; that it does is shown elsewhere.
            value["metadata"]["annotations"][cp_deploy::HASH] = Value::from("(hash)");
            let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
            let yaml = serde_saphyr::to_string_with_options(&value, options).expect("yaml");
            write!(text, "---\n{}\n", yaml.trim_end()).expect("written");
        }
    }
    text
}

#[test]
fn goldens() {
    let is_blessing = std::env::var_os("BLESS").is_some();
    let all = cases();
    assert!(all.len() >= 30, "only {} cases", all.len());
    let mut failed = Vec::new();
    for path in &all {
        let text = fs::read_to_string(path).expect("case");
        let (input, expected) = match text.split_once(OUTPUT) {
            Some((input, output)) => (input.trim_end(), Some(output)),
            None => (text.trim_end(), None),
        };
        let output = run(input);
        if is_blessing {
            fs::write(path, format!("{input}\n{OUTPUT}{output}")).expect("written");
        } else if expected != Some(output.as_str()) {
            failed.push(format!("{}\n{output}", path.display()));
        }
    }
    assert!(failed.is_empty(), "differ:\n{}", failed.join("\n"));
}
