//! What the directories of cases have in common: files in, files out, and answers fed in pieces.
//!
//! It must not know what a directory is about. Invariant: an answer is the same wherever its bytes are cut.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use bytes::Bytes;
use dp_llm::observed::Observed;
use dp_llm::relay::{Plan, Relay, Stamp};
use dp_llm::tap::{Ending, Framing, Limits};
use dp_llm::usage::{HeadCounts, Usage};
use serde_json::Value;

/// Streams up to this many bytes are cut in two at every byte; of longer ones each byte is cut at in one of [`STRIDE`] runs.
const SHORT: usize = 1_600;
const STRIDE: usize = 61;

/// Files that are not what was produced.
#[derive(Default)]
pub(crate) struct Stale(String);

/// Files of several sections: what goes out and comes in with one kind of provider.
#[derive(Default)]
pub(crate) struct Goldens(BTreeMap<PathBuf, String>);

/// An answer, and how it comes.
#[derive(Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) framing: Framing,
    pub(crate) bytes: &'a [u8],
    /// Tokens of the prompt, of which its head tells.
    pub(crate) told: Option<u64>,
}

/// The directory of cases with this name.
pub(crate) fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

/// Files of a directory with this ending, by the name in front of it.
pub(crate) fn some(directory: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(directory)
        .expect("a directory of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned();
            Some((name, fs::read(&path).expect("a case")))
        })
        .collect();
    found.sort();
    found
}

/// The same, of which there must be one.
pub(crate) fn cases(directory: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let found = some(directory, ending);
    assert!(!found.is_empty(), "no case *{ending} in {directory:?}");
    found
}

/// One message of an AWS event stream.
fn frame(name: &str, payload: &str) -> Vec<u8> {
    let mut headers = Vec::new();
    for (key, value) in [
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ] {
        headers.push(u8::try_from(key.len()).expect("short"));
        headers.extend_from_slice(key.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let total = u32::try_from(16 + headers.len() + payload.len()).expect("short");
    let mut out = total.to_be_bytes().to_vec();
    out.extend_from_slice(&u32::try_from(headers.len()).expect("short").to_be_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

/// A stream of AWS of which the text has a line for each message: event type and payload.
pub(crate) fn framed(text: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(text).expect("text");
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    let frames: Vec<Vec<u8>> = lines.map(|(name, payload)| frame(name, payload)).collect();
    frames.concat()
}

/// As a person reads it, where it is JSON.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => serde_json::to_string_pretty(&value).expect("JSON") + "\n",
        Err(_) => text,
    }
}

/// What the client gets of an answer that is fed in pieces, and what was seen of it.
fn relayed(plan: &Plan, answer: Answer<'_>, cuts: &[usize]) -> (Vec<u8>, Ending, Observed) {
    let stamp = Stamp {
        unix_seconds: 1_700_000_000,
        nonce: 7,
    };
    let mut relay = Relay::new(plan, answer.framing, Limits::default(), stamp);
    if let Some(tokens) = answer.told {
        relay.note_head(HeadCounts {
            input: Some(tokens),
            ..HeadCounts::default()
        });
    }
    let mut out = Vec::new();
    let mut rest = answer.bytes;
    let mut from = 0;
    for cut in cuts {
        let (piece, after) = rest.split_at(cut - from);
        out.extend_from_slice(&relay.push(Bytes::copy_from_slice(piece)));
        (rest, from) = (after, *cut);
    }
    out.extend_from_slice(&relay.push(Bytes::copy_from_slice(rest)));
    let finish = relay.finish();
    out.extend_from_slice(&finish.rest);
    (out, finish.ending, *finish.observed)
}

/// What the client gets, which is the same wherever the answer is cut, and so is what was seen of it.
pub(crate) fn seen(plan: &Plan, answer: Answer<'_>, what: &Path) -> (Vec<u8>, Observed) {
    let whole = relayed(plan, answer, &[]);
    assert_eq!(whole.1, Ending::Complete, "{}", what.display());
    let length = answer.bytes.len();
    let each: Vec<usize> = (1..length).collect();
    let is_same = |cuts: &[usize]| relayed(plan, answer, cuts) == whole;
    assert!(is_same(&each), "{} byte by byte", what.display());
    let (step, runs) = match length <= SHORT {
        true => (length, length - 1),
        false => (STRIDE, STRIDE),
    };
    let check = |first: usize| {
        let cuts: Vec<usize> = (first..length).step_by(step).collect();
        assert!(is_same(&cuts), "{} cut at {cuts:?}", what.display());
    };
    thread::scope(|scope| {
        scope.spawn(|| (1..=runs).step_by(2).for_each(check));
        (2..=runs).step_by(2).for_each(check);
    });
    let (bytes, _, observed) = whole;
    (bytes, observed)
}

/// What the client gets, which is the same wherever the input is cut.
pub(crate) fn fed(plan: &Plan, framing: Framing, input: &[u8], what: &Path) -> Vec<u8> {
    let answer = Answer {
        framing,
        bytes: input,
        told: None,
    };
    seen(plan, answer, what).0
}

/// What the gateway itself saw of an answer, in words.
fn facts(observed: &Observed) -> String {
    let mut facts = Vec::new();
    let mut note = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| format!("{name} {value}")));
    };
    note("model", observed.model.clone());
    let reason = observed.finish_reason;
    note("finish", reason.map(|reason| reason.as_str().to_owned()));
    let usage = observed.usage.clone().unwrap_or_default();
    for (name, count) in counts(&usage) {
        note(name, count.map(|count| count.to_string()));
    }
    for name in &observed.dropped {
        note("left out", Some((*name).to_owned()));
    }
    let unreadable = Some(observed.unreadable).filter(|count| *count > 0);
    note("unreadable", unreadable.map(|count| count.to_string()));
    assert_eq!(observed.error, None, "an error");
    facts.join(", ")
}

