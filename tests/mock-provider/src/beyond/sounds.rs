//! Sounds: texts that are spoken, and recordings that are written down, whole or as a stream.
//!
//! After OpenAI's API reference ("Audio") and the types of its Python SDK (`speech_create_params.py`, `transcription_create_params.py`,
//! `translation_create_params.py`, `transcription.py`, `transcription_verbose.py`, `translation.py`, `transcription_text_*_event.py`).
//! Invariants: the words do not depend on the recording, nor the sound on the words; whisper streams nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::form::Form;
use super::{MADE, OUTPUT, refuse};
use crate::asked::{Asked, tokens};
use crate::node::Node;
use crate::refusal::Refusal;

/// What every recording says, as it is streamed.
const WORDS: [&str; 3] = ["as", " was", " said"];

/// Tokens of every recording.
const HEARD: u64 = 7;

pub(super) fn speech(node: &Node<'_>) -> Result<Asked, Refusal> {
    node.only(&[
        "input",
        "model",
        "voice",
        "instructions",
        "response_format",
        "speed",
        "stream_format",
    ])?;
    let mut asked = Asked::new(node.need("model")?.text()?);
    asked.prompt_tokens = tokens(node.need("input")?.text()?);
    let voice = node.need("voice")?;
    match voice.value.is_object() {
        true => voice.need("id")?.text()?,
        false => voice.text()?,
    };
    let kind = match node.get("response_format") {
        None => "audio/mpeg",
        Some(format) => match format.one_of(&["mp3", "opus", "aac", "flac", "wav", "pcm"])? {
            "opus" => "audio/opus",
            "aac" => "audio/aac",
            "flac" => "audio/flac",
            "wav" => "audio/wav",
            "pcm" => "audio/pcm",
            _ => "audio/mpeg",
        },
    };
    if let Some(speed) = node.get("speed") {
        speed.number(0.25, 4.0)?;
    }
    let form = node.get("stream_format");
    let form = form.map_or(Ok("audio"), |form| form.one_of(&["sse", "audio"]))?;
    asked.is_streamed = form == "sse";
    // A sound tells no counts, its events do.
    asked.includes_usage = asked.is_streamed;
    asked.token_limit = Some(OUTPUT);
    asked.raw = Some((kind, Bytes::from_static(MADE)));
    let count = asked.prompt_tokens;
    asked.events = vec![
        json!({"type": "speech.audio.delta", "audio": STANDARD.encode(MADE)}),
        json!({"type": "speech.audio.done", "usage": {
            "input_tokens": count, "output_tokens": OUTPUT, "total_tokens": count + OUTPUT,
        }}),
    ];
    Ok(asked)
}

pub(super) fn transcriptions(form: &Form<'_>) -> Result<Asked, Refusal> {
    form.only(&[
        "file",
        "model",
        "chunking_strategy",
        "include",
        "keywords",
        "known_speaker_names",
        "known_speaker_references",
        "language",
        "languages",
        "prompt",
        "response_format",
        "temperature",
        "timestamp_granularities",
        "stream",
    ])?;
    let mut asked = recording(form)?;
    let format = written(form, "transcribe", &mut asked)?;
    asked.is_streamed = form.flag("stream")?;
    if asked.is_streamed && (format != "json" || asked.model.starts_with("whisper")) {
        return Err(refuse("stream", "this model and format are not streamed"));
    }
    asked.token_limit = Some(OUTPUT);
    let usage = json!({
        "type": "tokens",
        "input_tokens": HEARD,
        "output_tokens": OUTPUT,
        "total_tokens": HEARD + OUTPUT,
        "input_token_details": {"text_tokens": 0, "audio_tokens": HEARD},
    });
    if format == "json" {
        asked.body = json!({"text": WORDS.concat(), "usage": usage});
    } else {
        // Only JSON that is not long has a place for tokens.
        asked.includes_usage = false;
    }
    let deltas = WORDS.map(|word| json!({"type": "transcript.text.delta", "delta": word}));
    let done = json!({"type": "transcript.text.done", "text": WORDS.concat(), "usage": usage});
    asked.events = deltas.into_iter().chain([done]).collect();
    Ok(asked)
}

pub(super) fn translations(form: &Form<'_>) -> Result<Asked, Refusal> {
    form.only(&["file", "model", "prompt", "response_format", "temperature"])?;
    let mut asked = recording(form)?;
    written(form, "translate", &mut asked)?;
    // It is paid for by the minute.
    asked.includes_usage = false;
    Ok(asked)
}

fn recording(form: &Form<'_>) -> Result<Asked, Refusal> {
    let mut asked = Asked::new(form.need("model")?);
    form.file("file")?;
    asked.prompt_tokens = HEARD;
    if let Some(text) = form.text("temperature")?
        && text.parse::<f64>().is_err()
    {
        return Err(refuse("temperature", "it is no number"));
    }
    Ok(asked)
}

/// The words in the format that is wanted, and its name.
fn written<'a>(form: &Form<'a>, task: &str, asked: &mut Asked) -> Result<&'a str, Refusal> {
    let known = ["json", "text", "srt", "verbose_json", "vtt"];
    let format = form.one_of("response_format", &known)?.unwrap_or("json");
    let text = WORDS.concat();
    let plain = |kind, text: String| Some((kind, Bytes::from(text)));
    match format {
        "text" => asked.raw = plain("text/plain; charset=utf-8", format!("{text}\n")),
        "srt" => {
            let cue = format!("1\n00:00:00,000 --> 00:00:01,000\n{text}\n\n");
            asked.raw = plain("text/plain; charset=utf-8", cue);
        }
        "vtt" => {
            let cue = format!("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{text}\n\n");
            asked.raw = plain("text/plain; charset=utf-8", cue);
        }
        "verbose_json" => asked.body = verbose(task, &text),
        _ => asked.body = json!({ "text": text }),
    }
    Ok(format)
}

fn verbose(task: &str, text: &str) -> Value {
    json!({
        "task": task,
        "language": "english",
        "duration": 1.0,
        "text": text,
        "segments": [{
            "id": 0, "seek": 0, "start": 0.0, "end": 1.0, "text": text, "tokens": [1, 2, 3], "temperature": 0.0,
            "avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.0,
        }],
    })
}
