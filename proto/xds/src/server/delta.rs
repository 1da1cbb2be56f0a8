//! Requests of a delta stream.
//!
//! Owns how a `DeltaDiscoveryRequest` is read: acknowledgement first, then subscriptions, which count even
//! when the nonce is stale (R9). Must not push: that follows when the request is taken in.

use std::sync::Arc;

use proto::envoy::service::discovery::v3::{DeltaDiscoveryRequest, ResourceLocator};
use proto::type_url::TypeUrl;

use super::names::Names;
use super::{Server, ServerAction, UnsupportedReason};
use crate::subscription::Request;

impl Server {
    pub(crate) fn take_delta(
        &mut self,
        type_url: TypeUrl,
        request: &DeltaDiscoveryRequest,
        out: &mut Vec<ServerAction>,
    ) {
        if !request.response_nonce.is_empty() {
            let answered = self.streams.of(type_url).answered(&request.response_nonce);
            let answered = answered.into_iter().collect();
            self.acknowledge(type_url, answered, request.error_detail.as_ref(), out);
        }
        let names = Names::sort_out(
            type_url,
            request.resource_names_subscribe.iter().map(String::as_str),
            request.resource_locators_subscribe.iter().map(locator_name),
        );
        let unsubscribe: Vec<&str> = request
            .resource_names_unsubscribe
            .iter()
            .map(String::as_str)
            .collect();
        let stream = self.streams.of(type_url);
        let asked = stream.subscription.delta(Request {
            subscribe: &names.supported,
            unsubscribe: &unsubscribe,
            is_empty: names.supported.is_empty() && names.refused.is_empty(),
        });
        stream.ask(asked, &request.initial_resource_versions);
        if !names.refused.is_empty() {
            let absent = names
                .refused
                .iter()
                .map(|(name, _)| Arc::from(*name))
                .collect();
            out.push(self.streams.answer_absent(type_url.as_str(), absent));
            self.report_unsupported(type_url, &names.refused, out);
        }
    }

    /// A type outside the closed list: whatever is asked for is absent, at once.
    pub(crate) fn take_foreign_delta(
        &mut self,
        request: &DeltaDiscoveryRequest,
        out: &mut Vec<ServerAction>,
    ) {
        let is_new = self.note_foreign(&request.type_url, UnsupportedReason::Type, out);
        let locators = request.resource_locators_subscribe.iter().map(locator_name);
        let names = request
            .resource_names_subscribe
            .iter()
            .map(String::as_str)
            .chain(locators);
        let absent: Vec<Arc<str>> = names.filter(|name| *name != "*").map(Arc::from).collect();
        if is_new || !absent.is_empty() {
            out.push(self.streams.answer_absent(&request.type_url, absent));
        }
    }
}

fn locator_name(locator: &ResourceLocator) -> &str {
    &locator.name
}
