//! An HLS playlist: what it names, which keys it names, and what opens the package.

use std::collections::BTreeSet;

use reelseal_core::format::hls::{
    Fault, IDENTITY, Item, Items, Key, MAX_PLAYLIST_LEN, Method, Playlist,
};

use super::found::{Found, brief, some};
use super::sample::Sample;

/// A text that begins with `#EXTM3U`, whatever follows.
pub(super) fn described(sample: &Sample<'_>) -> Found {
    let unread = |why: String| Found::new("hls-playlist", "an HLS playlist").note(why);
    let Some(bytes) = sample.all() else {
        return unread(format!("it is longer than the limit of {MAX_PLAYLIST_LEN} bytes"));
    };
    match Playlist::parse(bytes) {
        Ok(Playlist::Multivariant(items)) => multivariant(items),
        Ok(Playlist::Media { items, i_frames_only, images_only }) => {
            media(items, i_frames_only, images_only)
        }
        Err(fault) => unread(broken(fault)),
    }
}

fn multivariant(items: Items<'_>) -> Found {
    let (mut playlists, mut session, mut fault) = (BTreeSet::new(), Tally::default(), None);
    for item in items.iter() {
        match item {
            Ok((_, Item::Playlist(uri))) => drop(playlists.insert(uri)),
            Ok((_, Item::SessionKey(key))) => session.key(&key),
            Ok(_) => {}
            Err(found) => fault = Some(found),
        }
    }
    let found = Found::new("hls-multivariant-playlist", "an HLS multivariant (master) playlist")
        .fact("playlists", playlists.len())
        .fact("uris", some(playlists.iter().map(|uri| brief(uri))));
    let found = session.facts(found).opens(
        "what the playlists in it say: reelseal hls unprotect PLAYLIST -o DIR opens all of them, \
         METHOD=AES-128",
    );
    with_fault(found, fault)
}

/// What a media playlist says, counted.
#[derive(Default)]
struct Tally<'a> {
    segments: u64,
    gaps: u64,
    encrypted: u64,
    ranges: u64,
    maps: u64,
    encrypted_maps: u64,
    first_sequence: Option<u64>,
    implicit_ivs: u64,
    ivs: BTreeSet<[u8; 16]>,
    methods: BTreeSet<String>,
    key_formats: BTreeSet<&'a str>,
    uris: BTreeSet<&'a str>,
    fault: Option<Fault>,
}

fn media(items: Items<'_>, i_frames_only: bool, images_only: bool) -> Found {
    let mut tally = Tally::default();
    for item in items.iter() {
        match item {
            Ok((_, item)) => tally.take(&item),
            Err(fault) => tally.fault = Some(fault),
        }
    }
    let what = match (i_frames_only, images_only) {
        (true, _) => "an HLS media playlist of I-frames",
        (_, true) => "an HLS media playlist of pictures",
        _ => "an HLS media playlist",
    };
    let some_of = |count: u64| (count > 0).then_some(count);
    let found = Found::new("hls-media-playlist", what)
        .fact("segments", tally.segments)
        .fact("encryptedSegments", tally.encrypted)
        .fact("gaps", some_of(tally.gaps))
        .fact("byteRanges", some_of(tally.ranges))
        .fact("initializationSections", some_of(tally.maps))
        .fact("encryptedInitializationSections", some_of(tally.encrypted_maps))
        .fact("mediaSequence", tally.first_sequence)
        .fact("iv", tally.iv());
    let found = tally.facts(found).opens(tally.opens());
    with_fault(found, tally.fault)
}

impl<'a> Tally<'a> {
    fn take(&mut self, item: &Item<'a>) {
        match item {
            Item::Key(key) => self.key(key),
            Item::Segment { gap: true, .. } => self.gaps += 1,
            Item::Segment { resource, sequence, .. } => {
                self.segments += 1;
                self.first_sequence.get_or_insert(*sequence);
                self.ranges += u64::from(resource.range.is_some());
                self.encrypted += u64::from(!resource.keys.is_clear());
                match resource.keys.identity.map(|key| key.iv) {
                    Some(Some(iv)) => drop(self.ivs.insert(iv)),
                    Some(None) => self.implicit_ivs += 1,
                    None => {}
                }
            }
            Item::Map(resource) => {
                self.maps += 1;
                self.encrypted_maps += u64::from(!resource.keys.is_clear());
            }
            _ => {}
        }
    }

    fn key(&mut self, key: &Key<'a>) {
        if key.method == Method::None {
            return;
        }
        self.methods.insert(brief(&key.method.to_string()));
        self.key_formats.insert(key.key_format);
        self.uris.extend(key.uri);
    }

    fn facts(&self, found: Found) -> Found {
        if self.methods.is_empty() {
            return found;
        }
        found
            .fact("methods", some(self.methods.iter().cloned()))
            .fact("keyFormats", some(self.key_formats.iter().map(|format| brief(format))))
            .fact("keys", self.uris.len())
            // A data: URI is the key itself.
            .fact("keyUris", some(self.uris.iter().map(|uri| without_data(uri))))
    }

    fn iv(&self) -> Option<&'static str> {
        match (self.ivs.len(), self.implicit_ivs) {
            (0, 0) => None,
            (0, _) => Some("none: each segment's Media Sequence Number"),
            (1, 0) if self.encrypted > 1 => Some("one attribute for all segments"),
            (_, 0) => Some("an attribute for each key or segment"),
            _ => Some("an attribute for some segments, the Media Sequence Number for others"),
        }
    }

    fn opens(&self) -> &'static str {
        let only = |method: &str| self.methods.iter().all(|own| own == method);
        if self.methods.is_empty() {
            "nothing: no segment of it is encrypted; reelseal hls protect encrypts them"
        } else if only("AES-128") && self.key_formats.contains(IDENTITY) {
            "the keys at its key URIs: reelseal hls unprotect PLAYLIST -o DIR where they lie in the \
             package or its reelseal.json has them wrapped, else with --key-file FILE"
        } else if only("AES-128") {
            "a licence of the key systems named: reelseal opens keys of KEYFORMAT identity only"
        } else {
            "a player: reelseal opens METHOD=AES-128 and not the encryption of samples"
        }
    }
}

/// A URI that is shown. What `data:` holds is not.
fn without_data(uri: &str) -> String {
    match uri.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("data:") => "data: (not shown)".to_owned(),
        _ => brief(uri),
    }
}

fn with_fault(found: Found, fault: Option<Fault>) -> Found {
    match fault {
        Some(fault) => found.note(format!("only its beginning was read: {}", broken(fault))),
        None => found,
    }
}

fn broken(fault: Fault) -> String {
    match fault.line {
        0 => format!("it is malformed: {}", fault.malformed),
        line => format!("it is malformed in line {line}: {}", fault.malformed),
    }
}
