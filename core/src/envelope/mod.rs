//! Sealed data keys: where formats and keys meet.

pub mod kms;
pub mod transcoder;
