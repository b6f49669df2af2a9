//! The code of the core that sees secrets. Each case checks its result too: nothing is optimised
//! away, and it is the path of success that was watched, or that of refusal, as its name says.
//!
//! `proofs/constant-time` asks which functions ran: a public one of the core that no case runs, and
//! that not-run.toml does not excuse, fails it.

mod esdk;
mod keys;
mod modes;
mod s3ec;

use std::hint::black_box;

use crate::watch::{public, secret};

pub type Case = (&'static str, fn());

pub const ALL: &[&[Case]] = &[modes::ALL, keys::ALL, esdk::ALL, s3ec::ALL];

/// Bytes in which no two are alike, marked secret.
fn hidden<const N: usize>() -> [u8; N] {
    let mut bytes = core::array::from_fn(|i| (i * 7 + 3) as u8);
    secret(&mut bytes);
    black_box(bytes)
}

fn shown<T: ?Sized>(value: &T) -> &T {
    public(value);
    value
}
