//! The tables that `make bench` prints.
//!
//! Owns the layout and the ratios. Must not judge: `docs/performance.md` has the goals.

use std::io::{Write, stdout};

use anyhow::Result;

use crate::{allocated, chat, idle, peer, routes};

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

/// Chat completions.
pub(crate) fn chat(rows: &[chat::Row]) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\n{:<10} {:<25} {:>12} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10} {:>9} {:>9}",
        "gateway",
        "chat completion",
        "CPU us/req",
        "user us",
        "p50 us",
        "p99 us",
        "added p50",
        "added p99",
        "answers/s",
        "RSS MiB",
        "ratio"
    )?;
    for row in rows {
        let other = |peer: &str| {
            let mut same = rows.iter().filter(|other| other.scenario == row.scenario);
            same.find(|other| other.peer == peer)
        };
        let ours = other("tidegate").and_then(|ours| ours.cpu_micros);
        let direct = other("(nobody)");
        let cost = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        let added = |of: fn(&chat::Row) -> f64| {
            let added = direct.filter(|_| row.cpu_micros.is_some());
            added.map_or("-".to_owned(), |direct| {
                format!("{:.0}", of(row) - of(direct))
            })
        };
        let ratio = ours.zip(row.cpu_micros).map(|(ours, its)| ours.0 / its.0);
        writeln!(
            out,
            "{:<10} {:<25} {:>12} {:>10} {:>10.0} {:>10.0} {:>10} {:>10} {:>10.1} {:>9.1} {:>9}",
            row.peer,
            row.scenario.name,
            cost(row.cpu_micros.map(|(all, _)| all)),
            cost(row.cpu_micros.map(|(_, user)| user)),
            row.p50,
            row.p99,
            added(|row| row.p50),
            added(|row| row.p99),
            row.rate,
            mebibytes(row.resident_kib),
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.4} x")),
        )?;
    }
    for row in rows.iter().filter(|row| row.failures > 0) {
        let (name, scenario, failures) = (row.peer, row.scenario.name, row.failures);
        writeln!(
            out,
            "{name}, {scenario}: {failures} questions failed and are left out"
        )?;
    }
    writeln!(
        out,
        "p50, p99: to the first token of a stream, to the end of other answers; added: less what it takes without a gateway\n\
         ratio: CPU of tidegate divided by CPU of the gateway in the row; envoy forwards bytes and reads nothing\n"
    )?;
    Ok(())
}

/// What the formats cost on the heap.
pub(crate) fn allocated(rows: &[allocated::Row]) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\n{:<25} {:>14} {:>16} {:>16}",
        "500 events", "bytes in/event", "allocated/event", "allocations/event"
    )?;
    for row in rows {
        writeln!(
            out,
            "{:<25} {:>14.0} {:>16.1} {:>16.2}",
            row.name, row.input, row.bytes, row.allocations
        )?;
    }
    writeln!(
        out,
        "of the reading and writing of formats alone, sockets left out\n"
    )?;
    Ok(())
}

/// Streams that are open.
pub(crate) fn idle(rows: &[idle::Row]) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "\n{:<30} {:>9} {:>14} {:>14} {:>12}",
        "idle streams", "open", "RSS before MiB", "RSS with MiB", "KiB/stream"
    )?;
    for row in rows {
        let more = row.with_kib.saturating_sub(row.before_kib);
        #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let each = more as f64 / row.open as f64;
        writeln!(
            out,
            "{:<30} {:>9} {:>14.1} {:>14.1} {:>12.1}",
            row.name,
            row.open,
            mebibytes(row.before_kib),
            mebibytes(row.with_kib),
            each,
        )?;
    }
    writeln!(out)?;
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
