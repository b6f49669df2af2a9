//! The documents of Elastic Transcoder: what people still have of a service that is gone.
//!
//! ```text
//! bytes ─▶ node ─▶ document ─▶ shape ─▶ rules ─▶ findings
//!          JSON    what is it  model    guide    all at once
//!                     └─▶ artefacts ─▶ mediaconvert
//!                         what is left  what it becomes
//! ```
//! A member's name is read in any of its spellings: `KeyMd5` of the API, `keyMd5` of
//! notifications and CloudTrail, `key_md5` of SDK dumps. The shapes are those of the service's own
//! model (API version 2012-09-25); the rules are those of its developer guide.

mod artefact;
mod blocks;
mod check;
mod document;
mod encryption;
mod finding;
mod mediaconvert;
mod model;
mod naming;
mod node;
mod open;
mod package;
mod pipeline;
mod playlist;
mod run;
mod scalar;
mod shape;

pub use artefact::{Artefact, artefacts};
pub use check::check;
pub use document::{Kind, Subject, read, recognise};
pub use finding::{Finding, Findings, Severity};
pub use mediaconvert::{StaticKeys, Successor};
pub use node::Node;
pub use open::{Opened, Tree};
pub use run::{Ffmpeg, Outcome, Run, Tools};
