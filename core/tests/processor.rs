//! What is said of the processor is what it has.
#![cfg(target_arch = "x86_64")]
#![allow(unexpected_cfgs, reason = "aes_backend is a setting of the aes crate")]

use reelseal_core::{has_aes_instructions, has_wide_vectors};

#[test]
fn aes_is_computed_by_instructions_where_there_are_some() {
    let soft = cfg!(aes_backend = "soft");
    assert_eq!(has_aes_instructions(), !soft && is_x86_feature_detected!("aes"));
}

#[test]
fn wide_vectors_are_used_where_there_are_some() {
    let wanted = cfg!(feature = "accel") && !cfg!(aes_backend = "soft");
    let there = is_x86_feature_detected!("vaes") && is_x86_feature_detected!("vpclmulqdq");
    assert_eq!(has_wide_vectors(), wanted && there);
}
