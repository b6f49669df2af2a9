//! The record of a package, `reelseal.json`, from any bytes. The parser is the tool's, so the law
//! is not among those of the core; the tool's own tests run it too.

use reelseal_core::secret::SegmentKey;

use crate::Record;

/// What is read as a record is printed, sealed, and read as the same record again; under another
/// key its seal does not hold. Nothing panics.
pub(crate) fn what_is_read_prints_back_and_is_sealed(bytes: &[u8]) {
    let (key, other) = (SegmentKey::new([1; 16]), SegmentKey::new([2; 16]));
    let Ok(mut read) = Record::parse(bytes, "fuzz") else { return };
    assert!(read.check(&key).is_err(), "nobody can have sealed this");
    for segment in read.files.iter().flat_map(|file| &file.segments) {
        if let Some(Some(cipher)) = segment.cipher() {
            let iv = format!("0x{:032x}", u128::from_be_bytes(cipher.iv.block()));
            let written = segment.iv.as_deref().unwrap_or_default();
            assert!(written.eq_ignore_ascii_case(&iv), "another IV than is written");
        }
    }
    let printed = read.print(&key).expect("what was read can be printed");
    let mut again = Record::parse(&printed, "fuzz").expect("our own print");
    assert!(again.check(&key).is_ok(), "our own seal");
    assert!(again.check(&other).is_err(), "the seal of another key");
    assert_eq!(again.print(&key).expect("it was printed before"), printed);
}
