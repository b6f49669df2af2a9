//! A player that knows AES-128 and nothing of reelseal: RFC 8216, read once more.
//!
//! It shares no code with the program, so that both would have to be wrong in the same way.

use std::collections::BTreeMap;

use aes::Aes128;
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};

use super::Package;

/// The keys that are not files of the package, by their URIs.
pub(crate) type Keys = BTreeMap<String, [u8; 16]>;

/// What a playlist makes a player load, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Played {
    pub(crate) line: usize,
    pub(crate) uri: String,
    /// `None` where the bytes do not decrypt.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Plays every playlist that `package.main` leads to.
pub(crate) fn play(package: &Package, keys: &Keys) -> BTreeMap<String, Vec<Played>> {
    let mut played = BTreeMap::new();
    let mut todo = vec![package.main.clone()];
    while let Some(name) = todo.pop() {
        if played.contains_key(&name) {
            continue;
        }
        let (named, list) = one(package, &name, keys);
        todo.extend(named);
        played.insert(name, list);
    }
    played
}

#[derive(Clone)]
struct Key {
    uri: String,
    iv: Option<[u8; 16]>,
}

fn one(package: &Package, name: &str, keys: &Keys) -> (Vec<String>, Vec<Played>) {
    let (mut named, mut list) = (Vec::new(), Vec::new());
    let (mut key, mut range, mut end): (Option<Key>, Option<String>, _) = (None, None, (None, 0));
    let (mut sequence, mut segment, mut gap) = (0u64, false, false);
    let text = String::from_utf8_lossy(&package.files[name]).into_owned();
    let i_frames = text.lines().any(|line| line.trim_end() == "#EXT-X-I-FRAMES-ONLY");
    for (number, line) in text.lines().enumerate() {
        let (tag, value) = line.trim_end().split_once(':').unwrap_or((line.trim_end(), ""));
        match tag {
            "" => (),
            "#EXT-X-MEDIA-SEQUENCE" => sequence = value.parse().unwrap(),
            "#EXTINF" | "#EXT-X-STREAM-INF" => segment = true,
            "#EXT-X-GAP" => gap = true,
            "#EXT-X-BYTERANGE" => range = Some(value.to_owned()),
            "#EXT-X-KEY" => {
                key = (attribute(value, "METHOD") != Some("NONE")).then(|| Key {
                    uri: attribute(value, "URI").unwrap().to_owned(),
                    iv: attribute(value, "IV").map(iv),
                });
            }
            "#EXT-X-MEDIA" | "#EXT-X-I-FRAME-STREAM-INF" => {
                named.extend(attribute(value, "URI").map(|uri| resolve(name, uri)));
            }
            "#EXT-X-MAP" => {
                let uri = attribute(value, "URI").unwrap();
                let span = attribute(value, "BYTERANGE").map(|range| span(range, 0));
                let key = key.clone().map(|key| (key.iv.unwrap(), key.uri));
                let bytes = load(package, name, uri, span, key, false, keys);
                list.push(Played { line: number + 1, uri: uri.to_owned(), bytes });
            }
            _ if tag.starts_with('#') => (),
            _ if !text.contains("#EXTINF") => named.push(resolve(name, line.trim_end())),
            _ => {
                assert!(segment, "{name}: {line} has no EXTINF");
                let uri = line.trim_end().to_owned();
                let follows = if end.0.as_ref() == Some(&uri) { end.1 } else { 0 };
                let span = range.take().map(|range| span(&range, follows));
                end = (Some(uri.clone()), span.map_or(0, |(offset, len)| offset + len));
                let implicit = u128::from(sequence).to_be_bytes();
                let key = key.clone().map(|key| (key.iv.unwrap_or(implicit), key.uri));
                if !gap {
                    let bytes = load(package, name, &uri, span, key, i_frames, keys);
                    list.push(Played { line: number + 1, uri, bytes });
                }
                sequence = sequence.wrapping_add(1);
                (segment, gap) = (false, false);
            }
        }
    }
    (named, list)
}

type Span = (usize, usize);

fn load(
    package: &Package,
    playlist: &str,
    uri: &str,
    span: Option<Span>,
    key: Option<([u8; 16], String)>,
    i_frame: bool,
    keys: &Keys,
) -> Option<Vec<u8>> {
    let file = package.files.get(&resolve(playlist, uri))?;
    let (offset, len) = span.unwrap_or((0, file.len()));
    let Some((iv, key_uri)) = key else { return Some(file.get(offset..offset + len)?.to_vec()) };
    let key = keys.get(&key_uri).copied().unwrap_or_else(|| {
        package.files[&resolve(playlist, &key_uri)].as_slice().try_into().unwrap()
    });
    if i_frame && span.is_some() {
        return i_frame_bytes(file, (offset, len), key, iv);
    }
    let cipher = cbc::Decryptor::<Aes128>::new(&key.into(), &iv.into());
    cipher.decrypt_padded_vec::<Pkcs7>(file.get(offset..offset + len)?).ok()
}

/// RFC 8216 §6.3.6: widened to whole blocks, with the block before as IV; padding stays.
fn i_frame_bytes(file: &[u8], span: Span, key: [u8; 16], iv: [u8; 16]) -> Option<Vec<u8>> {
    let (offset, len) = span;
    let start = offset / 16 * 16;
    let wide = file.get(start..(offset + len).div_ceil(16) * 16)?;
    let iv = match start {
        0 => iv,
        _ => file[start - 16..start].try_into().unwrap(),
    };
    let cipher = cbc::Decryptor::<Aes128>::new(&key.into(), &iv.into());
    let clear = cipher.decrypt_padded_vec::<NoPadding>(wide).ok()?;
    Some(clear[offset - start..offset - start + len].to_vec())
}

/// The value of an attribute, without its quotation marks.
pub(crate) fn attribute<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = list;
    loop {
        let (found, tail) = rest.trim_start().split_once('=')?;
        let (value, tail) = match tail.strip_prefix('"') {
            Some(tail) => tail.split_once('"')?,
            None => tail.split_at(tail.find(',').unwrap_or(tail.len())),
        };
        if found == name {
            return Some(value);
        }
        rest = tail.strip_prefix(',')?;
    }
}

fn iv(text: &str) -> [u8; 16] {
    let digits = text.strip_prefix("0x").unwrap();
    assert_eq!(digits.len(), 32, "{text}");
    u128::from_str_radix(digits, 16).unwrap().to_be_bytes()
}

fn span(range: &str, follows: usize) -> Span {
    match range.split_once('@') {
        Some((len, offset)) => (offset.parse().unwrap(), len.parse().unwrap()),
        None => (follows, range.parse().unwrap()),
    }
}

/// The file that a URI names: relative to the playlist, without query, decoded.
pub(crate) fn resolve(playlist: &str, uri: &str) -> String {
    let mut folders: Vec<&str> = playlist.split('/').collect();
    folders.pop();
    let uri = uri.split(['?', '#']).next().unwrap();
    for part in uri.split('/') {
        match part {
            "." => (),
            ".." => drop(folders.pop().unwrap()),
            part => folders.push(part),
        }
    }
    let mut decoded = Vec::new();
    let joined = folders.join("/");
    let mut parts = joined.split('%');
    decoded.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        decoded.push(u8::from_str_radix(&part[..2], 16).unwrap());
        decoded.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(decoded).unwrap()
}
