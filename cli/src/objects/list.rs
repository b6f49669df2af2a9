//! What objects there are.

use super::failure::{What, failed};
use super::{Object, ObjectUrl, Objects};
use crate::error::Error;

/// What a listing found.
#[derive(Debug, Default)]
pub struct Listed {
    /// Objects whose key begins as asked.
    pub objects: Vec<Object>,
    /// Beginnings of longer keys, up to the next `/`, where they were not asked for.
    pub prefixes: Vec<String>,
}

/// How deep a listing goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// To the next `/`, as the entries of one folder.
    Folder,
    /// All keys.
    All,
}

impl Objects {
    /// Whether there is an object whose key begins with that of `prefix`.
    ///
    /// # Errors
    ///
    /// S3 says no or cannot be reached; a signal came.
    pub fn has_any(&self, prefix: &ObjectUrl) -> Result<bool, Error> {
        let (aws, client) = self.client()?;
        let request = client.list_objects_v2().bucket(prefix.bucket()).prefix(prefix.key());
        let page = aws.wait(request.max_keys(1).send())?;
        let page = page.map_err(|error| failed(What::List, prefix, &error))?;
        Ok(!page.contents().is_empty())
    }

    /// The objects whose keys begin with that of `prefix`, at most `limit` of them, by key.
    ///
    /// # Errors
    ///
    /// There are more (refused); S3 says no or cannot be reached; a signal came.
    pub fn list(&self, prefix: &ObjectUrl, depth: Depth, limit: usize) -> Result<Listed, Error> {
        let (aws, client) = self.client()?;
        let request = client.list_objects_v2().bucket(prefix.bucket()).prefix(prefix.key());
        let delimiter = (depth == Depth::Folder).then(|| "/".to_owned());
        let mut pages = request.set_delimiter(delimiter).into_paginator().send();
        let mut listed = Listed::default();
        while let Some(page) = aws.wait(pages.next())? {
            let page = page.map_err(|error| failed(What::List, prefix, &error))?;
            for object in page.contents.unwrap_or_default() {
                let (Some(key), Some(len)) = (object.key, object.size) else { continue };
                let (url, len) = (prefix.with_key(key), u64::try_from(len));
                // A key that no request of ours may have is not there for us.
                let (Ok(url), Ok(len)) = (url, len) else { continue };
                listed.objects.push(self.listed(url, len, object.e_tag));
            }
            let prefixes = page.common_prefixes.unwrap_or_default();
            listed.prefixes.extend(prefixes.into_iter().filter_map(|prefix| prefix.prefix));
            if listed.objects.len().saturating_add(listed.prefixes.len()) > limit {
                return Err(Error::refused(format!("{prefix}: over {limit} objects")));
            }
        }
        Ok(listed)
    }
}
