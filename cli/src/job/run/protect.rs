//! The package of one playlist, encrypted into its place: one data key, one IV, as the service.

use std::io::Write;
use std::path::Path;

use super::package::relative;
use super::plan::Playlist;
use super::protection::Protection;
use crate::base64;
use crate::error::Error;
use crate::hls::keys::{self, WrappedKey};
use crate::hls::layout::DonePiece;
use crate::hls::model::{Kind, Model};
use crate::hls::plan::{Choices, Init, IvMode, Plan};
use crate::hls::record::HlsContentProtection;
use crate::hls::rewrite::{self, DoneFiles};
use crate::hls::transform::{Direction, Job, Work};
use crate::keyservice::{EncryptionContext, KeyService};
use crate::package::{Outlet, PackagePath, Source};
use crate::progress::{Progress, Show};
use crate::random::FreshIv;

/// The key of one playlist, open, and its IV.
pub(super) struct PlaylistKey {
    key: WrappedKey,
    iv: [u8; 16],
}

impl PlaylistKey {
    /// Has the key service unwrap the key, or make one under `key_id`.
    pub(super) fn open(
        protection: &Protection,
        key_id: &str,
        context: &EncryptionContext,
        service: &dyn KeyService,
    ) -> Result<Self, Error> {
        let key = match &protection.key {
            None => keys::generate(service, key_id, context)?.0,
            Some(given) => {
                let (key, _) = keys::unwrap(service, &given.wrapped, None, context)?;
                if let Some(md5) = &given.key_md5 {
                    keys::check_md5(&key, md5)?;
                }
                key
            }
        };
        let iv = match protection.iv {
            Some(iv) => iv,
            None => FreshIv::draw()?.into_block(),
        };
        Ok(Self { key, iv })
    }

    /// The block that opens the segments.
    pub(super) fn block(&self, protection: &Protection) -> Result<HlsContentProtection, Error> {
        let policy = if protection.url.is_some() { "NoStore" } else { "WithVariantPlaylists" };
        Ok(HlsContentProtection {
            method: "aes-128".to_owned(),
            key: base64::encode(&self.key.blob)?.to_string(),
            key_md5: keys::key_md5(&self.key.blob)?,
            initialization_vector: Some(base64::encode(&self.iv)?.to_string()),
            license_acquisition_url: protection.url.clone().unwrap_or_default(),
            key_storage_policy: policy.to_owned(),
        })
    }

    /// Encrypts the package of `playlist`, which is clear below `tree`, into `out`. Returns the
    /// files that were written, and their bytes.
    pub(super) fn protect(
        &self,
        playlist: &Playlist,
        protection: &Protection,
        tree: &Path,
        out: &dyn Outlet,
        show: Show,
    ) -> Result<Vec<(PackagePath, u64)>, Error> {
        let (source, _) = Source::open(tree.join("top"))?;
        let model = Model::read(&source, &playlist.name, &mut Err)?;
        let choices =
            Choices { iv: IvMode::Constant(self.iv), rotate_every: None, init: Init::Clear };
        let plan = Plan::make(&model, choices)?;
        let jobs = Job::all(&plan.layouts, &model);
        let progress = Progress::bytes("protecting", Job::total(&jobs), show);
        let work = Work {
            source: &source,
            staging: Some(out),
            keys: &[self.key.key.segment_key()],
            direction: Direction::Encrypt,
            progress: &progress,
            look: &|_, _, _| (),
        };
        let files: DoneFiles =
            work.all(&jobs)?.into_iter().map(|done| (done.path, done.pieces)).collect();
        let len = |pieces: &[DonePiece]| pieces.iter().map(|piece| piece.to.length).sum();
        let written = files.iter().map(|(path, pieces)| (path.clone(), len(pieces))).collect();
        for list in &model.playlists {
            let uri = |_| match (&protection.url, &protection.key_file) {
                (Some(url), _) => url.clone(),
                (None, Some(file)) => relative(&list.path, file),
                (None, None) => String::new(),
            };
            let text = match list.kind {
                Kind::Media | Kind::IFrames => rewrite::protected(list, &files, &uri)?,
                Kind::Multivariant | Kind::Images => list.bytes.clone(),
            };
            write(out, &list.path, &text)?;
        }
        if let Some(file) = &protection.key_file {
            write(out, file, self.key.key.key_file())?;
        }
        Ok(written)
    }
}

/// Writes one small file.
pub(super) fn write(out: &dyn Outlet, path: &PackagePath, bytes: &[u8]) -> Result<(), Error> {
    let mut file = out.create(path)?;
    file.write_all(bytes).map_err(|error| file.error(&error))?;
    file.finish()
}
