//! What must hold: functions from a case, each with a sentence for a name.
//!
//! A law panics where it is broken, and is silent where it holds. It draws nothing at random:
//! proptest and libFuzzer make the cases, and the files of `fuzz/regressions` keep those that
//! once broke a law. [`SUBJECTS`] is the list of all; one subject is one fuzz target.

pub mod base64;
pub mod cbc;
pub mod context;
pub mod ctr;
pub mod esdk;
pub mod gcm;
pub mod hls_key;
pub mod kdf;
pub mod kms;
pub mod lanes;
pub mod playlist;
pub mod raw;
pub mod reader;
pub mod record;
pub mod s3ec;
pub mod segment;
pub mod wrap;

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};

/// A law, by its name.
#[derive(Debug)]
pub struct Law<C> {
    /// The name of the function.
    pub name: &'static str,
    /// The function.
    pub holds: fn(&C),
}

/// Shows that every one of `laws` holds for `case`.
///
/// # Panics
///
/// If one does not.
pub fn all<C>(laws: &[Law<C>], case: &C) {
    laws.iter().for_each(|law| (law.holds)(case));
}

/// The laws of one subject, whatever its type of case.
pub trait Laws: Sync {
    /// Their names.
    fn names(&self) -> Vec<&'static str>;

    /// The case that `bytes` make, printed.
    fn show(&self, bytes: &[u8]) -> String;

    /// Shows that the law `name` holds for the case that `bytes` make.
    ///
    /// # Panics
    ///
    /// If it does not hold, or there is no such law.
    fn hold(&self, name: &str, bytes: &[u8]);
}

impl<C: for<'a> Arbitrary<'a> + Debug> Laws for &[Law<C>] {
    fn names(&self) -> Vec<&'static str> {
        self.iter().map(|law| law.name).collect()
    }

    fn show(&self, bytes: &[u8]) -> String {
        format!("{:?}", case::<C>(bytes))
    }

    fn hold(&self, name: &str, bytes: &[u8]) {
        let law = self.iter().find(|law| law.name == name).expect("a law of this subject");
        (law.holds)(&case(bytes));
    }
}

/// As `fuzz_target!` makes it, so that a file means the same to both engines.
fn case<C: for<'a> Arbitrary<'a>>(bytes: &[u8]) -> C {
    C::arbitrary_take_rest(Unstructured::new(bytes)).expect("any bytes make a case")
}

/// Every subject, by the name of its fuzz target.
pub const SUBJECTS: &[(&str, &dyn Laws)] = &[
    ("base64", &base64::ALL),
    ("base64_raw", &raw::BASE64),
    ("cbc", &cbc::ALL),
    ("context", &context::ALL),
    ("ctr", &ctr::ALL),
    ("esdk", &esdk::ALL),
    ("esdk_raw", &raw::ESDK),
    ("gcm", &gcm::ALL),
    ("hls_key", &hls_key::ALL),
    ("hls_key_raw", &raw::HLS_KEY),
    ("kdf", &kdf::ALL),
    ("kms", &kms::ALL),
    ("kms_blob_raw", &raw::KMS_BLOB),
    ("lanes", &lanes::ALL),
    ("playlist", &playlist::ALL),
    ("playlist_raw", &raw::PLAYLIST),
    ("reader", &reader::ALL),
    ("record", &record::ALL),
    ("s3ec", &s3ec::ALL),
    ("s3ec_raw", &s3ec::RAW),
    ("segment", &segment::ALL),
    ("wrap", &wrap::ALL),
];

/// Asserts that a refusal left nothing behind.
#[track_caller]
pub(crate) fn assert_zero(buffer: &[u8]) {
    assert!(buffer.iter().all(|&byte| byte == 0), "what was refused was left behind");
}
