//! How to open a package from what its playlists say, as a player would.

use std::collections::BTreeMap;

use reelseal_core::format::hls::Span;
use reelseal_core::segment::{Decryptor, Iv};
use zeroize::Zeroizing;

use super::keys::{self, RawKey};
use super::layout::{Cipher, Layout};
use super::model::{KeyUse, Kind, Model, PlaylistFile, Report, Role, Use};
use super::plan::refused;
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{PackagePath, Source};
use crate::sniff;

/// Which bytes are encrypted, and how.
#[derive(Debug, Default)]
pub struct Opening {
    /// How each file is cut. Keys are counted as in [`Model::key_uris`].
    pub layouts: BTreeMap<PackagePath, Layout>,
    /// Encrypted pieces.
    pub encrypted: u64,
}

impl Opening {
    /// Reads it from the playlists of `model`.
    pub fn make(model: &Model, report: &mut Report<'_>) -> Result<Self, Error> {
        let mut opening = Self::default();
        // I-frame playlists last: they are cut from what the others name.
        for kind in [Kind::Media, Kind::IFrames, Kind::Images] {
            for playlist in model.playlists.iter().filter(|playlist| playlist.kind == kind) {
                for used in &playlist.uses {
                    let size = model.sizes.get(&used.path).copied().unwrap_or_default();
                    opening.used(playlist, used, size).or_else(|error| {
                        report(error.at(format!("{}: line {}", playlist.path, used.line)))
                    })?;
                }
            }
        }
        Ok(opening)
    }

    /// What is to be done about IVs that no playlist names, where a job had `iv`: it is taken,
    /// unless the first such segment looks more like media under its number, which is the IV
    /// that players took.
    pub fn settle_ivs(
        &mut self,
        iv: [u8; 16],
        keys: &[RawKey],
        source: &Source,
    ) -> Result<(), Error> {
        let implicit = |(path, layout): (_, &Layout)| Some((path, layout.implicit()?));
        let Some((path, piece)) = self.layouts.iter().find_map(implicit) else { return Ok(()) };
        let cipher = piece.cipher.and_then(|cipher| Some((cipher.iv, keys.get(cipher.key)?)));
        let (number, key) = cipher.ok_or_else(|| Error::bug("a key without a number"))?;
        let len = usize::try_from(piece.span.length).map_or(HEAD_LEN, |len| len.min(HEAD_LEN));
        let sealed = source.read_at(path, piece.span.offset, len)?;
        let look = |iv| {
            let mut head = Zeroizing::new(sealed.clone());
            Decryptor::new(&key.segment_key(), iv).update(head.as_chunks_mut().0);
            sniff::first_block(&head)
        };
        if look(Iv::Attribute(iv)) >= look(number) {
            self.layouts.values_mut().for_each(|layout| layout.name_ivs(iv));
        }
        Ok(())
    }

    fn used(&mut self, playlist: &PlaylistFile, used: &Use, size: u64) -> Result<(), Error> {
        let cipher = cipher(used)?;
        let layout = self.layouts.entry(used.path.clone()).or_default();
        let cut = playlist.kind == Kind::IFrames
            && used.ranged
            && matches!(used.role, Role::Segment { .. });
        let span = match cut {
            true if layout.around(used.span).is_some() => return Ok(()),
            // No other playlist names the file: it is one CBC stream (RFC 8216 §6.3.6).
            true if layout.is_empty() => Span { offset: 0, length: size },
            _ => used.span,
        };
        let known = layout.at(span).map_err(|conflict| refused(used, conflict))?;
        layout.add(span, cipher).map_err(|conflict| refused(used, conflict))?;
        if known.is_none() && cipher.is_some() {
            self.encrypted += 1;
        }
        Ok(())
    }
}

// req HLS-IV-1: without an IV attribute, the IV is the Media Sequence Number
// req HLS-MAP-1: an encrypted initialization section has an IV attribute
fn cipher(used: &Use) -> Result<Option<Cipher>, Error> {
    let (key, iv) = match &used.key {
        KeyUse::Clear => return Ok(None),
        KeyUse::Aes128 { key, iv } => (*key, *iv),
        KeyUse::Other(scheme) => {
            return Err(Error::refused(format!("{} is encrypted by {scheme}", used.path))
                .hint("METHOD=AES-128 with a key that is a file is what this command opens"));
        }
    };
    let iv = match (iv, used.role) {
        (Some(iv), _) => Iv::Attribute(iv),
        (None, Role::Segment { sequence }) => Iv::MediaSequence(sequence),
        (None, Role::Map) => {
            return Err(Error::malformed(format!(
                "{} is an encrypted EXT-X-MAP, whose EXT-X-KEY must have an IV \
                 (RFC 8216 §4.3.2.5)",
                used.path
            )));
        }
    };
    Ok(Some(Cipher { key, iv }))
}

/// The keys of a package, in the order of [`Model::key_uris`].
pub fn keys(
    model: &Model,
    source: &Source,
    key_file: Option<&Place>,
    service: &LazyService<'_>,
    context: &EncryptionContext,
) -> Result<Vec<RawKey>, Error> {
    match key_file {
        Some(path) => model.key_uris.iter().map(|_| keys::from_file(path)).collect(),
        None => {
            let key = |uri| keys::from_package(source, uri, service, context);
            model.key_uris.iter().map(key).collect()
        }
    }
}

/// Bytes of a segment that are looked at.
const HEAD_LEN: usize = 4096;
