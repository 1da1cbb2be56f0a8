//! The rights that the control plane needs in a cluster, as data.
//!
//! Owns one row for each question that this crate and the fleets' writer ask of the API server. Must not grant anything:
//! the shipped roles in `deploy/` do, and a test holds them to be just this. A call that is added without its row here is
//! refused in every cluster that was installed as the guide says.

use std::collections::BTreeSet;

use cp_api::Kind;

use crate::kinds;
use crate::status::Shape;

/// Where a right is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In all namespaces, or of the cluster.
    Cluster,
    /// In the namespace of the control plane.
    OwnNamespace,
}

/// One verb on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// Where.
    pub place: Place,
    /// API group; empty for the core.
    pub group: String,
    /// Resource, with its subresource.
    pub resource: String,
    /// The only object that it is about, if there is one.
    pub name: Option<String>,
    /// Verb.
    pub verb: String,
}

/// (place, group, resource, name, verbs) of what is asked besides the watched kinds and their statuses.
type Row = (
    Place,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
);

const READ: &[&str] = &["get", "list", "watch"];
const KEEP: &[&str] = &["get", "list", "watch", "create", "patch", "delete"];

const ROWS: &[Row] = {
    use Place::{Cluster, OwnNamespace};
    &[
        // discovery
        (
            Cluster,
            "apiextensions.k8s.io",
            "customresourcedefinitions",
            None,
            READ,
        ),
        // event
        (
            Cluster,
            "events.k8s.io",
            "events",
            None,
            &["create", "patch"],
        ),
        // identity
        (
            Cluster,
            "authentication.k8s.io",
            "tokenreviews",
            None,
            &["create"],
        ),
        (
            Cluster,
            "authorization.k8s.io",
            "subjectaccessreviews",
            None,
            &["create"],
        ),
        (Cluster, "", "serviceaccounts", None, &["get"]),
        // Fleets: what each Gateway's proxies are made of, and the addresses of nodes that run one.
        (Cluster, "apps", "deployments", None, KEEP),
        (Cluster, "apps", "daemonsets", None, KEEP),
        (Cluster, "", "services", None, KEEP),
        (Cluster, "", "serviceaccounts", None, KEEP),
        (Cluster, "", "configmaps", None, KEEP),
        (
            Cluster,
            "autoscaling",
            "horizontalpodautoscalers",
            None,
            KEEP,
        ),
        (Cluster, "policy", "poddisruptionbudgets", None, KEEP),
        (Cluster, "", "nodes", None, READ),
        (Cluster, "", "pods", None, READ),
        // lease: its name depends on that of the controller.
        (
            OwnNamespace,
            "coordination.k8s.io",
            "leases",
            None,
            &["get", "create", "patch"],
        ),
        // fleet_report
        (OwnNamespace, "tidegate.dev", "fleetreports", None, KEEP),
        (OwnNamespace, "", "pods", None, &["get"]),
        // xds_secret
        (OwnNamespace, "", "secrets", None, &["create"]),
        (
            OwnNamespace,
            "",
            "secrets",
            Some(crate::xds_secret::NAME),
            READ,
        ),
    ]
};

/// Every right, for a control plane that reads all namespaces and deploys fleets.
pub fn needed() -> BTreeSet<Right> {
    let right = |place, group: &str, resource: &str, name: Option<&str>, verb: &str| Right {
        place,
        group: group.to_owned(),
        resource: resource.to_owned(),
        name: name.map(str::to_owned),
        verb: verb.to_owned(),
    };
    let watched = kinds::all().flat_map(|row| {
        let read =
            move |verb: &&str| right(Place::Cluster, row.kind.group(), row.plural, None, verb);
        READ.iter().map(read)
    });
    let statuses = Shape::kinds().map(|(kind, _): (Kind, Shape)| {
        let resource = format!("{}/status", kinds::watched(kind).plural);
        right(Place::Cluster, kind.group(), &resource, None, "patch")
    });
    let rows = ROWS
        .iter()
        .flat_map(|(place, group, resource, name, verbs)| {
            verbs
                .iter()
                .map(|verb| right(*place, group, resource, *name, verb))
        });
    watched.chain(statuses).chain(rows).collect()
}
