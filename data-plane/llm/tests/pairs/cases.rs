//! What the directories of cases have in common: files in, files out, and answers fed in pieces.
//!
//! It must not know what a directory is about. Invariant: an answer is the same wherever its bytes are cut.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use bytes::Bytes;
use dp_llm::relay::{Plan, Relay, Stamp};
use dp_llm::tap::{Ending, Framing, Limits};
use serde_json::Value;

/// Streams up to this many bytes are cut in two at every byte; of longer ones each byte is cut at in one of [`STRIDE`] runs.
const SHORT: usize = 1_600;
const STRIDE: usize = 61;

/// Files that are not what was produced.
#[derive(Default)]
pub(crate) struct Stale(String);

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

/// What the client gets of `input`, fed in pieces.
fn relayed(plan: &Plan, framing: Framing, input: &[u8], cuts: &[usize]) -> (Vec<u8>, Ending) {
    let stamp = Stamp {
        unix_seconds: 1_700_000_000,
        nonce: 7,
    };
    let mut relay = Relay::new(plan, framing, Limits::default(), stamp);
    let mut out = Vec::new();
    let mut rest = input;
    let mut from = 0;
    for cut in cuts {
        let (piece, after) = rest.split_at(cut - from);
        out.extend_from_slice(&relay.push(Bytes::copy_from_slice(piece)));
        (rest, from) = (after, *cut);
    }
    out.extend_from_slice(&relay.push(Bytes::copy_from_slice(rest)));
    let finish = relay.finish();
    out.extend_from_slice(&finish.rest);
    (out, finish.ending)
}

/// What the client gets, which is the same wherever the input is cut.
pub(crate) fn fed(plan: &Plan, framing: Framing, input: &[u8], what: &Path) -> Vec<u8> {
    let whole = relayed(plan, framing, input, &[]);
    assert_eq!(whole.1, Ending::Complete, "{}", what.display());
    let each: Vec<usize> = (1..input.len()).collect();
    let is_same = |cuts: &[usize]| relayed(plan, framing, input, cuts) == whole;
    assert!(is_same(&each), "{} byte by byte", what.display());
    let check = |first: usize| {
        let step = match input.len() <= SHORT {
            true => input.len(),
            false => STRIDE,
        };
        let cuts: Vec<usize> = (first..input.len()).step_by(step).collect();
        assert!(is_same(&cuts), "{} cut at {cuts:?}", what.display());
    };
    let runs = match input.len() <= SHORT {
        true => input.len() - 1,
        false => STRIDE,
    };
    thread::scope(|scope| {
        scope.spawn(|| (1..=runs).step_by(2).for_each(check));
        (2..=runs).step_by(2).for_each(check);
    });
    whole.0
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

    pub(crate) fn finish(self) {
        assert!(self.0.is_empty(), "{}\nbless and read the diff", self.0);
    }
}
