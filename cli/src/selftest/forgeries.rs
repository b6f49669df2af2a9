//! What must be refused, and must leave nothing behind.

use reelseal_core::envelope::kms;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT};
use reelseal_core::modes::cbc;
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::{ContentKey, Kek, SegmentKey};
use reelseal_core::segment::record_check;
use reelseal_core::wrap::{kw, kwp};

use super::compute::{KMS_BLOB, RECORD, backing_key, unhex};

/// A name, and whether it is refused; `None` where there was nothing to refuse.
type Forgery = (&'static str, fn() -> Option<bool>);

/// All of them.
pub(super) const FORGERIES: &[Forgery] = &[
    ("GCM: a tag with any one bit altered", forged_tags),
    ("GCM: another additional datum", || Some(gcm_opens(b"other", None)?.is_none())),
    ("KW: a wrapped key with any one bit altered", forged_kw),
    ("KWP: a wrapped key with any one bit altered", forged_kwp),
    ("KW: the wrapped empty key", || Some(kw::WrappedMut::parse(&mut [0xA6; 8]).is_none())),
    ("CBC: padding of no length", || Some(cbc::unpad(&[0; 16]).is_err())),
    ("ciphertext blob: another encryption context", forged_context),
    ("record: another seal", || {
        let key = SegmentKey::new([1; 16]);
        Some(record_check(&key, RECORD, &[0; 32]).is_err())
    }),
];

fn forged_tags() -> Option<bool> {
    let mut refused = true;
    for bit in 0..128u32 {
        refused &= gcm_opens(b"", Some(bit))?.is_none();
    }
    // What is not forged is not refused: a check that refuses everything shows nothing.
    Some(refused && gcm_opens(b"", None)?.is_some())
}

/// The text that opens, with a bit of its tag altered; `Some(None)`: it was refused and erased.
fn gcm_opens(aad: &[u8], bit: Option<u32>) -> Option<Option<Vec<u8>>> {
    let (key, iv) = (ContentKey::new_256([2; 32]), Iv::Bytes12([3; 12]));
    let mut text = *b"a text of two blocks, more or less";
    let tag = gcm::seal_in_place(&key, iv, &[], &mut text)?;
    let altered = bit.map_or(0, |bit| 1 << bit) ^ u128::from_be_bytes(tag);
    let opened = gcm::open_in_place(&key, iv, &[aad], &mut text, &altered.to_be_bytes());
    match opened {
        Ok(()) => Some(Some(text.to_vec())),
        Err(_) => (text == [0; 34]).then_some(None),
    }
}

fn forged_kw() -> Option<bool> {
    let kek = Kek::new_256([4; 32]);
    let mut wrapped = [0; 24];
    kw::wrap(&kek, &[5; 16], &mut wrapped)?;
    every_bit(&wrapped, |forged| {
        let refused = kw::WrappedMut::parse(forged)?.unwrap(&kek).is_err();
        Some(refused && forged.iter().all(|byte| *byte == 0))
    })
}

fn forged_kwp() -> Option<bool> {
    let kek = Kek::new_256([4; 32]);
    let mut wrapped = [0; 24];
    kwp::wrap(&kek, &[5; 12], &mut wrapped)?;
    every_bit(&wrapped, |forged| {
        let refused = kwp::WrappedMut::parse(forged)?.unwrap(&kek).is_err();
        Some(refused && forged.iter().all(|byte| *byte == 0))
    })
}

fn forged_context() -> Option<bool> {
    let blob = unhex(KMS_BLOB)?;
    let mut room = [1; MAX_PLAINTEXT];
    let opened = kms::open(&Blob::parse(&blob).ok()?, &backing_key()?, &Context::EMPTY, &mut room);
    Some(opened.is_err() && room == [0; MAX_PLAINTEXT])
}

/// Whether `refuses` every version of `bytes` with one bit altered.
fn every_bit(bytes: &[u8], refuses: impl Fn(&mut [u8]) -> Option<bool>) -> Option<bool> {
    let mut refused = true;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut forged = bytes.to_vec();
            *forged.get_mut(at)? ^= 1 << bit;
            refused &= refuses(&mut forged)?;
        }
    }
    Some(refused)
}
