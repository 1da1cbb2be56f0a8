//! The checker: the marks that an answer carries, and whether they are all of one generation.

use anyhow::{Context, Result, ensure};
use tests::client::Reply;

/// Upstreams that take turns; a generation's number modulo this names its upstream.
pub(super) const UPSTREAMS: u32 = 8;

/// Where a generation shows in an answer. Each is of another resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `server` of the response.
    Listener,
    /// `x-generation` of the response.
    Route,
    /// `x-cluster` of the response.
    Cluster,
    /// The key that the upstream got.
    Credential,
    /// The model that the upstream got.
    Model,
    /// The upstream that answered.
    Upstream,
}

/// What an answer is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// One generation.
    Whole(u32),
    /// Several: what each mark says.
    Mixed(String),
}

// === impl Mark ===

impl Mark {
    /// What it says in this answer.
    fn read(self, reply: &Reply) -> Result<u32> {
        let echo = reply.echo()?;
        let text = match self {
            Mark::Listener => reply.header("server").to_owned(),
            Mark::Route => reply.header("x-generation").to_owned(),
            Mark::Cluster => reply.header("x-cluster").to_owned(),
            Mark::Credential => echo
                .header("authorization")
                .trim_start_matches("Bearer key-")
                .to_owned(),
            Mark::Model => {
                let body: serde_json::Value = serde_json::from_str(echo.field("body"))?;
                let model = body.get("model").and_then(serde_json::Value::as_str);
                model
                    .unwrap_or_default()
                    .trim_start_matches("model-")
                    .to_owned()
            }
            Mark::Upstream => echo.field("upstream").to_owned(),
        };
        text.parse()
            .with_context(|| format!("{self:?} says {text:?} in {reply:?}"))
    }

    /// What it must say in an answer of this generation.
    fn of(self, generation: u32) -> u32 {
        match self {
            Mark::Upstream => generation % UPSTREAMS,
            Mark::Listener | Mark::Route | Mark::Cluster | Mark::Credential | Mark::Model => {
                generation
            }
        }
    }
}

// === impl Answer ===

impl Answer {
    /// Compares the marks; the first names the generation. An error if one of them is missing.
    pub(super) fn read(reply: &Reply, marks: &[Mark]) -> Result<Answer> {
        let said: Vec<u32> = marks
            .iter()
            .map(|mark| mark.read(reply))
            .collect::<Result<_>>()?;
        let generation = *said.first().context("no mark")?;
        let is_whole = marks
            .iter()
            .zip(&said)
            .all(|(mark, said)| mark.of(generation) == *said);
        if is_whole {
            return Ok(Answer::Whole(generation));
        }
        let each: Vec<String> = marks
            .iter()
            .zip(&said)
            .map(|(mark, said)| format!("{mark:?} {said}"))
            .collect();
        Ok(Answer::Mixed(each.join(", ")))
    }
}

/// The generation that an answer is wholly of.
pub(super) fn generation(reply: &Reply, marks: &[Mark]) -> Result<u32> {
    match Answer::read(reply, marks)? {
        Answer::Whole(generation) => Ok(generation),
        Answer::Mixed(marks) => anyhow::bail!("mixed: {marks}"),
    }
}

/// Whether an event stream came to its end.
pub(super) fn check_events(reply: &Reply, events: usize) -> Result<()> {
    let got = reply.text().matches("data: {").count();
    ensure!(got == events, "{got} events, not {events}");
    Ok(())
}
