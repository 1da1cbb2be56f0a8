//! Which requests belong together, so that one provider gets them (llm.md R-10).
//!
//! Owns what a prompt begins with. Must not choose a provider. Invariant: a request that says nothing of what others have in
//! common is balanced like any other.

use dp_config::policy::AiAffinity;
use dp_llm::{
    prompt_text::{PromptText, Scope},
    request::Request as Prompt,
};
use dp_upstream::provider_group::affinity::Affinity;

use super::attributes::LlmAttributes;

/// What a request has in common with others.
pub(super) fn of(
    policy: &AiAffinity,
    attributes: &LlmAttributes<'_>,
    prompt: &Prompt,
) -> Option<Affinity> {
    match &policy.key {
        Some(key) => {
            let value = key.text(attributes).ok()?;
            (!value.is_empty()).then(|| Affinity::of([value.as_str()]))
        }
        None => beginning(prompt),
    }
}

/// Instructions, tools and the first that the user says: what providers keep of a prompt.
pub(super) fn beginning(prompt: &Prompt) -> Option<Affinity> {
    let texts = PromptText::of_class(prompt.class(), prompt.body()).ok()?;
    let mut has_user = false;
    let runs = texts.runs().filter(|run| match run.scope() {
        Scope::SystemPrompt | Scope::ToolDefinition => true,
        Scope::User => !std::mem::replace(&mut has_user, true),
        Scope::Assistant | Scope::ToolOutput | Scope::ToolInput => false,
    });
    let parts: Vec<_> = runs.map(|run| run.text().into_owned()).collect();
    (!parts.is_empty()).then(|| Affinity::of(parts.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use dp_llm::format::Format;

    use super::*;

    fn of_prompt(messages: &str) -> Option<Affinity> {
        let body = Bytes::from(format!(r#"{{"model":"m","messages":[{messages}]}}"#));
        let path = "/v1/chat/completions";
        let prompt = Prompt::parse(Format::OpenAiChatCompletions, path, body);
        beginning(&prompt.expect("a prompt"))
    }

    #[test]
    fn a_conversation_keeps_its_beginning() {
        let system = r#"{"role":"system","content":"be brief"}"#;
        let first = r#"{"role":"user","content":"one"}"#;
        let said = r#"{"role":"assistant","content":"two"}"#;
        let second = r#"{"role":"user","content":"three"}"#;
        let begun = of_prompt(&[system, first].join(","));
        assert!(begun.is_some());
        assert_eq!(of_prompt(&[system, first, said, second].join(",")), begun);
        assert_ne!(of_prompt(&[system, second].join(",")), begun);
        assert_ne!(of_prompt(first), begun);
        assert_eq!(of_prompt(said), None);
    }
}
