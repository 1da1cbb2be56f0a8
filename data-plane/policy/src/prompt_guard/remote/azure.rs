//! Azure Content Safety: analysis of text, and shields against prompts that attack (llm.md G-10).
//!
//! Owns three calls, one text each. Must not pass an answer without the part that the call asks for. The service takes
//! [`MAX_CHARACTERS`] characters of a text; [`pieces`] cuts longer ones.

use serde::{Deserialize, Serialize};

use super::{Unreadable, Verdict, decode, encode};
use crate::prompt_guard::decision::{Names, vendor_name};

const SERVICE: &str = "Azure Content Safety";

/// Severity from which on a text is refused, where the guard gives none.
pub const SEVERITY: u8 = 2;
/// Characters (code points) of a text in one call of analysis or shield.
pub const MAX_CHARACTERS: usize = 10_000;
/// Path of the analysis.
pub const ANALYZE: &str = "/contentsafety/text:analyze?api-version=2024-09-01";
/// Path of the shield.
pub const SHIELD: &str = "/contentsafety/text:shieldPrompt?api-version=2024-09-01";
/// Path of the shield's predecessor.
pub const JAILBREAK: &str = "/contentsafety/text:detectJailbreak?api-version=2024-02-15-preview";

/// What an analysis looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// Lists of words of the resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocklist_names: Vec<String>,
    /// Whether a word of a list ends the analysis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halt_on_blocklist_hit: Option<bool>,
    /// How fine severities are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_type: Option<OutputType>,
}

/// How fine severities are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum OutputType {
    /// 0, 2, 4, 6.
    FourSeverityLevels,
    /// 0 to 7.
    EightSeverityLevels,
}

#[derive(Serialize)]
struct AnalysisBody<'a> {
    text: &'a str,
    #[serde(flatten)]
    analysis: &'a Analysis,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShieldBody<'a> {
    user_prompt: &'a str,
    documents: &'a [&'a str],
}

#[derive(Serialize)]
struct JailbreakBody<'a> {
    text: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analyzed {
    #[serde(default)]
    blocklists_match: Vec<Hit>,
    categories_analysis: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hit {
    blocklist_name: Option<String>,
}

#[derive(Deserialize)]
struct Category {
    category: String,
    /// Absent where the analysis was ended by a word of a list.
    severity: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shielded {
    user_prompt_analysis: Attack,
    #[serde(default)]
    documents_analysis: Vec<Attack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attack {
    attack_detected: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Jailbreak {
    jailbreak_analysis: Detected,
}

#[derive(Deserialize)]
struct Detected {
    detected: bool,
}

/// The parts of a text that fit into one call each.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cut = rest
            .char_indices()
            .nth(MAX_CHARACTERS)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at_checked(cut)?;
        rest = behind;
        Some(piece)
    })
}

/// Body of an analysis.
#[must_use]
pub fn analyze(text: &str, analysis: &Analysis) -> Vec<u8> {
    encode(&AnalysisBody { text, analysis })
}

/// Reads the answer of an analysis.
pub fn read_analysis(severity: u8, body: &[u8]) -> Result<Verdict, Unreadable> {
    let analyzed: Analyzed = decode(SERVICE, body)?;
    let mut names = Names::default();
    for hit in &analyzed.blocklists_match {
        names.add(&vendor_name(
            hit.blocklist_name.as_deref().unwrap_or("blocklist"),
        ));
    }
    for category in &analyzed.categories_analysis {
        if category.severity.is_some_and(|found| found >= severity) {
            names.add(&vendor_name(&category.category));
        }
    }
    Ok(refuse(names))
}

/// Body of a shield: the prompt, and what tools and documents gave.
#[must_use]
pub fn shield(prompt: &str, documents: &[&str]) -> Vec<u8> {
    encode(&ShieldBody {
        user_prompt: prompt,
        documents,
    })
}

/// Reads the answer of a shield to a call with `documents` documents.
pub fn read_shield(documents: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    let shielded: Shielded = decode(SERVICE, body)?;
    if shielded.user_prompt_analysis.attack_detected {
        return Ok(refuse(Names::one("userPrompt")));
    }
    let judged = &shielded.documents_analysis;
    if judged.iter().any(|attack| attack.attack_detected) {
        return Ok(refuse(Names::one("document")));
    }
    if judged.len() != documents {
        return Err(Unreadable::Incomplete(SERVICE));
    }
    Ok(Verdict::Pass)
}

/// Body of the shield's predecessor.
#[must_use]
pub fn jailbreak(text: &str) -> Vec<u8> {
    encode(&JailbreakBody { text })
}

/// Reads the answer of the shield's predecessor.
pub fn read_jailbreak(body: &[u8]) -> Result<Verdict, Unreadable> {
    let answer: Jailbreak = decode(SERVICE, body)?;
    if answer.jailbreak_analysis.detected {
        return Ok(refuse(Names::one("jailbreak")));
    }
    Ok(Verdict::Pass)
}

fn refuse(names: Names) -> Verdict {
    if names.is_empty() {
        Verdict::Pass
    } else {
        Verdict::reject(names)
    }
}
