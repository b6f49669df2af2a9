//! `hls protect`: a clear package in, an encrypted one out.

use std::time::Instant;

use super::diagnose::warn_of_cut_frames;
use super::files::Files;
use super::keys::{self, WrappedKey};
use super::model::{Kind, Model};
use super::plan::{Choices, IvMode, Plan};
use super::record::{self, HlsContentProtection, PlaylistEntry, Record};
use super::recording::{file_entry, playlist_entry};
use super::rewrite::{self, DoneFiles};
use super::summary::Summary;
use super::transform::{Direction, Job, Work};
use crate::base64;
use crate::error::Error;
use crate::keyservice::{EncryptionContext, KeyService, LazyService};
use crate::objects::Place;
use crate::package::{Existing, PackagePath, Source, Staging};
use crate::progress::{Progress, Show};

/// Where players find the key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyStorage {
    /// `NoStore`: at this URL, which Reelseal writes and never visits.
    NoStore(String),
    /// `WithVariantPlaylists`: in a file of the package.
    WithVariantPlaylists,
}

/// A wrapped data key of the user's, and its MD5.
pub type GivenKey = (Vec<u8>, Option<String>);

/// What to do.
#[derive(Debug)]
pub struct Protect {
    /// The playlist.
    pub playlist: Place,
    /// The folder to write.
    pub out: Place,
    /// What to do with a folder that is there.
    pub existing: Existing,
    /// The key that wraps the data keys.
    pub key_id: String,
    /// A data key to use.
    pub data_key: Option<GivenKey>,
    /// What the data keys are bound to.
    pub context: EncryptionContext,
    /// How to encrypt.
    pub choices: Choices,
    /// Where players find the key.
    pub storage: KeyStorage,
    /// Whether a bar is shown.
    pub show: Show,
}

/// A package that is clear, or is read as if it were.
pub(super) struct ClearPackage<'a> {
    /// The playlist that leads to the others.
    pub(super) main: &'a PackagePath,
    /// As its playlists tell it.
    pub(super) model: &'a Model,
    /// What is to be encrypted.
    pub(super) plan: &'a Plan,
    /// Its bytes.
    pub(super) files: &'a dyn Files,
}

