//! Adding elements to a list, or members to an object, inside a body.
//!
//! It must not know what the elements mean. Invariant: elements that are there keep their bytes; nothing to add is no edit.

use crate::node::Node;
use crate::splice::Splice;

/// Comma-separated JSON elements to put in front of those of a list, and behind them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    pub(crate) front: &'a str,
    pub(crate) back: &'a str,
}

// === impl Around ===

impl Around<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.front.is_empty() && self.back.is_empty()
    }

    /// The elements as a list of their own.
    pub(crate) fn alone(&self) -> String {
        format!("[{}]", joined(&[self.front, self.back]))
    }

    /// Puts the elements around those of `list`, an array of `document`.
    pub(crate) fn into_list(self, splice: &mut Splice<'_>, document: &str, list: Node<'_>) {
        let elements = list.elements();
        self.into_list_at(splice, document, list, 0, elements.len());
    }

    /// The same, with the front before element `first` and the back behind the first `end` elements.
    pub(crate) fn into_list_at(
        self,
        splice: &mut Splice<'_>,
        document: &str,
        list: Node<'_>,
        first: usize,
        end: usize,
    ) {
        let Some(range) = list.span(document).filter(|_| !self.is_empty()) else {
            return;
        };
        let elements = list.elements();
        if elements.is_empty() {
            splice.replace(
                range.start + 1..range.start + 1,
                joined(&[self.front, self.back]),
            );
            return;
        }
        for (elements_added, at) in [(self.front, first), (self.back, end)] {
            if elements_added.is_empty() {
                continue;
            }
            let before = elements.get(at).and_then(|next| next.span(document));
            let behind = elements.last().and_then(|last| last.span(document));
            match (before, behind) {
                (Some(next), _) => {
                    splice.replace(next.start..next.start, format!("{elements_added},"))
                }
                (None, Some(last)) => {
                    splice.replace(last.end..last.end, format!(",{elements_added}"))
                }
                (None, None) => (),
            }
        }
    }

    /// Makes a list of `value` with the elements around it; `value` is written between `open` and `close`.
    pub(crate) fn around_value(
        self,
        splice: &mut Splice<'_>,
        document: &str,
        value: Node<'_>,
        (open, close): (&str, &str),
    ) {
        let Some(range) = value.span(document).filter(|_| !self.is_empty()) else {
            return;
        };
        let comma = |elements: &str| if elements.is_empty() { "" } else { "," };
        let front = format!("[{}{}{open}", self.front, comma(self.front));
        let back = format!("{close}{}{}]", comma(self.back), self.back);
        splice.replace(range.start..range.start, front);
        splice.replace(range.end..range.end, back);
    }
}

/// Puts members behind those of an object.
pub(crate) fn add_members(
    splice: &mut Splice<'_>,
    document: &str,
    object: Node<'_>,
    members: &str,
) {
    let Some(range) = object.span(document).filter(|_| !members.is_empty()) else {
        return;
    };
    let last = object
        .members()
        .last()
        .and_then(|(_, value)| value.span(document));
    match last {
        Some(last) => splice.replace(last.end..last.end, format!(",{members}")),
        None => splice.replace(range.start + 1..range.start + 1, members),
    }
}

fn joined(lists: &[&str]) -> String {
    let lists: Vec<_> = lists
        .iter()
        .copied()
        .filter(|list| !list.is_empty())
        .collect();
    lists.join(",")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Around, add_members};
    use crate::node::Node;
    use crate::splice::Splice;

    #[track_caller]
    fn check(list: &str, (front, back): (&str, &str), expected: &str) {
        let body = Bytes::from(list.to_owned());
        let text = std::str::from_utf8(&body).expect("text");
        let mut splice = Splice::new(&body);
        Around { front, back }.into_list(&mut splice, text, Node::of(text));
        assert_eq!(splice.apply(), expected);
    }

    #[test]
    fn elements_go_around() {
        check("[1, 2 ]", ("0", "3,4"), "[0,1, 2,3,4 ]");
        check("[1]", ("0", ""), "[0,1]");
        check("[1]", ("", "2"), "[1,2]");
        check("[ ]", ("0", "1"), "[0,1 ]");
        check("[]", ("", ""), "[]");
        check("[1]", ("", ""), "[1]");
    }

    #[test]
    fn members_go_behind() {
        for (object, expected) in [("{}", r#"{"b":2}"#), (r#"{"a":1 }"#, r#"{"a":1,"b":2 }"#)] {
            let body = Bytes::from(object);
            let mut splice = Splice::new(&body);
            add_members(
                &mut splice,
                object,
                Node::of(std::str::from_utf8(&body).expect("text")),
                r#""b":2"#,
            );
            assert_eq!(splice.apply().len(), expected.len(), "{object}");
        }
    }
}
