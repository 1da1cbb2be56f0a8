//! Azure Content Safety: analysis of text, and shields against prompts that attack (llm.md G-10).
//!
//! Owns the calls that all texts of a message take, and the severities that refuse. Must not pass an answer without the part that
//! the call asks for. The service takes [`MAX_CHARACTERS`] characters of a text; [`pieces`] cuts longer ones, so that what
//! straddles two is seen once whole.

use serde::{Deserialize, Serialize};

use super::service::{Asked, Call, Text};
use super::{Phase, Unreadable, Verdict, decode, encode};
use crate::prompt_guard::decision::{Names, vendor_name};

const SERVICE: &str = "Azure Content Safety";

/// Severity from which on a text is refused, where the guard gives none.
pub const SEVERITY: u8 = 2;
/// Characters (code points) of a text in one call of analysis or shield.
pub const MAX_CHARACTERS: usize = 10_000;
/// Characters of a piece that the next one repeats.
pub const OVERLAP: usize = 500;

/// Documents in one call of the shield; together they have [`MAX_CHARACTERS`].
const MAX_DOCUMENTS: usize = 5;

/// Path of the analysis.
pub const ANALYZE: &str = "/contentsafety/text:analyze?api-version=2024-09-01";
/// Path of the shield.
pub const SHIELD: &str = "/contentsafety/text:shieldPrompt?api-version=2024-09-01";

/// What the service is asked, and what of its answers refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentSafety {
    /// Severities from which on a text is refused.
    pub severities: Severities,
    /// What is looked for.
    pub analysis: Analysis,
    /// Whether prompts are shielded, too.
    pub shields_prompts: bool,
}

/// Severities, 1 to 7, from which on a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severities {
    /// `Hate`.
    pub hate: u8,
    /// `SelfHarm`.
    pub self_harm: u8,
    /// `Sexual`.
    pub sexual: u8,
    /// `Violence`.
    pub violence: u8,
}

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
    #[serde(skip_serializing_if = "str::is_empty")]
    user_prompt: &'a str,
    documents: &'a [&'a str],
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
    user_prompt_analysis: Option<Attack>,
    documents_analysis: Option<Vec<Attack>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attack {
    attack_detected: bool,
}

/// The parts of a text that fit into one call each; every one begins with the end of the one in front.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let all = rest?;
        let at = |count: usize| all.char_indices().nth(count).map(|(at, _)| at);
        let Some(end) = at(MAX_CHARACTERS) else {
            return rest.take();
        };
        rest = at(MAX_CHARACTERS - OVERLAP).and_then(|begin| all.get(begin..));
        all.get(..end)
    })
}

/// Texts one after another, as few calls take them.
fn joined<'a>(texts: impl Iterator<Item = &'a Text<'a>>) -> String {
    let texts: Vec<&str> = texts.map(|own| own.text).collect();
    texts.join("\n")
}

/// Documents in the groups that fit into one call each.
fn documents<'a>(texts: impl Iterator<Item = &'a Text<'a>>) -> Vec<Vec<&'a str>> {
    let mut groups: Vec<Vec<&str>> = Vec::new();
    let mut room = 0;
    for piece in texts.flat_map(|own| pieces(own.text)) {
        let length = piece.chars().count();
        match groups.last_mut() {
            Some(group) if group.len() < MAX_DOCUMENTS && length <= room => {
                group.push(piece);
                room -= length;
            }
            Some(_) | None => {
                groups.push(vec![piece]);
                room = MAX_CHARACTERS.saturating_sub(length);
            }
        }
    }
    groups
}

/// Body of an analysis.
#[must_use]
pub fn analyze(text: &str, analysis: &Analysis) -> Vec<u8> {
    encode(&AnalysisBody { text, analysis })
}

/// Body of a shield: the prompt, and what tools and documents gave.
#[must_use]
pub fn shield(prompt: &str, documents: &[&str]) -> Vec<u8> {
    encode(&ShieldBody {
        user_prompt: prompt,
        documents,
    })
}

