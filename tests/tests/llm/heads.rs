//! Heads of requests to providers: what is a client's own affair stays behind, and a body has its length (llm.md 2.11, 47 and
//! 56).
//!
//! Must not know how a head is made, only what the mocks saw.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::{Client, request};

use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::At as _;

/// What the gateway can read (llm.md S-13), whatever its client could.
const ENCODINGS: (&str, &str) = ("accept-encoding", "gzip, br");

/// Of a hop: nothing that a provider is to know.
const OWN: [(&str, &str); 4] = [
    ("connection", "x-of-the-hop"),
    ("x-of-the-hop", "1"),
    ("proxy-authorization", "Basic secret"),
    ("te", "gzip"),
];

async fn check(rig: &Rig, kind: &Kind, format: Format) -> Result<()> {
    let question = Question {
        format,
        answer: Answer::Collected,
        model: kind.model,
        said: "hello tide",
    };
    let url = format!("http://a.test/{}{}", kind.name, question.path());
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(OWN);
    headers.push(ENCODINGS);
    let asked = request("POST", &url, &headers, &question.body().to_string())?;
    let reply = Client::http1(rig.port).send(asked).await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    let seen = rig.mock(kind)?.last_request().await?;
    let heads = seen.at("/headers").as_array().context("no headers")?;
    let value = |name: &str| {
        let found = heads.iter().find(|head| head.at("/0") == name);
        found.and_then(|head| head.at("/1").as_str())
    };
    for (name, _) in OWN {
        ensure!(value(name).is_none(), "{name} reached the provider: {seen}");
    }
    ensure!(value(ENCODINGS.0) == Some("identity"), "{seen}");
    let length = value("content-length").context("no content-length")?;
    ensure!(
        seen.at("/body_bytes") == &Value::from(length.parse::<u64>()?),
        "{seen}"
    );
    ensure!(value("transfer-encoding").is_none(), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_a_clients_own_affair_reaches_no_provider() -> Result<()> {
    let rig = Rig::start().await?;
    let mut failures = Vec::new();
    for kind in &KINDS {
        for format in Format::ALL {
            if kind.serves(format)
                && let Err(error) = check(&rig, kind, format).await
            {
                failures.push(format!("{format:?} at {}: {error:#}", kind.name));
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    rig.world.stop().await
}
