//! Which bytes of a clear package are encrypted, under which key and IV. No byte is read here.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use reelseal_core::format::hls::Span;
use reelseal_core::segment::Iv;

use super::layout::{Cipher, Conflict, Layout};
use super::model::{KeyUse, Kind, Model, PlaylistFile, Role, Use};
use crate::error::Error;
use crate::package::PackagePath;
use crate::random::FreshIv;

/// Where the IV of a segment comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IvMode {
    /// Random, in an `IV` attribute of its own. Equal segments look different.
    Random,
    /// The Media Sequence Number; no attribute is written.
    Sequence,
    /// One for all segments, as Elastic Transcoder did. Equal beginnings look equal.
    Constant([u8; 16]),
}

/// What becomes of Media Initialization Sections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Init {
    /// They stay clear: they hold no picture and no sound.
    Clear,
    /// They are encrypted, always with an `IV` attribute (RFC 8216 §4.3.2.5).
    Encrypted,
}

/// How a package is to be protected.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// Of the segments.
    pub iv: IvMode,
    /// A new key after so many segments; one key for all without it.
    pub rotate_every: Option<NonZeroU64>,
    /// Of the initialization sections.
    pub init: Init,
}

/// What will be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// How each file is cut.
    pub layouts: BTreeMap<PackagePath, Layout>,
    /// Keys that are needed.
    pub keys: usize,
    /// Segments, each counted once however many playlists name it.
    pub segments: u64,
}

impl Plan {
    /// Decides for all of `model`, which must be clear.
    pub fn make(model: &Model, choices: Choices) -> Result<Self, Error> {
        let mut plan = Self::default();
        // I-frame playlists last: they cut what the others have laid out.
        for kind in [Kind::Media, Kind::IFrames, Kind::Images] {
            for playlist in model.playlists.iter().filter(|playlist| playlist.kind == kind) {
                plan.playlist(model, playlist, choices)?;
            }
        }
        if plan.segments == 0 {
            let main = model.playlists.first().map(|p| p.path.to_string()).unwrap_or_default();
            return Err(Error::malformed(format!("{main}: the package names no segment"))
                .hint("name the playlist that lists the variants, or one that lists segments"));
        }
        Ok(plan)
    }

    fn playlist(
        &mut self,
        model: &Model,
        playlist: &PlaylistFile,
        choices: Choices,
    ) -> Result<(), Error> {
        let mut position = 0;
        for used in &playlist.uses {
            let wrap = |error: Error| error.at(format!("{}: line {}", playlist.path, used.line));
            if used.key != KeyUse::Clear {
                return Err(wrap(
                    Error::refused(format!("{} is already encrypted", used.path))
                        .hint("open the package first: reelseal hls unprotect PLAYLIST -o DIR"),
                ));
            }
            let key = choices.rotate_every.map_or(0, |every| position / every.get());
            let key = usize::try_from(key).map_err(|_| Error::bug("keys beyond counting"))?;
            match (playlist.kind, used.role) {
                (Kind::Images, _) => self.clear(used).map_err(wrap)?,
                (_, Role::Map) => self.map(used, key, choices).map_err(wrap)?,
                (Kind::IFrames, Role::Segment { .. }) if used.ranged => {
                    let whole = model.sizes.get(&used.path).copied().unwrap_or_default();
                    self.part(used, key, whole, choices).map_err(wrap)?;
                }
                (_, Role::Segment { sequence }) => {
                    self.segment(used, key, sequence, choices).map_err(wrap)?;
                }
            }
            if let Role::Segment { .. } = used.role {
                position += 1;
            }
        }
        Ok(())
    }

