//! From what ffmpeg wrote to an HLS package under the names of the service, in the clear.
//!
//! It grows below one folder, under the names that it will have below the root of the outputs, so
//! that a playlist may lead up and down from where it is.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::{PLAYLIST, SINGLE};
use super::plan::{Form, Output, Playlist};
use super::probe::Probe;
use crate::error::Error;
use crate::package::PackagePath;

/// An output that was cut into segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Variant {
    /// Its playlists: the media playlist first.
    pub(super) playlists: Vec<PackagePath>,
    /// Its segments, or the file that has them all.
    pub(super) files: Vec<PackagePath>,
    /// Of each segment: its seconds and its bytes.
    segments: Vec<(f64, u64)>,
    /// The peak over the I-frames, in bits per second.
    frame_rate: u64,
}

/// Names the files that ffmpeg wrote into `made`, and puts them below `tree`.
///
/// `frames`: of a single file, where the first picture of each segment ends.
pub(super) fn variant(
    output: &Output,
    made: &Path,
    tree: &Path,
    frames: &[(u64, u64)],
) -> Result<Variant, Error> {
    let text = read(&made.join(PLAYLIST))?;
    let mut variant = Variant::default();
    let name = &output.name;
    let is_single = matches!(output.form, Form::HlsV4(_));
    let media = path(&if is_single { format!("{name}_v4.m3u8") } else { format!("{name}.m3u8") })?;
    let mut written = String::new();
    let (mut seconds, mut range) = (0.0, None);
    for line in text.lines() {
        if let Some(duration) = line.strip_prefix("#EXTINF:") {
            seconds = duration.trim_end_matches(',').parse().unwrap_or(0.0);
        }
        if let Some(bytes) = line.strip_prefix("#EXT-X-BYTERANGE:") {
            range = bytes.split('@').next().and_then(|length| length.parse().ok());
        }
        if line.starts_with('#') || line.is_empty() {
            writeln!(written, "{line}").map_err(|_| Error::bug("a string is full"))?;
            continue;
        }
        let count = variant.segments.len();
        let file = if is_single { format!("{name}.ts") } else { format!("{name}{count:05}.ts") };
        let file = path(&file)?;
        writeln!(written, "{}", relative(&media, &file))
            .map_err(|_| Error::bug("a string is full"))?;
        let from = made.join(if is_single { SINGLE } else { line });
        if variant.files.last() != Some(&file) {
            put(&from, &tree.join(file.as_path()))?;
            variant.files.push(file.clone());
        }
        let len = match range.take() {
            Some(len) => len,
            None => len(&tree.join(file.as_path()))?,
        };
        variant.segments.push((seconds, len));
    }
    write(&tree.join(media.as_path()), &written)?;
    variant.playlists.push(media);
    if let (true, [_, ..], Some(file)) = (is_single, frames, variant.files.first().cloned()) {
        let list = path(&format!("{name}_iframe.m3u8"))?;
        let text = variant.i_frames(&relative(&list, &file), frames);
        write(&tree.join(list.as_path()), &text)?;
        variant.playlists.push(list);
    }
    Ok(variant)
}

impl Variant {
    /// RFC 8216 §4.3.4.2: the peak over the segments, in bits per second. A rest that is shorter
    /// than half of the others (§4.1: of the target) says nothing of it.
    fn bandwidth(&self) -> u64 {
        let longest = self.segments.iter().map(|(seconds, _)| *seconds).fold(0.0, f64::max);
        let whole = self.segments.iter().filter(|(seconds, _)| *seconds >= longest / 2.0);
        whole.map(|(seconds, len)| rate(*len, *seconds)).max().unwrap_or(0)
    }

    /// All of it.
    pub(super) fn seconds(&self) -> f64 {
        self.segments.iter().map(|(seconds, _)| seconds).sum()
    }

    /// An I-frame playlist (RFC 8216 §4.3.3.6): of each segment, the tables that it begins with
    /// and its first picture.
    fn i_frames(&mut self, uri: &str, frames: &[(u64, u64)]) -> String {
        let longest = self.segments.iter().map(|(seconds, _)| *seconds).fold(1.0, f64::max);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-I-FRAMES-ONLY\n",
            longest.ceil()
        );
        for ((seconds, _), (offset, length)) in self.segments.iter().zip(frames) {
            text += &format!("#EXTINF:{seconds:.6},\n#EXT-X-BYTERANGE:{length}@{offset}\n{uri}\n");
            self.frame_rate = self.frame_rate.max(rate(*length, *seconds));
        }
        text + "#EXT-X-ENDLIST\n"
    }

    /// Where each segment of a single file begins and ends.
    pub(super) fn spans(text: &str) -> Vec<(u64, u64)> {
        let ranges = text.lines().filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:"));
        let ranges = ranges.filter_map(|range| range.split_once('@'));
        ranges.filter_map(|(len, at)| Some((at.parse().ok()?, len.parse().ok()?))).collect()
    }
}

