//! Album art: pictures in a file of sound.

use super::plan::{Recipe, Source};
use super::probe::Probe;
use super::reading::Reading;
use super::sizing::{Policy, Sizing};
use crate::error::Error;
use crate::job::node::Place;
use crate::job::scalar::quoted;

/// `AlbumArt`.
#[derive(Clone, Debug)]
pub(super) struct AlbumArt {
    merge: Merge,
    pub(super) artwork: Vec<Artwork>,
}

/// One picture that is given.
#[derive(Clone, Debug)]
pub(super) struct Artwork {
    pub(super) source: Source,
    pub(super) sizing: Sizing,
    /// `mjpeg` or `png`.
    pub(super) encoder: &'static str,
}

/// `MergePolicy`: what becomes of the pictures that are in the input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Merge {
    /// They go.
    Replace,
    /// They come behind.
    Prepend,
    /// They come first.
    Append,
    /// They stay, and those that are given are for inputs without any.
    Fallback,
}

/// A picture of an output.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Art {
    /// Index into [`AlbumArt::artwork`].
    Given(usize),
    /// Index of a stream of the input.
    Inside(usize),
}

impl AlbumArt {
    /// The pictures of an output of `input`, in order.
    pub(super) fn of(&self, input: &Probe) -> Vec<Art> {
        let given = (0..self.artwork.len()).map(Art::Given);
        let inside = input.artwork.iter().copied().map(Art::Inside);
        match self.merge {
            Merge::Replace => given.collect(),
            Merge::Prepend => given.chain(inside).collect(),
            Merge::Append => inside.chain(given).collect(),
            Merge::Fallback if input.artwork.is_empty() => given.collect(),
            Merge::Fallback => inside.collect(),
        }
    }
}

impl Reading<'_> {
    pub(super) fn album_art(
        &mut self,
        place: &Place<'_>,
        recipe: &Recipe,
    ) -> Result<Option<AlbumArt>, Error> {
        let Some(own) = place.member("AlbumArt") else { return Ok(None) };
        let items = own.list("Artwork");
        let merge = match own.text("MergePolicy") {
            Some("Prepend") => Merge::Prepend,
            Some("Append") => Merge::Append,
            Some("Fallback") => Merge::Fallback,
            _ => Merge::Replace,
        };
        if items.is_empty() {
            return Ok(None);
        }
        let fits = match recipe {
            Recipe::Copy(_) => false,
            Recipe::Encode(encoding) => {
                let name = encoding.container.name;
                encoding.video.is_none() && ["flac", "mp3", "mp4"].contains(&name)
            }
        };
        if !fits {
            let message = "is for a preset of sound alone, in flac, mp3 or mp4";
            self.fault(&own.path, message);
        }
        let mut artwork = Vec::new();
        for item in items {
            let (sizing, encoder) = (self.art_sizing(&item), self.art_encoder(&item));
            let source = self.source(&item, "InputKey")?;
            artwork.extend(source.map(|source| Artwork { source, sizing, encoder }));
        }
        Ok(Some(AlbumArt { merge, artwork }))
    }

    /// The guide: 600 by 600 at most, where nothing else is said.
    fn art_sizing(&mut self, item: &Place<'_>) -> Sizing {
        let mut side = |name: &str| {
            let text = item.text(name).filter(|text| *text != "auto").unwrap_or("600");
            let number = text.parse().ok().filter(|side| (32..=4096).contains(side));
            number.unwrap_or_else(|| {
                self.fault(
                    &item.at(name),
                    format!("{} is no number from 32 to 4096", quoted(text)),
                );
                32
            })
        };
        let max = (side("MaxWidth") / 2 * 2, side("MaxHeight") / 2 * 2);
        let name = item.text("SizingPolicy").unwrap_or("ShrinkToFit");
        let policy = Policy::parse(name).unwrap_or_else(|| {
            let message = format!("{} is none of the service's", quoted(name));
            self.fault(&item.at("SizingPolicy"), message);
            Policy::ShrinkToFit
        });
        Sizing::Within { max, policy, pad: item.text("PaddingPolicy") == Some("Pad") }
    }

    fn art_encoder(&mut self, item: &Place<'_>) -> &'static str {
        let key = item.text("InputKey").unwrap_or_default();
        match item.text("AlbumArtFormat") {
            Some("png") => "png",
            None if key.ends_with(".png") => "png",
            _ => "mjpeg",
        }
    }
}
