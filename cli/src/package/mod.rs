//! A package on disk: what may be read, and how another one comes to be.
//!
//! ```text
//! URI ─▶ path ─▶ source ─▶ … ─▶ staging ─▶ place
//!        rules   sandbox        hidden     all or nothing
//! ```
//! No name leads out of the source's folder, be it through `..`, an encoding or a link; and no
//! half-written output is ever in place, be it after an error, a signal, or a power cut.

mod atomic;
mod batch;
mod hidden;
pub mod interrupt;
mod parents;
mod path;
mod place;
mod scratch;
mod source;
mod staging;
mod tree;

pub use atomic::{write_atomic, write_error};
pub use batch::Batch;
pub use path::{PackagePath, UriRefused};
pub use place::Existing;
pub use scratch::Scratch;
pub use source::{Listing, Source};
pub use staging::{Outlet, Published, StagedFile, Staging};
