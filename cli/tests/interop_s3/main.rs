//! Every command with `s3://` in place of a path, against moto's S3, seen by boto3. A peer that
//! is not there is a failure.

mod audit;
mod bucket;
mod cut;
mod files;
#[path = "../home/mod.rs"]
mod home;
mod jobs;
mod large;
mod packages;
#[path = "../peers/mod.rs"]
mod peers;
mod proxy;
#[path = "../signals/mod.rs"]
mod signals;

/// `len` bytes with no short period.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}
