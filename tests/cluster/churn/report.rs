//! What a churn came to, for people.

use std::fmt::Write as _;
use std::time::Duration;

use super::objects::Edits;

/// What a churn came to.
pub(crate) struct Churn {
    pub(crate) seed: u64,
    pub(crate) length: Duration,
    pub(crate) objects: usize,
    pub(crate) edits: Edits,
    pub(crate) kills: u32,
    pub(crate) requests: u64,
    pub(crate) settled: Duration,
}

impl Churn {
    pub(crate) fn text(&self) -> String {
        let Edits {
            created,
            changed,
            deleted,
        } = self.edits;
        let mut text = "# Churn\n\nWritten by `make soak`; what it does is told in `tests/cluster/churn.rs`.\n\n".to_owned();
        text += "| what | how much |\n| --- | --- |\n";
        let rows = [
            ("length", format!("{} s", self.length.as_secs())),
            ("seed", self.seed.to_string()),
            ("objects that change", self.objects.to_string()),
            (
                "created, changed, deleted",
                format!("{created}, {changed}, {deleted}"),
            ),
            (
                "replicas of the control plane killed",
                self.kills.to_string(),
            ),
            ("requests on untouched routes", self.requests.to_string()),
            ("of them failed", "0".to_owned()),
            (
                "statuses, snapshots and proxies as from scratch",
                format!("after {} s", self.settled.as_secs()),
            ),
        ];
        for (what, how_much) in rows {
            let _ = writeln!(text, "| {what} | {how_much} |");
        }
        text
    }
}
