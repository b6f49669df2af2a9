//! Objects of Amazon S3, and of whatever speaks its API, wherever a path may stand.
//!
//! ```text
//! s3://bucket/key ─▶ Location ─▶ Place ─▶ Object ─▶ Reader    bytes ahead of the reader
//!                    rules       client └▶ Upload             parts behind the writer
//! ```
//! Memory is bounded whatever the length of an object. An object appears whole, when its last
//! byte is known to be right, or not at all; it replaces nothing unasked, and what
//! is read is one version of it. Nothing of it lies on this machine's disk.

mod client;
mod failure;
mod list;
mod location;
mod object;
mod place;
mod reader;
mod sse;
mod target;
mod upload;

pub use client::Objects;
pub use list::{Depth, Listed};
pub use location::{Location, ObjectUrl};
pub use object::Object;
pub use place::Place;
pub(crate) use place::open_file;
pub use reader::Reader;
pub use sse::Sse;
pub use upload::{Staged, Upload};
