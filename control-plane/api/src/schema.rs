//! Schemas of the custom resources, made from the types that decode them.
//!
//! Owns the parts that a derive cannot say: rules in CEL, and what makes a JSON schema a structural one. Must
//! not know any kind. The schema is the only statement of a bound: an API server and a directory of files
//! refuse the same objects because both read it.

pub mod conditional;
pub mod crd;
pub mod rule;
pub mod structural;
pub mod validate;
pub mod view;
