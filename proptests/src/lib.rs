//! Cases (what can happen) and laws (what must hold).

pub mod runner;
