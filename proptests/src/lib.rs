//! Cases (what can happen) and laws (what must hold).
//!
//! ```text
//! bytes ─▶ cases ─▶ laws ─▶ silence, or a panic
//! files of vectors ─▶ runner ─▶ counts, or a panic
//! ```
//!
//! The engines are callers: proptest in `tests/laws.rs`, libFuzzer in `fuzz/`, the kept findings of
//! both in `tests/regressions.rs`, and every input of small scopes in `bin/exhaustive.rs`.

pub mod cases;
pub mod laws;
pub mod messages;
pub mod runner;
