//! What of a request is no text: images, recordings, documents and films, counted for an estimate of tokens (llm.md L-2, B-5).
//!
//! It must not look into their bytes, nor know what they cost. Invariant: a part is counted once, by the members that it has,
//! and one that is text is not counted.

use super::walk::kind;
use crate::node::{Member, Node};

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Media {
    /// Images.
    pub images: usize,
    /// Recordings.
    pub recordings: usize,
    /// Documents and films.
    pub documents: usize,
}

/// What something is that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// An image.
    Image,
    /// A recording.
    Recording,
    /// A document, or a film.
    Document,
}

/// What a part of OpenAI's or Anthropic's formats is, if it is no text.
pub(super) fn of_part(members: &[Member<'_>]) -> Option<Medium> {
    members.iter().find_map(|(key, value)| match key.as_ref() {
        "image_url" => Some(Medium::Image),
        "input_audio" | "audio_url" => Some(Medium::Recording),
        "video_url" | "file" | "file_data" | "file_url" => Some(Medium::Document),
        "file_id" if kind(members) == "input_image" => Some(Medium::Image),
        "file_id" => Some(Medium::Document),
        "source" => of_source(&kind(members), *value),
        _ => None,
    })
}

/// `source` of a part of Anthropic's. A citation has one too, which is the name of a page.
fn of_source(kind_of_part: &str, source: Node<'_>) -> Option<Medium> {
    if kind_of_part == "image" {
        return Some(Medium::Image);
    }
    let kind = kind(&source.members());
    (source.is_object() && !matches!(kind.as_str(), "text" | "content")).then_some(Medium::Document)
}

/// What a part of Gemini's has, by the type that it tells.
pub(super) fn of_blob(blob: Node<'_>) -> Medium {
    let members = blob.members();
    let mime = members
        .iter()
        .find(|(key, _)| matches!(key.as_ref(), "mimeType" | "mime_type"));
    let mime = mime
        .and_then(|(_, value)| value.string())
        .unwrap_or_default();
    match mime.split_once('/') {
        Some(("image", _)) => Medium::Image,
        Some(("audio", _)) => Medium::Recording,
        _ => Medium::Document,
    }
}

/// What a block of Converse is, by its only member.
pub(super) fn of_block(key: &str) -> Option<Medium> {
    match key {
        "image" => Some(Medium::Image),
        "audio" => Some(Medium::Recording),
        "document" | "video" => Some(Medium::Document),
        _ => None,
    }
}

// === impl Media ===

impl Media {
    pub(super) fn add(&mut self, medium: Medium) {
        match medium {
            Medium::Image => self.images += 1,
            Medium::Recording => self.recordings += 1,
            Medium::Document => self.documents += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Media;
    use crate::{format::Format, prompt_text::PromptText};

    #[track_caller]
    fn check(format: Format, body: &str, expected: (usize, usize, usize)) {
        let body = Bytes::from(body.to_owned());
        let text = PromptText::of_request(format, &body).expect("a body");
        let Media {
            images,
            recordings,
            documents,
        } = text.media();
        assert_eq!((images, recordings, documents), expected, "{body:?}");
        // Their bytes are no text.
        let said: usize = text.runs().map(|run| run.text().len()).sum();
        assert!(said < 20, "{said} bytes of text");
    }

    #[test]
    fn media_are_counted_in_every_format() {
        let data = "A".repeat(100);
        let fill = |body: &str| body.replace('$', &data);
        let chat = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,$"}},
            {"type":"image_url","image_url":{"url":"https://x/y.png"}},
            {"type":"input_audio","input_audio":{"data":"$","format":"wav"}},
            {"type":"file","file":{"file_data":"data:application/pdf;base64,$","filename":"a"}}]}]}"#;
        check(Format::OpenAiChatCompletions, &fill(chat), (2, 1, 1));
        let responses = r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"hi"},
            {"type":"input_image","image_url":"data:image/png;base64,$"},
            {"type":"input_image","file_id":"f"},
            {"type":"input_file","file_data":"$","filename":"a"}]},
            {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:$"}]}]}"#;
        check(Format::OpenAiResponses, &fill(responses), (3, 0, 1));
        let messages = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"$"}},
            {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"$"}},
            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"doc"}},
            {"type":"tool_result","tool_use_id":"t","content":[
                {"type":"image","source":{"type":"url","url":"https://x"}}]}]}]}"#;
        check(Format::AnthropicMessages, &fill(messages), (2, 0, 1));
        let gemini = r#"{"contents":[{"parts":[{"text":"hi"},
            {"inlineData":{"mimeType":"image/png","data":"$"}},
            {"inline_data":{"mime_type":"audio/mp3","data":"$"}},
            {"fileData":{"mimeType":"video/mp4","fileUri":"gs://x"}}]}]}"#;
        check(Format::GeminiGenerateContent, &fill(gemini), (1, 1, 1));
        let converse = r#"{"messages":[{"role":"user","content":[{"text":"hi"},
            {"image":{"format":"png","source":{"bytes":"$"}}},
            {"document":{"name":"d","format":"pdf","source":{"bytes":"$"}}},
            {"toolResult":{"toolUseId":"t","content":[{"image":{"format":"png","source":{"bytes":"$"}}},
                {"document":{"name":"d","format":"pdf","source":{"bytes":"$"}}}]}}]}]}"#;
        check(Format::BedrockConverse, &fill(converse), (2, 0, 2));
    }
}
