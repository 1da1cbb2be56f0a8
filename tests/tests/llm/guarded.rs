//! A page of the guide about guards, brought up before a mock.
//!
//! Owns its world, and how it is asked. Must not know what guards do.

use anyhow::Result;
use serde_json::Value;
use tests::client::{Client, Reply, request};
use tests::manifest::route;
use tests::port;
use tests::world::World;

use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::page;

pub(super) struct Guarded {
    pub(super) world: World,
    pub(super) mock: Mock,
    pub(super) port: u16,
}

// === impl Guarded ===

impl Guarded {
    /// The page's objects, with what `change` makes of each.
    pub(super) async fn up(
        name: &str,
        flags: &[&str],
        change: impl Fn(&mut Value) -> Result<()>,
    ) -> Result<Guarded> {
        let mock = Mock::start(&["--base-path", "/v1"]).await?;
        let port = port::free()?;
        let mut documents = page::documents(name)?;
        page::here(&mut documents, port, |_| Some(mock.port()))?;
        documents.iter_mut().try_for_each(change)?;
        let manifests = [
            ("guards.yaml", page::file(&documents)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        let mut world = World::up_with(&manifests, flags)?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Guarded { world, mock, port })
    }

    pub(super) async fn ask(&self, format: Format, answer: Answer, said: &str) -> Result<Reply> {
        let question = Question {
            format,
            answer,
            model: "gpt-4o-mini",
            said,
        };
        self.post(&question.path(), &question.body()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        let url = format!("http://a.test{path}");
        let kind = [("content-type", "application/json")];
        let asked = request("POST", &url, &kind, &body.to_string())?;
        Client::http1(self.port).send(asked).await
    }
}
