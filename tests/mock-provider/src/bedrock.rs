//! The formats of AWS Bedrock: Converse and ConverseStream, and what InvokeModel has for each family of models.
//!
//! After botocore's model of the service (`data/bedrock-runtime/2023-09-30/service-2.json`) and the
//! Bedrock user guide. Cases written by hand, never recordings.

pub(crate) mod converse;
pub(crate) mod invocation;
pub(crate) mod invoke;
pub(crate) mod request;
mod turns;
