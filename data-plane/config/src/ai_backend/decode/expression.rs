//! Expressions of an AI backend, compiled.
//!
//! Must refuse one that does not compile, although the control plane has compiled it: it may be another version.

use ::expr::{AttributeSet, Expr};
use ::route::field::{FieldError, Within};
use proto::tidegate::v1 as wire;

/// What computes members of a body.
pub(super) fn members(
    field: &'static str,
    members: &[wire::AiExpression],
) -> Result<Vec<(String, Expr)>, FieldError> {
    let mut read = Vec::with_capacity(members.len());
    for (index, own) in members.iter().enumerate() {
        let compiled = compile(&own.expression, AttributeSet::OF_LLM_REQUEST);
        let compiled = compiled.map_err(|reason| FieldError::invalid("expression", reason));
        read.push((own.name.clone(), compiled.within_index(field, index)?));
    }
    Ok(read)
}

/// What judges an answer; `None` for an empty one.
pub(super) fn condition(field: &'static str, text: &str) -> Result<Option<Expr>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let compiled = compile(text, AttributeSet::OF_LLM_RESPONSE_HEAD);
    compiled
        .map(Some)
        .map_err(|reason| FieldError::invalid(field, reason))
}

fn compile(text: &str, offered: AttributeSet) -> Result<Expr, String> {
    Expr::compile(text, offered).map_err(|error| error.to_string())
}
