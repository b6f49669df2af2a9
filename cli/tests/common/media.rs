//! The real media of `vectors/media`.

use reelseal_vectors::media;

use super::Package;
use super::shapes::Shape;

/// The clear packages, each from its master and one from a variant.
pub(crate) fn shapes() -> Vec<Shape> {
    let shape = |name, folder| Shape { name, package: clear(folder), several_numbers: false };
    vec![shape("real TS", "clear/ts"), shape("real fMP4", "clear/fmp4")]
}

/// A clear package of `vectors/media`.
pub(crate) fn clear(name: &str) -> Package {
    Package::read(&media::package(name), "master.m3u8")
}
