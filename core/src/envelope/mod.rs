//! Sealed data keys: where formats and keys meet.

pub mod esdk;
pub mod kms;
pub mod s3ec;
pub mod transcoder;
