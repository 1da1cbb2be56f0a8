//! The CustomResourceDefinitions in deploy/crds are those of the types that decode them.

#![allow(
    clippy::disallowed_methods,
    reason = "a golden test reads and writes its file"
)]

use std::path::Path;

use cp_api::fleet_report::FleetReport;
use kube::CustomResourceExt as _;

/// `make bless` writes the files; read the diff before you commit it.
#[test]
fn deploy_holds_the_definitions_of_our_types() {
    let definition = serde_json::to_value(FleetReport::crd()).expect("JSON");
    let text = serde_saphyr::to_string(&definition).expect("YAML");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy/crds/tidegate.dev_fleetreports.yaml");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).expect("deploy/crds; `make bless` writes it");
    assert_eq!(committed, text, "`make bless` writes what differs");
}
