//! Tables for people: a header in capitals, columns apart by two spaces, no lines.
//!
//! Owns the layout. Must not know what it shows. Without a terminal nothing is wrapped, so that `grep` and `awk`
//! see whole rows; in a terminal long cells are wrapped to its width.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement};

/// Rows under a header.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

// === impl Table ===

impl Table {
    /// A table without rows.
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; empty cells are shown as a dash.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let shown = |cell: String| {
            if cell.is_empty() {
                "-".to_owned()
            } else {
                cell
            }
        };
        self.rows.push(cells.into_iter().map(shown).collect());
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text, with a newline at the end of every line. `width` is that of the terminal, if there is one.
    pub(crate) fn render(&self, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING);
        table.set_header(self.header.clone());
        for row in &self.rows {
            table.add_row(row.clone());
        }
        if let Some(width) = width {
            table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(width);
            // Names are copied: they stay in one piece, the last column (words) is wrapped first.
            let last = self.header.len().saturating_sub(1);
            for column in table.column_iter_mut().take(last.min(2)) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    fn table() -> Table {
        let mut table = Table::new(&["NAME", "KIND", "MESSAGE"]);
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        table.row(row([
            "default/edge",
            "Gateway",
            "a long message that goes on and on",
        ]));
        table.row(row(["x", "", "short"]));
        table
    }

    #[test]
    fn without_a_terminal_nothing_is_wrapped() {
        assert_eq!(
            table().render(None),
            "NAME          KIND     MESSAGE\n\
             default/edge  Gateway  a long message that goes on and on\n\
             x             -        short\n"
        );
    }

    #[test]
    fn in_a_terminal_the_words_are_wrapped() {
        let text = table().render(Some(44));
        assert!(
            text.lines().all(|line| line.chars().count() <= 44),
            "{text}"
        );
        assert!(
            text.contains("default/edge  Gateway  a long message"),
            "{text}"
        );
    }
}
