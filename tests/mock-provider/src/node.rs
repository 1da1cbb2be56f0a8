//! A value in a request body, and the path to it as the vendor would write it.
//!
//! It must not know what the members mean. Invariant: every refusal names the path of the value that
//! is wrong; null is absent, as it is for the vendors' own clients.

use serde_json::{Map, Value};

use crate::format::Vendor;
use crate::refusal::Refusal;

/// A value and its path.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    path: String,
    vendor: Vendor,
}

impl<'a> Node<'a> {
    /// The body of a request.
    pub(crate) fn root(value: &'a Value, vendor: Vendor) -> Self {
        Self {
            value,
            path: String::new(),
            vendor,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A member that is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        let members = self.value.as_object()?;
        let value = members.get(name).or_else(|| match self.vendor {
            // JSON of protocol buffers has both spellings.
            Vendor::Google => members.get(&snake(name)),
            Vendor::OpenAi | Vendor::Anthropic | Vendor::Bedrock | Vendor::Cohere => None,
        })?;
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        (!value.is_null()).then_some(Self {
            value,
            path,
            vendor: self.vendor,
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn need(&self, name: &str) -> Result<Self, Refusal> {
        self.get(name).ok_or_else(|| {
            let path = match self.path.as_str() {
                "" => name.to_owned(),
                path => format!("{path}.{name}"),
            };
            Refusal::missing_in(self.vendor, &path)
        })
    }

    pub(crate) fn text(&self) -> Result<&'a str, Refusal> {
        self.value
            .as_str()
            .ok_or_else(|| self.wrong_type("a string"))
    }

    pub(crate) fn flag(&self) -> Result<bool, Refusal> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong_type("a boolean"))
    }

    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, Refusal> {
        self.value
            .as_object()
            .ok_or_else(|| self.wrong_type("an object"))
    }

    /// The elements of an array.
    pub(crate) fn array(&self) -> Result<Vec<Self>, Refusal> {
        let values = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong_type("an array"))?;
        let elements = values.iter().enumerate().map(|(index, value)| Self {
            value,
            path: match self.vendor {
                Vendor::OpenAi | Vendor::Google | Vendor::Cohere => {
                    format!("{}[{index}]", self.path)
                }
                Vendor::Anthropic | Vendor::Bedrock => format!("{}.{index}", self.path),
            },
            vendor: self.vendor,
        });
        Ok(elements.collect())
    }

    /// The elements of an array that has some.
    pub(crate) fn some(&self) -> Result<Vec<Self>, Refusal> {
        let elements = self.array()?;
        if elements.is_empty() {
            return Err(self.refuse("at least one element is required"));
        }
        Ok(elements)
    }

    /// A whole number from `least`.
    pub(crate) fn count(&self, least: u64) -> Result<u64, Refusal> {
        match self.value.as_u64() {
            Some(count) if count >= least => Ok(count),
            Some(_) => Err(self.refuse(&format!("must be at least {least}"))),
            None => Err(self.wrong_type("an integer")),
        }
    }

    /// A number within bounds.
    pub(crate) fn number(&self, least: f64, most: f64) -> Result<f64, Refusal> {
        let number = self
            .value
            .as_f64()
            .ok_or_else(|| self.wrong_type("a number"))?;
        if number < least || number > most {
            return Err(self.refuse(&format!("must be between {least} and {most}")));
        }
        Ok(number)
    }

    pub(crate) fn one_of(&self, known: &[&str]) -> Result<&'a str, Refusal> {
        let text = self.text()?;
        if known.contains(&text) {
            return Ok(text);
        }
        Err(self.refuse(&format!("'{text}' is none of {}", known.join(", "))))
    }

    /// A name of these characters and at most this long.
    pub(crate) fn name(&self, most: usize, marks: &str) -> Result<&'a str, Refusal> {
        let text = self.text()?;
        let is_known = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
        if text.is_empty() || text.len() > most || !text.chars().all(is_known) {
            let message = format!(
                "must be 1 to {most} characters of a-z, A-Z, 0-9 and {marks}, but is '{text}'"
            );
            return Err(self.refuse(&message));
        }
        Ok(text)
    }

    /// Refuses members that the vendor does not know.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        for name in self.object()?.keys() {
            let is_known = known.contains(&name.as_str())
                || self.vendor == Vendor::Google && known.iter().any(|known| snake(known) == *name);
            if !is_known {
                let path = match self.path.as_str() {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                return Err(Refusal::unknown_in(self.vendor, &path, name));
            }
        }
        Ok(())
    }

    pub(crate) fn wrong_type(&self, expected: &str) -> Refusal {
        Refusal::wrong_type_in(self.vendor, &self.path, expected, self.value)
    }

    /// A refusal that names this value.
    pub(crate) fn refuse(&self, message: &str) -> Refusal {
        Refusal::invalid_in(self.vendor, &self.path, message)
    }
}

/// `camelCase` as `camel_case`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Node;
    use crate::format::Vendor;

    #[test]
    fn paths_are_written_as_the_vendor_does() {
        let body = json!({"messages": [{"content": [{"text": 7}]}]});
        for (vendor, path) in [
            (Vendor::OpenAi, "messages[0].content[0].text"),
            (Vendor::Anthropic, "messages.0.content.0.text"),
            (Vendor::Bedrock, "messages.0.content.0.text"),
            (Vendor::Google, "messages[0].content[0].text"),
        ] {
            let messages = Node::root(&body, vendor).need("messages").expect("there");
            let message = messages.some().expect("some").remove(0);
            let block = message
                .need("content")
                .expect("there")
                .some()
                .expect("some")
                .remove(0);
            let refusal = block
                .need("text")
                .expect("there")
                .text()
                .expect_err("a number");
            assert_eq!(refusal.param.as_deref(), Some(path));
            assert!(refusal.message.contains(path), "{}", refusal.message);
        }
    }

    #[test]
    fn google_takes_both_spellings() {
        let body = json!({"generation_config": {}, "systemInstruction": {}});
        let node = Node::root(&body, Vendor::Google);
        let known = ["generationConfig", "systemInstruction"];
        assert!(known.iter().all(|name| node.has(name)));
        assert!(node.only(&known).is_ok());
        let other = Node::root(&body, Vendor::Anthropic);
        assert!(!other.has("generationConfig") && other.only(&known).is_err());
    }
}
