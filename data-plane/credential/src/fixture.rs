//! A port for tests: files and answers from tables, a clock that stands.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::ambient::Ambient;
use crate::port::{Port, Request, Response};

pub(crate) const NOW: u64 = 1_440_938_160;

/// What a test offers; requests are kept.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) files: BTreeMap<&'static str, String>,
    /// By method and URL without scheme and query, in the order in which they are used up.
    pub(crate) answers: RefCell<Vec<(&'static str, u16, String)>>,
    pub(crate) asked: RefCell<Vec<Request>>,
}

// === impl Fake ===

impl Fake {
    pub(crate) fn answering(answers: &[(&'static str, u16, &str)]) -> Self {
        let owned =
            |(at, status, body): &(&'static str, u16, &str)| (*at, *status, (*body).to_owned());
        Self {
            answers: RefCell::new(answers.iter().map(owned).collect()),
            ..Self::default()
        }
    }

    pub(crate) fn file(mut self, path: &'static str, content: &str) -> Self {
        self.files.insert(path, content.to_owned());
        self
    }

    /// The form of the request with this number, unescaped, sorted by nothing.
    pub(crate) fn form(&self, index: usize) -> Vec<(String, String)> {
        let body = String::from_utf8(self.asked.borrow()[index].body.clone()).unwrap();
        let pairs = body.split('&').map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (unescaped(name), unescaped(value)))
            .collect()
    }

    pub(crate) fn header(&self, index: usize, name: &str) -> Option<String> {
        let asked = self.asked.borrow();
        let found = asked[index].headers.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| value.clone())
    }
}

impl Port for Fake {
    fn now(&self) -> u64 {
        NOW
    }

    async fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.files.get(path).cloned();
        found
            .map(String::into_bytes)
            .ok_or_else(|| "not there".to_owned())
    }

    async fn send(&self, request: &Request) -> Result<Response, String> {
        self.asked.borrow_mut().push(request.clone());
        let mut answers = self.answers.borrow_mut();
        let place = format!("{request:?}");
        match answers.iter().position(|(at, _, _)| *at == place) {
            None => Err("connection refused".to_owned()),
            Some(index) => {
                let (_, status, body) = answers.remove(index);
                Ok(Response {
                    status,
                    body: body.into_bytes(),
                })
            }
        }
    }
}

pub(crate) fn ambient(variables: &[(&str, &str)]) -> Ambient {
    let find = |name: &str| variables.iter().find(|(own, _)| *own == name);
    for (name, _) in variables {
        assert!(Ambient::VARIABLES.contains(name), "{name} is never read");
    }
    Ambient::of(|name| find(name).map(|(_, value)| (*value).to_owned()))
}

/// Nothing here ever waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

pub(crate) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
