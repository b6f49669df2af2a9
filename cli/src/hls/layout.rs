//! How a resource is cut: every byte of it belongs to one piece, encrypted or clear.
//!
//! Padding moves bytes. A [`Layout`] made before the work says what to read and how; the
//! [`DonePiece`]s that come out of it say where everything went, in either direction.

use std::collections::BTreeMap;

use reelseal_core::format::hls::Span;
use reelseal_core::segment::Iv;

/// Which key, of those of the package, and which IV.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cipher {
    /// Index of the key.
    pub key: usize,
    /// The IV, by its origin.
    pub iv: Iv,
}

/// Some bytes of a resource: all of one segment, one initialization section, or what is
/// between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Piece {
    /// Where they are read.
    pub span: Span,
    /// How they are encrypted or decrypted; `None` copies them.
    pub cipher: Option<Cipher>,
}

/// Why a use of a resource does not fit with the uses before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Conflict {
    /// It shares bytes with another segment, and is not the same segment.
    Overlap(Span),
    /// The same bytes are wanted under another key or IV, or clear.
    Cipher,
}

/// The pieces of one resource that playlists name.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// By the offset of the first byte. No two overlap.
    pieces: BTreeMap<u64, Piece>,
}

impl Layout {
    /// Adds the bytes at `span`. Bytes that are there already must be wanted in the same way.
    pub fn add(&mut self, span: Span, cipher: Option<Cipher>) -> Result<(), Conflict> {
        match self.at(span)? {
            Some(piece) if piece.cipher != cipher => Err(Conflict::Cipher),
            Some(_) => Ok(()),
            None => {
                self.pieces.insert(span.offset, Piece { span, cipher });
                Ok(())
            }
        }
    }

    /// The piece at exactly `span`, where there is one; a conflict where others are in the way.
    pub fn at(&self, span: Span) -> Result<Option<Piece>, Conflict> {
        let before = self.pieces.range(..=span.offset).next_back().map(|(_, piece)| piece);
        let after = self.pieces.range(span.offset.saturating_add(1)..).next().map(|(_, p)| p);
        match (before, after) {
            (Some(piece), _) if piece.span == span => Ok(Some(*piece)),
            (Some(piece), _)
                if piece.span.offset == span.offset || piece.span.end() > span.offset =>
            {
                Err(Conflict::Overlap(piece.span))
            }
            (_, Some(piece)) if piece.span.offset < span.end() => {
                Err(Conflict::Overlap(piece.span))
            }
            _ => Ok(None),
        }
    }

    /// The piece that holds all bytes of `span`, where one does.
    pub fn around(&self, span: Span) -> Option<Piece> {
        let (_, piece) = self.pieces.range(..=span.offset).next_back()?;
        (span.end() <= piece.span.end()).then_some(*piece)
    }

    /// The first piece whose IV no playlist names.
    pub fn implicit(&self) -> Option<Piece> {
        self.pieces
            .values()
            .copied()
            .find(|piece| matches!(piece.cipher, Some(Cipher { iv: Iv::MediaSequence(_), .. })))
    }

    /// Gives `iv` to every piece whose IV no playlist names.
    pub fn name_ivs(&mut self, iv: [u8; 16]) {
        for cipher in self.pieces.values_mut().filter_map(|piece| piece.cipher.as_mut()) {
            if let Iv::MediaSequence(_) = cipher.iv {
                cipher.iv = Iv::Attribute(iv);
            }
        }
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.values()
    }

    /// Gives every piece the cipher that `cipher` says.
    pub fn amend(&mut self, cipher: impl Fn(&Piece) -> Option<Cipher>) {
        self.pieces.values_mut().for_each(|piece| piece.cipher = cipher(piece));
    }

    /// Whether no playlist names any part of the resource.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// All bytes of a resource of `len` bytes, in order; what no playlist names is clear.
    pub fn cut(&self, len: u64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut next = 0;
        let clear =
            |offset, end: u64| Piece { span: Span { offset, length: end - offset }, cipher: None };
        for piece in self.pieces.values() {
            if piece.span.offset > next {
                pieces.push(clear(next, piece.span.offset));
            }
            pieces.push(*piece);
            next = piece.span.end();
        }
        if next < len {
            pieces.push(clear(next, len));
        }
        pieces
    }
}

