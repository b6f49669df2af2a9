//! The objects of a package in S3. Nothing outside their prefix can be read: a name of a package
//! has no `..`, S3 has no links, and keys are compared and never resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::path::PackagePath;
use super::source::Listing;
use crate::error::Error;
use crate::objects::{Depth, Object, ObjectUrl, Objects};

/// The objects whose keys begin with one prefix.
#[derive(Debug)]
pub(super) struct Prefix {
    objects: Objects,
    url: ObjectUrl,
    /// Folders that were listed: one request tells of a thousand files, and of which version of
    /// each the package consists.
    folders: Mutex<BTreeMap<String, Arc<Folder>>>,
}

/// What lies between one `/` and the next.
#[derive(Debug, Default)]
pub(super) struct Folder {
    files: BTreeMap<String, Object>,
    folders: BTreeSet<String>,
}

impl Prefix {
    pub(super) fn new(objects: Objects, url: ObjectUrl) -> Self {
        Self { objects, url, folders: Mutex::default() }
    }

    /// The prefix.
    pub(super) fn url(&self) -> &ObjectUrl {
        &self.url
    }

    /// The object of this name.
    pub(super) fn find(&self, path: &PackagePath) -> Result<Option<Object>, Error> {
        Ok(self.folder(path.folder())?.files.get(path.file_name()).cloned())
    }

    /// Whether there is an object of this name, or below it.
    pub(super) fn exists(&self, path: &PackagePath) -> Result<bool, Error> {
        let folder = self.folder(path.folder())?;
        let name = path.file_name();
        Ok(folder.files.contains_key(name) || folder.folders.contains(name))
    }

    /// The names of the objects in `folder`, by name.
    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, Error> {
        Ok(self.folder(folder)?.files.keys().cloned().collect())
    }

    /// All objects.
    pub(super) fn files(&self) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        for object in self.objects.list(&self.url, Depth::All, MAX_OBJECTS)?.objects {
            let key = object.url().key();
            let name = key.strip_prefix(self.url.key()).unwrap_or_default();
            match PackagePath::parse(name) {
                Ok(path) => drop(listing.files.insert(path)),
                // What consoles put where a folder is to be shown.
                Err(_) if object.url().is_prefix() && object.is_empty() => {}
                Err(_) => listing.others.push(name.escape_debug().to_string()),
            }
        }
        Ok(listing)
    }

    fn folder(&self, folder: &str) -> Result<Arc<Folder>, Error> {
        // Held while it is listed, so that several threads do not list it.
        let mut known = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listed) = known.get(folder) {
            return Ok(listed.clone());
        }
        let slash = if folder.is_empty() { "" } else { "/" };
        let start = format!("{}{folder}{slash}", self.url.key());
        let listed =
            self.objects.list(&self.url.with_key(start.clone())?, Depth::Folder, MAX_OBJECTS)?;
        let name = |key: &str| key.strip_prefix(&start).map(str::to_owned);
        let files = listed.objects.into_iter();
        let files = files.filter_map(|object| Some((name(object.url().key())?, object)));
        let folders = listed.prefixes.iter();
        let folders = folders.filter_map(|key| name(key)?.strip_suffix('/').map(str::to_owned));
        let listed = Arc::new(Folder { files: files.collect(), folders: folders.collect() });
        known.insert(folder.to_owned(), listed.clone());
        Ok(listed)
    }
}

/// More than any package has; it bounds memory on a prefix that is no package.
const MAX_OBJECTS: usize = 1_000_000;
