//! Cases (what can happen) and laws (what must hold).
