//! Objects of the Amazon S3 Encryption Client: those of the real clients, ours, and refusals.

mod files;
#[path = "../home/mod.rs"]
mod home;
mod objects;
mod refusals;
mod written;

/// What admits V2.
const POLICY: [&str; 2] = ["--commitment-policy", "REQUIRE_ENCRYPT_ALLOW_DECRYPT"];
const WRAPPING: &str = "--enable-legacy-wrapping-algorithms";
const UNAUTHENTICATED: &str = "--enable-legacy-unauthenticated-modes";
const ORACLE: &str = "--allow-rsa-v1_5-decryption-oracle";
