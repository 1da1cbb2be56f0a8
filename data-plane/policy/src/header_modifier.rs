//! Adding, setting and removing headers.
//!
//! Owns Envoy's order: removals first, then additions as they are listed (a control plane lists Gateway
//! API's `add` before its `set`). Must not touch pseudo headers, apart from the authority, which a caller
//! asks for with [`HeaderModifier::authority`]. Values are literal: `%%` is a percent sign, and Envoy's
//! `%COMMAND%` is refused.

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use proto::envoy::config::core::v3::HeaderValueOption;
use proto::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use route::field::{FieldError, Within};

/// Changes to the headers of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderModifier {
    remove: Vec<HeaderName>,
    add: Vec<Addition>,
    authority: Option<HeaderValue>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Addition {
    name: HeaderName,
    value: HeaderValue,
    how: Append,
}

/// What happens where the header is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Append {
    Always,
    IfAbsent,
    Overwrite,
    OverwriteIfPresent,
}

/// The names of the two fields in the message that is decoded, for error paths.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// Field of the additions.
    pub add: &'static str,
    /// Field of the removals.
    pub remove: &'static str,
}

impl Fields {
    /// `request_headers_to_add` and `request_headers_to_remove`.
    pub const REQUEST: Fields = Fields {
        add: "request_headers_to_add",
        remove: "request_headers_to_remove",
    };
    /// `response_headers_to_add` and `response_headers_to_remove`.
    pub const RESPONSE: Fields = Fields {
        add: "response_headers_to_add",
        remove: "response_headers_to_remove",
    };
}

// === impl HeaderModifier ===

impl HeaderModifier {
    /// Decodes the two lists of a route, cluster weight, virtual host or route configuration.
    pub fn decode(
        to_add: &[HeaderValueOption],
        to_remove: &[String],
        fields: Fields,
    ) -> Result<Self, FieldError> {
        let mut modifier = Self::default();
        for (index, name) in to_remove.iter().enumerate() {
            let name = header_name(name).within_index(fields.remove, index)?;
            if name == HOST {
                return Err(FieldError::unsupported("").within_index(fields.remove, index));
            }
            modifier.remove.push(name);
        }
        for (index, option) in to_add.iter().enumerate() {
            modifier
                .decode_addition(option)
                .within_index(fields.add, index)?;
        }
        Ok(modifier)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.add.is_empty() && self.authority.is_none()
    }

    /// Changes the headers. The authority is not among them.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for name in &self.remove {
            headers.remove(name);
        }
        for addition in &self.add {
            addition.apply(headers);
        }
    }

    /// What `Host` or `:authority` is set to, where it is.
    pub fn authority(&self) -> Option<&HeaderValue> {
        self.authority.as_ref()
    }

    fn decode_addition(&mut self, option: &HeaderValueOption) -> Result<(), FieldError> {
        let header = option
            .header
            .as_ref()
            .ok_or_else(|| FieldError::missing("header"))?;
        let is_authority =
            header.key == ":authority" || header.key.eq_ignore_ascii_case(HOST.as_str());
        let how = append(option)?;
        let value = if header.raw_value.is_empty() {
            HeaderValue::from_str(&literal(&header.value).within("header.value")?)
        } else {
            HeaderValue::from_bytes(&header.raw_value)
        };
        let value = value.map_err(|_| {
            FieldError::invalid("header.value", "has a character that no header may carry")
        })?;
        if value.is_empty() && !option.keep_empty_value {
            // Envoy drops additions without a value.
            return Ok(());
        }
        if is_authority {
            self.authority = Some(value);
            return Ok(());
        }
        let name = header_name(&header.key).within("header.key")?;
        self.add.push(Addition { name, value, how });
        Ok(())
    }
}

// === impl Addition ===

impl Addition {
    fn apply(&self, headers: &mut HeaderMap) {
        let is_present = headers.contains_key(&self.name);
        match (self.how, is_present) {
            (Append::Always, _) | (Append::IfAbsent, false) => {
                headers.append(self.name.clone(), self.value.clone());
            }
            (Append::Overwrite, _) | (Append::OverwriteIfPresent, true) => {
                headers.insert(self.name.clone(), self.value.clone());
            }
            (Append::IfAbsent, true) | (Append::OverwriteIfPresent, false) => {}
        }
    }
}

#[allow(deprecated, reason = "management servers of before 2022 send `append`")]
fn append(option: &HeaderValueOption) -> Result<Append, FieldError> {
    if let Some(append) = &option.append {
        return Ok(if append.value {
            Append::Always
        } else {
            Append::Overwrite
        });
    }
    let action = HeaderAppendAction::try_from(option.append_action)
        .map_err(|_| FieldError::unknown_enum("append_action", option.append_action))?;
    Ok(match action {
        HeaderAppendAction::AppendIfExistsOrAdd => Append::Always,
        HeaderAppendAction::AddIfAbsent => Append::IfAbsent,
        HeaderAppendAction::OverwriteIfExistsOrAdd => Append::Overwrite,
        HeaderAppendAction::OverwriteIfExists => Append::OverwriteIfPresent,
    })
}

/// Resolves `%%` and refuses commands.
fn literal(value: &str) -> Result<String, FieldError> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        out.push('%');
        rest = after.strip_prefix('%').ok_or_else(|| {
            FieldError::invalid(
                "",
                "has a substitution command; a percent sign is written %%",
            )
        })?;
    }
    out.push_str(rest);
    Ok(out)
}

fn header_name(name: &str) -> Result<HeaderName, FieldError> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| FieldError::invalid("", format!("{name:?} is not the name of a header")))
}

#[cfg(test)]
mod tests;
