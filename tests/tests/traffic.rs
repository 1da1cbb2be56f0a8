//! The traffic table: what any data plane that serves this Gateway must do.
//!
//! Owns the manifests, the table and the checks that a table cannot hold. `Plane` is where the data
//! plane under test listens; who that is, a table row never knows.

mod checks;
mod row;
mod setup;
mod table;

use anyhow::{Result, bail};
use tests::client::Client;
use tests::world::World;

pub(crate) use setup::Setup;

/// A data plane under test.
pub(crate) struct Plane<'a> {
    pub(crate) setup: &'a Setup,
    /// Its name in failures.
    pub(crate) name: &'static str,
}

// === impl Plane ===

impl Plane<'_> {
    /// Runs the whole table and every further check, and names all that failed.
    pub(crate) async fn run(&self) -> Result<()> {
        let mut failures = Vec::new();
        let client = Client::http1(self.setup.http);
        for row in table::rows()? {
            if let Err(error) = row.check(&client).await {
                failures.push(format!("{}: {error:#}", row.about));
            }
        }
        failures.extend(checks::all(self).await);
        if failures.is_empty() {
            return Ok(());
        }
        bail!(
            "{}: {} failures:\n  {}",
            self.name,
            failures.len(),
            failures.join("\n  ")
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_proxy_serves_the_table() -> Result<()> {
    let setup = Setup::start().await?;
    let mut world = World::up(&setup.manifests())?;
    world
        .until_served_by(setup.http, "http://exact.hosts.test/", "a")
        .await?;
    let outcome = Plane {
        setup: &setup,
        name: "tidegate-proxy",
    }
    .run()
    .await;
    if outcome.is_err() {
        eprintln!("{}", world.log());
    }
    outcome?;
    world.stop().await
}