impl Protect {
    /// Does it. Keys are asked for when all else is known to be well.
    pub fn run(&self, service: &LazyService<'_>) -> Result<Summary, Error> {
        let started = Instant::now();
        let (source, main) = Source::open(&self.playlist)?;
        let staging = Staging::new(&self.out, self.existing, &source)?;
        let model = Model::read(&source, &main, &mut Err)?;
        refuse_session_keys(&model)?;
        let plan = Plan::make(&model, self.choices)?;
        let mut summary = Summary::new("protect", &self.playlist, staging.out());
        let clear = ClearPackage { main: &main, model: &model, plan: &plan, files: &source };
        self.seal(&clear, &staging, service, &mut summary)?;
        summary.published(staging.publish()?);
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    /// Encrypts a package into `staging`, which is not published yet.
    pub(super) fn seal(
        &self,
        clear: &ClearPackage<'_>,
        staging: &Staging,
        service: &LazyService<'_>,
        summary: &mut Summary,
    ) -> Result<(), Error> {
        let ClearPackage { main, model, plan, files } = *clear;
        self.refuse_taken_names(staging, model, plan.keys)?;
        let (data_keys, arn) = self.data_keys(service.get()?, plan.keys, summary)?;
        let segment_keys: Vec<_> = data_keys.iter().map(|key| key.key.segment_key()).collect();

        let jobs = Job::all(&plan.layouts, model);
        let total = Job::total(&jobs);
        let progress = Progress::bytes("protecting", total, self.show);
        let work = Work {
            source: files,
            staging: Some(staging),
            keys: &segment_keys,
            direction: Direction::Encrypt,
            progress: &progress,
            look: &|_, _, _| (),
        };
        let done = work.all(&jobs)?;
        progress.finish();

        let files: DoneFiles = done.into_iter().map(|done| (done.path, done.pieces)).collect();
        let playlists = self.write_playlists(model, &files, staging, &data_keys)?;
        summary.key_files = self.write_key_files(staging, &data_keys)?;
        warn_of_cut_frames(model, &files, summary);
        summary.count(&files, model.playlists.len(), plan.segments, total);
        let count = data_keys.len();
        let entries = data_keys.iter().enumerate().map(|(i, key)| key.entry(self.uri(i, count)));
        let record = Record {
            format_version: 0,
            generator: concat!("reelseal ", env!("CARGO_PKG_VERSION")).to_owned(),
            playlist: main.to_string(),
            kms_key_arn: arn.clone(),
            encryption_context: self.context.pairs().map(|(k, v)| (k.into(), v.into())).collect(),
            data_keys: entries.collect::<Result<_, _>>()?,
            playlists,
            files: files.iter().map(|(path, pieces)| file_entry(path, pieces)).collect(),
            seal: None,
        };
        let first = segment_keys.first().ok_or_else(|| Error::bug("a package without a key"))?;
        write(staging, record::FILE_NAME, &record.print(first)?)?;
        summary.key_arn = Some(arn);
        Ok(())
    }

    fn data_keys(
        &self,
        service: &dyn KeyService,
        count: usize,
        summary: &mut Summary,
    ) -> Result<(Vec<WrappedKey>, String), Error> {
        if let Some((blob, md5)) = &self.data_key {
            summary.calls.decrypt += 1;
            let (wrapped, arn) = keys::unwrap(service, blob, None, &self.context)?;
            if let Some(md5) = md5 {
                keys::check_md5(&wrapped, md5)?;
            }
            return Ok((vec![wrapped], arn));
        }
        let mut data_keys = Vec::with_capacity(count);
        let mut arn = String::new();
        for _ in 0..count {
            summary.calls.generate_data_key += 1;
            let (wrapped, used) = keys::generate(service, &self.key_id, &self.context)?;
            data_keys.push(wrapped);
            arn = used;
        }
        Ok((data_keys, arn))
    }

    /// Where players find key `i` of `count`, as seen from the top of the package.
    fn uri(&self, i: usize, count: usize) -> String {
        match &self.storage {
            KeyStorage::NoStore(url) => url.replace(KEY_NUMBER, &i.to_string()),
            KeyStorage::WithVariantPlaylists
                if self.choices.rotate_every.is_none() && count == 1 =>
            {
                "reelseal.key".to_owned()
            }
            KeyStorage::WithVariantPlaylists => format!("reelseal-{i}.key"),
        }
    }

    /// The same, as seen from `playlist`.
    fn uri_from(&self, playlist: &PackagePath, i: usize, count: usize) -> String {
        match &self.storage {
            KeyStorage::NoStore(_) => self.uri(i, count),
            KeyStorage::WithVariantPlaylists => {
                let up = playlist.as_str().matches('/').count();
                "../".repeat(up) + &self.uri(i, count)
            }
        }
    }

    fn refuse_taken_names(
        &self,
        staging: &Staging,
        model: &Model,
        keys: usize,
    ) -> Result<(), Error> {
        let mut ours = vec![record::FILE_NAME.to_owned()];
        if self.storage == KeyStorage::WithVariantPlaylists {
            ours.extend((0..keys).map(|i| self.uri(i, keys)));
        }
        for name in ours {
            let path = PackagePath::parse(&name).map_err(|_| Error::bug("a name of ours"))?;
            let named = model.sizes.contains_key(&path)
                || model.playlists.iter().any(|playlist| playlist.path == path);
            if named {
                return Err(Error::refused(format!(
                    "{path}: the package has a file of this name, which {} will need",
                    staging.out()
                )));
            }
        }
        Ok(())
    }

    fn write_playlists(
        &self,
        model: &Model,
        files: &DoneFiles,
        staging: &Staging,
        data_keys: &[WrappedKey],
    ) -> Result<Vec<PlaylistEntry>, Error> {
        let first = data_keys.first().ok_or_else(|| Error::bug("a package without a key"))?;
        let block = self.content_protection(first)?;
        let (mut entries, mut texts) = (Vec::new(), Vec::new());
        for playlist in &model.playlists {
            let uri = |i| self.uri_from(&playlist.path, i, data_keys.len());
            let text = match playlist.kind {
                Kind::Media | Kind::IFrames => rewrite::protected(playlist, files, &uri)?,
                Kind::Multivariant | Kind::Images => playlist.bytes.clone(),
            };
            let lists_segments = matches!(playlist.kind, Kind::Media | Kind::IFrames);
            entries.push(playlist_entry(playlist, &text, lists_segments.then(|| block.clone()))?);
            texts.push((playlist.path.as_str(), text));
        }
        // The main one last: where files appear one by one, all that it names is there.
        texts.iter().rev().try_for_each(|(path, text)| write(staging, path, text))?;
        Ok(entries)
    }

    fn content_protection(&self, first: &WrappedKey) -> Result<HlsContentProtection, Error> {
        let iv = match self.choices.iv {
            IvMode::Constant(iv) => Some(base64::encode(&iv)?.to_string()),
            IvMode::Random | IvMode::Sequence => None,
        };
        let (url, policy) = match &self.storage {
            KeyStorage::NoStore(url) => (url.clone(), "NoStore"),
            KeyStorage::WithVariantPlaylists => (String::new(), "WithVariantPlaylists"),
        };
        Ok(HlsContentProtection {
            method: "aes-128".to_owned(),
            key: base64::encode(&first.blob)?.to_string(),
            key_md5: keys::key_md5(&first.blob)?,
            initialization_vector: iv,
            license_acquisition_url: url,
            key_storage_policy: policy.to_owned(),
        })
    }

    /// Writes the key files, where they belong into the package, and names them.
    fn write_key_files(
        &self,
        staging: &Staging,
        data_keys: &[WrappedKey],
    ) -> Result<Vec<String>, Error> {
        if self.storage != KeyStorage::WithVariantPlaylists {
            return Ok(Vec::new());
        }
        let files = data_keys.iter().enumerate().map(|(i, key)| {
            let name = self.uri(i, data_keys.len());
            write(staging, &name, key.key.key_file())?;
            Ok(name)
        });
        files.collect()
    }
}

/// Stands in a license URL for the number of a key.
pub const KEY_NUMBER: &str = "{key}";

fn refuse_session_keys(model: &Model) -> Result<(), Error> {
    match &model.session_key {
        None => Ok(()),
        Some(place) => Err(Error::refused(format!(
            "{place}: EXT-X-SESSION-KEY: the package is already encrypted"
        ))
        .hint("open it first: reelseal hls unprotect PLAYLIST -o DIR")),
    }
}

/// Writes one small file of the package.
pub(super) fn write(staging: &Staging, path: &str, bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write as _;
    let path = PackagePath::parse(path).map_err(|why| Error::bug(format!("{path}: {why}")))?;
    let mut file = staging.create(&path)?;
    file.write_all(bytes).map_err(|error| file.error(&error))?;
    file.finish()
}