/// A piece that was worked on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DonePiece {
    /// Where it was, in the resource as it was read.
    pub from: Span,
    /// Where it is, in the resource as it was written.
    pub to: Span,
    /// How it is, or was, encrypted.
    pub cipher: Option<Cipher>,
    /// Of its clear bytes.
    pub clear_sha256: [u8; 32],
    /// Of its encrypted bytes; of its clear ones where it is not encrypted.
    pub sha256: [u8; 32],
}

/// The piece that holds `span`, of all the pieces of a resource in order.
pub fn holding(pieces: &[DonePiece], span: Span) -> Option<&DonePiece> {
    let at = pieces.partition_point(|piece| piece.from.end() < span.end());
    pieces.get(at).filter(|piece| piece.from.offset <= span.offset)
}

/// Where the piece at exactly `span` has gone.
pub fn follow(pieces: &[DonePiece], span: Span) -> Option<Span> {
    holding(pieces, span).filter(|piece| piece.from == span).map(|piece| piece.to)
}

/// Where `span`, some bytes inside one piece, has gone. Its length stays: CBC keeps places.
pub fn follow_part(pieces: &[DonePiece], span: Span) -> Option<Span> {
    let piece = holding(pieces, span)?;
    Some(Span { offset: piece.to.offset + (span.offset - piece.from.offset), length: span.length })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: u64, length: u64) -> Span {
        Span { offset, length }
    }

    fn cipher(key: usize) -> Option<Cipher> {
        Some(Cipher { key, iv: Iv::MediaSequence(7) })
    }

    fn done(from: Span, to: Span) -> DonePiece {
        DonePiece { from, to, cipher: cipher(0), clear_sha256: [0; 32], sha256: [0; 32] }
    }

    #[test]
    fn what_no_playlist_names_is_clear() {
        let mut layout = Layout::default();
        layout.add(span(10, 5), cipher(0)).unwrap();
        layout.add(span(20, 5), cipher(0)).unwrap();
        let cut = layout.cut(30);
        let spans: Vec<_> = cut.iter().map(|p| (p.span.offset, p.span.length)).collect();
        assert_eq!(spans, [(0, 10), (10, 5), (15, 5), (20, 5), (25, 5)]);
        assert_eq!(cut.iter().filter(|piece| piece.cipher.is_some()).count(), 2);
    }

    #[test]
    fn the_same_segment_may_be_named_twice() {
        let mut layout = Layout::default();
        layout.add(span(0, 9), cipher(0)).unwrap();
        assert_eq!(layout.add(span(0, 9), cipher(0)), Ok(()));
        assert_eq!(layout.add(span(0, 9), cipher(1)), Err(Conflict::Cipher));
        assert_eq!(layout.add(span(0, 9), None), Err(Conflict::Cipher));
    }

    #[test]
    fn segments_that_share_bytes_are_refused() {
        let mut layout = Layout::default();
        layout.add(span(10, 10), cipher(0)).unwrap();
        for (offset, length) in [(10, 9), (10, 11), (9, 2), (19, 1), (0, 30), (12, 2)] {
            let overlap = Err(Conflict::Overlap(span(10, 10)));
            assert_eq!(layout.add(span(offset, length), cipher(0)), overlap, "{offset} {length}");
        }
        assert_eq!(layout.add(span(0, 10), cipher(0)), Ok(()));
        assert_eq!(layout.add(span(20, 1), cipher(0)), Ok(()));
    }

    #[test]
    fn a_part_of_a_segment_goes_where_the_segment_goes() {
        let moved = [done(span(0, 10), span(0, 16)), done(span(10, 16), span(16, 32))];
        assert_eq!(follow(&moved, span(0, 10)), Some(span(0, 16)));
        assert_eq!(follow(&moved, span(0, 9)), None);
        assert_eq!(follow_part(&moved, span(0, 10)), Some(span(0, 10)));
        assert_eq!(follow_part(&moved, span(12, 3)), Some(span(18, 3)));
        assert_eq!(follow_part(&moved, span(8, 4)), None, "it lies in two segments");
        assert_eq!(follow_part(&moved, span(20, 16)), None, "it ends after the resource");
    }

    #[test]
    fn an_empty_resource_is_followed() {
        let moved = [done(span(0, 0), span(0, 16))];
        assert_eq!(follow(&moved, span(0, 0)), Some(span(0, 16)));
    }
}