fn read_shielded(
    (has_prompt, documents): (bool, usize),
    body: &[u8],
) -> Result<Verdict, Unreadable> {
    let shielded: Shielded = decode(SERVICE, body)?;
    let prompt = shielded.user_prompt_analysis;
    if prompt.as_ref().is_some_and(|attack| attack.attack_detected) {
        return Ok(refuse(Names::one("userPrompt")));
    }
    let judged = shielded.documents_analysis;
    let found = judged.iter().flatten();
    if found.clone().any(|attack| attack.attack_detected) {
        return Ok(refuse(Names::one("document")));
    }
    if prompt.is_none() && judged.is_none() {
        return Err(Unreadable::Shape(SERVICE));
    }
    if (has_prompt && prompt.is_none()) || found.count() != documents {
        return Err(Unreadable::Incomplete(SERVICE));
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

// === impl ContentSafety ===

impl ContentSafety {
    /// The calls that have texts judged. Of prompts, what tools gave is a document, and everything else may be an attack by
    /// whoever wrote the request, whatever role it has.
    pub(super) fn calls(&self, phase: Phase, texts: &[Text<'_>]) -> Vec<Call> {
        let all = joined(texts.iter());
        let mut calls: Vec<Call> = pieces(&all)
            .map(|piece| Call {
                path: ANALYZE.to_owned(),
                body: analyze(piece, &self.analysis),
                asked: Asked::Analysis,
            })
            .collect();
        if self.shields_prompts && phase == Phase::Request {
            self.shield(texts, &mut calls);
        }
        calls
    }

    fn shield(&self, texts: &[Text<'_>], calls: &mut Vec<Call>) {
        let is_document = |own: &&Text<'_>| own.role == "tool";
        let prompt = joined(texts.iter().filter(|own| !is_document(own)));
        let mut prompts = pieces(&prompt);
        let mut documents = documents(texts.iter().filter(is_document)).into_iter();
        loop {
            let (prompt, documents) = (prompts.next(), documents.next());
            if prompt.is_none() && documents.is_none() {
                return;
            }
            let documents = documents.unwrap_or_default();
            calls.push(Call {
                path: SHIELD.to_owned(),
                body: shield(prompt.unwrap_or_default(), &documents),
                asked: Asked::Shield {
                    has_prompt: prompt.is_some(),
                    documents: documents.len(),
                },
            });
        }
    }

    /// Reads the answer to one of the calls.
    pub(super) fn read(&self, asked: Asked, body: &[u8]) -> Result<Verdict, Unreadable> {
        match asked {
            Asked::Shield {
                has_prompt,
                documents,
            } => read_shielded((has_prompt, documents), body),
            Asked::Analysis | Asked::Texts(_) => self.severities.read(body),
        }
    }
}

// === impl Severities ===

impl Severities {
    /// One for all categories.
    #[must_use]
    pub fn all(severity: u8) -> Self {
        Severities {
            hate: severity,
            self_harm: severity,
            sexual: severity,
            violence: severity,
        }
    }

    /// How fine severities have to be told: by default, odd ones are not.
    #[must_use]
    pub fn output_type(&self) -> Option<OutputType> {
        let all = [self.hate, self.self_harm, self.sexual, self.violence];
        let is_fine = all.iter().any(|severity| severity % 2 == 1);
        is_fine.then_some(OutputType::EightSeverityLevels)
    }

    fn of(&self, category: &str) -> u8 {
        match category {
            "Hate" => self.hate,
            "SelfHarm" => self.self_harm,
            "Sexual" => self.sexual,
            "Violence" => self.violence,
            // One that is newer than this list.
            _ => {
                let least = self.hate.min(self.self_harm);
                least.min(self.sexual).min(self.violence)
            }
        }
    }

    fn read(&self, body: &[u8]) -> Result<Verdict, Unreadable> {
        let analyzed: Analyzed = decode(SERVICE, body)?;
        let mut names = Names::default();
        for hit in &analyzed.blocklists_match {
            names.add(&vendor_name(
                hit.blocklist_name.as_deref().unwrap_or("blocklist"),
            ));
        }
        let categories = &analyzed.categories_analysis;
        for own in categories {
            let least = self.of(&own.category);
            if own.severity.is_some_and(|found| found >= least) {
                names.add(&vendor_name(&own.category));
            }
        }
        let is_whole = categories.iter().all(|own| own.severity.is_some());
        if names.is_empty() && (categories.is_empty() || !is_whole) {
            return Err(Unreadable::Incomplete(SERVICE));
        }
        Ok(refuse(names))
    }
}

impl Default for Severities {
    fn default() -> Self {
        Severities::all(SEVERITY)
    }
}
