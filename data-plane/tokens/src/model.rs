//! Which vocabulary a model has, by its name.
//!
//! Owns the table of names, which is OpenAI's own (tiktoken's `model.py`) and what came since. Must not count. Invariant: a
//! name that stands for something else in the same line, such as `gpt-4o` behind `gpt-4`, never gets its namesake's.

use crate::Vocabulary;

/// Beginnings of names. Behind each comes nothing, or one of its own separators.
const NAMES: [(&str, &[char], Vocabulary); 19] = [
    ("gpt-4o", &['-', ':'], Vocabulary::O200k),
    ("chatgpt-4o", &['-'], Vocabulary::O200k),
    ("gpt-4.1", &['-', ':'], Vocabulary::O200k),
    ("gpt-4.5", &['-'], Vocabulary::O200k),
    ("gpt-5", &['-', '.', ':'], Vocabulary::O200k),
    ("gpt-oss", &['-', ':'], Vocabulary::O200k),
    ("gpt-realtime", &['-'], Vocabulary::O200k),
    ("gpt-audio", &['-'], Vocabulary::O200k),
    ("codex-mini", &['-'], Vocabulary::O200k),
    ("o1", &['-', ':'], Vocabulary::O200k),
    ("o3", &['-', ':'], Vocabulary::O200k),
    ("o4", &['-', ':'], Vocabulary::O200k),
    ("gpt-4", &['-', ':'], Vocabulary::Cl100k),
    ("gpt-3.5", &['-', ':'], Vocabulary::Cl100k),
    ("gpt-35", &['-'], Vocabulary::Cl100k),
    ("text-embedding-3", &['-'], Vocabulary::Cl100k),
    ("text-embedding-ada-002", &[], Vocabulary::Cl100k),
    ("davinci-002", &[':'], Vocabulary::Cl100k),
    ("babbage-002", &[':'], Vocabulary::Cl100k),
];

pub(crate) fn vocabulary(model: &str) -> Option<Vocabulary> {
    // `openai/gpt-4o` of routers, `openai.gpt-oss-20b-1:0` of Bedrock, `ft:gpt-4o:acme` of OpenAI.
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = past(name, "openai.").unwrap_or(name);
    let name = past(name, "ft:").unwrap_or(name);
    let has = |(start, separators, vocabulary): &(&str, &[char], Vocabulary)| {
        let rest = past(name, start)?;
        (rest.is_empty() || rest.starts_with(*separators)).then_some(*vocabulary)
    };
    NAMES.iter().find_map(has)
}

/// What comes behind a beginning, in whatever case it is written.
fn past<'a>(name: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = name.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

#[cfg(test)]
mod tests {
    use crate::Vocabulary::{self, Cl100k, O200k};

    #[track_caller]
    fn check(expected: Option<Vocabulary>, models: &[&str]) {
        for model in models {
            assert_eq!(Vocabulary::of_model(model), expected, "{model}");
        }
    }

    #[test]
    fn newer_models_have_the_larger_vocabulary() {
        check(
            Some(O200k),
            &[
                "gpt-4o",
                "GPT-4o-mini",
                "gpt-4o-2024-08-06",
                "gpt-4o-mini-search-preview",
                "chatgpt-4o-latest",
                "gpt-4.1",
                "gpt-4.1-nano-2025-04-14",
                "gpt-4.5-preview",
                "gpt-5",
                "gpt-5-mini",
                "gpt-5.1-codex",
                "o1",
                "o1-pro",
                "o3-mini-2025-01-31",
                "o4-mini",
                "gpt-oss-120b",
                "gpt-oss:20b",
            ],
        );
    }

    #[test]
    fn older_models_and_embeddings_have_the_smaller_one() {
        check(
            Some(Cl100k),
            &[
                "gpt-4",
                "gpt-4-0613",
                "gpt-4-32k",
                "gpt-4-turbo-2024-04-09",
                "gpt-3.5-turbo-0125",
                "gpt-35-turbo-16k",
                "text-embedding-3-small",
                "text-embedding-ada-002",
                "davinci-002",
            ],
        );
    }

    #[test]
    fn vendors_services_and_owners_are_named_around_it() {
        check(
            Some(O200k),
            &[
                "openai/gpt-4o",
                "openrouter/openai/gpt-4o:free",
                "openai.gpt-oss-20b-1:0",
                "ft:gpt-4o-mini-2024-07-18:acme::a1",
                "ft:gpt-4o:acme",
            ],
        );
        check(
            Some(Cl100k),
            &["azure/gpt-4", "ft:gpt-3.5-turbo:acme", "ft:davinci-002:a"],
        );
    }

    #[test]
    fn nobody_elses_names_are_taken_for_theirs() {
        check(
            None,
            &[
                "",
                "gpt",
                "gpt-4x",
                "gpt-4.7",
                "gpt-40",
                "o10",
                "o1mega",
                "o2",
                "claude-sonnet-4-5",
                "gemini-2.5-pro",
                "llama-3.3-70b",
                "mistral-large",
                "text-embedding-004",
                "my-gpt-4o",
                "größe",
            ],
        );
    }
}
