//! A text as a vector, by way of a provider's embeddings.
//!
//! Owns the call. Must not know shapes of embeddings: dp-llm renders and reads them. Invariant: nothing of the client's head
//! goes along, neither its credential nor anything else.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use dp_cache::similar::Direction;
use dp_config::policy::SemanticCache;
use dp_llm::{
    class::Class,
    edge::Target,
    format::Format,
    relay::{Relay, Stamp},
    request::{ClientHeaders, Request as Prompt, RequestError},
    tap::{Ending, Framing, Limits},
};
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::{
    ai::{
        request::require,
        side_call::{self, SideCall},
        since_epoch,
    },
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// Where OpenAI's clients ask for embeddings.
const PATH: &str = "/v1/embeddings";

/// The largest answer that is read: many thousands of numbers.
const ANSWER_LIMIT: usize = 1 << 20;

/// An answer in OpenAI's shape.
#[derive(Deserialize)]
struct Vectors {
    data: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    embedding: Vec<f32>,
}

/// Where a text points.
pub(super) async fn direction(
    exchange: &Exchange<'_>,
    own: &SemanticCache,
    (text, due): (Bytes, Option<Instant>),
) -> Result<Direction, Fault> {
    let invalid = |error: RequestError| Fault::caused(Kind::InvalidPrompt, error);
    let target = &*own.embeddings;
    let text = String::from_utf8_lossy(&text);
    let body = serde_json::json!({"model": &*own.model, "input": text}).to_string();
    let content_type = Some("application/json");
    let prompt = Prompt::parse_as(Class::Embeddings, PATH, content_type, body.into());
    let service = target.endpoint.service();
    let format = Format::OpenAiChatCompletions;
    let asked = Target {
        model: own.model.to_string(),
        vendor: service.vendor(format),
        max_output_tokens: None,
        known_as: None,
        guardrail: None,
        appended: 0,
        tagged: Vec::new(),
    };
    let headers = ClientHeaders {
        anthropic_beta: &[],
        anthropic_version: None,
        bedrock_metadata: None,
    };
    let rendered = prompt.map_err(invalid)?;
    let rendered = rendered.render(service, format, &asked, headers);
    let rendered = rendered.map_err(invalid)?;
    let plan = &rendered.plan;
    let path = plan.path(&target.endpoint, PATH);
    let path = path.map_err(|error| invalid(RequestError::Path(error)))?;
    let query = plan.query(&target.endpoint, None);
    let path = path.with_query(query.as_deref());
    let mut head = side_call::head(&path, rendered.body.len())?;
    require(&mut head.headers, service.headers(plan.provider));
    let nobody = side_call::head(PATH, 0)?;
    let call = SideCall {
        target,
        client: &nobody,
        due,
    };
    let (answer, upstream) = call.send(exchange, (&head, rendered.body.clone())).await?;
    if !answer.status.is_success() {
        let text = format!("embeddings answered with status {}", answer.status.as_u16());
        return Err(Fault::caused(Kind::Garbage, text));
    }
    let content_type = answer.headers.get(CONTENT_TYPE);
    let framing = Framing::from_content_type(content_type.and_then(|value| value.to_str().ok()));
    let stamp = Stamp {
        unix_seconds: since_epoch().as_secs(),
        nonce: exchange.client.worker.upstream.random(),
    };
    let mut relay = Relay::new(plan, framing, Limits::default(), stamp);
    let mut out = BytesMut::new();
    out.extend_from_slice(&relay.push(side_call::collected(upstream, ANSWER_LIMIT).await?));
    let finish = relay.finish();
    out.extend_from_slice(&finish.rest);
    match finish.ending {
        Ending::Complete => read(&out),
        Ending::Failed | Ending::Refused | Ending::Truncated(_) => {
            Err(Fault::caused(Kind::Garbage, "the answer is no vector"))
        }
    }
}

fn read(body: &[u8]) -> Result<Direction, Fault> {
    let read: Vectors =
        serde_json::from_slice(body).map_err(|error| Fault::caused(Kind::Garbage, error))?;
    let direction = read
        .data
        .first()
        .and_then(|vector| Direction::of(&vector.embedding));
    direction.ok_or_else(|| Fault::caused(Kind::Garbage, "the answer has no vector"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_vector_is_refused() {
        assert!(read(br#"{"data":[{"index":0,"embedding":[0.5,1]}]}"#).is_ok());
        for body in [
            r#"{"data":[]}"#,
            r#"{"data":[{"embedding":[]}]}"#,
            r#"{"data":[{"embedding":[0,0]}]}"#,
            r#"{"data":[{"embedding":"AAAA"}]}"#,
            r#"{"error":{}}"#,
            "",
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
