//! Types that hold secrets: what they say of themselves.

use reelseal_core::modes::cbc;
use reelseal_core::secret::{BackingKey, ContentKey, Kek, MessageKey, SegmentKey};

#[test]
fn no_secret_prints_itself() {
    assert_eq!(format!("{:?}", Kek::new_128([65; 16])), "Kek(..)");
    assert_eq!(format!("{:?}", ContentKey::new_128([65; 16])), "ContentKey(..)");
    assert_eq!(format!("{:?}", BackingKey::new([65; 32])), "BackingKey(..)");
    assert_eq!(format!("{:?}", SegmentKey::new([65; 16])), "SegmentKey(..)");
    assert_eq!(format!("{:?}", MessageKey::new([65; 32])), "MessageKey(..)");
    let key = ContentKey::new_128([1; 16]);
    let last = cbc::Encryptor::new(&key, [2; 16]).finish(b"text").unwrap();
    let tail = cbc::Decryptor::new(&key, [2; 16]).finish(last).unwrap();
    assert_eq!(format!("{tail:?}"), "Tail(..)");
}
