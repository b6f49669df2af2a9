//! The name of a file inside a package, and the rules by which a URI becomes one.
//!
//! RFC 3986 §4.2 (relative reference), §5.2.4 (dot segments), §2.1 (percent-encoding). What could
//! lead out of the package's folder, or be read in two ways, is refused and never repaired.

use std::fmt;
use std::path::Path;

/// A file of a package: relative, `/` between components, no component empty, `.` or `..`.
///
/// No control character is in it, so it may be printed to a terminal.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PackagePath(String);

/// The rule that a URI breaks. The caller adds the file and the line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum UriRefused {
    /// No path in it.
    Empty,
    /// `http:`, `file:`, `data:` … RFC 3986 §4.2: no colon in the first component.
    Scheme,
    /// `//host/…`.
    Host,
    /// `/…`.
    Absolute,
    /// `\`: a separator to some readers and part of a name to others.
    Backslash,
    /// A control character, NUL and line feed among them.
    Control,
    /// `%` without two hexadecimal digits behind it.
    PercentEncoding,
    /// A percent-encoding of `/`, `\` or a control character.
    EncodedSeparator,
    /// The decoded bytes are not UTF-8; over-long forms are not.
    NotUtf8,
    /// Ends in `/`, `.` or `..`: a folder.
    Folder,
    /// More `..` than folders.
    Leaves,
    /// A component over 255 bytes or a path over 4,096: no file system has such a file.
    TooLong,
}

impl PackagePath {
    /// The file that the URI reference `uri` names in a playlist that is `self`.
    ///
    /// `?query` and `#fragment` are no part of the name. Dot segments that stay inside the folder
    /// are resolved; empty components (`a//b`) are dropped, as a file system does.
    ///
    /// # Errors
    ///
    /// The first rule that `uri` breaks.
    pub fn resolve(&self, uri: &str) -> Result<Self, UriRefused> {
        if uri.chars().any(char::is_control) {
            return Err(UriRefused::Control);
        }
        let reference = uri.split(['?', '#']).next().unwrap_or_default();
        let first = reference.split('/').next().unwrap_or_default();
        match reference {
            "" => return Err(UriRefused::Empty),
            _ if reference.contains('\\') => return Err(UriRefused::Backslash),
            _ if reference.starts_with("//") => return Err(UriRefused::Host),
            _ if reference.starts_with('/') => return Err(UriRefused::Absolute),
            _ if first.contains(':') => return Err(UriRefused::Scheme),
            _ => {}
        }
        let mut components: Vec<String> = self.folder().split('/').map(str::to_owned).collect();
        components.retain(|component| !component.is_empty());
        let mut names_a_file = false;
        for segment in reference.split('/') {
            let name = percent_decode(segment)?;
            names_a_file = !matches!(name.as_str(), "" | "." | "..");
            match name.as_str() {
                "" | "." => {}
                ".." => drop(components.pop().ok_or(UriRefused::Leaves)?),
                _ => components.push(name),
            }
        }
        if !names_a_file {
            return Err(UriRefused::Folder);
        }
        Self::from_components(&components)
    }

    /// Takes `text` as a name that is already in this form: as in a record, or from a listing.
    ///
    /// # Errors
    ///
    /// The first rule that `text` breaks. Nothing is decoded or resolved.
    pub fn parse(text: &str) -> Result<Self, UriRefused> {
        if text.chars().any(char::is_control) {
            return Err(UriRefused::Control);
        }
        let components: Vec<&str> = text.split('/').collect();
        for component in &components {
            match *component {
                "" if text.is_empty() => return Err(UriRefused::Empty),
                "" if text.starts_with('/') => return Err(UriRefused::Absolute),
                "" | "." => return Err(UriRefused::Folder),
                ".." => return Err(UriRefused::Leaves),
                _ if component.contains('\\') => return Err(UriRefused::Backslash),
                _ => {}
            }
        }
        Self::from_components(&components)
    }

    fn from_components<S: AsRef<str>>(components: &[S]) -> Result<Self, UriRefused> {
        let mut text = String::new();
        for component in components.iter().map(AsRef::as_ref) {
            if component.len() > MAX_COMPONENT_LEN {
                return Err(UriRefused::TooLong);
            }
            if !text.is_empty() {
                text.push('/');
            }
            text.push_str(component);
        }
        if text.len() > MAX_LEN { Err(UriRefused::TooLong) } else { Ok(Self(text)) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a path, relative to the package's folder.
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// All but the last component; empty for a file at the top.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for PackagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for UriRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the URI is empty",
            Self::Scheme => "the URI has a scheme: only files inside the package's folder are read",
            Self::Host => "the URI names a host: only files inside the package's folder are read",
            Self::Absolute => "the URI is absolute: it must be relative to the playlist",
            Self::Backslash => "the URI has a backslash: components are separated by `/`",
            Self::Control => "the URI has a control character",
            Self::PercentEncoding => "the URI has a `%` without two hexadecimal digits",
            Self::EncodedSeparator => "the URI encodes a separator or a control character",
            Self::NotUtf8 => "the URI's percent-encoding is not UTF-8",
            Self::Folder => "the URI names a folder, not a file",
            Self::Leaves => "the URI leaves the package's folder through `..`",
            Self::TooLong => "the URI names a file whose name is too long",
        })
    }
}

impl std::error::Error for UriRefused {}

/// RFC 3986 §2.1, once: `%252e` is the name `%2e`, not a dot.
fn percent_decode(segment: &str) -> Result<String, UriRefused> {
    let mut parts = segment.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(UriRefused::PercentEncoding)?;
        // `from_str_radix` would take a sign.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(UriRefused::PercentEncoding);
        }
        let byte = u8::from_str_radix(digits, 16).map_err(|_| UriRefused::PercentEncoding)?;
        if byte.is_ascii_control() || byte == b'/' || byte == b'\\' {
            return Err(UriRefused::EncodedSeparator);
        }
        bytes.push(byte);
        bytes.extend_from_slice(rest.as_bytes());
    }
    let name = String::from_utf8(bytes).map_err(|_| UriRefused::NotUtf8)?;
    if name.chars().any(char::is_control) { Err(UriRefused::EncodedSeparator) } else { Ok(name) }
}

/// NAME_MAX of every file system that we write to.
const MAX_COMPONENT_LEN: usize = 255;

/// PATH_MAX of Linux; it also bounds how deep folders nest.
const MAX_LEN: usize = 4096;
