//! Expressions in the policies of a provider.
//!
//! Owns what each of them may ask about. Must refuse one that does not compile: nobody can tell what it would have done.

use cp_api::backend::policy::ai::FieldExpression;
use expr::{AttributeSet, Expr};

/// Members and what computes them; `at` is the place of the list in the spec.
pub(super) fn members(own: &[FieldExpression], at: &str) -> Result<Vec<(String, String)>, String> {
    let mut members = Vec::with_capacity(own.len());
    for (index, own) in own.iter().enumerate() {
        let place = format!("{at}[{index}].expression");
        let expression = compiled(&own.expression.0, AttributeSet::OF_LLM_REQUEST, &place)?;
        members.push((own.field.0.clone(), expression));
    }
    Ok(members)
}

/// The text of an expression that compiles where `offered` is known; `at` is its place in the spec.
pub(in crate::backend) fn compiled(
    text: &str,
    offered: AttributeSet,
    at: &str,
) -> Result<String, String> {
    match Expr::compile(text, offered) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{at} does not compile: {error}")),
    }
}
