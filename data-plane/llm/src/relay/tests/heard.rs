//! What a span is told of the answers of each format, whole and in pieces.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{CHAT, CONVERSE, GEMINI, MESSAGES, RESPONSES, body, framing, stream};
use crate::content::Answered;

#[test]
fn every_format_tells_the_same() {
    for format in [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI] {
        for is_streamed in [true, false] {
            let bytes = match is_streamed {
                true => stream(format),
                false => body(format).into_bytes(),
            };
            for size in [3, bytes.len()] {
                let mut answered = Answered::new(format, framing(format, is_streamed));
                for piece in bytes.chunks(size) {
                    answered.push(&Bytes::copy_from_slice(piece));
                }
                let told = answered.finish().expect("an answer");
                let mut told: Value = serde_json::from_str(&told.json).expect("valid JSON");
                let parts = told[0]["parts"].as_array_mut().expect("parts");
                // Gemini names no calls, and the others as they like.
                let call = parts.last_mut().expect("a part");
                assert!(call["id"].take().is_string(), "{format:?}: {call}");
                let expected = json!([{"role": "assistant", "parts": [
                    {"type": "text", "content": "Hi é"},
                    {"type": "tool_call", "id": null, "name": "get_weather", "arguments": {"city": "Paris"}},
                ], "finish_reason": "tool_call"}]);
                assert_eq!(told, expected, "{format:?}");
            }
        }
    }
}
