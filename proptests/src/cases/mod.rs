//! What can happen: one type for each subject, made from bytes.
//!
//! A case is made by [`arbitrary`] from bytes that either engine supplies, and any bytes make
//! one. Cases lean towards the edges: lengths about a block, counters about to wrap, texts that
//! are almost of their format.

mod bytes;
mod crypto;
mod esdk;
mod playlist;
mod s3ec;
mod text;

pub use bytes::{Chunking, Flip, Key, Raw, Short, Text};
pub use crypto::{
    CbcCase, CtrCase, First, GcmCase, GcmIv, KdfCase, KmsCase, LaneText, LanesCase, Part,
    RecordCase, SegmentCase, SegmentIv, WrapCase,
};
pub use esdk::EsdkCase;
pub use playlist::PlaylistCase;
pub use s3ec::{S3ecCase, S3ecFields, S3ecSuite, S3ecWrap};
pub use text::{Base64Case, ContextCase, Edit, KeyTagCase, Pair, Pairs, RawText, ReaderCase, Verb};
