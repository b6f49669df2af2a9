//! The name of an object: `bucket/key`, and what its keys are bound to.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::keyservice::EncryptionContext;
use crate::package::PackagePath;

/// A bucket and a key in it. It could be the path of a file: no component is empty, `.` or `..`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ObjectName(PackagePath);

impl ObjectName {
    /// `bucket/key`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The ARN of the object.
    pub fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.0)
    }

    /// What the object's keys are bound to: the pair that S3 gave to KMS.
    pub fn context(&self) -> EncryptionContext {
        EncryptionContext::from_iter([("aws:s3:arn", self.arn().as_str())])
    }
}

impl FromStr for ObjectName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = |why: &str| {
            let message = format!("{}: not an object's name: {why}", text.escape_debug());
            Error::refused(message).hint("an object is named bucket/key")
        };
        let path = PackagePath::parse(text).map_err(|rule| refused(&rule.to_string()))?;
        let (bucket, _) = text.split_once('/').ok_or_else(|| refused("a bucket is missing"))?;
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(fits) {
            return Err(refused("a bucket has 3 to 63 characters of a-z, 0-9, . and -"));
        }
        // S3: keys of 1,024 bytes at most.
        if text.len() - bucket.len() - 1 > 1024 {
            return Err(refused("a key has 1,024 bytes at most"));
        }
        Ok(Self(path))
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
