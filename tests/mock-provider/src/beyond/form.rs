//! A form (`multipart/form-data`), as RFC 7578 and RFC 2046 have it.
//!
//! Its own reader, so that it is an oracle for others. It must not know what the fields mean. Invariants: what is no whole form is
//! refused; a file is a field with a file's name, and no other is.

use http::header::CONTENT_TYPE;
use http::request::Parts;

use super::refuse;
use crate::refusal::Refusal;

/// The fields, in their order.
pub(crate) struct Form<'a>(Vec<Field<'a>>);

struct Field<'a> {
    name: String,
    file: Option<String>,
    value: &'a [u8],
}

// === impl Form ===

impl<'a> Form<'a> {
    pub(crate) fn read(parts: &Parts, body: &'a [u8]) -> Result<Self, Refusal> {
        let kind = parts.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = kind
            .strip_prefix("multipart/form-data;")
            .and_then(|rest| rest.trim_start().strip_prefix("boundary="))
            .map(|boundary| boundary.trim_matches('"'))
            .filter(|boundary| !boundary.is_empty())
            .ok_or_else(|| refuse("content-type", "a form is expected"))?;
        fields(body, boundary)
            .map(Self)
            .ok_or_else(|| refuse("body", "it is no whole form"))
    }

    /// Refuses fields that the operation does not have; `name[]` is one of several.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        for field in &self.0 {
            if !known.contains(&plain(&field.name)) {
                let message = format!("Unknown parameter: '{}'.", field.name);
                return Err(Refusal::parameter(
                    &field.name,
                    "unknown_parameter",
                    message,
                ));
            }
        }
        Ok(())
    }

    /// A text that comes at most once.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let mut found = self.0.iter().filter(|field| field.name == name);
        let Some(field) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(refuse(name, "it comes more than once"));
        }
        if field.file.is_some() {
            return Err(refuse(name, "a text is expected and no file"));
        }
        let text = std::str::from_utf8(field.value);
        text.map(Some).map_err(|_| refuse(name, "it is no text"))
    }

    pub(crate) fn need(&self, name: &str) -> Result<&'a str, Refusal> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(refuse(name, "it is neither true nor false")),
        }
    }

    pub(crate) fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.text(name)? {
            Some(text) if !known.contains(&text) => {
                Err(refuse(name, &format!("it is none of {}", known.join(", "))))
            }
            found => Ok(found),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn count(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let count = text
            .parse()
            .ok()
            .filter(|count| (least..=most).contains(count));
        let wrong = || refuse(name, &format!("it is no number from {least} to {most}"));
        count.ok_or_else(wrong).map(Some)
    }

    /// The names and bytes of files of this name, none of which may be empty.
    pub(crate) fn files(&self, name: &str) -> Result<Vec<(&str, &'a [u8])>, Refusal> {
        let mut files = Vec::new();
        for field in self.0.iter().filter(|field| plain(&field.name) == name) {
            match &field.file {
                Some(file) if !field.value.is_empty() => files.push((file.as_str(), field.value)),
                Some(_) => return Err(refuse(name, "the file is empty")),
                None => return Err(refuse(name, "a file is expected")),
            }
        }
        Ok(files)
    }

    /// The only file of this name.
    pub(crate) fn file(&self, name: &str) -> Result<(&str, &'a [u8]), Refusal> {
        match self.files(name)?.as_slice() {
            [] => Err(Refusal::missing(name)),
            [one] => Ok(*one),
            _ => Err(refuse(name, "one file is expected")),
        }
    }
}

/// The name of a list without what says that it is one.
fn plain(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

/// `None` where the last delimiter is missing, or a part has no name.
fn fields<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Field<'a>>> {
    let delimiter = format!("--{boundary}");
    let mut rest = body.strip_prefix(delimiter.as_bytes())?;
    let delimiter = format!("\r\n{delimiter}");
    let mut fields = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, delimiter.as_bytes())?;
        fields.push(field(part.get(..end)?)?);
        rest = part.get(end + delimiter.len()..)?;
    }
    rest.starts_with(b"--").then_some(fields)
}

fn field(part: &[u8]) -> Option<Field<'_>> {
    const GAP: &[u8] = b"\r\n\r\n";
    let at = find(part, GAP)?;
    let head = std::str::from_utf8(part.get(..at)?).ok()?;
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, about) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let mut words = about.split(';').map(str::trim);
    if words.next()? != "form-data" {
        return None;
    }
    let (mut name, mut file) = (None, None);
    for (key, value) in words.filter_map(|word| word.split_once('=')) {
        let value = Some(value.trim_matches('"').to_owned());
        match key {
            "name" => name = value,
            "filename" => file = value,
            _ => (),
        }
    }
    Some(Field {
        name: name?,
        file,
        value: part.get(at + GAP.len()..)?,
    })
}

/// Where it begins: by its first byte, which is rare in what is long.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::Form;

    const WHOLE: &[u8] = b"--a\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n\
        --a\r\ncontent-disposition: form-data; name=\"image[]\"; filename=\"i.png\"\r\n\
        content-type: image/png\r\n\r\n\xff\r\n--\x00\r\n--a--\r\n";

    fn read<'a>(kind: &str, body: &'a [u8]) -> Option<Form<'a>> {
        let request = Request::post("/").header("content-type", kind);
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        Form::read(&parts, body).ok()
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        for kind in [
            "multipart/form-data; boundary=a",
            "multipart/form-data;boundary=\"a\"",
        ] {
            let form = read(kind, WHOLE).expect("a form");
            assert_eq!(form.need("model").ok(), Some("m"));
            let file = form.file("image").ok();
            assert_eq!(file, Some(("i.png", &b"\xff\r\n--\x00"[..])));
            assert!(form.only(&["model", "image"]).is_ok());
            assert!(form.only(&["model"]).is_err());
            assert!(form.text("image[]").is_err() && form.file("model").is_err());
        }
    }

    #[test]
    fn what_is_no_whole_form_is_refused() {
        let kind = "multipart/form-data; boundary=a";
        let end = WHOLE.len() - 8;
        assert!(read(kind, &WHOLE[..end]).is_none());
        assert!(read("multipart/form-data; boundary=b", WHOLE).is_none());
        assert!(read("multipart/form-data", WHOLE).is_none());
        assert!(read("application/json", WHOLE).is_none());
        let nameless = b"--a\r\nContent-Disposition: form-data\r\n\r\nm\r\n--a--\r\n";
        assert!(read(kind, nameless).is_none());
    }
}
