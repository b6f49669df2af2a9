//! A package, on disk or in S3: what may be read, and how another one comes to be.
//!
//! ```text
//! URI ─▶ path ─▶ source ─▶ … ─▶ staging ─▶ place
//!        rules   sandbox        hidden     all or nothing
//!                folder         local
//!                prefix         remote
//! ```
//! No name leads out of the source's folder, be it through `..`, an encoding or a link; and no
//! half-written output is ever in place, be it after an error, a signal, or a power cut.

mod atomic;
mod batch;
mod draft;
mod folder;
mod hidden;
pub mod interrupt;
mod local;
mod parents;
mod path;
mod place;
mod prefix;
mod remote;
mod scratch;
mod source;
mod staging;
mod tree;

pub use atomic::{write_atomic, write_error};
pub use batch::Batch;
pub use draft::{Draft, Fate, Output};
pub use path::{PackagePath, UriRefused};
pub use place::Existing;
pub use scratch::Scratch;
pub use source::{Listing, Source, SourceFile};
pub use staging::{Leftover, Outlet, Published, StagedFile, Staging};
