//! The thread that keeps tokens fresh: a task for each source.
//!
//! Owns when a source is asked again: before its token ends, ever later after failures, and at once when a token was
//! refused. Must not hold a source that nobody else holds.

use std::{
    rc::Rc,
    sync::{Arc, Weak},
    time::Duration,
};

use dp_credential::{
    ambient::Ambient,
    failure::{Failure, Tried},
};
use tokio::{
    sync::{Notify, mpsc},
    time::{sleep, timeout},
};

use super::{FETCH, Shared, TokenSource, now, rim::Rim};
use crate::resolve::Resolver;

/// The longest pause after failures, in seconds.
const LONGEST: u64 = 30;
/// How often the clock is looked at, in seconds: it may be set, and machines sleep.
const LOOK: u64 = 60;

pub(super) fn start(
    shared: Arc<Shared>,
    resolver: Resolver,
    ambient: Arc<Ambient>,
) -> std::io::Result<mpsc::UnboundedSender<Arc<TokenSource>>> {
    let (sender, mut inbox) = mpsc::unbounded_channel::<Arc<TokenSource>>();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("tokens".to_owned())
        .spawn(move || {
            let rim = Rc::new(Rim { resolver, ambient });
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async move {
                while let Some(source) = inbox.recv().await {
                    // Ends with its source.
                    tokio::task::spawn_local(keep(
                        Arc::downgrade(&source),
                        rim.clone(),
                        shared.clone(),
                    ));
                }
            });
        })?;
    Ok(sender)
}

async fn keep(source: Weak<TokenSource>, rim: Rc<Rim>, shared: Arc<Shared>) {
    let mut failures = 0_u32;
    while let Some(own) = source.upgrade() {
        let due = fetch(&own, &rim, &shared, &mut failures).await;
        let poke = own.poke.clone();
        drop(own);
        pause(due, &poke).await;
        if let Some(own) = source.upgrade() {
            own.asking();
        }
    }
}

/// Asks once; when to ask again, in seconds since 1970.
async fn fetch(own: &TokenSource, rim: &Rim, shared: &Shared, failures: &mut u32) -> u64 {
    let (source, cloud) = (&own.source, own.source.cloud());
    let outcome = match timeout(FETCH, source.grant(rim, &rim.ambient)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure {
            what: format!("no token of {}", source.identity()),
            tried: vec![Tried {
                step: "all",
                why: format!("no answer within {FETCH:?}"),
            }],
            remedy: "look whether the proxy may reach the token service",
        }),
    };
    shared.count(cloud, outcome.is_ok());
    match outcome {
        Ok(grant) => {
            let due = grant.refresh_at().max(now() + 1);
            if *failures > 0 {
                tracing::info!(cloud, step = grant.step, "there is a token again");
            }
            *failures = 0;
            own.granted(grant);
            due
        }
        Err(failure) => {
            if *failures == 0 {
                tracing::warn!(cloud, %failure, "no token");
            }
            *failures = failures.saturating_add(1);
            own.failed(failure);
            let pause = 1_u64.checked_shl(*failures - 1).unwrap_or(LONGEST);
            now() + pause.min(LONGEST)
        }
    }
}

async fn pause(due: u64, poke: &Notify) {
    loop {
        let Some(rest) = due.checked_sub(now()).filter(|rest| *rest > 0) else {
            return;
        };
        tokio::select! {
            () = sleep(Duration::from_secs(rest.min(LOOK))) => {}
            () = poke.notified() => return,
        }
    }
}
