//! Messages between reelseal and the real AWS Encryption SDK. A peer that is not there is a
//! failure.

mod files;
#[path = "../home/mod.rs"]
mod home;
mod kms;
mod peer;
#[path = "../peers/mod.rs"]
mod peers;
mod store;

use home::Home;

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

/// `len` bytes with no short period.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}
