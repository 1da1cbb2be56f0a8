//! A page of a load balancer or a login in the place of an answer.
//!
//! It must not read HTML beyond what a page is called. Invariant: no markup is shown to a client.

/// What stands for a page that has no title.
const NAMELESS: &str = "the answer is an HTML page";
/// How far into a page its title is looked for, in bytes.
const LOOK: usize = 4096;
/// How much of a title is shown, in characters.
const SHOWN: usize = 200;

/// What a page is called; `None` for what is no page.
pub(super) fn title(text: &str) -> Option<String> {
    let start: String = text.trim_start().chars().take(LOOK).collect();
    let lower = start.to_ascii_lowercase();
    if !lower.starts_with("<!doctype html") && !lower.starts_with("<html") {
        return None;
    }
    let title = lower.find("<title").and_then(|at| {
        let (_, behind) = start.get(at..)?.split_once('>')?;
        let (title, _) = behind.split_once('<')?;
        Some(title.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let title = title.filter(|title| !title.is_empty());
    Some(match title {
        Some(title) => title.chars().take(SHOWN).collect(),
        None => NAMELESS.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{NAMELESS, title};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(title(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn of_pages() {
        check(
            "<html>\r\n<head><title>502 Bad Gateway</title></head>",
            Some("502 Bad Gateway"),
        );
        check(
            " <!DOCTYPE HTML><HTML><TITLE lang=x>\n Just a\n moment... </TITLE>",
            Some("Just a moment..."),
        );
        check("<html><title></title>", Some(NAMELESS));
        check("<html><title>cut", Some(NAMELESS));
        check("<html><body>secret", Some(NAMELESS));
    }

    #[test]
    fn of_what_is_none() {
        check("bad gateway", None);
        check("<Error><Code>AccessDenied</Code></Error>", None);
        check("", None);
    }
}
