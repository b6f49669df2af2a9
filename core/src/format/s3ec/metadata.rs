//! Names and values, as the metadata of an object or an instruction file has them.

use super::name::{self, CEK_ALG_V3, COMMITMENT, KEY, KEY_V2, KEY_V3, MESSAGE_ID};
use super::{Malformed, Rule, Version, broken};

/// Fields by their names. A name is lower-case and has no `x-amz-meta-` in front: that is HTTP's.
///
/// Names that are not the client's are the user's, and passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Metadata<'a> {
    fields: &'a [(&'a str, &'a str)],
}

impl<'a> Metadata<'a> {
    /// Takes names and values.
    ///
    /// # Errors
    ///
    /// [`Rule::Repeated`] if a field of the client is given twice: readers would not agree on
    /// which of them counts.
    pub fn new(fields: &'a [(&'a str, &'a str)]) -> Result<Self, Malformed> {
        for name in name::ALL {
            if fields.iter().filter(|(given, _)| *given == name).count() > 1 {
                return Err(broken(name, Rule::Repeated));
            }
        }
        Ok(Self { fields })
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(given, _)| *given == name).map(|(_, value)| *value)
    }

    /// Whether any field of the client is there.
    pub fn is_any(&self) -> bool {
        name::ALL.into_iter().any(|name| self.get(name).is_some())
    }

    /// Whether the wrapped data key is elsewhere: in the instruction file, if the object is of the
    /// client at all.
    pub fn wants_instruction_file(&self) -> bool {
        [KEY, KEY_V2, KEY_V3].into_iter().all(|name| self.get(name).is_none())
    }

    /// Whether a field is there that V3 keeps with the object, whatever else it does.
    pub(super) fn has_v3_content(&self) -> bool {
        V3_CONTENT.into_iter().any(|name| self.get(name).is_some())
    }

    // req S3EC-DETECT-1: a version is told by its fields, and fields of two versions are refused
    /// The version, by the one wrapped data key. `None` where there is none.
    pub(super) fn version(&self) -> Result<Option<Version>, Malformed> {
        let there = [KEY, KEY_V2, KEY_V3].map(|name| self.get(name).is_some());
        match there {
            [false, false, false] => Ok(None),
            [true, false, false] => Ok(Some(Version::V1)),
            [false, true, false] => Ok(Some(Version::V2)),
            [false, false, true] => Ok(Some(Version::V3)),
            // Readers of different versions would take different keys.
            _ => Err(broken("more than one wrapped data key", Rule::Forbidden)),
        }
    }

    /// The value of a field that has to be there.
    pub(super) fn require(&self, name: &'static str) -> Result<&'a str, Malformed> {
        self.get(name).ok_or(broken(name, Rule::Required))
    }

    /// Refuses fields that may not be there.
    pub(super) fn forbid(&self, names: &[&'static str]) -> Result<(), Malformed> {
        let found = names.iter().find(|name| self.get(name).is_some());
        found.map_or(Ok(()), |name| Err(broken(name, Rule::Forbidden)))
    }
}

/// The fields of V3 that belong to the content.
pub(super) const V3_CONTENT: [&str; 3] = [CEK_ALG_V3, COMMITMENT, MESSAGE_ID];
