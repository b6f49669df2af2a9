//! Opens the HLS packages of old jobs: one key for all variants, which the job has wrapped or
//! which lies beside the playlists.

use std::time::Instant;

use super::artefact::Artefact;
use super::open::Tree;
use crate::base64;
use crate::error::{Error, Kind};
use crate::hls::keys::{self, WrappedKey};
use crate::hls::model::{KeyUri, Model};
use crate::hls::opening;
use crate::hls::summary::Summary;
use crate::hls::unprotect::Foreign;
use crate::keyservice::LazyService;
use crate::package::{PackagePath, Source, Staging, interrupt};

impl Tree {
    /// Opens the package of `artefact`. `None` where its playlists or its key are not here.
    pub(super) fn package(
        &self,
        artefact: &Artefact,
        service: &LazyService<'_>,
    ) -> Result<Option<Summary>, Error> {
        interrupt::check()?;
        let started = Instant::now();
        let mains = artefact.playlists().filter_map(|name| PackagePath::parse(name).ok());
        let mains: Vec<PackagePath> = mains.collect();
        let Some(main) = mains.first() else { return Ok(None) };
        let source = Source::at(&self.root)?;
        let model = Model::read_all(&source, &mains, &mut Err)?;
        let stored = are_stored(&model, &source)?;
        if artefact.key.is_none() && !artefact.key_is_stored && !stored {
            return Ok(None);
        }
        let (mut arn, mut warnings) = (None, Vec::new());
        let iv = artefact.iv.as_deref().map(|text| base64::decode(text).ok());
        let iv = iv.map(|bytes| bytes.and_then(|bytes| bytes.as_slice().try_into().ok()));
        if iv == Some(None) {
            warnings.push("the IV of the job does not have 16 bytes: it was not used".to_owned());
        }
        let beside = || opening::keys(&model, &source, None, service, &self.context);
        let keys = || match self.wrapped_key(artefact, service) {
            Ok(Some((own, its_arn))) => {
                arn = Some(its_arn);
                Ok(model.key_uris.iter().map(|_| own.key.again()).collect())
            }
            Err(error) if stored && !matches!(error.kind(), Kind::Interrupted(_)) => {
                warnings.push(format!("{error}; the key beside the playlists was taken"));
                beside()
            }
            Ok(None) => beside(),
            Err(error) => Err(error),
        };
        let staging = Staging::among(&self.out)?;
        let mut summary = Summary::new("unprotect", self.root.child(main)?, &self.out);
        Foreign { source: &source, model: &model, iv: iv.flatten(), show: self.show }.open(
            keys,
            &staging,
            &mut summary,
        )?;
        let files = staging.publish_among(self.existing, &self.written.borrow())?;
        self.written.borrow_mut().extend(files);
        summary.calls.decrypt = u32::from(arn.is_some());
        summary.key_arn = arn;
        summary.warnings.extend(warnings);
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(Some(summary))
    }

    /// The key that the job has wrapped, and the ARN of the key that wrapped it.
    fn wrapped_key(
        &self,
        artefact: &Artefact,
        service: &LazyService<'_>,
    ) -> Result<Option<(WrappedKey, String)>, Error> {
        let Some(text) = &artefact.key else { return Ok(None) };
        let blob =
            base64::decode(text).map_err(|error| Error::malformed(format!("Key: {error}")))?;
        let (key, arn) = keys::unwrap(service.get()?, &blob, None, &self.context)?;
        artefact.key_md5.as_deref().map_or(Ok(()), |md5| keys::check_md5(&key, md5))?;
        Ok(Some((key, arn)))
    }
}

/// Whether every key that the playlists name lies beside them.
fn are_stored(model: &Model, source: &Source) -> Result<bool, Error> {
    for uri in &model.key_uris {
        match uri {
            KeyUri::File(path) if source.exists(path)? => {}
            _ => return Ok(false),
        }
    }
    Ok(!model.key_uris.is_empty())
}
