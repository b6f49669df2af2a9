//! One playlist being read: what each of its lines names.

use reelseal_core::format::hls::{Fault, Item, Items, Keys, Method, Resource, Span};

use super::model::{Contents, KeyUri, KeyUse, Model, Report, Role, Use};
use crate::error::Error;
use crate::package::PackagePath;

/// A file and a line, as errors name them.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PackagePath,
    line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: line {}", self.path, self.line)
    }
}

/// One playlist being read.
pub(super) struct Reading<'m, 's> {
    pub(super) model: &'m mut Model,
    pub(super) source: &'s dyn Contents,
    pub(super) path: &'s PackagePath,
    /// The bytes it names.
    pub(super) uses: Vec<Use>,
    /// The playlists it names.
    pub(super) names: Vec<(PackagePath, Place)>,
}

impl Reading<'_, '_> {
    /// Takes all lines.
    pub(super) fn items(&mut self, items: Items<'_>, report: &mut Report<'_>) -> Result<(), Error> {
        for item in items.iter() {
            let (line, item) = item.map_err(|fault| malformed(self.path, fault))?;
            let place = Place { path: self.path.clone(), line: line.number };
            let done = match item {
                Item::Playlist(uri) => {
                    self.resolve(uri, &place).map(|path| self.names.push((path, place)))
                }
                Item::SessionData(uri) => self.resolve(uri, &place).and_then(|path| {
                    self.size(&path, &place)?;
                    if !self.model.passengers.contains(&path) {
                        self.model.passengers.push(path);
                    }
                    Ok(())
                }),
                Item::SessionKey(_) => {
                    self.model.session_key.get_or_insert_with(|| place.to_string());
                    Ok(())
                }
                Item::Map(resource) => self.used(resource, Role::Map, &place),
                Item::Segment { gap: true, .. } => Ok(()),
                Item::Segment { resource, sequence, .. } => {
                    self.used(resource, Role::Segment { sequence }, &place)
                }
                Item::LowLatency(tag) => Err(Error::refused(format!(
                    "{place}: {tag} belongs to a live edge whose segments are not whole yet"
                ))
                .hint("wait for the stream to end, or drop its partial segments")),
                _ => Ok(()),
            };
            done.or_else(&mut *report)?;
        }
        Ok(())
    }

    fn used(&mut self, resource: Resource<'_>, role: Role, place: &Place) -> Result<(), Error> {
        let path = self.resolve(resource.uri, place)?;
        let size = self.size(&path, place)?;
        let span = resource.range.unwrap_or(Span { offset: 0, length: size });
        if span.end() > size || (resource.range.is_some() && span.length == 0) {
            return Err(Error::malformed(format!(
                "{place}: EXT-X-BYTERANGE: bytes {}..{} of {path}, which has {size}",
                span.offset,
                span.end()
            ))
            .hint("the file is truncated, or the playlist is of another version of it"));
        }
        let key = self.key(resource.keys);
        let ranged = resource.range.is_some();
        self.uses.push(Use { line: place.line, path, span, ranged, role, key });
        Ok(())
    }

    // req HLS-KEY-6: of several KEYFORMATs, one suffices
    fn key(&mut self, keys: Keys<'_>) -> KeyUse {
        let Some(key) = keys.identity.or(keys.other) else { return KeyUse::Clear };
        match (key.method, key.uri) {
            (Method::Aes128, Some(uri)) if key.is_identity() => {
                let uri = match self.path.resolve(uri) {
                    Ok(path) => KeyUri::File(path),
                    Err(why) => KeyUri::Elsewhere(uri.to_owned(), why.to_string()),
                };
                let next = self.model.key_uris.len();
                let key_index = *self.model.key_indices.entry(uri.clone()).or_insert(next);
                if key_index == next {
                    self.model.key_uris.push(uri);
                }
                KeyUse::Aes128 { key: key_index, iv: key.iv }
            }
            _ => KeyUse::Other(format!("METHOD={}, KEYFORMAT={}", key.method, key.key_format)),
        }
    }

    fn resolve(&self, uri: &str, place: &Place) -> Result<PackagePath, Error> {
        self.path
            .resolve(uri)
            .map_err(|why| Error::refused(format!("{place}: URI \"{}\": {why}", shown(uri))))
    }

    fn size(&mut self, path: &PackagePath, place: &Place) -> Result<u64, Error> {
        if let Some(size) = self.model.sizes.get(path) {
            return Ok(*size);
        }
        let size = self.source.require(path).and_then(|()| self.source.regular_len(path));
        let size = size.map_err(|error| error.at(place))?;
        self.model.sizes.insert(path.clone(), size);
        Ok(size)
    }
}

/// A URI as an error shows it: on one line, and not too long.
pub(super) fn shown(uri: &str) -> String {
    const MOST: usize = 200;
    let mut text: String = uri.chars().take(MOST).flat_map(char::escape_debug).collect();
    if uri.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

/// What is wrong with the playlist at `path`.
pub(super) fn malformed(path: &PackagePath, fault: Fault) -> Error {
    match fault.line {
        0 => Error::malformed(format!("{path}: {}", fault.malformed)),
        line => Error::malformed(format!("{path}: line {line}: {}", fault.malformed)),
    }
}
