//! The table of watched kinds: what the API server calls each kind, and which of its objects are asked for.
//!
//! Owns everything that the source has to know of one kind. Must not know how objects are watched or what they mean. A
//! kind is watched by standing in `cp_api::Kind` and here, and nowhere else in this crate.

use cp_api::key::Kind;
use kube::core::ApiResource;

/// What the source knows of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The kind.
    pub kind: Kind,
    /// Its name in URLs and RBAC rules.
    pub plural: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// Field selector; empty for all objects.
    pub fields: &'static str,
}

/// Where a kind comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Every API server serves it.
    BuiltIn,
    /// A CustomResourceDefinition, which may be absent.
    Custom,
}

/// Secrets that no manifest of ours refers to: charts' releases, which are large and many, and credentials of the cluster.
const SECRETS: &str = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,\
                       type!=bootstrap.kubernetes.io/token";

/// The row of a kind.
pub const fn watched(kind: Kind) -> Watched {
    let (plural, origin, fields) = match kind {
        Kind::GatewayClass => ("gatewayclasses", Origin::Custom, ""),
        Kind::Gateway => ("gateways", Origin::Custom, ""),
        Kind::HttpRoute => ("httproutes", Origin::Custom, ""),
        Kind::ReferenceGrant => ("referencegrants", Origin::Custom, ""),
        Kind::Namespace => ("namespaces", Origin::BuiltIn, ""),
        Kind::Service => ("services", Origin::BuiltIn, ""),
        Kind::Secret => ("secrets", Origin::BuiltIn, SECRETS),
        Kind::ConfigMap => ("configmaps", Origin::BuiltIn, ""),
        Kind::EndpointSlice => ("endpointslices", Origin::BuiltIn, ""),
        Kind::AgentgatewayBackend => ("agentgatewaybackends", Origin::Custom, ""),
        Kind::AgentgatewayPolicy => ("agentgatewaypolicies", Origin::Custom, ""),
        Kind::AgentgatewayParameters => ("agentgatewayparameters", Origin::Custom, ""),
        Kind::AgentgatewayModel => ("agentgatewaymodels", Origin::Custom, ""),
        Kind::TidegatePolicy => ("tidegatepolicies", Origin::Custom, ""),
        Kind::FleetPin => ("fleetpins", Origin::Custom, ""),
        Kind::PriceCatalog => ("pricecatalogs", Origin::Custom, ""),
    };
    Watched {
        kind,
        plural,
        origin,
        fields,
    }
}

/// Every row, in the order of `Kind::ALL`.
pub fn all() -> impl Iterator<Item = Watched> {
    Kind::ALL.into_iter().map(watched)
}

// === impl Watched ===

impl Watched {
    /// The resource in this version of its API.
    pub fn resource(&self, version: &str) -> ApiResource {
        let group = self.kind.group();
        let api_version = match group {
            "" => version.to_owned(),
            group => format!("{group}/{version}"),
        };
        ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version,
            kind: self.kind.as_str().to_owned(),
            plural: self.plural.to_owned(),
        }
    }

    /// Name of the CustomResourceDefinition, if one defines the kind.
    pub fn definition(&self) -> Option<String> {
        match self.origin {
            Origin::BuiltIn => None,
            Origin::Custom => Some(format!("{}.{}", self.plural, self.kind.group())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{all, watched};
    use cp_api::key::Kind;

    #[test]
    fn a_resource_is_named_as_in_urls() {
        let check = |kind: Kind, version: &str, expected: &str| {
            let resource = watched(kind).resource(version);
            let name = format!("{}/{}", resource.api_version, resource.plural);
            assert_eq!(name, expected);
        };
        check(Kind::Secret, "v1", "v1/secrets");
        check(
            Kind::HttpRoute,
            "v1beta1",
            "gateway.networking.k8s.io/v1beta1/httproutes",
        );
        check(
            Kind::EndpointSlice,
            "v1",
            "discovery.k8s.io/v1/endpointslices",
        );
    }

    #[test]
    fn definitions_are_named_by_plural_and_group() {
        let names: Vec<String> = all().filter_map(|row| row.definition()).collect();
        assert_eq!(
            names,
            [
                "gatewayclasses.gateway.networking.k8s.io",
                "gateways.gateway.networking.k8s.io",
                "httproutes.gateway.networking.k8s.io",
                "referencegrants.gateway.networking.k8s.io",
                "agentgatewaybackends.agentgateway.dev",
                "agentgatewaypolicies.agentgateway.dev",
                "agentgatewayparameters.agentgateway.dev",
                "agentgatewaymodels.agentgateway.dev",
                "tidegatepolicies.tidegate.dev",
                "fleetpins.tidegate.dev",
                "pricecatalogs.tidegate.dev",
            ]
        );
    }

    #[test]
    fn secrets_of_charts_are_not_asked_for() {
        let fields = watched(Kind::Secret).fields;
        assert!(fields.contains("type!=helm.sh/release.v1"));
        assert!(
            !fields.contains(' '),
            "a selector with spaces matches nothing"
        );
    }
}
