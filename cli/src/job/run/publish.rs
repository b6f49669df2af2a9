//! What was made, encrypted, each by its own block, into its place.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::plan::{Cipher, Output};
use super::response::Response;
use super::work::{Failure, Keys, Transcoded, Work};
use crate::error::Error;
use crate::files::Format;
use crate::package::{Batch, Outlet, PackagePath, interrupt};

impl Work<'_, '_> {
    /// Encrypts what was made, each by its own block, into its place. What a counter mode
    /// encrypts comes last: a run that is stopped before has used up no IV.
    pub(super) fn seal(
        &self,
        mut made: Vec<Transcoded>,
        keys: &Keys,
        batch: &Batch,
        response: &mut Response,
        warnings: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let mut lengths = BTreeMap::new();
        for (n, (playlist, key)) in self.plan.playlists.iter().zip(&keys.playlists).enumerate() {
            let block = match (&playlist.protection, key) {
                (Some(protection), Some(key)) => {
                    let show = self.run.show;
                    let tree = self.tree();
                    lengths.extend(key.protect(playlist, protection, &tree, batch, show)?);
                    if playlist.is_v4 {
                        warnings.push(format!("{}: {CUT_FRAMES}", playlist.name));
                    }
                    Some(json!(key.block(protection)?))
                }
                _ => {
                    self.copy(&playlist.name, &self.tree().join(playlist.name.as_path()), batch)?;
                    None
                }
            };
            response.playlist(n, block);
        }
        for counts in [false, true] {
            for (n, (output, own)) in self.plan.outputs.iter().zip(&mut made).enumerate() {
                let done = self.output(output, own, keys, batch, counts, &lengths);
                done.map_err(|error| self.blame(n, error))?;
            }
        }
        made.iter().enumerate().for_each(|(n, own)| response.output(n, &own.made));
        Ok(())
    }

    /// Encrypts what belongs to one output, where its cipher is a counter mode as `counts` says.
    fn output(
        &self,
        output: &Output,
        own: &mut Transcoded,
        keys: &Keys,
        batch: &Batch,
        counts: bool,
        lengths: &BTreeMap<PackagePath, u64>,
    ) -> Result<(), Error> {
        let is_now = |cipher: Option<&Cipher>| cipher.is_some_and(Cipher::counts) == counts;
        if is_now(output.cipher.as_ref()) {
            let mut names = own.files.clone();
            if let Some(variant) = &own.variant {
                let tree = self.tree();
                let clear = |path: &PackagePath| (path.clone(), tree.join(path.as_path()));
                if !variant.files.iter().any(|path| lengths.contains_key(path)) {
                    names.extend(variant.files.iter().map(clear));
                    // Playlists are never encrypted.
                    for (path, from) in variant.playlists.iter().map(clear) {
                        self.copy(&path, &from, batch)?;
                    }
                }
                own.made.len +=
                    variant.files.iter().filter_map(|path| lengths.get(path)).sum::<u64>();
            }
            let block =
                self.files(output.cipher.as_ref(), &names, keys, batch, &mut own.made.len)?;
            own.made.blocks.extend(block.map(|block| ("Encryption", block)));
        }
        let cipher = output.thumbnails.as_ref().and_then(|own| own.cipher.as_ref());
        if is_now(cipher) {
            let block = self.files(cipher, &own.thumbnails, keys, batch, &mut 0)?;
            own.made.blocks.extend(block.map(|block| ("ThumbnailEncryption", block)));
        }
        for (n, (format, names)) in output.caption_formats.iter().zip(&own.captions).enumerate() {
            if is_now(format.cipher.as_ref()) {
                let block = self.files(format.cipher.as_ref(), names, keys, batch, &mut 0)?;
                own.made.captions.extend(block.map(|block| (n, block)));
            }
        }
        Ok(())
    }

    /// Puts files into their place, encrypted where a block says so; returns the block.
    fn files(
        &self,
        cipher: Option<&Cipher>,
        names: &[(PackagePath, PathBuf)],
        keys: &Keys,
        batch: &Batch,
        len: &mut u64,
    ) -> Result<Option<Value>, Error> {
        let Some(sealing) = cipher.and_then(|cipher| keys.files.get(&cipher.path)) else {
            for (path, from) in names {
                *len += self.copy(path, from, batch)?;
            }
            return Ok(None);
        };
        for (path, from) in names {
            let mut file = batch.create(path)?;
            let (from, shown) = (from.as_path().into(), batch.path().join(path.as_path()).into());
            *len += sealing.seal(&from, self.tools.ledger, &shown, self.run.show, &mut file)?;
            file.finish()?;
        }
        let block = sealing.document().to_json(Format::Transcoder)?;
        let members = ["Mode", "Key", "KeyMd5", "InitializationVector"];
        let members = members.map(|name| (name.to_owned(), block[name].clone()));
        Ok(Some(Value::Object(members.into_iter().collect())))
    }

    fn copy(&self, path: &PackagePath, from: &Path, batch: &Batch) -> Result<u64, Error> {
        let input = fs::File::open(from).map_err(|error| Error::io("cannot read", from, &error))?;
        let mut file = batch.create(path)?;
        let mut total = 0;
        loop {
            interrupt::check()?;
            let copied = io::copy(&mut (&input).take(COPY_LEN), &mut file);
            match copied.map_err(|error| file.error(&error))? {
                0 => break,
                len => total += len,
            }
        }
        file.finish()?;
        Ok(total)
    }
}

/// So much is copied between two looks at [`interrupt`].
const COPY_LEN: u64 = 64 << 20;

/// RFC 8216 §6.3.6 lets a player read the block before an I-frame as its IV.
const CUT_FRAMES: &str = "I-frames begin where their segment begins inside a file; players that \
                          take the block before them as IV cannot show them while seeking";
