//! The generic functions of the public interface, each with types: `covers:` names them.

use core::fmt;

use reelseal_core::envelope::esdk::{BlockOpener, OpenBlock};
use reelseal_core::format::esdk::{Block, Footer};
use reelseal_core::format::hls::{AttributeList, Fault, Items, Lines, Playlist};
use reelseal_core::format::reader::Reader;
use reelseal_core::format::s3ec::Header;
use reelseal_core::modes::gcm::{
    Decryption, Encryption, Encryptor, Iv, Key, Tag, Unverified, Worked,
};
use reelseal_core::secret::Inauthentic;

/// covers: modes::gcm::Encryptor::new
pub fn encryptor_new<'k>(key: &'k Key, iv: Iv, aad: &[&[u8]]) -> Option<Encryptor<&'k Key>> {
    Encryptor::new(key, iv, aad)
}

/// covers: modes::gcm::Encryptor::update
pub fn encryptor_update(text: &mut Encryptor<&Key>, piece: &mut [u8]) -> Option<()> {
    text.update(piece)
}

/// covers: modes::gcm::Encryptor::finish
pub fn encryptor_finish(text: Encryptor<&Key>) -> Tag {
    text.finish()
}

/// covers: modes::gcm::Encryptor::part
pub fn encryptor_part<'k>(
    text: &mut Encryptor<&'k Key>,
    len: usize,
) -> Option<Encryption<&'k Key>> {
    text.part(len)
}

/// covers: modes::gcm::Encryptor::join
pub fn encryptor_join(text: &mut Encryptor<&Key>, part: Worked) -> Option<()> {
    text.join(part)
}

/// covers: modes::gcm::parts::Encryption::encrypt
pub fn encryption_encrypt(part: Encryption<&Key>, text: &mut [u8]) -> Option<Worked> {
    part.encrypt(text)
}

/// covers: modes::gcm::Unverified::new
pub fn unverified_new<'t, 'k>(
    key: &'k Key,
    iv: Iv,
    aad: &[&[u8]],
    content: &'t mut [u8],
) -> Option<Unverified<&'t mut [u8], &'k Key>> {
    Unverified::new(key, iv, aad, content)
}

/// covers: modes::gcm::Unverified::update
pub fn unverified_update(text: &mut Unverified<&mut [u8], &Key>, piece: &mut [u8]) -> Option<()> {
    text.update(piece, |to, from| to.iter_mut().zip(from).for_each(|(t, f)| *t = *f))
}

/// covers: modes::gcm::Unverified::finish
pub fn unverified_finish<'t>(
    text: Unverified<&'t mut [u8], &Key>,
    tag: &Tag,
) -> Result<&'t mut [u8], Inauthentic> {
    text.finish(tag)
}

/// covers: modes::gcm::Unverified::part
pub fn unverified_part<'k>(
    text: &mut Unverified<&mut [u8], &'k Key>,
    len: usize,
) -> Option<Decryption<&'k Key>> {
    text.part(len)
}

/// covers: modes::gcm::Unverified::join
pub fn unverified_join(text: &mut Unverified<&mut [u8], &Key>, part: Worked) -> Option<()> {
    text.join(part)
}

/// covers: modes::gcm::parts::Decryption::decrypt
pub fn decryption_decrypt(
    part: Decryption<&Key>,
    text: &mut [u8],
    to: &mut [u8],
) -> Option<((), Worked)> {
    part.decrypt(text, |from| to.iter_mut().zip(from).for_each(|(t, f)| *t = *f))
}

/// covers: envelope::esdk::block::BlockOpener::begin
pub fn block_begin<'t>(
    opener: BlockOpener,
    block: &Block,
    content: &'t mut [u8],
) -> Option<OpenBlock<&'t mut [u8]>> {
    opener.begin(block, content)
}

/// covers: envelope::esdk::block::OpenBlock::left
pub fn block_left(block: &OpenBlock<&mut [u8]>) -> u64 {
    block.left()
}

/// covers: envelope::esdk::block::OpenBlock::update
pub fn block_update(block: &mut OpenBlock<&mut [u8]>, piece: &mut [u8]) -> Option<()> {
    block.update(piece, |to, from| to.iter_mut().zip(from).for_each(|(t, f)| *t = *f))
}

/// covers: envelope::esdk::block::OpenBlock::finish
pub fn block_finish<'t>(
    block: OpenBlock<&'t mut [u8]>,
    tag: &Tag,
    footer: Option<&Footer<'_>>,
) -> Result<&'t mut [u8], Inauthentic> {
    block.finish(tag, footer)
}

/// covers: format::hls::attribute::AttributeList::with_quoted
pub fn with_quoted(list: AttributeList<'_>, name: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(out, "{}", list.with_quoted(name, "value"))
}

/// covers: format::reader::Reader::array
pub fn array<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8; 32]> {
    reader.array()
}

/// covers: format::s3ec::header::Header::print
pub fn header_print(header: &Header<'_>, len: &mut usize) -> Option<()> {
    header.print(|_, name, value| *len = len.saturating_add(name.len() ^ value.len()))
}

/// What `Items::iter` yields is made by a closure: this is all of it.
pub fn walk(items: &Items<'_>) -> Result<usize, Fault> {
    items.iter().try_fold(0usize, |count, item| item.map(|_| count.saturating_add(1)))
}

/// Every line, and every item of whichever kind of playlist it is.
pub fn playlist(bytes: &[u8]) -> Result<usize, Fault> {
    let lines = Lines::new(bytes).count();
    let items = match Playlist::parse(bytes)? {
        Playlist::Multivariant(items) | Playlist::Media { items, .. } => items,
    };
    Ok(walk(&items)?.min(lines))
}
