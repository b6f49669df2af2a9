//! What some bytes are, told without a key: blob, message, playlist, job, record, media.
//!
//! ```text
//! bytes ─▶ sample ─▶ binary · text · json · media ─▶ found
//!          two ends  each recogniser knows its own    kind, facts, what would open it
//! ```
//! Nothing here asks for a key, asks a key service, or believes what it reads: every recogniser
//! takes any bytes and answers.

mod binary;
mod bmff;
mod cloudtrail;
mod documents;
mod esdk;
mod found;
mod json;
mod keys;
mod layers;
mod media;
mod opaque;
mod playlist;
mod reading;
mod records;
mod s3ec;
mod sample;
mod text;
mod wrapped;

pub use found::Found;
pub use layers::recognise;
pub use reading::Reading;
pub use s3ec::of_object;
pub use sample::Sample;
