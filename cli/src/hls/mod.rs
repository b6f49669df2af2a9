//! HLS packages: protected, opened, verified.
//!
//! ```text
//! playlists ─▶ model ─▶ plan ────▶ layout ─▶ transform ─▶ rewrite ─▶ record
//!              what     which key,  how each  the bytes    playlists  how to
//!              they say which IV    file is   move         follow     undo it
//!                       opening     cut
//! ```
//! The law above all: what [`protect`] made, [`unprotect`] gives back, byte for byte.

pub mod diagnose;
pub mod files;
pub mod keys;
mod lanes;
pub mod layout;
pub mod model;
mod opened;
pub mod opening;
pub mod plan;
pub mod protect;
mod reading;
pub mod record;
pub mod recorded;
mod recording;
pub mod rekey;
pub mod rewrite;
mod run;
pub mod summary;
pub mod transform;
pub mod unprotect;
pub mod verify;
mod workers;
