//! Opens the files that old jobs mention, as far as their documents and the key service allow.

use std::fs;
use std::path::{Path, PathBuf};

use reelseal_core::envelope::transcoder::CounterStart;
use reelseal_core::modes::ctr::Width;
use serde_json::json;

use super::artefact::Artefact;
use crate::error::Error;
use crate::files::{Decrypt, DecryptReport, Document, KeyForm};
use crate::keyservice::{EncryptionContext, LazyService};
use crate::package::{Existing, interrupt};
use crate::progress::Show;

/// Where to read and where to write.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
    out: PathBuf,
    existing: Existing,
    context: EncryptionContext,
    show: Show,
}

impl Tree {
    /// The encrypted files under `root`, and the clear ones, by the same names, under `out`.
    ///
    /// # Errors
    ///
    /// The two are one folder, or `out` cannot be made.
    pub fn new(
        root: &Path,
        out: &Path,
        existing: Existing,
        context: &EncryptionContext,
        show: Show,
    ) -> Result<Self, Error> {
        fs::create_dir_all(out).map_err(|error| Error::io("cannot create", out, &error))?;
        let real = |path: &Path| {
            fs::canonicalize(path).map_err(|error| Error::io("cannot read", path, &error))
        };
        if real(root)? == real(out)? {
            return Err(Error::usage("the clear files would replace the encrypted ones")
                .hint("-o another folder than --root"));
        }
        let (root, out, context) = (root.to_owned(), out.to_owned(), context.clone());
        Ok(Self { root, out, existing, context, show })
    }

    /// Opens each file that was found of `artefact`. `None` where nothing is to be done here: the
    /// store decrypts it, something is missing, or it is a playlist.
    pub fn open(
        &self,
        artefact: &Artefact,
        service: &LazyService<'_>,
    ) -> Option<Vec<Result<DecryptReport, Error>>> {
        let aes = artefact.mode.as_deref().is_some_and(is_aes_of_files);
        (aes && artefact.missing(true).is_empty())
            .then(|| artefact.found.iter().map(|name| self.file(artefact, name, service)).collect())
    }

    fn file(
        &self,
        artefact: &Artefact,
        name: &str,
        service: &LazyService<'_>,
    ) -> Result<DecryptReport, Error> {
        interrupt::check()?;
        let block = json!({
            "Mode": artefact.mode,
            "Key": artefact.key,
            "KeyMd5": artefact.key_md5,
            "InitializationVector": artefact.iv,
        });
        let document = Document::parse(block.to_string().as_bytes());
        let document = document.map_err(|error| error.at(&artefact.path))?;
        let out = self.out.join(name);
        if let Some(folder) = out.parent() {
            fs::create_dir_all(folder)
                .map_err(|error| Error::io("cannot create", folder, &error))?;
        }
        let request = Decrypt {
            input: self.root.join(name),
            out,
            existing: self.existing,
            document,
            // The blob says which key it was; the pipeline may have had another since.
            key_id: None,
            context: self.context.clone(),
            key_form: KeyForm::Auto,
            width: Width::Bits128,
            start: CounterStart::Zero,
            show: self.show,
        };
        request.run(service).map_err(|error| error.at(name.escape_debug()))
    }
}

fn is_aes_of_files(mode: &str) -> bool {
    matches!(mode, "aes-cbc-pkcs7" | "aes-ctr" | "aes-gcm")
}
