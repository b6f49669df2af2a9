//! The generic functions of the public interface, each with types: `covers:` names them.

use core::fmt;

use reelseal_core::envelope::esdk::{BlockOpener, OpenBlock};
use reelseal_core::format::esdk::{Block, Footer};
use reelseal_core::format::hls::{AttributeList, Fault, Items, Lines, Playlist};
use reelseal_core::format::reader::Reader;
use reelseal_core::format::s3ec::Header;
use reelseal_core::modes::gcm::{Iv, Tag, Unverified};
use reelseal_core::secret::{ContentKey, Inauthentic};

/// covers: modes::gcm::Unverified::new
pub fn unverified_new<'t>(
    key: &ContentKey,
    iv: Iv,
    aad: &[&[u8]],
    content: &'t mut [u8],
) -> Option<Unverified<&'t mut [u8]>> {
    Unverified::new(key, iv, aad, content)
}

/// covers: modes::gcm::Unverified::update
pub fn unverified_update(text: &mut Unverified<&mut [u8]>, piece: &mut [u8]) -> Option<()> {
    text.update(piece, |to, from| to.iter_mut().zip(from).for_each(|(t, f)| *t = *f))
}

/// covers: modes::gcm::Unverified::finish
pub fn unverified_finish<'t>(
    text: Unverified<&'t mut [u8]>,
    tag: &Tag,
) -> Result<&'t mut [u8], Inauthentic> {
    text.finish(tag)
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
