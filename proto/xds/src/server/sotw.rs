//! Requests of a state-of-the-world stream.
//!
//! Owns how a `DiscoveryRequest` is read: only `error_detail` makes a NACK (R12), and a stale nonce answers
//! nothing (R8). Must not push: that follows when the request is taken in. Invariant: the list counts even when
//! the nonce is stale; a name that was given up and asked for again behind one response's back must be sent.

use proto::envoy::service::discovery::v3::DiscoveryRequest;
use proto::type_url::TypeUrl;

use super::names::Names;
use super::{Server, ServerAction, UnsupportedReason};
use crate::subscription::Request;

impl Server {
    pub(crate) fn take_sotw(
        &mut self,
        type_url: TypeUrl,
        request: &DiscoveryRequest,
        out: &mut Vec<ServerAction>,
    ) {
        if type_url == TypeUrl::VirtualHost {
            self.take_foreign_sotw(request, UnsupportedReason::DeltaOnly, out);
            return;
        }
        let nonce = &request.response_nonce;
        if !nonce.is_empty() {
            // With a stale nonce the latest response is still in flight: the window stays closed, and whatever
            // this request asks for waits for the answer to that one.
            let answered = self.streams.of(type_url).answered_up_to(nonce);
            self.acknowledge(type_url, answered, request.error_detail.as_ref(), out);
        }
        let names = Names::sort_out(
            type_url,
            request.resource_names.iter().map(String::as_str),
            request
                .resource_locators
                .iter()
                .map(|locator| locator.name.as_str()),
        );
        let stream = self.streams.of(type_url);
        let asked = stream.subscription.sotw(Request {
            subscribe: &names.supported,
            unsubscribe: &[],
            is_empty: names.supported.is_empty() && names.refused.is_empty(),
        });
        let is_first = asked.first;
        stream.ask(asked, &std::collections::BTreeMap::new());
        if is_first {
            stream.claim_version(&request.version_info);
        } else if nonce.is_empty() {
            stream.repeat();
        }
        self.report_unsupported(type_url, &names.refused, out);
    }

    /// A type that is not served on this stream: a wildcard gets an empty answer once, names get silence, as
    /// any absent name does (R29).
    pub(crate) fn take_foreign_sotw(
        &mut self,
        request: &DiscoveryRequest,
        reason: UnsupportedReason,
        out: &mut Vec<ServerAction>,
    ) {
        let is_new = self.note_foreign(&request.type_url, reason, out);
        if is_new && request.resource_names.is_empty() && request.resource_locators.is_empty() {
            out.push(self.streams.answer_absent(&request.type_url, Vec::new()));
        }
    }
}
