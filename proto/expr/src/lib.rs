//! Expressions in CEL, the Common Expression Language: compiled when a configuration is, evaluated per request.
//!
//! ```text
//! text -> token -> parse -> Node -> Expr { attributes } -> evaluate(&dyn Attributes) -> value
//! ```
//! Both planes use this crate: the control plane to tell whether an expression compiles, the proxy to evaluate it. Must not
//! know where an attribute comes from ([`Attributes`] is the port) or what follows from a value. **Invariants**: compiling and
//! evaluating end, without a panic, after a bounded number of steps, whatever the text and the values are; an attribute that an expression does
//! not reach is never asked for. Why no library evaluates it: `docs/adr/0008-expressions-of-our-own.md`.

pub mod attribute;
mod error;
mod eval;
mod expr;
mod function;
mod node;
mod number;
mod parse;
pub mod request;
mod scope;
mod steps;
mod text;
mod token;
mod value;

pub use attribute::{Attribute, AttributeSet, Attributes};
pub use error::{CompileError, EvalError, Position, Problem};
pub use expr::Expr;
