//! The tables that `make bench` prints.
//!
//! Owns the layout and the ratios. Must not judge: `docs/performance.md` has the goals.

use std::io::{Write, stdout};

use anyhow::Result;

use crate::{peer, routes};

/// The comparison of proxies.
pub(crate) fn peers(rows: &[peer::Row]) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\n{:<10} {:>8} {:>12} {:>10} {:>9} {:>9} {:>9} {:>7} {:>10} {:>9}",
        "proxy",
        "body",
        "CPU us/req",
        "user us",
        "p50 us",
        "p99 us",
        "req/s",
        "busy",
        "RSS MiB",
        "ratio"
    )?;
    for row in rows {
        let ours = rows
            .iter()
            .find(|other| other.peer == "tidegate" && other.body == row.body)
            .map_or(f64::NAN, |ours| ours.cpu_micros);
        writeln!(
            out,
            "{:<10} {:>8} {:>12.1} {:>10.1} {:>9.0} {:>9.0} {:>9.0} {:>6.0}% {:>10.1} {:>9}",
            row.peer,
            row.body,
            row.cpu_micros,
            row.user_micros,
            row.p50,
            row.p99,
            row.rate,
            row.rate * row.cpu_micros / 1e4,
            mebibytes(row.resident_kib),
            format!("{:.2} x", ours / row.cpu_micros),
        )?;
    }
    writeln!(
        out,
        "busy: share of the proxy's core; far below 100 %, waking up is a part of what is measured\n\
         ratio: CPU of tidegate divided by CPU of the proxy in the row\n"
    )?;
    Ok(())
}

/// The time from edit to effect.
pub(crate) fn routes(rows: &[routes::Row]) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\n{:>7} {:>12} {:>14} {:>14} {:>12} {:>18}",
        "routes", "first ms", "edit p50 ms", "edit max ms", "proxy MiB", "control plane MiB"
    )?;
    for row in rows {
        writeln!(
            out,
            "{:>7} {:>12.1} {:>14.1} {:>14.1} {:>12.1} {:>18.1}",
            row.routes,
            row.first.as_secs_f64() * 1e3,
            row.edit_p50.as_secs_f64() * 1e3,
            row.edit_max.as_secs_f64() * 1e3,
            mebibytes(row.proxy_kib),
            mebibytes(row.control_plane_kib),
        )?;
    }
    writeln!(
        out,
        "edit: one HTTPRoute rewritten in a file, until a request shows it\n"
    )?;
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
