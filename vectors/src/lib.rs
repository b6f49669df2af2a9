//! Test vectors with origin and SHA-256, and a small loader.
