//! Who may ask the admin server where the file system does not decide it: on TCP, the holder of the run's token.
//!
//! Owns the token and the file that it is written to. Must not know what is asked for, but for the two probes that
//! everybody may ask. The invariant: it is not the token for xDS. A scraper of metrics needs this one, and with that one
//! it could read private keys.

use std::io;
use std::path::Path;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use grpc::private_file::PrivateFile;
use grpc::token::{RunSecret, Subject, bearer};

/// What a probe asks: whether to send traffic, and whether to start the process again.
const OPEN: [&str; 2] = ["/ready", "/live"];

/// The token of one run of this proxy; its file goes with it.
#[derive(Debug)]
pub struct AdminToken {
    secret: RunSecret,
    _file: PrivateFile,
}

/// Lets probes through, and whoever has the token. Without a token there is nobody else.
pub(super) async fn only_with_token(
    State(secret): State<Option<RunSecret>>,
    request: Request,
    next: Next,
) -> Response {
    let is_admitted = match secret {
        _ if OPEN.contains(&request.uri().path()) => true,
        Some(secret) => admits(&secret, request.headers()),
        None => false,
    };
    if is_admitted {
        return next.run(request).await;
    }
    let words = "this needs `Authorization: Bearer TOKEN` with what stands in the file of --admin-token-file\n";
    let scheme = [(header::WWW_AUTHENTICATE, "Bearer")];
    (StatusCode::UNAUTHORIZED, scheme, words).into_response()
}

fn admits(secret: &RunSecret, headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
        .and_then(|token| secret.verify(token))
        .is_some_and(|subject| subject == Subject::Admin)
}

// === impl AdminToken ===

impl AdminToken {
    /// A new one, written where its owner can read it.
    ///
    /// # Errors
    /// If the system gives no random bytes or does not let the file be written.
    pub fn write(path: &Path) -> io::Result<Self> {
        let secret = RunSecret::generate()?;
        let file = PrivateFile::write(path, secret.mint(&Subject::Admin).as_bytes())?;
        Ok(AdminToken {
            secret,
            _file: file,
        })
    }

    /// What it is verified with.
    pub(super) fn secret(&self) -> RunSecret {
        self.secret.clone()
    }
}
