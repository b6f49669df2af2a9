//! `HlsContentProtection`: one data key and one IV for all that a playlist leads to.

use super::blocks::given;
use super::reading::RULE;
use crate::base64;
use crate::files::Given;
use crate::job::finding::Findings;
use crate::job::node::Place;
use crate::package::PackagePath;

/// How a playlist is protected.
#[derive(Clone, Debug)]
pub(super) struct Protection {
    /// The data key, where it is given.
    pub(super) key: Option<Given>,
    /// The IV of every segment, where it is given. The service had one for all.
    pub(super) iv: Option<[u8; 16]>,
    /// `NoStore`: where players find the key.
    pub(super) url: Option<String>,
    /// `WithVariantPlaylists`: the file that holds the key.
    pub(super) key_file: Option<PackagePath>,
}

/// Reads the block of the playlist `name`. What cannot be done is a finding.
pub(super) fn protection(
    block: &Place<'_>,
    name: &PackagePath,
    findings: &mut Findings,
) -> Option<Protection> {
    let url = block.text("LicenseAcquisitionUrl").map(str::to_owned);
    // req ET-HLS-6: checked already where both are there
    let (url, key_file) = match (block.text("KeyStoragePolicy"), url) {
        (Some("WithVariantPlaylists"), _) => (None, Some(key_file(name)?)),
        (Some(_) | None, Some(url)) => (Some(url), None),
        (_, None) => {
            // A key that nobody asked to be stored is not stored in the clear.
            let message = "is missing: WithVariantPlaylists puts the key, for all to read, beside \
                           the playlist; NoStore leaves it at LicenseAcquisitionUrl";
            findings.fault(&block.at("KeyStoragePolicy"), RULE, message);
            return None;
        }
    };
    let plain = |url: &String| url.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if url.as_ref().is_some_and(|url| !plain(url)) {
        let message = "has characters that a playlist cannot hold: white space, quotation marks \
                       or others than ASCII";
        findings.fault(&block.at("LicenseAcquisitionUrl"), RULE, message);
    }
    let iv = block.text("InitializationVector").and_then(|iv| base64::decode(iv).ok());
    let iv = iv.and_then(|iv| <[u8; 16]>::try_from(iv.as_slice()).ok());
    let key = given(block).ok().flatten();
    Some(Protection { key, iv, url, key_file })
}

/// `NAME.key`, beside `NAME.m3u8`. The service's own name for it is not known.
fn key_file(playlist: &PackagePath) -> Option<PackagePath> {
    let stem = playlist.as_str().strip_suffix(".m3u8")?;
    PackagePath::parse(&format!("{stem}.key")).ok()
}
