//! A realtime session on its connection, healthy or misbehaving as the mode says.
//!
//! Owns the handshake and what a mode does to a session. It must not know what events say. Invariant: tokens are entered into
//! the accounts when the event that tells them is sent.

use std::io;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::{Conversation, Outcome};
use crate::account::{Accounts, Settlement};
use crate::demand::Demand;
use crate::format::{Format, Vendor};
use crate::mode::Mode;
use crate::play::{self, Play};
use crate::refusal::Refusal;
use crate::script::Script;
use crate::websocket::{self, Socket};

/// Bytes of a frame where nobody wants them small.
const FRAME: usize = 64 << 10;

/// What a session goes by.
pub(crate) struct Session {
    pub(crate) model: String,
    pub(crate) demand: Demand,
    pub(crate) accounts: Arc<Accounts>,
}

/// How a client's event was answered.
enum Answered {
    Whole,
    /// Nothing follows any more, but the connection stays.
    Silent,
    /// The connection ends here.
    Cut,
}

// === impl Session ===

impl Session {
    /// Answers a request for an upgrade.
    pub(crate) fn open(self, parts: &Parts, now: u64) -> Result<Play, Refusal> {
        let accept = websocket::accept(&parts.headers);
        let upgrade = parts.extensions.get::<OnUpgrade>().cloned();
        let (Some(accept), Some(upgrade)) = (accept, upgrade) else {
            let message = "Realtime sessions are WebSockets.";
            return Err(Refusal::plain(StatusCode::UPGRADE_REQUIRED, message));
        };
        let refuse = |refused: &Refusal| {
            let response = play::refusal(refused, Vendor::OpenAi, &self.demand, now);
            Ok(Play::Respond(response))
        };
        if let Mode::Fail(status) = self.demand.mode {
            return refuse(&Refusal::on_demand(Vendor::OpenAi, status));
        } else if self.demand.mode == Mode::Hang {
            return Ok(Play::Silence);
        } else if self.demand.mode == Mode::Reset {
            return Ok(Play::Reset);
        }
        let mut response = Response::new(Script::steps(Vec::new()));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        if let Ok(accept) = HeaderValue::from_str(&accept) {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        let offered = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
        let mut offered = offered.flat_map(|line| line.to_str().unwrap_or_default().split(','));
        if offered.any(|protocol| protocol.trim() == "realtime") {
            let protocol = HeaderValue::from_static("realtime");
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        let session = async move {
            if let Ok(stream) = upgrade.await {
                // How a session ends is the client's business.
                let _ = self.run(Socket::new(TokioIo::new(stream))).await;
            }
        };
        Ok(Play::Upgrade(response, Box::pin(session)))
    }

    async fn run(self, mut socket: Socket<TokioIo<hyper::upgrade::Upgraded>>) -> io::Result<()> {
        let has_usage = !self.demand.wishes.has_no_usage;
        let mut conversation = Conversation::new(&self.model, has_usage);
        let created = conversation.created();
        self.send(&mut socket, &created).await?;
        while let Some(text) = socket.read().await? {
            let answered = match conversation.take(&text) {
                Outcome::Events(events) => self.all(&mut socket, &events, None).await?,
                Outcome::Response(..) if self.demand.mode == Mode::ErrorIn200 => {
                    let error = conversation.error("server_error", "server_error", "On demand.");
                    self.all(&mut socket, &[error], None).await?
                }
                Outcome::Response(events, counts) => {
                    let settlement = has_usage.then(|| {
                        Settlement::new(&self.accounts, Format::Beyond, &self.model, counts)
                    });
                    self.response(&mut socket, &events, settlement).await?
                }
            };
            match answered {
                Answered::Whole => (),
                Answered::Silent => while socket.read().await?.is_some() {},
                Answered::Cut => return Ok(()),
            }
        }
        Ok(())
    }

    async fn response(
        &self,
        socket: &mut Socket<TokioIo<hyper::upgrade::Upgraded>>,
        events: &[Value],
        settlement: Option<Settlement>,
    ) -> io::Result<Answered> {
        let half = events.get(..events.len() / 2).unwrap_or_default();
        let mode = self.demand.mode;
        if matches!(mode, Mode::Truncate | Mode::Abort | Mode::ResetMid) {
            self.all(socket, half, None).await?;
            return Ok(Answered::Cut);
        }
        if matches!(mode, Mode::Stall | Mode::StallFirst) {
            self.all(socket, half, None).await?;
            return Ok(Answered::Silent);
        }
        self.all(socket, events, settlement).await
    }

    /// Sends events; the settlement comes true with the last one.
    async fn all(
        &self,
        socket: &mut Socket<TokioIo<hyper::upgrade::Upgraded>>,
        events: &[Value],
        settlement: Option<Settlement>,
    ) -> io::Result<Answered> {
        let (last, before) = match events.split_last() {
            Some(split) => split,
            None => return Ok(Answered::Whole),
        };
        for event in before {
            self.send(socket, event).await?;
        }
        if let Some(settlement) = settlement {
            settlement.enter();
        }
        self.send(socket, last).await?;
        Ok(Answered::Whole)
    }

    async fn send(
        &self,
        socket: &mut Socket<TokioIo<hyper::upgrade::Upgraded>>,
        event: &Value,
    ) -> io::Result<()> {
        let most = match self.demand.mode == Mode::Dribble {
            true => 1,
            false => FRAME,
        };
        socket.send(&event.to_string(), most).await
    }
}
