//! Bytes of a resource to a decoded value, by type.
//!
//! Owns the dispatch, and the check that the name on the wrapper is the name inside (K2). Must not look at
//! other resources. Invariant: any bytes give a value or a field error, never a panic.

use std::sync::Arc;

use ::route::field::FieldError;
use bytes::Bytes;
use prost::Message;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use proto::envoy::config::listener::v3::Listener;
use proto::envoy::config::route::v3::{RouteConfiguration, VirtualHost};
use proto::envoy::extensions::transport_sockets::tls::v3::Secret;
use proto::tidegate::v1::{
    AiBackend, Commit, DynamicForwardProxy, ModelRouter, Policy, PolicySet, PriceCatalog, RouteRule,
};
use proto::type_url::TypeUrl;

use crate::ai_backend::ai_backend;
use crate::cluster::cluster;
use crate::endpoint::{Names, endpoints};
use crate::forward_proxy::forward_proxy;
use crate::listener::listener;
use crate::model_router::model_router;
use crate::policy::{policy, policy_set};
use crate::price_catalog::price_catalog;
use crate::route_config::{host_resource, route_config, rule};
use crate::secret::secret;
use crate::value::Value;

/// Decodes a resource of any type but the Commit. `name` is the one on the wrapper.
pub(crate) fn value(type_url: TypeUrl, name: &str, message: &Bytes) -> Result<Value, FieldError> {
    let shared = match type_url {
        TypeUrl::Cluster => {
            let message: Cluster = read(message)?;
            same("name", &message.name, name)?;
            Value::Cluster(Arc::new(cluster(&message)?))
        }
        TypeUrl::Endpoint => {
            let message: ClusterLoadAssignment = read(message)?;
            same("cluster_name", &message.cluster_name, name)?;
            Value::Endpoints(Arc::new(endpoints(&message, Names::Refused)?))
        }
        TypeUrl::Secret => {
            let message: Secret = read(message)?;
            same("name", &message.name, name)?;
            Value::Secret(Arc::new(secret(&message)?))
        }
        TypeUrl::DynamicForwardProxy => {
            let message: DynamicForwardProxy = read(message)?;
            same("name", &message.name, name)?;
            Value::ForwardProxy(Arc::new(forward_proxy(&message)?))
        }
        TypeUrl::PriceCatalog => {
            let message: PriceCatalog = read(message)?;
            same("name", &message.name, name)?;
            Value::PriceCatalog(Arc::new(price_catalog(&message)?))
        }
        TypeUrl::Policy => {
            let message: Policy = read(message)?;
            same("name", &message.name, name)?;
            Value::Policy(Arc::new(policy(&message)?))
        }
        TypeUrl::PolicySet => {
            let message: PolicySet = read(message)?;
            same("name", &message.name, name)?;
            Value::PolicySet(Arc::new(policy_set(&message)?))
        }
        TypeUrl::AiBackend => {
            let message: AiBackend = read(message)?;
            same("name", &message.name, name)?;
            Value::AiBackend(Arc::new(ai_backend(&message)?))
        }
        TypeUrl::ModelRouter => {
            let message: ModelRouter = read(message)?;
            same("name", &message.name, name)?;
            Value::ModelRouter(Arc::new(model_router(&message)?))
        }
        TypeUrl::Listener => {
            let message: Listener = read(message)?;
            same("name", &message.name, name)?;
            Value::Listener(Arc::new(listener(&message)?))
        }
        TypeUrl::RouteConfiguration => {
            let message: RouteConfiguration = read(message)?;
            same("name", &message.name, name)?;
            Value::RouteConfig(Arc::new(route_config(&message)?))
        }
        TypeUrl::VirtualHost => {
            let message: VirtualHost = read(message)?;
            same("name", &message.name, name)?;
            Value::Host(Arc::new(host_resource(&message)?))
        }
        TypeUrl::RouteRule => {
            let message: RouteRule = read(message)?;
            same("name", &message.name, name)?;
            Value::Rule(Arc::new(rule(&message)?))
        }
        TypeUrl::Commit => return Err(FieldError::invalid("", "is a Commit, which is not staged")),
    };
    Ok(shared)
}

/// Decodes a Commit.
pub(crate) fn commit(name: &str, message: &Bytes) -> Result<Commit, FieldError> {
    let commit: Commit = read(message)?;
    same("name", &commit.name, name)?;
    if commit.id.is_empty() {
        return Err(FieldError::missing("id"));
    }
    Ok(commit)
}

fn read<M: Message + Default>(message: &Bytes) -> Result<M, FieldError> {
    // What prost says names the field, and may quote nothing of it.
    M::decode(message.clone()).map_err(|error| FieldError::invalid("", error.to_string()))
}

fn same(field: &str, inner: &str, outer: &str) -> Result<(), FieldError> {
    if inner == outer {
        return Ok(());
    }
    Err(FieldError::invalid(
        field,
        format!("{inner:?} is not the name of the resource, {outer:?}"),
    ))
}

#[cfg(test)]
mod tests;
