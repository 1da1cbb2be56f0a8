//! Goldens: one file per case, inputs first, then what translation makes of them.
//!
//! Owns reading, running and comparing the cases under `testdata`. Each case runs with its inputs in two
//! orders, which must give the same bytes. `BLESS=1` writes the output anew; a case whose output is absent
//! fails without it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "tests fail by panicking; goldens are files, and BLESS is read here"
)]

use std::fs;
use std::path::{Path, PathBuf};

use cp_translate::{Change, Inputs, translate};
use prost_reflect::DescriptorPool;
use xds::resource::{Named, Resource};

#[path = "golden/case.rs"]
mod case;
#[path = "golden/render.rs"]
mod render;

use case::Case;

const OUTPUT: &str = "\n# Output\n";

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut found = Vec::new();
    for area in fs::read_dir(root).expect("testdata") {
        let area = area.expect("area").path();
        for case in fs::read_dir(area).expect("area") {
            found.push(case.expect("case").path());
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> (String, Option<String>) {
    let text = fs::read_to_string(path).expect("case");
    match text.split_once(OUTPUT) {
        Some((input, output)) => (input.trim_end().to_owned(), Some(output.to_owned())),
        None => (text.trim_end().to_owned(), None),
    }
}

fn run(case: &Case, pool: &DescriptorPool, changes: impl IntoIterator<Item = Change>) -> String {
    let inputs = Inputs::default().with_all(changes);
    render::translation(&translate(&inputs, &case.settings), pool, &case.show)
}

#[test]
fn goldens() {
    let is_blessing = std::env::var_os("BLESS").is_some();
    let mut failed = Vec::new();
    let pool = render::pool();
    let all = cases();
    assert!(all.len() >= 40, "only {} cases", all.len());
    for path in &all {
        let (input, expected) = read(path);
        let case =
            Case::parse(&input).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let output = run(&case, &pool, case.changes.clone());
        let reversed = run(&case, &pool, case.changes.iter().rev().cloned());
        assert_eq!(
            output,
            reversed,
            "{}: the order of inputs shows",
            path.display()
        );
        if is_blessing {
            fs::write(path, format!("{input}\n{OUTPUT}{output}")).expect("written");
        } else if expected.as_deref() != Some(&output) {
            failed.push(format!(
                "{}\n{}",
                path.display(),
                difference(expected.as_deref(), &output)
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "run with BLESS=1 if this is meant:\n{}",
        failed.join("\n")
    );
}

/// The first line that differs.
fn difference(expected: Option<&str>, output: &str) -> String {
    let expected = expected.unwrap_or_default();
    let mut lines = expected.lines().zip(output.lines()).enumerate();
    match lines.find(|(_, (was, is))| was != is) {
        Some((number, (was, is))) => format!("  output line {}:\n  - {was}\n  + {is}", number + 1),
        None => "  one is a beginning of the other".to_owned(),
    }
}

/// R33 of the xDS rules: a resource's name is the name inside.
#[test]
fn names_are_inner_names() {
    for path in cases() {
        let case = Case::parse(&read(&path).0).expect("case");
        let inputs = Inputs::default().with_all(case.changes);
        for output in translate(&inputs, &case.settings).gateways.values() {
            for snapshot in [&output.tidegate, &output.envoy] {
                for type_url in snapshot.types() {
                    for resource in snapshot.iter(type_url) {
                        assert_eq!(resource.name().as_ref(), inner_name(resource));
                    }
                }
            }
        }
    }
}

fn inner_name(resource: &Resource) -> String {
    use proto::type_url::TypeUrl;
    fn of<M: Named + Default>(resource: &Resource) -> String {
        M::decode(resource.message().clone())
            .expect("decodes")
            .resource_name()
            .to_owned()
    }
    match resource.type_url() {
        TypeUrl::Cluster => of::<proto::envoy::config::cluster::v3::Cluster>(resource),
        TypeUrl::Endpoint => {
            of::<proto::envoy::config::endpoint::v3::ClusterLoadAssignment>(resource)
        }
        TypeUrl::Secret => {
            of::<proto::envoy::extensions::transport_sockets::tls::v3::Secret>(resource)
        }
        TypeUrl::Policy => of::<proto::tidegate::v1::Policy>(resource),
        TypeUrl::PolicySet => of::<proto::tidegate::v1::PolicySet>(resource),
        TypeUrl::DynamicForwardProxy => of::<proto::tidegate::v1::DynamicForwardProxy>(resource),
        TypeUrl::PriceCatalog => of::<proto::tidegate::v1::PriceCatalog>(resource),
        TypeUrl::AiBackend => of::<proto::tidegate::v1::AiBackend>(resource),
        TypeUrl::ModelRouter => of::<proto::tidegate::v1::ModelRouter>(resource),
        TypeUrl::Listener => of::<proto::envoy::config::listener::v3::Listener>(resource),
        TypeUrl::RouteConfiguration => {
            of::<proto::envoy::config::route::v3::RouteConfiguration>(resource)
        }
        TypeUrl::VirtualHost => of::<proto::envoy::config::route::v3::VirtualHost>(resource),
        TypeUrl::RouteRule => of::<proto::tidegate::v1::RouteRule>(resource),
        TypeUrl::Commit => of::<proto::tidegate::v1::Commit>(resource),
    }
}

/// R13, locality: a Gateway beside all others, and its own objects, change nothing for the others.
#[test]
fn a_neighbour_changes_nothing() {
    let neighbour = Case::parse(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: neighbour, namespace: next-door, creationTimestamp: 2999-01-01T00:00:00Z}
spec:
  gatewayClassName: tidegate
  listeners: [{name: http, port: 64999, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: neighbour, namespace: next-door}
spec:
  parentRefs: [{name: neighbour}]
  rules: [{backendRefs: [{name: neighbour, port: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: neighbour, namespace: next-door}
spec: {ports: [{port: 80}]}",
    )
    .expect("neighbour");
    let mut compared = 0;
    for path in cases() {
        let case = Case::parse(&read(&path).0).expect("case");
        let alone = Inputs::default().with_all(case.changes);
        let beside = alone.with_all(neighbour.changes.clone());
        let before = translate(&alone, &case.settings);
        let after = translate(&beside, &case.settings);
        for (key, output) in &before.gateways {
            let other = after.gateways.get(key).expect("still there");
            for (one, other) in [
                (&output.tidegate, &other.tidegate),
                (&output.envoy, &other.envoy),
            ] {
                for type_url in one.types() {
                    assert_eq!(
                        one.digest(type_url),
                        other.digest(type_url),
                        "{}",
                        path.display()
                    );
                    compared += 1;
                }
            }
        }
        for report in &before.reports {
            assert!(
                after.reports.contains(report),
                "{}: {}",
                path.display(),
                report.key
            );
        }
    }
    assert!(compared > 100, "only {compared} sets compared");
}
