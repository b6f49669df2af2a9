//! `reelseal job run`: what the service did with a job, over folders.
//!
//! ```text
//! document ─▶ reading ─▶ plan ─▶ work ───────▶ publish ─▶ response
//! job check   what can   keys    ffmpeg, in    all files
//!             be done    first   0700, clear   or none
//! ```
//! Whatever is wrong with the request is said before anything is done. Clear bytes lie in one
//! folder for their owner alone, which is gone after every exit; what is published grows hidden
//! beside its place, encrypted.

mod arguments;
mod artwork;
mod beside;
mod blocks;
mod captions;
mod check;
mod container;
mod encoding;
mod ffmpeg;
mod filters;
mod lists;
mod options;
mod package;
mod plan;
mod preset;
mod probe;
mod protect;
mod protection;
mod publish;
mod reading;
mod request;
mod response;
mod sizing;
mod time;
mod watermark;
mod work;

pub use ffmpeg::Ffmpeg;
pub use request::{Outcome, Run, Tools};

/// Elastic Transcoder's numbers for what can go wrong with a job.
mod code {
    /// A value of the request is invalid.
    pub(super) const VALIDATION: u16 = 1000;
    /// There is no such input.
    pub(super) const NO_INPUT: u16 = 3001;
    /// There is such an output already.
    pub(super) const OUTPUT_EXISTS: u16 = 3002;
    /// The input cannot be used.
    pub(super) const BAD_INPUT: u16 = 4000;
    /// Input and preset do not go together.
    pub(super) const MISMATCH: u16 = 4008;
    /// A clip begins behind the end of its input.
    pub(super) const NO_CLIP: u16 = 4014;
    /// The input cannot be decrypted.
    pub(super) const NOT_DECRYPTED: u16 = 4016;
    /// An image cannot be used as album art.
    pub(super) const BAD_ART: u16 = 4010;
    /// A file of captions cannot be used.
    pub(super) const BAD_CAPTIONS: u16 = 4101;
    /// A file of captions is not UTF-8.
    pub(super) const NOT_UTF_8: u16 = 4102;
    /// The inputs do not give one size.
    pub(super) const SIZES_DIFFER: u16 = 4023;
    /// Some inputs have pictures, some have none.
    pub(super) const PICTURES_DIFFER: u16 = 4025;
    /// Some inputs have sound, some have none.
    pub(super) const SOUND_DIFFERS: u16 = 4026;
}
