//! Opens the files that old jobs mention, as far as their documents and the key service allow.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reelseal_core::envelope::transcoder::CounterStart;
use reelseal_core::modes::ctr::Width;
use serde_json::{Value, json};

use super::artefact::Artefact;
use crate::error::Error;
use crate::files::{Decrypt, DecryptReport, Document, KeyForm};
use crate::hls::summary::Summary;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::{Location, Place};
use crate::package::{Existing, PackagePath, interrupt};
use crate::progress::Show;

/// Where to read and where to write.
#[derive(Debug)]
pub struct Tree {
    pub(super) root: Place,
    pub(super) out: Place,
    pub(super) existing: Existing,
    pub(super) context: EncryptionContext,
    pub(super) show: Show,
    /// What was written of packages: two may share files.
    pub(super) written: RefCell<BTreeSet<PackagePath>>,
}

/// What was opened.
#[derive(Debug)]
pub enum Opened {
    /// A file.
    File(DecryptReport),
    /// An HLS package.
    Package(Summary),
}

impl Opened {
    /// For machines.
    pub fn to_json(&self) -> Value {
        match self {
            Self::File(report) => report.to_json(),
            Self::Package(summary) => summary.to_json(),
        }
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        match self {
            Self::File(report) => report.to_text(),
            Self::Package(summary) => summary.to_text(),
        }
    }

    /// What the user should know.
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::File(report) => report.warnings(),
            Self::Package(summary) => &summary.warnings,
        }
    }
}

impl Tree {
    /// The encrypted files under `root`, and the clear ones, by the same names, under `out`.
    ///
    /// # Errors
    ///
    /// The two are one folder, or `out` cannot be made.
    pub fn new(
        root: Place,
        out: Place,
        existing: Existing,
        context: &EncryptionContext,
        show: Show,
    ) -> Result<Self, Error> {
        if let Some(out) = out.path() {
            fs::create_dir_all(out).map_err(|error| Error::io("cannot create", out, &error))?;
        }
        if is_same(&root, &out)? {
            return Err(Error::usage("the clear files would replace the encrypted ones")
                .hint("-o another folder than --root"));
        }
        let context = context.clone();
        Ok(Self { root, out, existing, context, show, written: RefCell::default() })
    }

    /// Opens each file, or the package, that was found of `artefact`. `None` where nothing is to
    /// be done here: the store decrypts it, or something is missing.
    pub fn open(
        &self,
        artefact: &Artefact,
        service: &LazyService<'_>,
    ) -> Option<Vec<Result<Opened, Error>>> {
        if artefact.is_hls() {
            let opened = self.package(artefact, service).transpose()?;
            return Some(vec![opened.map(Opened::Package).map_err(|e| e.at(&artefact.path))]);
        }
        let open = |name| self.file(artefact, name, service).map(Opened::File);
        let aes = artefact.mode.as_deref().is_some_and(is_aes_of_files);
        let whole = aes && artefact.missing(true).is_empty();
        whole.then(|| artefact.found.iter().map(|name| open(name)).collect())
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
        let path = PackagePath::parse(name).map_err(|why| Error::refused(why.to_string()))?;
        let out = self.out.child(&path)?;
        if let Some(folder) = out.path().and_then(Path::parent) {
            fs::create_dir_all(folder)
                .map_err(|error| Error::io("cannot create", folder, &error))?;
        }
        let request = Decrypt {
            input: self.root.child(&path)?,
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

/// Whether two folders or prefixes are one.
fn is_same(root: &Place, out: &Place) -> Result<bool, Error> {
    let real = |path: &Path| {
        fs::canonicalize(path).map_err(|error| Error::io("cannot read", path, &error))
    };
    Ok(match (root.location(), out.location()) {
        (Location::Local(root), Location::Local(out)) => real(root)? == real(out)?,
        (Location::S3(root), Location::S3(out)) => {
            root.clone().into_prefix() == out.clone().into_prefix()
        }
        _ => false,
    })
}

fn is_aes_of_files(mode: &str) -> bool {
    matches!(mode, "aes-cbc-pkcs7" | "aes-ctr" | "aes-gcm")
}
