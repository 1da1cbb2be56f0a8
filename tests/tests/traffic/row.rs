//! One row of the table: a request and what must come of it.
//!
//! Must not know a data plane or a route. Every wish of a row is checked; the first that does not hold
//! is the error.

use anyhow::{Context, Result, bail, ensure};
use tests::client::{self, Client, Reply};

/// A request and its wishes.
pub(crate) struct Row {
    /// What the row shows.
    pub(crate) about: &'static str,
    method: &'static str,
    url: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    wishes: Vec<Wish>,
}

enum Wish {
    Status(u16),
    OneOf(&'static [u16]),
    Upstream(&'static str),
    Saw(&'static str, &'static str),
    SawHeader(&'static str, &'static str),
    SawSome(&'static str),
    Answers(&'static str, &'static str),
}

/// A GET of `url`.
pub(crate) fn get(about: &'static str, url: &'static str) -> Row {
    send(about, "GET", url)
}

/// A request.
pub(crate) fn send(about: &'static str, method: &'static str, url: &'static str) -> Row {
    Row {
        about,
        method,
        url,
        headers: Vec::new(),
        wishes: Vec::new(),
    }
}

// === impl Row ===

impl Row {
    /// With a request header.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Row {
        self.headers.push((name, value));
        self
    }

    /// Answered with this status.
    pub(crate) fn status(self, status: u16) -> Row {
        self.wish(Wish::Status(status))
    }

    /// Answered with one of these, where planes may differ.
    pub(crate) fn one_of(self, statuses: &'static [u16]) -> Row {
        self.wish(Wish::OneOf(statuses))
    }

    /// Answered by this upstream.
    pub(crate) fn served_by(self, upstream: &'static str) -> Row {
        self.wish(Wish::Upstream(upstream))
    }

    /// The upstream saw this `path`, `method`, `authority` or `version`.
    pub(crate) fn saw(self, field: &'static str, value: &'static str) -> Row {
        self.wish(Wish::Saw(field, value))
    }

    /// The upstream saw this request header; an empty value means that it saw none.
    pub(crate) fn saw_header(self, name: &'static str, value: &'static str) -> Row {
        self.wish(Wish::SawHeader(name, value))
    }

    /// The upstream saw this request header, whatever its value.
    pub(crate) fn saw_some(self, name: &'static str) -> Row {
        self.wish(Wish::SawSome(name))
    }

    /// The answer has this header; an empty value means that it has none.
    pub(crate) fn answers(self, name: &'static str, value: &'static str) -> Row {
        self.wish(Wish::Answers(name, value))
    }

    fn wish(mut self, wish: Wish) -> Row {
        self.wishes.push(wish);
        self
    }

    /// Sends the request and checks every wish.
    pub(crate) async fn check(&self, client: &Client) -> Result<()> {
        let request = client::request(self.method, self.url, &self.headers, "")?;
        let reply = client.send(request).await.context(self.url)?;
        self.wishes.iter().try_for_each(|wish| wish.check(&reply))
    }
}

// === impl Wish ===

impl Wish {
    fn check(&self, reply: &Reply) -> Result<()> {
        let same = |what: &str, got: &str, want: &str| {
            ensure!(got == want, "{what} is {got:?}, not {want:?}");
            Ok(())
        };
        match self {
            Wish::Status(status) if reply.status.as_u16() == *status => Ok(()),
            Wish::Status(status) => {
                bail!("status {}, not {status}: {}", reply.status, reply.text())
            }
            Wish::OneOf(statuses) => {
                ensure!(
                    statuses.contains(&reply.status.as_u16()),
                    "status {}",
                    reply.status
                );
                Ok(())
            }
            Wish::Upstream(name) => same(
                &format!("upstream (status {})", reply.status),
                reply.header("x-upstream"),
                name,
            ),
            Wish::Saw(field, value) => same(field, reply.echo()?.field(field), value),
            Wish::SawHeader(name, value) => same(
                &format!("request header {name}"),
                reply.echo()?.header(name),
                value,
            ),
            Wish::SawSome(name) => {
                ensure!(
                    !reply.echo()?.header(name).is_empty(),
                    "no request header {name}"
                );
                Ok(())
            }
            Wish::Answers(name, value) => same(
                &format!("response header {name}"),
                reply.header(name),
                value,
            ),
        }
    }
}
