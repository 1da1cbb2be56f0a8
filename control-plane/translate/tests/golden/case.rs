//! One case: the objects, and under which settings they are translated.
//!
//! Owns the first document of kind `Case`, which is optional. Positions are those of the file, so that
//! provenance shows in the output.

use std::collections::BTreeMap;

use cp_translate::{Change, Origin, Outline, ProviderAddress, Settings, Source};
use serde_json::Value;

pub(crate) struct Case {
    pub(crate) settings: Settings,
    /// Short names of the types whose content is shown; empty for all.
    pub(crate) show: Vec<String>,
    pub(crate) changes: Vec<Change>,
}

impl Case {
    pub(crate) fn parse(input: &str) -> Result<Case, String> {
        let mut case = Case {
            settings: Settings::directory(),
            show: Vec::new(),
            changes: Vec::new(),
        };
        for (line, text) in documents(input) {
            let value: Value = serde_saphyr::from_str(&text)
                .map_err(|error| format!("document at line {line}: {error}"))?;
            if value.is_null() {
                continue;
            }
            if value.get("kind").and_then(Value::as_str) == Some("Case") {
                case.configure(&value);
                continue;
            }
            let origin = Some(Origin {
                file: "case.yaml".into(),
                line,
            });
            let key = cp_api::identify(&value).map_err(|error| error.to_string())?;
            let outline = match case.settings.source {
                Source::Directory => Outline::default(),
                Source::Kubernetes => Outline::of(&value),
            };
            case.changes.push(match cp_api::decode(value) {
                Ok(object) => Change::Apply {
                    object: Box::new(object),
                    origin,
                },
                Err(error) => Change::Invalid {
                    key,
                    message: error.to_string(),
                    origin,
                    outline,
                },
            });
        }
        Ok(case)
    }

    fn configure(&mut self, value: &Value) {
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        if value.get("source").and_then(Value::as_str) == Some("kubernetes") {
            self.settings = Settings::kubernetes();
        }
        self.show = value
            .get("show")
            .and_then(Value::as_array)
            .map(|names| {
                names
                    .iter()
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        if let Some(hops) = number("trustedHops") {
            self.settings.trusted_hops = u32::try_from(hops).expect("hops");
        }
        if let Some(port) = number("reserved") {
            self.settings
                .reserved_ports
                .insert(u16::try_from(port).expect("port"));
        }
        if let Some(host) = value.get("openai").and_then(Value::as_str) {
            let address = ProviderAddress {
                host: host.to_owned(),
                port: 9000,
                tls: false,
            };
            self.settings.provider_overrides = BTreeMap::from([("openai".to_owned(), address)]);
        }
    }
}

/// Documents with the lines they start at.
fn documents(input: &str) -> Vec<(u32, String)> {
    let mut documents = vec![(1, String::new())];
    for (number, line) in (1_u32..).zip(input.lines()) {
        if line == "---" {
            documents.push((number + 1, String::new()));
        } else if let Some((_, text)) = documents.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    documents
}
