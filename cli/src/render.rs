//! Results on standard output.
//!
//! Owns the formats, the table layout and the writing. Must not decide what is shown. Everything goes through
//! [`print`]: a reader that closes the pipe early is no error, and nothing is written by halves.

mod message;
mod table;

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};
use clap::ValueEnum;
use proto::tidegate::v1::Source;
use serde_json::Value;

pub(crate) use message::MessageJson;
pub(crate) use table::Table;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For both.
    Yaml,
}

/// Nobody reads our output any more.
#[derive(Debug, thiserror::Error)]
#[error("the output was closed")]
pub(crate) struct Closed;

/// Prints a text as it is.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Closed.into()),
        Err(error) => Err(error).context("cannot write the output"),
    }
}

/// Prints a value for programs, or what `table` makes for people.
pub(crate) fn print_as(
    format: Format,
    value: impl FnOnce() -> Result<Value>,
    table: impl FnOnce() -> String,
) -> Result<()> {
    print(&self::format(format, value, table)?)
}

/// The text of a value for programs, or what `table` makes for people.
pub(crate) fn format(
    format: Format,
    value: impl FnOnce() -> Result<Value>,
    table: impl FnOnce() -> String,
) -> Result<String> {
    match format {
        Format::Table => Ok(table()),
        Format::Json => {
            let mut text =
                serde_json::to_string_pretty(&value()?).context("cannot print as JSON")?;
            text.push('\n');
            Ok(text)
        }
        Format::Yaml => {
            let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
            let text = serde_saphyr::to_string_with_options(&value()?, options);
            text.context("cannot print as YAML")
        }
    }
}

/// Columns of the terminal, if the output is one.
pub(crate) fn width() -> Option<u16> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0)
}

/// Columns of the terminal, if standard error is one.
pub(crate) fn error_width() -> Option<u16> {
    terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| width.0)
}

/// `HTTPRoute shop/cart`.
pub(crate) fn source_name(source: &Source) -> String {
    match source.namespace.is_empty() {
        true => format!("{} {}", source.kind, source.name),
        false => format!("{} {}/{}", source.kind, source.namespace, source.name),
    }
}

/// `manifests/shop.yaml:12`; empty for an object that is in no file.
pub(crate) fn source_place(source: &Source) -> String {
    match (source.file.is_empty(), source.line) {
        (true, _) => String::new(),
        (false, 0) => source.file.clone(),
        (false, line) => format!("{}:{line}", source.file),
    }
}