fn counts(usage: &Usage) -> [(&'static str, Option<u64>); 9] {
    [
        ("input", usage.input),
        ("output", usage.output),
        ("total", usage.total),
        ("cache read", usage.cache_read),
        ("cache write", usage.cache_write),
        ("cache write 1h", usage.cache_write_1h),
        ("audio in", usage.input_audio),
        ("reasoning", usage.reasoning),
        ("audio out", usage.output_audio),
    ]
}

// === impl Goldens ===

impl Goldens {
    /// Adds a section to a file; remarks stand in front of its content.
    pub(crate) fn put(&mut self, file: PathBuf, name: &str, remarks: &[String], content: &str) {
        let is_plain = content.split('\n').all(|line| !line.starts_with("=== "));
        assert!(is_plain && (content.is_empty() || content.ends_with('\n')));
        let text = self.0.entry(file).or_default();
        let _ = writeln!(text, "=== {name}");
        for remark in remarks {
            let _ = writeln!(text, "# {remark}");
        }
        text.push_str(content);
    }

    /// Adds what a client gets of an answer; of what passes as it is the case says all.
    pub(crate) fn answer(
        &mut self,
        (file, name): (PathBuf, &str),
        plan: &Plan,
        answer: Answer<'_>,
    ) {
        let what = file.join(name);
        let (out, observed) = seen(plan, answer, &what);
        self.written((file, name), answer.bytes, (&out, &observed));
    }

    /// Adds what a client gets of what came.
    pub(crate) fn written(
        &mut self,
        (file, name): (PathBuf, &str),
        came: &[u8],
        (out, observed): (&[u8], &Observed),
    ) {
        let facts = match facts(observed) {
            none if none.is_empty() => "seen: nothing".to_owned(),
            facts => format!("seen: {facts}"),
        };
        match out == came {
            true => self.put(file, name, &[facts, "as it came".to_owned()], ""),
            false => self.put(file, name, &[facts], &readable(out)),
        }
    }

    /// The files below `root` are these.
    pub(crate) fn finish(self, root: &Path) {
        let mut stale = Stale::default();
        let directories = fs::read_dir(root).expect("a directory of cases");
        for directory in directories.map(|entry| entry.expect("an entry").path()) {
            if !directory.is_dir() {
                continue;
            }
            for (name, _) in some(&directory, ".golden") {
                let file = directory.join(format!("{name}.golden"));
                if !self.0.contains_key(&file) {
                    stale.remove(&file);
                }
            }
        }
        for (file, content) in &self.0 {
            stale.check(file, content);
        }
        stale.finish();
    }
}

// === impl Stale ===

impl Stale {
    pub(crate) fn check(&mut self, file: &Path, content: &str) {
        if env::var_os("BLESS").is_some() {
            fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
            return fs::write(file, content).expect("written");
        }
        if fs::read_to_string(file).ok().as_deref() != Some(content) {
            let _ = writeln!(self.0, "{}: should be\n{content}", file.display());
        }
    }

    fn remove(&mut self, file: &Path) {
        if env::var_os("BLESS").is_some() {
            return fs::remove_file(file).expect("removed");
        }
        let _ = writeln!(self.0, "{}: of nothing any more", file.display());
    }

    pub(crate) fn finish(self) {
        assert!(self.0.is_empty(), "{}\nbless and read the diff", self.0);
    }
}