    fn segment(
        &mut self,
        used: &Use,
        key: usize,
        sequence: u64,
        choices: Choices,
    ) -> Result<(), Error> {
        let layout = self.layouts.entry(used.path.clone()).or_default();
        let known = layout.at(used.span).map_err(|conflict| refused(used, conflict))?;
        let Some(piece) = known else {
            let iv = match choices.iv {
                IvMode::Random => Iv::Attribute(FreshIv::draw()?.into_block()),
                IvMode::Sequence => Iv::MediaSequence(sequence),
                IvMode::Constant(iv) => Iv::Attribute(iv),
            };
            return self.encrypt(used, used.span, Cipher { key, iv });
        };
        match piece.cipher.map(|cipher| cipher.iv) {
            None => Err(refused(used, Conflict::Cipher)),
            Some(Iv::MediaSequence(first)) if first != sequence => Err(Error::refused(format!(
                "{} is segment {sequence} here and segment {first} elsewhere, so that its IV \
                 cannot be its sequence number",
                used.path
            ))
            .hint("leave out --iv sequence: a random IV is written wherever it is named")),
            Some(_) => Ok(()),
        }
    }

    /// A picture that is cut from a segment: nothing to do where a segment holds it.
    fn part(&mut self, used: &Use, key: usize, whole: u64, choices: Choices) -> Result<(), Error> {
        let layout = self.layouts.entry(used.path.clone()).or_default();
        match layout.around(used.span) {
            Some(piece) if piece.cipher.is_some() => Ok(()),
            // req HLS-IFRAME-1: ranges of I-frames are cut from a resource that is one CBC stream
            // No other playlist names the file: it is encrypted as one (RFC 8216 §6.3.6).
            None if layout.is_empty() => {
                let iv = match choices.iv {
                    IvMode::Constant(iv) => iv,
                    _ => FreshIv::draw()?.into_block(),
                };
                let all = Span { offset: 0, length: whole };
                self.encrypt(used, all, Cipher { key, iv: Iv::Attribute(iv) })
            }
            _ => Err(Error::refused(format!(
                "bytes {}..{} of {} are not inside one segment",
                used.span.offset,
                used.span.end(),
                used.path
            ))
            .hint("an I-frame is cut from a segment that another playlist of the package names")),
        }
    }

    // req HLS-MAP-1: an encrypted initialization section has an IV attribute
    fn map(&mut self, used: &Use, key: usize, choices: Choices) -> Result<(), Error> {
        let layout = self.layouts.entry(used.path.clone()).or_default();
        let known = layout.at(used.span).map_err(|conflict| refused(used, conflict))?;
        match (known, choices.init) {
            (None, Init::Clear) => self.clear(used),
            (None, Init::Encrypted) => {
                let iv = match choices.iv {
                    IvMode::Constant(iv) => iv,
                    _ => FreshIv::draw()?.into_block(),
                };
                let cipher = Cipher { key, iv: Iv::Attribute(iv) };
                layout.add(used.span, Some(cipher)).map_err(|c| refused(used, c))?;
                self.keys = self.keys.max(key + 1);
                Ok(())
            }
            (Some(piece), init) if piece.cipher.is_some() == (init == Init::Encrypted) => Ok(()),
            (Some(_), _) => Err(refused(used, Conflict::Cipher)),
        }
    }

    fn clear(&mut self, used: &Use) -> Result<(), Error> {
        let layout = self.layouts.entry(used.path.clone()).or_default();
        layout.add(used.span, None).map_err(|conflict| refused(used, conflict))
    }

    fn encrypt(&mut self, used: &Use, span: Span, cipher: Cipher) -> Result<(), Error> {
        let layout = self.layouts.entry(used.path.clone()).or_default();
        layout.add(span, Some(cipher)).map_err(|conflict| refused(used, conflict))?;
        self.keys = self.keys.max(cipher.key + 1);
        self.segments += 1;
        Ok(())
    }
}

/// The sentence for a use that does not fit with the others.
pub(super) fn refused(used: &Use, conflict: Conflict) -> Error {
    match conflict {
        Conflict::Overlap(other) => Error::refused(format!(
            "bytes {}..{} of {} overlap those of another segment, {}..{}",
            used.span.offset,
            used.span.end(),
            used.path,
            other.offset,
            other.end()
        )),
        Conflict::Cipher => Error::refused(format!(
            "bytes {}..{} of {} are named elsewhere with another key or IV, or clear",
            used.span.offset,
            used.span.end(),
            used.path
        )),
    }
}
