//! The format of AWS Bedrock: Converse and ConverseStream.
//!
//! After botocore's model of the service (`data/bedrock-runtime/2023-09-30/service-2.json`) and the
//! Bedrock user guide. Cases written by hand, never recordings.

pub(crate) mod converse;
pub(crate) mod request;
mod turns;
