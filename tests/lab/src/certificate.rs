//! Keys and certificates of one lab.
//!
//! Owns the CA, the API server's certificate and the key of ServiceAccount tokens. Must not know who uses them.

use std::fs;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::dir::Dir;

/// Names and addresses under which the API server is reached.
const NAMES: [&str; 8] = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
    "127.0.0.1",
    "10.244.0.1",
    // The ClusterIP of the Service `kubernetes`: what Pods are told.
    "10.96.0.1",
];

/// Writes `ca.crt`, `apiserver.crt`, `apiserver.key`, `kubelet.crt`, `kubelet.key`, `sa.key` and `sa.pub`.
pub(crate) fn write(dir: &Dir) -> Result<()> {
    let ca_key = KeyPair::generate()?;
    let mut ca = named("tidegate-lab", Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = ca.self_signed(&ca_key)?;
    fs::write(dir.join("ca.crt"), certificate.pem())?;
    let issuer = Issuer::new(ca, ca_key);
    let names: Vec<String> = NAMES.iter().map(ToString::to_string).collect();
    for (file, params) in [
        ("apiserver", named("kube-apiserver", names)?),
        (
            "kubelet",
            named("kube-apiserver-kubelet-client", Vec::new())?,
        ),
    ] {
        let key = KeyPair::generate()?;
        let signed = params.signed_by(&key, &issuer)?;
        fs::write(dir.join(&format!("{file}.crt")), signed.pem())?;
        fs::write(dir.join(&format!("{file}.key")), key.serialize_pem())?;
    }
    let key = KeyPair::generate()?;
    fs::write(dir.join("sa.key"), key.serialize_pem())?;
    // The API server does not find the public key in a PKCS #8 file.
    fs::write(dir.join("sa.pub"), key.public_key_pem())?;
    Ok(())
}

fn named(name: &str, names: Vec<String>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}
