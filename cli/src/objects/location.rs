//! Where bytes are: a path, or `s3://bucket/key`.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::builder::{OsStringValueParser, TypedValueParser as _, ValueParser, ValueParserFactory};

use crate::error::Error;

/// A place as the command line has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Location {
    /// A path; `-` is standard input or output.
    Local(PathBuf),
    /// An object, or the beginning of the keys of several.
    S3(ObjectUrl),
}

/// `s3://bucket/key`.
///
/// No control character is in it, so it may be printed to a terminal; and no component of the
/// key is `.` or `..`, which some client on the way would resolve.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectUrl {
    bucket: String,
    key: String,
}

impl ObjectUrl {
    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key. Empty, or ending in `/`, where this is a [prefix](Self::is_prefix).
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it names no object, but the beginning of the keys of several.
    pub fn is_prefix(&self) -> bool {
        self.key.is_empty() || self.key.ends_with('/')
    }

    /// The ARN of the object.
    pub fn arn(&self) -> String {
        format!("{}/{}", self.bucket_arn(), self.key)
    }

    /// The ARN of the bucket.
    pub fn bucket_arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.bucket)
    }

    /// The same bucket, and `key` in it.
    ///
    /// # Errors
    ///
    /// The first rule that `key` breaks.
    pub fn with_key(&self, key: String) -> Result<Self, Error> {
        Self { bucket: self.bucket.clone(), key }.checked()
    }

    /// This prefix as a folder: with the `/` at its end that the user may have left out.
    #[must_use]
    pub fn into_prefix(mut self) -> Self {
        if !self.is_prefix() {
            self.key.push('/');
        }
        self
    }

    /// Whether it lies under the prefix `other`, or is it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.bucket == other.bucket && self.key.starts_with(&other.key)
    }

    /// Refuses a prefix where one object is meant.
    ///
    /// # Errors
    ///
    /// It is a prefix (usage).
    pub fn expect_object(&self) -> Result<(), Error> {
        if self.is_prefix() {
            let error = Error::usage(format!("{self}: names no object"));
            return Err(error.hint("an object is named s3://bucket/key, with no / at its end"));
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, Error> {
        let refused = |why: &str| {
            let name = self.to_string();
            Err(Error::usage(format!("{}: {why}", name.escape_debug()))
                .hint("an object is named s3://bucket/key"))
        };
        let of_bucket = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if self.bucket.is_empty() {
            return refused("a bucket is missing");
        }
        // Capitals, `_` and lengths above 63: buckets of us-east-1 that are older than 2018.
        if !(3..=255).contains(&self.bucket.len())
            || !self.bucket.bytes().all(of_bucket)
            || !self.bucket.starts_with(|c: char| c.is_ascii_alphanumeric())
            || self.bucket.contains("..")
        {
            return refused("not a bucket: it has 3 to 63 characters of a-z, 0-9, . and -");
        }
        if self.key.len() > MAX_KEY_LEN {
            return refused("the key is longer than 1,024 bytes");
        }
        if self.key.chars().any(char::is_control) {
            return refused("the key has a control character");
        }
        if self.key.split('/').any(|component| matches!(component, "." | "..")) {
            return refused("the key has . or .. between slashes");
        }
        Ok(self)
    }
}

impl Location {
    /// Standard input or output.
    pub fn is_dash(&self) -> bool {
        matches!(self, Self::Local(path) if path == Path::new("-"))
    }

    /// Reads a location as the command line has it.
    ///
    /// # Errors
    ///
    /// It begins as an object does, and is none (usage).
    pub fn parse(text: OsString) -> Result<Self, Error> {
        match text.to_str() {
            Some(text) if text.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("s3:/")) => {
                text.parse().map(Self::S3)
            }
            _ => Ok(Self::Local(text.into())),
        }
    }
}

impl FromStr for ObjectUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let rest = match text.split_at_checked(5) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("s3://") => rest,
            _ => {
                let error = Error::usage(format!("{}: not an object", text.escape_debug()));
                return Err(error.hint("an object is named s3://bucket/key"));
            }
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        Self { bucket: bucket.to_owned(), key: key.to_owned() }.checked()
    }
}

impl ValueParserFactory for Location {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        OsStringValueParser::new()
            .try_map(|text| {
                Location::parse(text).map_err(|error| match error.next_step() {
                    Some(hint) => format!("{}; {hint}", error.message()),
                    None => error.message().to_owned(),
                })
            })
            .into()
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::Local(path)
    }
}

impl fmt::Display for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => path.display().fmt(f),
            Self::S3(url) => url.fmt(f),
        }
    }
}

/// S3's limit, in bytes of UTF-8.
const MAX_KEY_LEN: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Location, Error> {
        Location::parse(text.into())
    }

    #[test]
    fn a_bucket_and_a_key_are_an_object() {
        for (text, bucket, key, is_prefix) in [
            ("s3://reel/a/b.ts", "reel", "a/b.ts", false),
            ("S3://reel/a", "reel", "a", false),
            ("s3://reel", "reel", "", true),
            ("s3://reel/", "reel", "", true),
            ("s3://my.reel-1/a/", "my.reel-1", "a/", true),
            ("s3://Old_Bucket/ä b?c#d%2e/...", "Old_Bucket", "ä b?c#d%2e/...", false),
            ("s3://reel//a//b", "reel", "/a//b", false),
        ] {
            let Location::S3(url) = parse(text).unwrap() else { panic!("{text}: a path") };
            assert_eq!((url.bucket(), url.key(), url.is_prefix()), (bucket, key, is_prefix));
        }
    }

    #[test]
    fn what_only_looks_like_an_object_is_refused() {
        let long = format!("s3://reel/{}", "k".repeat(1025));
        for text in [
            "s3://",
            "s3:///key",
            "s3:/reel/key",
            "s3://ab/key",
            "s3://-ab/key",
            "s3://a..b/key",
            "s3://a b/key",
            "s3://réel/key",
            "s3://reel/a/../b",
            "s3://reel/..",
            "s3://reel/./a",
            "s3://reel/a\nb",
            "s3://reel/\u{1b}[2J",
            "s3://user@reel/key",
            &long,
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.message().chars().any(char::is_control), "{error}");
            assert!(error.next_step().is_some(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_path() {
        for text in ["-", "a/b", "./s3://reel/key", "s3", "s3:key", "/s3://a"] {
            assert_eq!(parse(text).unwrap(), Location::Local(text.into()));
        }
    }
}
