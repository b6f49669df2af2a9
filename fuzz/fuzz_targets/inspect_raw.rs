//! The tool's recognisers, compiled by themselves, like its record: see `record_json_raw.rs`.
#![no_main]
// What else these modules of the tool have, and that no file is opened.
#![allow(dead_code, unreachable_code, unused_imports, unused_variables)]

use libfuzzer_sys::fuzz_target;

#[path = "../../cli/src/base64.rs"]
mod base64;
#[path = "../laws/error.rs"]
mod error;
#[path = "../laws/inspect.rs"]
mod law;
#[path = "../laws/places.rs"]
mod objects;
#[path = "../../cli/src/sniff/mod.rs"]
mod sniff;

#[path = "../../cli/src/audit"]
mod audit {
    pub(crate) mod read;
}

#[path = "../../cli/src/hls"]
mod hls {
    pub mod layout;
    pub mod record;
}

#[path = "../../cli/src/inspect"]
mod inspect {
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
    mod records;
    mod s3ec;
    mod sample;
    mod text;
    mod wrapped;

    pub use found::Found;
    pub use layers::recognise;
    pub use sample::Sample;
}

#[path = "../../cli/src/job"]
mod job {
    mod artefact;
    mod blocks;
    mod document;
    mod finding;
    mod naming;
    mod node;
    mod scalar;
    mod shape;

    pub use artefact::{Artefact, artefacts};
    pub use document::{Subject, recognise};
    pub use finding::Findings;
    pub use node::Node;
}

#[path = "../../cli/src/keyservice"]
mod keyservice {
    pub mod blob;
}

#[path = "../../cli/src/package"]
mod package {
    mod path;

    pub use super::objects::Source;
    pub use path::PackagePath;
}

use inspect::{Sample, recognise};

fuzz_target!(|bytes: &[u8]| law::what_is_said_is_harmless(bytes));
