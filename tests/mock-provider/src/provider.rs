//! One request: its path, its credential, its body, and the answer.
//!
//! It must not know connections. Invariants: every request but those to `/_mock/` is recorded before it
//! is judged; what is demanded comes from the script, else the header, else the model's name, else the
//! command line.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::request::Parts;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::account::{Accounts, Settlement};
use crate::answer::Answer;
use crate::args::Args;
use crate::asked::Asked;
use crate::bedrock::invocation;
use crate::credential::Credentials;
use crate::demand::Demand;
use crate::format::{Format, Vendor};
use crate::judge::Judge;
use crate::kept::Kept;
use crate::mode::Mode;
use crate::play::{self, Play};
use crate::realtime::session::Session;
use crate::record::{Entry, Record};
use crate::refusal::{Refusal, envelope};
use crate::reply::{Counts, Reply};
use crate::request;
use crate::script::Script;
use crate::target::Target;

/// Most bytes of a request body.
const BODY_LIMIT: usize = 64 << 20;

/// The model that the list names first; any other name is answered too.
const MODEL: &str = "mock-gpt";

/// The provider: settings, counter and what it remembers.
pub(crate) struct Provider {
    base_path: String,
    credentials: Credentials,
    delay: Duration,
    default: Demand,
    started: u64,
    answers: AtomicU64,
    pub(crate) record: Mutex<Record>,
    pub(crate) accounts: Arc<Accounts>,
    kept: Mutex<Kept>,
    /// What is demanded of the next answers, in order.
    pub(crate) script: Mutex<VecDeque<String>>,
}

impl Provider {
    pub(crate) fn new(args: &Args) -> Self {
        Self {
            base_path: args.base_path.trim_end_matches('/').to_owned(),
            credentials: Credentials::new(args.require_key.clone(), args.aws_key.clone())
                .of_azure(args.azure),
            delay: args.delay_ms,
            default: args.mode.clone().unwrap_or_else(Demand::healthy),
            started: unix_time(),
            answers: AtomicU64::new(0),
            record: Mutex::new(Record::new(args.remember)),
            accounts: Arc::new(Accounts::default()),
            kept: Mutex::new(Kept::default()),
            script: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Play {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let vendor = Target::vendor(path, &self.base_path);
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return refuse(&Refusal::too_large(), vendor);
            }
            Err(_) => return refuse(&Refusal::body_broke_off(), vendor),
        };
        if path.starts_with("/_mock/") {
            return Play::Respond(self.own(&parts.method, path, &body));
        }
        let key = self.credentials.check(vendor, &parts, &body);
        let entry = Entry {
            parts: &parts,
            body: &body,
            is_key_right: self.credentials.is_required(vendor).then_some(key.is_ok()),
            signed: Credentials::signed(&parts),
        };
        self.with_record(|record| record.add(&entry));
        key.and_then(|()| self.operation(&parts, vendor, &body))
            .unwrap_or_else(|refused| refuse(&refused, vendor))
    }

    fn operation(&self, parts: &Parts, vendor: Vendor, body: &[u8]) -> Result<Play, Refusal> {
        if let Some(judge) = Judge::of_path(parts.uri.path()) {
            return Ok(Play::Respond(play::json(&judge.answer(parts, body)?)));
        }
        let target = Target::parse(&parts.method, &parts.uri, &self.base_path)?;
        if target == Target::Models {
            return Ok(Play::Respond(play::json(&self.models())));
        }
        if let Target::Model(name) = &target {
            return self.model(name);
        }
        if target == Target::Realtime {
            return self.realtime(parts);
        }
        request::check_head(vendor, parts)?;
        if let Target::Kept(resource) = &target {
            let asked = self.with_kept(|kept| kept.answer(resource, parts, body, unix_time()))?;
            return self.perform(parts, Format::Beyond, &asked);
        }
        if let Target::Beyond(beyond) = &target {
            let asked = beyond.parse(parts, body)?;
            return self.perform(parts, beyond.format(), &asked);
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::not_json_in(vendor))?;
        match request::read(&target, parts, body)? {
            request::Read::Count(counted) => Ok(Play::Respond(play::json(&counted))),
            request::Read::Answer(format, asked) => self.perform(parts, format, &asked),
        }
    }

    fn realtime(&self, parts: &Parts) -> Result<Play, Refusal> {
        let mut pairs = parts.uri.query().unwrap_or_default().split('&');
        let model = pairs.find_map(|pair| pair.strip_prefix("model="));
        let model = model
            .filter(|model| !model.is_empty())
            .ok_or_else(|| Refusal::missing("model"))?;
        self.accounts.request(Format::Beyond, model);
        let session = Session {
            model: model.to_owned(),
            demand: self.demand(&parts.headers, model)?,
            accounts: Arc::clone(&self.accounts),
        };
        session.open(parts, unix_time())
    }

