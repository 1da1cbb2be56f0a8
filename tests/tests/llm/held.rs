//! A stream that has begun, and is under way as long as it is kept.
//!
//! Owns its connection. Must not know who answers.

use anyhow::{Context, Result, ensure};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tests::client::{Client, Connection};
use tests::deadline;

use super::ask::Question;

pub(crate) struct Held {
    _connection: Connection,
    _response: Response<Incoming>,
    /// What has come of it.
    pub(crate) text: String,
}

// === impl Held ===

impl Held {
    /// Asks at a path and reads until the answer has begun.
    pub(crate) async fn begin(port: u16, question: &Question<'_>, path: &str) -> Result<Held> {
        let mut connection = Client::http1(port).connect().await?;
        let mut response = connection.open(question.request(path)?).await?;
        ensure!(response.status() == 200, "{}", response.status());
        let mut text = String::new();
        let read = async {
            while !text.contains("provider") {
                let frame = response.body_mut().frame().await.context("an end")??;
                let data = frame.into_data().ok().context("trailers")?;
                text.push_str(&String::from_utf8_lossy(&data));
            }
            anyhow::Ok(())
        };
        deadline::within("the begin of a stream", deadline::SOON, read).await?;
        Ok(Held {
            _connection: connection,
            _response: response,
            text,
        })
    }
}
