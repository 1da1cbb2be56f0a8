//! What differs between two sets of resources.
//!
//! Owns the comparison by type and name, and its two forms. The Commit is left out: it differs whenever anything
//! does. Must not compare order or provenance: neither reaches a request. A secret that changed shows by its version
//! only.

use proto::type_url::TypeUrl;
use serde_json::{Value, json};
use similar::TextDiff;

use crate::resources::{Id, Resources, Shown};

/// The differences, in push order.
#[derive(Debug, Default)]
pub(super) struct Diff {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: Id,
    change: Change,
    source: String,
}

#[derive(Debug)]
enum Change {
    Added,
    Removed,
    /// Unified diff of the canonical JSON; empty if the difference is not shown.
    Changed(String),
}

// === impl Diff ===

impl Diff {
    /// What has to happen to the first to become the second.
    pub(super) fn of(old: &Resources, new: &Resources) -> Self {
        let mut entries = Vec::new();
        for (id, shown) in &old.held {
            match new.held.get(id) {
                None => entries.push(Entry::new(id, Change::Removed, shown)),
                Some(other) if is_same(shown, other) => {}
                Some(other) => {
                    let change = Change::Changed(unified(&shown.content, &other.content));
                    entries.push(Entry::new(id, change, other));
                }
            }
        }
        let added = new.held.iter().filter(|(id, _)| !old.held.contains_key(id));
        entries.extend(added.map(|(id, shown)| Entry::new(id, Change::Added, shown)));
        entries.retain(|entry| entry.id.type_url != TypeUrl::Commit);
        entries.sort_by(|left, right| left.id.cmp(&right.id));
        Self { entries }
    }

    /// Whether nothing differs.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// For people.
    pub(super) fn text(&self, gateway: &str) -> String {
        let title = if gateway.is_empty() {
            String::new()
        } else {
            format!("Gateway {gateway}: ")
        };
        if self.is_empty() {
            return format!("{title}no difference\n");
        }
        let mut text = format!("{title}{}\n", self.summary());
        for entry in &self.entries {
            let source = match entry.source.is_empty() {
                true => String::new(),
                false => format!("   ({})", entry.source),
            };
            let sign = entry.change.sign();
            text.push_str(&format!(
                "{sign} {} {}{source}\n",
                entry.id.type_url.short(),
                entry.id.name
            ));
            match &entry.change {
                Change::Added | Change::Removed => {}
                Change::Changed(diff) if diff.is_empty() => {
                    text.push_str("    (the difference is in a secret and not shown)\n");
                }
                Change::Changed(diff) => {
                    text.extend(diff.lines().map(|line| format!("    {line}\n")));
                }
            }
        }
        text
    }

    /// For programs.
    pub(super) fn to_value(&self, gateway: &str) -> Value {
        let entry = |entry: &Entry| {
            let mut value = json!({
                "change": entry.change.word(),
                "type": entry.id.type_url.as_str(),
                "name": entry.id.name,
                "source": entry.source,
            });
            if let (Change::Changed(diff), Some(fields)) = (&entry.change, value.as_object_mut()) {
                fields.insert("diff".to_owned(), json!(diff));
            }
            value
        };
        json!({
            "gateway": gateway,
            "differences": self.entries.iter().map(entry).collect::<Vec<_>>(),
        })
    }

    fn summary(&self) -> String {
        let count = |word: &str| {
            self.entries
                .iter()
                .filter(|entry| entry.change.word() == word)
                .count()
        };
        let (added, changed, removed) = (count("added"), count("changed"), count("removed"));
        format!("{added} added, {changed} changed, {removed} removed")
    }
}

// === impl Entry ===

impl Entry {
    fn new(id: &Id, change: Change, shown: &Shown) -> Self {
        Self {
            id: id.clone(),
            change,
            source: shown.source(),
        }
    }
}

// === impl Change ===

impl Change {
    fn sign(&self) -> char {
        match self {
            Change::Added => '+',
            Change::Removed => '-',
            Change::Changed(_) => '~',
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed(_) => "changed",
        }
    }
}

/// Versions decide where both have one: they cover what is not shown.
fn is_same(old: &Shown, new: &Shown) -> bool {
    match old.version.is_empty() || new.version.is_empty() {
        true => old.content == new.content,
        false => old.version == new.version,
    }
}

fn unified(old: &Value, new: &Value) -> String {
    let (old, new) = (pretty(old), pretty(new));
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(2)
        .to_string()
}

fn pretty(value: &Value) -> String {
    // A value that came from JSON can always be written as JSON.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::Diff;
    use crate::resources::{Id, Resources, Shown};
    use proto::type_url::TypeUrl;
    use serde_json::{Value, json};

    fn resources(list: &[(TypeUrl, &str, &str, Value)]) -> Resources {
        let held = list.iter().map(|(type_url, name, version, content)| {
            let id = Id {
                type_url: *type_url,
                name: (*name).to_owned(),
            };
            let provenance = json!({"sources": [{"file": "a.yaml", "line": 3}]});
            let shown = Shown {
                version: (*version).to_owned(),
                content: content.clone(),
                provenance,
            };
            (id, shown)
        });
        Resources {
            commit_id: String::new(),
            held: held.collect(),
        }
    }

    #[test]
    fn what_differs_is_told_by_resource() {
        let old = resources(&[
            (TypeUrl::Cluster, "same", "1", json!({"a": 1})),
            (TypeUrl::Cluster, "gone", "1", json!({"a": 1})),
            (
                TypeUrl::RouteRule,
                "rule",
                "1",
                json!({"weight": 90, "rest": true}),
            ),
            (TypeUrl::Secret, "key", "1", json!({"name": "key"})),
            (TypeUrl::Commit, "commit", "1", json!({})),
        ]);
        let new = resources(&[
            (TypeUrl::Cluster, "same", "1", json!({"a": 1})),
            (TypeUrl::Cluster, "new", "1", json!({"a": 1})),
            (
                TypeUrl::RouteRule,
                "rule",
                "2",
                json!({"weight": 80, "rest": true}),
            ),
            (TypeUrl::Secret, "key", "2", json!({"name": "key"})),
            (TypeUrl::Commit, "commit", "2", json!({})),
        ]);
        let diff = Diff::of(&old, &new);
        assert_eq!(
            diff.text("n/edge"),
            "Gateway n/edge: 1 added, 2 changed, 1 removed\n\
             - cluster gone   (a.yaml:3)\n\
             + cluster new   (a.yaml:3)\n\
             ~ secret key   (a.yaml:3)\n    \
                 (the difference is in a secret and not shown)\n\
             ~ route-rule rule   (a.yaml:3)\n    \
                 @@ -1,4 +1,4 @@\n     \
                  {\n    \
                 -  \"weight\": 90,\n    \
                 +  \"weight\": 80,\n       \
                    \"rest\": true\n     \
                  }\n"
        );
        assert_eq!(diff.to_value("")["differences"][3]["change"], "changed");
        let none = Diff::of(&old, &old);
        assert!(none.is_empty());
        assert_eq!(none.text(""), "no difference\n");
    }
}
