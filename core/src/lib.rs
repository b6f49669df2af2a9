//! The crypto core of Reelseal.
#![no_std]
#![forbid(unsafe_code)]
