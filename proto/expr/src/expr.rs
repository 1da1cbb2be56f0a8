//! An expression that compiled.
//!
//! Owns the way in and out: text in, JSON out. Must not keep anything between two evaluations. Invariant: an `Expr` reads
//! only attributes of the set that it was compiled for.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::attribute::{AttributeSet, Attributes};
use crate::error::{CompileError, EvalError, Problem};
use crate::eval::{Asked, Evaluator};
use crate::node::Node;
use crate::parse;
use crate::steps::Steps;
use crate::value::Value;

/// An expression; cheap to clone.
#[derive(Clone)]
pub struct Expr {
    source: Arc<str>,
    root: Arc<Node>,
    attributes: AttributeSet,
}

// === impl Expr ===

impl Expr {
    /// Compiles `text` for a place where `offered` is known.
    ///
    /// # Errors
    /// It is no expression, too large, or names what is not known there.
    pub fn compile(text: &str, offered: AttributeSet) -> Result<Expr, CompileError> {
        let (root, attributes) = parse::read(text, offered)?;
        Ok(Expr {
            source: text.into(),
            root: Arc::new(root),
            attributes,
        })
    }

    /// As it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it may ask for.
    #[must_use]
    pub fn attributes(&self) -> AttributeSet {
        self.attributes
    }

    /// Its value, as JSON; bytes become their base64.
    ///
    /// # Errors
    /// It has none this time.
    pub fn evaluate(&self, attributes: &dyn Attributes) -> Result<Json, EvalError> {
        self.with(attributes, |value, steps| value.into_json(steps))
    }

    /// Whether it is true.
    ///
    /// # Errors
    /// It has no value this time, or one that is neither true nor false.
    pub fn holds(&self, attributes: &dyn Attributes) -> Result<bool, EvalError> {
        self.with(attributes, |value, _| value.as_bool())
    }

    /// Its value as a text, for keys and headers: texts as they are, numbers and booleans as CEL writes them.
    ///
    /// # Errors
    /// It has no value this time, or one that is no text: null, bytes, a list or a map.
    pub fn text(&self, attributes: &dyn Attributes) -> Result<String, EvalError> {
        self.with(attributes, |value, _| {
            if let Value::Double(value) = value {
                return Ok(value.to_string());
            }
            value.as_key()
        })
    }

    fn with<T>(
        &self,
        attributes: &dyn Attributes,
        read: impl FnOnce(Value<'_>, &Steps) -> Result<T, Problem>,
    ) -> Result<T, EvalError> {
        let asked = Asked::new(attributes);
        let steps = Steps::new();
        let value = Evaluator::new(&asked, self.attributes, &steps).value(&self.root)?;
        read(value, &steps).map_err(|problem| self.root.at.problem(problem))
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", self.source)
    }
}

/// Equal texts are equal expressions.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expr {}
