//! Captions: which tracks there are, and which files they become.

use super::container::Container;
use super::plan::{By, Cipher, Form, Recipe, Source};
use super::reading::Reading;
use super::time::seconds;
use crate::error::Error;
use crate::job::node::Place;
use crate::job::scalar::quoted;

/// `InputCaptions`: the captions of the inputs.
#[derive(Clone, Debug, Default)]
pub(super) struct Captions {
    policy: Policy,
    pub(super) sources: Vec<CaptionSource>,
}

/// A file beside the input.
#[derive(Clone, Debug)]
pub(super) struct CaptionSource {
    pub(super) source: Source,
    pub(super) language: String,
    /// Seconds by which its captions come later.
    pub(super) offset: f64,
}

/// `MergePolicy`: whose captions of a language are taken where there are two.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Policy {
    /// Those of the file beside the input.
    #[default]
    MergeOverride,
    /// Those in the input.
    MergeRetain,
    /// Those beside the input, and no others.
    Override,
}

/// `CaptionFormats[]`: what captions become.
#[derive(Clone, Debug)]
pub(super) struct CaptionFormat {
    pub(super) kind: CaptionKind,
    /// The names of its files, `{language}` in them; none where they are in the output itself.
    pub(super) pattern: Option<String>,
    pub(super) cipher: Option<Cipher>,
}

/// A format of captions that ffmpeg writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CaptionKind {
    MovText,
    Srt,
    WebVtt,
}

impl CaptionKind {
    /// The extension, which is no word of the service's, and the muxer.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::MovText => ("", "mov_text"),
            Self::Srt => ("srt", "srt"),
            Self::WebVtt => ("vtt", "webvtt"),
        }
    }

    pub(super) fn muxer(self) -> &'static str {
        self.names().1
    }
}

impl Captions {
    /// The tracks, by their languages: `Ok` is beside the input, `Err` is in it.
    pub(super) fn merge(&self, inside: &[String]) -> Vec<Result<usize, usize>> {
        let beside: Vec<&String> = self.sources.iter().map(|source| &source.language).collect();
        let sources = (0..beside.len()).map(Ok);
        let own = (0..inside.len()).map(Err);
        let not_inside = |n: &usize| beside.get(*n).is_some_and(|own| !inside.contains(own));
        let not_beside = |n: &usize| inside.get(*n).is_some_and(|own| !beside.contains(&own));
        match self.policy {
            Policy::Override => sources.collect(),
            Policy::MergeOverride => {
                sources.chain(own.filter(|n| n.as_ref().is_err_and(not_beside))).collect()
            }
            Policy::MergeRetain => {
                sources.filter(|n| n.as_ref().is_ok_and(not_inside)).chain(own).collect()
            }
        }
    }
}