/// The master playlist (RFC 8216 §4.3.4) over `variants`, which are those of `playlist`.
pub(super) fn master(playlist: &Playlist, variants: &[(&Variant, &Probe)]) -> String {
    let version = if playlist.is_v4 { 4 } else { 3 };
    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{version}\n");
    let apart = playlist.is_v4 && variants.iter().any(|(_, probe)| probe.video.is_some());
    let is_sound = |probe: &Probe| apart && probe.video.is_none();
    let sounds = variants.iter().filter(|(_, probe)| is_sound(probe));
    let (mut group, mut loudest) = (String::new(), (0, None));
    for (n, (variant, probe)) in sounds.enumerate() {
        let Some(list) = variant.playlists.first() else { continue };
        let default = if n == 0 { "YES" } else { "NO" };
        text += &format!(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"{}\",DEFAULT={default},\
             AUTOSELECT={default},URI=\"{}\"\n",
            n + 1,
            relative(&playlist.name, list)
        );
        group = ",AUDIO=\"audio\"".to_owned();
        let codec = probe.audio.as_ref().and_then(|sound| sound.codec.clone());
        loudest = (loudest.0.max(variant.bandwidth()), codec);
    }
    for (variant, probe) in variants.iter().filter(|(_, probe)| !is_sound(probe)) {
        let Some(list) = variant.playlists.first() else { continue };
        let own = probe.audio.as_ref().map(|sound| sound.codec.clone());
        let pictures = probe.video.as_ref();
        let sound = own.or_else(|| (!group.is_empty()).then(|| loudest.1.clone()));
        let codecs: Option<Vec<String>> =
            pictures.map(|pictures| pictures.codec.clone()).into_iter().chain(sound).collect();
        let codecs = codecs.filter(|codecs| !codecs.is_empty());
        let codecs = codecs.map(|c| format!(",CODECS=\"{}\"", c.join(","))).unwrap_or_default();
        let size = pictures.map(|own| format!(",RESOLUTION={}x{}", own.size.0, own.size.1));
        let (bandwidth, size) = (variant.bandwidth() + loudest.0, size.unwrap_or_default());
        text += &format!(
            "#EXT-X-STREAM-INF:BANDWIDTH={bandwidth}{size}{codecs}{group}\n{}\n",
            relative(&playlist.name, list)
        );
    }
    for (variant, probe) in variants {
        let (Some(list), Some(own)) = (variant.playlists.get(1), &probe.video) else { continue };
        let codec = own.codec.as_ref().map(|own| format!(",CODECS=\"{own}\"")).unwrap_or_default();
        text += &format!(
            "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={},RESOLUTION={}x{}{codec},URI=\"{}\"\n",
            variant.frame_rate,
            own.size.0,
            own.size.1,
            relative(&playlist.name, list)
        );
    }
    text
}

/// How the file `from` names the file `to`, as a URI.
pub(super) fn relative(from: &PackagePath, to: &PackagePath) -> String {
    let (mut here, mut there): (Vec<_>, Vec<_>) =
        (from.as_str().split('/').collect(), to.as_str().split('/').collect());
    here.pop();
    while here.len().min(there.len() - 1) > 0 && here.first() == there.first() {
        here.remove(0);
        there.remove(0);
    }
    let up = here.iter().map(|_| "..".to_owned());
    up.chain(there.iter().map(|name| encoded(name))).collect::<Vec<_>>().join("/")
}

/// RFC 3986 §2: everything but unreserved characters as `%` and two digits.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            byte => text += &format!("%{byte:02X}"),
        }
    }
    text
}

fn rate(len: u64, seconds: f64) -> u64 {
    // In milliseconds: a whole number, and at least one.
    let millis = std::time::Duration::try_from_secs_f64(seconds).map_or(1, |d| d.as_millis());
    u64::try_from(u128::from(len) * 8000 / millis.max(1)).unwrap_or(u64::MAX)
}

fn path(name: &str) -> Result<PackagePath, Error> {
    PackagePath::parse(name).map_err(|why| Error::bug(format!("{name}: {why}")))
}

fn put(from: &Path, to: &PathBuf) -> Result<(), Error> {
    make_parent(to)?;
    fs::rename(from, to).map_err(|error| Error::io("cannot create", to, &error))
}

fn write(to: &PathBuf, text: &str) -> Result<(), Error> {
    make_parent(to)?;
    fs::write(to, text).map_err(|error| Error::io("cannot write", to, &error))
}

fn make_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(|error| Error::io("cannot create", parent, &error))
}

/// Writes the master playlist below `tree`.
pub(super) fn write_master(tree: &Path, name: &PackagePath, text: &str) -> Result<(), Error> {
    write(&tree.join(name.as_path()), text)
}

pub(super) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error: io::Error| Error::io("cannot read", path, &error))
}

fn len(path: &Path) -> Result<u64, Error> {
    let metadata = fs::metadata(path).map_err(|error| Error::io("cannot read", path, &error))?;
    Ok(metadata.len())
}

#[cfg(test)]
mod tests {
    use super::{PackagePath, relative};

    #[test]
    fn a_playlist_names_files_from_where_it_is() {
        for (from, to, uri) in [
            ("m.m3u8", "a.ts", "a.ts"),
            ("m.m3u8", "x/a.ts", "x/a.ts"),
            ("x/m.m3u8", "x/a.ts", "a.ts"),
            ("x/y/m.m3u8", "x/a.ts", "../a.ts"),
            ("x/m.m3u8", "y/a.ts", "../y/a.ts"),
            ("x/m.m3u8", "x", "../x"),
            ("m.m3u8", "my film #1?.ts", "my%20film%20%231%3F.ts"),
            ("m.m3u8", "ä:b%20.ts", "%C3%A4%3Ab%2520.ts"),
        ] {
            let path = |text| PackagePath::parse(text).unwrap();
            assert_eq!(relative(&path(from), &path(to)), uri, "{from} {to}");
            assert_eq!(path(from).resolve(uri).unwrap(), path(to), "{uri} leads elsewhere");
        }
    }
}