    fn perform(&self, parts: &Parts, format: Format, asked: &Asked) -> Result<Play, Refusal> {
        self.accounts.request(format, &asked.model);
        let demand = self.demand(&parts.headers, &asked.model)?;
        let delay = match text(&parts.headers, "x-mock-delay-ms") {
            Some(delay) => delay
                .parse()
                .map(Duration::from_millis)
                .map_err(|_| unknown_header("x-mock-delay-ms"))?,
            None => self.delay,
        };
        let number = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        let mut reply = Reply::new(asked, &demand.wishes, number, unix_time());
        match format {
            Format::Embeddings => reply.counts.output = 0,
            Format::Invoke => reply.counts = invocation::told(&asked.model, reply.counts),
            Format::Beyond | Format::BeyondBedrock | Format::BeyondGoogle | Format::Rerank => {
                reply.counts = Counts {
                    input: asked.prompt_tokens,
                    output: asked.token_limit.unwrap_or_default(),
                    ..Counts::default()
                };
                reply.has_usage &= asked.includes_usage;
            }
            Format::Chat
            | Format::Responses
            | Format::Messages
            | Format::Converse
            | Format::GenerateContent => {}
        }
        if format == Format::Responses {
            self.with_kept(|kept| kept.keep(asked, &reply));
        }
        let answer = Answer {
            format,
            asked,
            reply: &reply,
        };
        let settlement = reply
            .has_usage
            .then(|| Settlement::new(&self.accounts, format, &asked.model, reply.counts));
        Ok(match play::play(&answer, &demand, delay, settlement) {
            Play::Respond(mut response) => {
                label(&mut response, &answer);
                Play::Respond(response)
            }
            other @ (Play::Upgrade(..) | Play::Silence | Play::Reset) => other,
        })
    }

    fn demand(&self, headers: &HeaderMap, model: &str) -> Result<Demand, Refusal> {
        let scripted = self.with_script(VecDeque::pop_front);
        if let Some(demand) = scripted.and_then(|words| Demand::parse(&words)) {
            return Ok(demand);
        }
        match text(headers, "x-mock-mode") {
            Some(words) => Demand::parse(words).ok_or_else(|| unknown_header("x-mock-mode")),
            None => Ok(Demand::of_model(model).unwrap_or_else(|| self.default.clone())),
        }
    }

    fn models(&self) -> Value {
        let modes = Mode::all().filter(|mode| !matches!(mode, Mode::Fail(_)));
        let names = modes.map(|mode| format!("mock-{}", mode.name()));
        let models: Vec<Value> = [MODEL.to_owned(), "mock-fail-500".to_owned()]
            .into_iter()
            .chain(names)
            .map(|name| self.model_object(&name))
            .collect();
        json!({"object": "list", "data": models})
    }

    fn model(&self, name: &str) -> Result<Play, Refusal> {
        if name == MODEL || Demand::of_model(name).is_some() {
            return Ok(Play::Respond(play::json(&self.model_object(name))));
        }
        Err(Refusal::unknown_model(name))
    }

    fn model_object(&self, name: &str) -> Value {
        json!({"id": name, "object": "model", "created": self.started, "owned_by": "mock"})
    }

    fn with_kept<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn with_record<T>(&self, work: impl FnOnce(&mut Record) -> T) -> T {
        work(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn with_script<T>(&self, work: impl FnOnce(&mut VecDeque<String>) -> T) -> T {
        work(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn refuse(refused: &Refusal, vendor: Vendor) -> Play {
    let demand = Demand::healthy();
    Play::Respond(play::refusal(refused, vendor, &demand, unix_time()))
}

/// What the heads of answers tell besides.
fn label(response: &mut Response<Script>, answer: &Answer<'_>) {
    let (format, reply) = (answer.format, answer.reply);
    let name = match format.vendor() {
        Vendor::OpenAi => "x-request-id",
        Vendor::Anthropic => "request-id",
        Vendor::Bedrock => "x-amzn-requestid",
        Vendor::Google => "x-goog-request-id",
        Vendor::Cohere => "x-debug-trace-id",
    };
    let is_streamed = answer.asked.is_streamed;
    let headers = response.headers_mut();
    envelope::put(headers, name, &format!("req_mock_{}", reply.number));
    let mut counts = Vec::new();
    if format == Format::Invoke && is_streamed {
        envelope::put(headers, "x-amzn-bedrock-content-type", "application/json");
    } else if format == Format::Invoke {
        envelope::put(headers, "x-amzn-bedrock-invocation-latency", "1");
        counts = invocation::in_head(&reply.counts);
    } else if format == Format::BeyondBedrock {
        counts.push(("input-token-count", reply.counts.input));
    }
    for (name, count) in counts.into_iter().filter(|_| reply.has_usage) {
        let name = format!("x-amzn-bedrock-{name}");
        envelope::put(headers, &name, &count.to_string());
    }
    if format == Format::GenerateContent {
        let tier = answer.asked.tier.as_deref().unwrap_or("standard");
        envelope::put(headers, "x-gemini-service-tier", tier);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unknown_header(name: &str) -> Refusal {
    Refusal::parameter(
        name,
        "invalid_value",
        format!("Invalid value of the header '{name}'."),
    )
}

fn unix_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
