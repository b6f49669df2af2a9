//! What a job asks for: which files are read, what is made of them, and how it is encrypted.

use reelseal_core::format::transcoder::Mode;

use super::artwork::AlbumArt;
use super::captions::{CaptionFormat, Captions};
use super::container::Container;
use super::encoding::{Encoding, ThumbnailEncoding};
use super::protection::Protection;
use crate::files::{DataKeySource, Document};
use crate::package::PackagePath;
use crate::store;

/// Everything that is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    pub(super) playlists: Vec<Playlist>,
}

/// A file that is read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Below the root of the inputs.
    pub(super) name: PackagePath,
    /// What opens it, where it is encrypted.
    pub(super) document: Option<Document>,
}

/// A part of an input, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Clip {
    pub(super) start: Option<f64>,
    pub(super) duration: Option<f64>,
}

/// One of the inputs, which are joined in their order.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) source: Source,
    pub(super) clip: Clip,
    pub(super) captions: Captions,
}

/// One of the outputs.
#[derive(Debug)]
pub(super) struct Output {
    /// Its place in the job.
    pub(super) path: String,
    /// As playlists name it.
    pub(super) key: String,
    /// Below the root of the outputs; what is made has this name, or begins with it.
    pub(super) name: String,
    pub(super) recipe: Recipe,
    pub(super) form: Form,
    pub(super) rotate: Rotate,
    pub(super) clip: Option<Clip>,
    pub(super) cipher: Option<Cipher>,
    pub(super) thumbnails: Option<Thumbnails>,
    /// Each with its place among those of the preset.
    pub(super) watermarks: Vec<(usize, Source)>,
    pub(super) art: Option<AlbumArt>,
    /// Where the output says them, and not the input.
    pub(super) captions: Option<Captions>,
    pub(super) caption_formats: Vec<CaptionFormat>,
}

/// What is done to pictures and sound.
#[derive(Clone, Debug)]
pub(super) enum Recipe {
    /// Nothing: `"PresetId": "copy"`.
    Copy(Container),
    /// What a preset says.
    Encode(Box<Encoding>),
}

/// How an output lies on the disk (`CreateJobPlaylist.OutputKeys` of the service's model).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// One file.
    File,
    /// `NAME.m3u8` and `NAME00000.ts` …: segments of so many seconds.
    HlsV3(f64),
    /// `NAME_v4.m3u8`, `NAME_iframe.m3u8` and `NAME.ts`.
    HlsV4(f64),
}

/// `Rotate`: by how many degrees clockwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rotate {
    /// As the input's metadata say.
    Auto,
    /// Not, whatever they say.
    None,
    By90,
    By180,
    By270,
}

/// How files are encrypted.
#[derive(Clone, Debug)]
pub(super) struct Cipher {
    /// The place of the block in the job.
    pub(super) path: String,
    pub(super) by: By,
}

/// Who encrypts.
#[derive(Clone, Debug)]
pub(super) enum By {
    /// We do.
    Us { mode: Mode, key: DataKeySource },
    /// The store does: `s3` and `s3-aws-kms`.
    Store(store::Mode),
}

/// Pictures of an output.
#[derive(Clone, Debug)]
pub(super) struct Thumbnails {
    /// Their names: `{count}`, `{resolution}`; the extension is there.
    pub(super) pattern: String,
    pub(super) encoding: ThumbnailEncoding,
    pub(super) cipher: Option<Cipher>,
}

/// A master playlist.
#[derive(Debug)]
pub(super) struct Playlist {
    /// Its place in the job.
    pub(super) path: String,
    /// `NAME.m3u8`.
    pub(super) name: PackagePath,
    /// Indices of its outputs.
    pub(super) outputs: Vec<usize>,
    pub(super) is_v4: bool,
    pub(super) protection: Option<Protection>,
}

impl Cipher {
    /// Whether one key and one IV may serve one file only.
    pub(super) fn counts(&self) -> bool {
        matches!(&self.by, By::Us { mode, .. } if mode.counts())
    }
}

impl Recipe {
    pub(super) fn container(&self) -> Container {
        match self {
            Self::Copy(container) => *container,
            Self::Encode(encoding) => encoding.container,
        }
    }
}

impl Output {
    /// The names of all files that are made of it; of which there are several, as patterns.
    pub(super) fn targets(&self) -> Vec<String> {
        let name = &self.name;
        let mut all = match self.form {
            Form::File => vec![name.clone()],
            Form::HlsV3(_) => vec![format!("{name}.m3u8"), format!("{name}{{segment}}.ts")],
            Form::HlsV4(_) => {
                vec![format!("{name}_v4.m3u8"), format!("{name}_iframe.m3u8"), format!("{name}.ts")]
            }
        };
        all.extend(self.thumbnails.iter().map(|thumbnails| thumbnails.pattern.clone()));
        all.extend(self.caption_formats.iter().filter_map(|format| format.pattern.clone()));
        all
    }

    /// How it, its thumbnails and its captions are encrypted.
    pub(super) fn ciphers(&self) -> impl Iterator<Item = &Cipher> {
        let thumbnails = self.thumbnails.as_ref().and_then(|own| own.cipher.as_ref());
        let captions = self.caption_formats.iter().filter_map(|format| format.cipher.as_ref());
        self.cipher.iter().chain(thumbnails).chain(captions)
    }

    /// What it reads beside the inputs.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        let art = self.art.iter().flat_map(|art| &art.artwork).map(|art| &art.source);
        let captions = self.captions.iter().flat_map(|own| &own.sources).map(|own| &own.source);
        self.watermarks.iter().map(|(_, source)| source).chain(art).chain(captions)
    }
}

impl Playlist {
    /// The names of its files: the playlist itself, and the key where it is stored.
    pub(super) fn targets(&self) -> Vec<String> {
        let key = self.protection.as_ref().and_then(|own| own.key_file.as_ref());
        std::iter::once(&self.name).chain(key).map(ToString::to_string).collect()
    }
}