impl Reading<'_> {
    /// The sources, of an input, or, as it was of old, of an output.
    pub(super) fn captions(&mut self, place: &Place<'_>) -> Result<Captions, Error> {
        let policy = match place.text("MergePolicy") {
            Some("MergeRetain") => Policy::MergeRetain,
            Some("Override") => Policy::Override,
            _ => Policy::MergeOverride,
        };
        let mut sources = Vec::new();
        for item in place.list("CaptionSources") {
            let language = item.text("Language").unwrap_or_default();
            if !is_language(language) {
                let message = format!("{} is no code of two or three letters", quoted(language));
                self.fault(&item.at("Language"), message);
            }
            let text = item.text("TimeOffset").unwrap_or("0");
            let offset = signed(text);
            if offset.is_none() {
                let message = format!("{} is neither HH:mm:ss.SSS nor sssss.SSS", quoted(text));
                self.fault(&item.at("TimeOffset"), message);
            }
            let (language, offset) = (language.to_owned(), offset.unwrap_or_default());
            let source = self.source(&item, "Key")?;
            sources.extend(source.map(|source| CaptionSource { source, language, offset }));
        }
        Ok(Captions { policy, sources })
    }

    /// What captions become, in an output or beside it.
    pub(super) fn caption_formats(
        &mut self,
        place: &Place<'_>,
        recipe: &Recipe,
        form: Form,
        is_whole: bool,
    ) -> Result<Vec<CaptionFormat>, Error> {
        let mut formats = Vec::new();
        let captions = place.member("Captions");
        for item in captions.map(|own| own.list("CaptionFormats")).unwrap_or_default() {
            let at = item.at("Format");
            let kind = match item.text("Format") {
                Some("srt") => CaptionKind::Srt,
                Some("webvtt") => CaptionKind::WebVtt,
                Some("mov-text") => CaptionKind::MovText,
                Some(other) => {
                    self.fault(&at, format!("{other} is not made here: srt, webvtt, mov-text are"));
                    continue;
                }
                None => {
                    self.fault(&at, "is missing");
                    continue;
                }
            };
            if !matches!(form, Form::File) {
                let message = "captions of an output in segments are not made here: give them an \
                               output that is one file";
                self.fault(&item.path, message);
            }
            if !is_whole {
                let message = "captions of clips and of joined inputs are not made here";
                self.fault(&item.path, message);
            }
            let pattern = self.caption_pattern(&item, kind, recipe.container());
            let cipher = self.cipher(&item, "Encryption")?;
            if let (Some(Cipher { path, .. }), CaptionKind::MovText) = (&cipher, kind) {
                self.fault(path, "mov-text is in the output itself: its Encryption is");
            }
            formats.push(CaptionFormat { kind, pattern, cipher });
        }
        Ok(formats)
    }

    fn caption_pattern(
        &mut self,
        item: &Place<'_>,
        kind: CaptionKind,
        container: Container,
    ) -> Option<String> {
        if kind == CaptionKind::MovText {
            if container.name != "mp4" {
                self.fault(&item.at("Format"), "mov-text is for mp4");
            }
            return None;
        }
        let Some(pattern) = item.text("Pattern") else {
            self.fault(&item.at("Pattern"), "is missing");
            return None;
        };
        Some(format!("{}.{}", self.name(pattern), kind.names().0))
    }
}

impl CaptionFormat {
    /// Whether it encrypts files of several languages in a way that one key and one IV forbid.
    pub(super) fn gives_away(&self, languages: usize) -> Option<&Cipher> {
        let counts = |cipher: &&Cipher| matches!(&cipher.by, By::Us { mode, .. } if mode.counts());
        self.cipher.as_ref().filter(counts).filter(|_| languages > 1)
    }
}

/// ISO 639: so it is a part of a name, too.
fn is_language(text: &str) -> bool {
    matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `TimeOffset`: a time, and a sign in front.
fn signed(text: &str) -> Option<f64> {
    match text.strip_prefix('-') {
        Some(rest) => seconds(rest).map(|seconds| -seconds),
        None => seconds(text.strip_prefix('+').unwrap_or(text)),
    }
}

/// ISO 639-2 of what is often said in ISO 639-1: MP4 has room for three letters only.
pub(super) fn three_letters(language: &str) -> &str {
    let known = LANGUAGES.iter().find(|(two, _)| *two == language);
    known.map_or(language, |(_, three)| three)
}

const LANGUAGES: [(&str, &str); 20] = [
    ("ar", "ara"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("es", "spa"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("hi", "hin"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("nl", "nld"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ru", "rus"),
    ("sv", "swe"),
    ("tr", "tur"),
    ("zh", "zho"),
];

#[cfg(test)]
mod tests {
    use super::{Captions, Policy, signed};
    use crate::job::run::captions::CaptionSource;
    use crate::job::run::plan::Source;
    use crate::package::PackagePath;

    #[test]
    fn a_policy_says_whose_captions_of_a_language_are_taken() {
        let source = |language: &str| CaptionSource {
            source: Source { name: PackagePath::parse("c").unwrap(), document: None },
            language: language.to_owned(),
            offset: 0.0,
        };
        let inside = ["de".to_owned(), "en".to_owned()];
        for (policy, expected) in [
            (Policy::MergeOverride, vec![Ok(0), Ok(1), Err(0)]),
            (Policy::MergeRetain, vec![Ok(1), Err(0), Err(1)]),
            (Policy::Override, vec![Ok(0), Ok(1)]),
        ] {
            let captions = Captions { policy, sources: vec![source("en"), source("fr")] };
            assert_eq!(captions.merge(&inside), expected, "{policy:?}");
        }
    }

    #[test]
    fn an_offset_has_a_sign() {
        assert_eq!(signed("-1.5"), Some(-1.5));
        assert_eq!(signed("+00:01:00.25"), Some(60.25));
        assert_eq!((signed("--1"), signed("")), (None, None));
    }
}
