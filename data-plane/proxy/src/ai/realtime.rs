//! Realtime sessions with models over a WebSocket (llm.md O-6), up to the moment that both sides agree.
//!
//! Owns what of the client's head may reach a provider: the wish for the upgrade, and no key or extension beside it. Must not
//! read frames. Invariants: the client's key never leaves as a subprotocol; an extension, which would hide from the tap what
//! a session takes, is never agreed to; until a provider has agreed another may be asked, and never after.

use dp_llm::{class::Class, relay::Plan, request::Request as Prompt};
use dp_upstream::pool::Lease;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{AUTHORIZATION, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL},
    request::Parts,
};
use hyper::{body::Incoming, upgrade::OnUpgrade};

use super::Call;
use crate::{
    exchange::{Exchange, Reply},
    fault::{Fault, Kind},
    forward::answered,
    request_body::RequestBody,
    response_body::Upstream,
    upgrade,
};

pub(crate) mod session;

/// In front of the key of a web page, which can set no header for a WebSocket.
const KEY: &[u8] = b"openai-insecure-api-key.";

/// The same in a query, as Azure takes it.
const KEY_PARAMETER: &str = "api-key=";

/// Headers of a key that clients can set.
const KEY_HEADERS: [HeaderName; 3] = [
    AUTHORIZATION,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-api-key"),
];

/// What a provider answered.
#[expect(
    clippy::large_enum_variant,
    reason = "the common variant is the large one: a box would be one for each request"
)]
pub(super) enum Reached {
    /// An ordinary answer.
    Answer(Response<Upstream>),
    /// It agreed to a session.
    Session(Box<Reply>),
}

// === impl Reached ===

impl Reached {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Reached::Answer(response) => response.status(),
            Reached::Session(reply) => reply.response.status(),
        }
    }
}

/// Reads a client's wish for a session.
pub(super) fn read(
    exchange: &Exchange<'_>,
    head: &mut Parts,
    body: &Incoming,
) -> Result<Prompt, Fault> {
    let upgrade = exchange.inspected.upgrade.as_ref();
    if !upgrade.is_some_and(dp_policy::hop_by_hop::Upgrade::is_websocket) {
        return Err(Kind::UpgradeRequired.into());
    }
    upgrade::check(body)?;
    let query = head.uri.query().map(ToOwned::to_owned);
    clean(&mut head.headers, query.as_deref());
    Prompt::realtime(query.as_deref()).map_err(|error| Fault::caused(Kind::InvalidPrompt, error))
}

/// Takes keys out of subprotocols, and extensions away. A key becomes what it is from other clients, if there is none.
fn clean(headers: &mut HeaderMap, query: Option<&str>) {
    headers.remove(SEC_WEBSOCKET_EXTENSIONS);
    let (mut kept, mut key): (Vec<u8>, Option<Vec<u8>>) = (Vec::new(), None);
    let sent = headers.get_all(SEC_WEBSOCKET_PROTOCOL);
    let protocols = sent
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    for protocol in protocols
        .map(<[u8]>::trim_ascii)
        .filter(|it| !it.is_empty())
    {
        match protocol.split_at_checked(KEY.len()) {
            Some((mark, own)) if mark.eq_ignore_ascii_case(KEY) => {
                key.get_or_insert_with(|| own.to_vec());
            }
            Some(_) | None => {
                if !kept.is_empty() {
                    kept.extend_from_slice(b", ");
                }
                kept.extend_from_slice(protocol);
            }
        }
    }
    headers.remove(SEC_WEBSOCKET_PROTOCOL);
    if let (false, Ok(kept)) = (kept.is_empty(), HeaderValue::from_bytes(&kept)) {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, kept);
    }
    let of_query = || {
        let mut pairs = query?.split('&');
        let key = pairs.find_map(|pair| pair.strip_prefix(KEY_PARAMETER))?;
        Some(key.as_bytes().to_vec())
    };
    let Some(key) = key.or_else(of_query) else {
        return;
    };
    if KEY_HEADERS.iter().any(|name| headers.contains_key(name)) {
        return;
    }
    if let Ok(mut value) = HeaderValue::from_bytes(&[b"Bearer ", key.as_slice()].concat()) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
}

/// Puts the wish for the upgrade into the head of an attempt; whether it is one.
pub(super) fn ask(exchange: &Exchange<'_>, plan: &Plan, head: &mut Parts) -> bool {
    let (Class::Realtime, Some(asked)) = (plan.class, &exchange.inspected.upgrade) else {
        return false;
    };
    // The client's side is for later.
    head.extensions.remove::<OnUpgrade>();
    asked.restore(&mut head.headers);
    true
}

/// What came of an attempt.
pub(super) fn reached(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    plan: &Plan,
    (response, lease): (Response<Incoming>, Lease<RequestBody>),
) -> Result<Reached, Fault> {
    if plan.class != Class::Realtime {
        return Ok(Reached::Answer(answered(response, lease, call.limits)?));
    }
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        // Whatever it says, it is no session.
        return match response.status().is_success() {
            true => Err(Kind::UpgradeFailed.into()),
            false => Ok(Reached::Answer(answered(response, lease, call.limits)?)),
        };
    }
    if response.headers().contains_key(SEC_WEBSOCKET_EXTENSIONS) {
        // None was offered (RFC 6455, section 4.1).
        return Err(Kind::UpgradeFailed.into());
    }
    let client = call.head.extensions.get::<OnUpgrade>().cloned();
    let reply = upgrade::agree(exchange, client, (response, lease), call.limits)?;
    Ok(Reached::Session(Box::new(reply)))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs<'a> = &'a [(&'static str, &'a str)];

    #[track_caller]
    fn check(query: Option<&str>, sent: Pairs<'_>, expected: Pairs<'_>) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        clean(&mut headers, query);
        let left: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
            .collect();
        assert_eq!(left, expected, "{sent:?}");
        let key = headers.get(AUTHORIZATION);
        let is_ours = !sent.iter().any(|(name, _)| *name == "authorization");
        assert!(key.is_none_or(|key| key.is_sensitive() == is_ours));
    }

    #[test]
    fn keys_are_no_subprotocols() {
        let protocol = "sec-websocket-protocol";
        check(
            None,
            &[(
                protocol,
                "realtime, openai-insecure-api-key.ek_1,openai-beta.realtime-v1",
            )],
            &[
                (protocol, "realtime, openai-beta.realtime-v1"),
                ("authorization", "Bearer ek_1"),
            ],
        );
        check(
            None,
            &[
                (protocol, "realtime"),
                (protocol, "OpenAI-Insecure-API-Key.a"),
                (protocol, "openai-insecure-api-key.b"),
                ("authorization", "Bearer mine"),
            ],
            &[("authorization", "Bearer mine"), (protocol, "realtime")],
        );
        check(
            None,
            &[(protocol, "openai-insecure-api-key.a")],
            &[("authorization", "Bearer a")],
        );
        check(None, &[(protocol, " , ")], &[]);
        check(
            Some("model=m&api-key=k"),
            &[],
            &[("authorization", "Bearer k")],
        );
        check(
            Some("model=m&api-key=k"),
            &[("api-key", "own")],
            &[("api-key", "own")],
        );
    }

    #[test]
    fn extensions_are_not_offered() {
        let offer = "permessage-deflate; client_max_window_bits";
        check(
            None,
            &[
                ("sec-websocket-extensions", offer),
                ("sec-websocket-version", "13"),
            ],
            &[("sec-websocket-version", "13")],
        );
    }
}
