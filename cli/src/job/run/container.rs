//! `Container`: which muxer of ffmpeg it is, and which codecs the guide allows in it.

/// A container.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container {
    pub(super) name: &'static str,
    /// The muxer and its options.
    pub(super) muxer: &'static [&'static str],
    pub(super) audio: &'static [&'static str],
    pub(super) video: &'static [&'static str],
}

impl Container {
    /// The container that the extension of the file `name` speaks of.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
        let name = match extension.as_str() {
            "m4v" | "m4a" => "mp4",
            other => other,
        };
        Self::named(name)
    }

    /// Whether it is one stream that can be cut anywhere: MPEG-TS.
    pub(super) fn is_ts(self) -> bool {
        self.name == "ts"
    }

    /// MPEG-TS.
    pub(super) fn ts() -> Self {
        TS
    }

    /// By the service's name.
    pub(super) fn named(name: &str) -> Option<Self> {
        CONTAINERS.into_iter().find(|container| container.name == name)
    }
}

const fn container(
    name: &'static str,
    muxer: &'static [&'static str],
    audio: &'static [&'static str],
    video: &'static [&'static str],
) -> Container {
    Container { name, muxer, audio, video }
}

/// The guide, "Settings that you specify when you create a preset", the tables of codecs.
static CONTAINERS: [Container; 14] = [
    container("flac", &["flac"], &["flac"], &[]),
    container("flv", &["flv"], &["AAC", "mp3"], &["H.264"]),
    container("fmp4", FRAGMENTED, &["AAC"], &["H.264"]),
    container("gif", &["gif"], &[], &["gif"]),
    container("mp2", &["mp2"], &["mp2"], &[]),
    container("mp3", &["mp3"], &["mp3"], &[]),
    container("mp4", &["mp4", "-movflags", "+faststart"], &["AAC", "mp3"], &["H.264"]),
    container("mpg", &["vob"], &["mp2"], &["mpeg2"]),
    container("mxf", &["mxf"], &["pcm"], &["mpeg2"]),
    container("oga", &["ogg"], &["flac", "vorbis"], &[]),
    container("ogg", &["ogg"], &["flac", "vorbis"], &[]),
    TS,
    container("wav", &["wav"], &["pcm"], &[]),
    container("webm", &["webm"], &["vorbis"], &["vp8", "vp9"]),
];

const TS: Container = container("ts", &["mpegts"], &["AAC", "mp3"], &["H.264"]);
const FRAGMENTED: &[&str] = &["mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"];

/// Stands for a container that is not known, in a preset that is refused.
pub(super) const NONE: Container = container("", &[], &[], &[]);
