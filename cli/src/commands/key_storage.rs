//! Where players find the keys of a package: the two policies of Elastic Transcoder.

use clap::ValueEnum;

use crate::error::Error;
use crate::hls::protect::{KEY_NUMBER, KeyStorage};

/// Where players find the key: Elastic Transcoder's names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(super) enum KeyStoragePolicy {
    /// At --license-acquisition-url; it is not in the package
    NoStore,
    /// In a file of the package, for anyone who can read the package
    WithVariantPlaylists,
}

/// Where players find the key, by the rules of Elastic Transcoder; `None` where nothing is said.
// req ET-HLS-6: WithVariantPlaylists has no URL, NoStore has an absolute one
pub(super) fn storage(
    policy: Option<KeyStoragePolicy>,
    url: Option<&str>,
    rotates: bool,
) -> Result<Option<KeyStorage>, Error> {
    match (policy, url) {
        (None, None) => Ok(None),
        (Some(KeyStoragePolicy::WithVariantPlaylists), None) => {
            Ok(Some(KeyStorage::WithVariantPlaylists))
        }
        (None | Some(KeyStoragePolicy::NoStore), Some(url)) => {
            check_url(url, rotates)?;
            Ok(Some(KeyStorage::NoStore(url.to_owned())))
        }
        (Some(KeyStoragePolicy::NoStore), None) => {
            Err(Error::usage("--key-storage-policy NoStore needs --license-acquisition-url")
                .hint("players must find the key somewhere: name the URL of your key server"))
        }
        (Some(KeyStoragePolicy::WithVariantPlaylists), Some(_)) => Err(Error::usage(
            "--key-storage-policy WithVariantPlaylists has no --license-acquisition-url",
        )
        .hint("the key is stored in the package; leave out one of the two")),
    }
}

/// An absolute URL that an EXT-X-KEY tag can hold.
fn check_url(url: &str, rotates: bool) -> Result<(), Error> {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    let absolute = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let plain = url.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if !absolute || !plain || url.len() > MAX_URL_LEN {
        return Err(Error::usage(format!(
            "--license-acquisition-url {}: not an absolute URL of printable ASCII characters \
             without quotation marks, 512 at most",
            url.escape_debug()
        )));
    }
    if rotates && !url.contains(KEY_NUMBER) {
        return Err(Error::usage(format!(
            "--rotate-every makes several keys, and --license-acquisition-url has no {KEY_NUMBER}"
        ))
        .hint("put {key} where the number of the key belongs: https://…/key-{key}"));
    }
    Ok(())
}

/// Elastic Transcoder's `ZeroTo512String`.
const MAX_URL_LEN: usize = 512;
