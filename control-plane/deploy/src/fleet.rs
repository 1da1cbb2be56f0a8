//! What the fleet of one Gateway is rendered from.
//!
//! Owns the inputs as values. Must not know how they were found: translation resolves references, the control
//! plane knows its own address.

use std::collections::BTreeMap;

use cp_api::parameters::ParametersSpec;

use crate::exposure::Exposure;

/// The fleet of one Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fleet {
    /// Namespace of the Gateway and of everything that is rendered.
    pub namespace: String,
    /// Name of the Gateway.
    pub name: String,
    /// Its uid, for owner references.
    pub uid: String,
    /// Its class.
    pub class: String,
    /// `spec.infrastructure.labels`.
    pub labels: BTreeMap<String, String>,
    /// `spec.infrastructure.annotations`.
    pub annotations: BTreeMap<String, String>,
    /// Addresses that the Gateway asks for.
    pub addresses: Vec<String>,
    /// Ports that its listeners have.
    pub ports: Vec<u16>,
    /// How clients reach it.
    pub exposure: Exposure,
    /// Parameters of the class, the weaker ones.
    pub class_parameters: Option<ParametersSpec>,
    /// Parameters of the Gateway.
    pub parameters: Option<ParametersSpec>,
}

/// What is the same for every fleet of a control plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Image of the proxy: everything before the tag.
    pub repository: String,
    /// Tag of the image.
    pub tag: String,
    /// Digest of the image, `sha256:...`; wins over the tag.
    pub digest: Option<String>,
    /// Version of the control plane, for a label.
    pub version: String,
    /// Address where proxies find the control plane, `HOST:PORT`.
    pub xds: String,
    /// Name in the control plane's certificate.
    pub xds_server_name: String,
    /// Certificates by which proxies know the control plane, PEM.
    pub ca: String,
}
