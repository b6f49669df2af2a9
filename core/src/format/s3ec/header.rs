//! What opens an object, out of its metadata and its instruction file.

use super::super::base64;
use super::metadata::V3_CONTENT;
use super::name::{
    CEK_ALG, CEK_ALG_V3, CLEAR_LEN, COMMITMENT, CONTEXT_V3, INSTRUCTION_FILE, IV, KEY, KEY_V2,
    KEY_V3, MATDESC, MATDESC_V3, MESSAGE_ID, TAG_LEN, WRAP_ALG, WRAP_ALG_V3,
};
use super::{MAX_WRAPPED_LEN, Malformed, Metadata, Rule, Suite, Wrap, broken};

/// The version of the format, which is not that of a client.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Version {
    /// `x-amz-key`.
    V1,
    /// `x-amz-key-v2`.
    V2,
    /// `x-amz-3`.
    V3,
}

/// How the content is encrypted, with what is public of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content {
    /// [`Suite::AesCbc`].
    AesCbc {
        /// Of CBC.
        iv: [u8; 16],
    },
    /// [`Suite::AesGcm`].
    AesGcm {
        /// Of GCM.
        iv: [u8; 12],
    },
    /// [`Suite::AesGcmCommit`].
    AesGcmCommit {
        /// The salt of the derived key and of the commitment.
        message_id: [u8; 28],
        /// What the data key must derive.
        commitment: [u8; 28],
    },
}

impl Content {
    /// Without what is of this one object.
    pub fn suite(&self) -> Suite {
        match self {
            Self::AesCbc { .. } => Suite::AesCbc,
            Self::AesGcm { .. } => Suite::AesGcm,
            Self::AesGcmCommit { .. } => Suite::AesGcmCommit,
        }
    }
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Place {
    /// In the metadata of the object.
    Metadata,
    /// In the instruction file.
    InstructionFile,
}

/// Everything but a key that opens an object.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header<'a> {
    /// The version of the format.
    pub version: Version,
    /// How the content is encrypted.
    pub content: Content,
    /// How the data key is wrapped.
    pub wrap: Wrap,
    /// The wrapped data key: 1..=[`MAX_WRAPPED_LEN`] bytes, of a length that `wrap` gives.
    pub wrapped: &'a [u8],
    /// A JSON object of strings: the encryption context of KMS, else what names the wrapping key.
    /// `{}` where none was given. Not parsed here; compare what it says, never its text.
    pub description: &'a str,
    /// The length of the text in bytes, where it is said. Not authentic.
    pub clear_len: Option<u64>,
    /// Where the wrapped data key stands.
    pub place: Place,
}

impl<'a> Header<'a> {
    /// A header to be printed.
    ///
    /// `None` where the parts do not go together: V3 has some wraps and one suite, V2 the others.
    pub fn new(
        content: Content,
        wrap: Wrap,
        wrapped: &'a [u8],
        description: &'a str,
        place: Place,
    ) -> Option<Self> {
        let version = match content {
            Content::AesGcmCommit { .. } => Version::V3,
            _ => Version::V2,
        };
        let possible = version == Version::V2 || wrap.as_v3().is_some();
        let sound = wrapped.len() <= MAX_WRAPPED_LEN && wrap.has_wrapped_len(wrapped.len());
        (possible && sound).then_some(Self {
            version,
            content,
            wrap,
            wrapped,
            description,
            clear_len: None,
            place,
        })
    }

    /// Takes the fields of an object, and of its instruction file, apart. The wrapped data key is
    /// decoded into `room`, for which [`MAX_WRAPPED_LEN`] bytes suffice.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if no version has these fields, or not in these places, or a value is not of
    /// its field. An instruction file that is given and not wanted is refused, and one that is
    /// wanted and not given: see [`Metadata::wants_instruction_file`].
    pub fn parse(
        object: &Metadata<'a>,
        instruction: Option<&Metadata<'a>>,
        room: &'a mut [u8],
    ) -> Result<Self, Malformed> {
        object.forbid(&[INSTRUCTION_FILE])?;
        let header = match (object.version()?, instruction) {
            (Some(_), Some(_)) => Err(broken("an instruction file", Rule::Forbidden)),
            (Some(Version::V3), None) => Self::v3(object, object, Place::Metadata, room),
            (Some(Version::V2), None) => Self::v2(object, Place::Metadata, room),
            (Some(Version::V1), None) => Self::v1(object, Place::Metadata, room),
            (None, None) => Err(broken("the wrapped data key", Rule::Required)),
            (None, Some(file)) => Self::parse_split(object, file, room)?.with_clear_len(file),
        };
        header?.with_clear_len(object)
    }

    // req S3EC-TAMPER-1: of version 3, what describes the content stays with the object: a field
    // that moved is refused
    /// The wrapped data key is in `file`. What belongs to the content may not be there in V3, and
    /// not in `object` in V1 and V2: then neither of the two can be given the other's meaning.
    fn parse_split(
        object: &Metadata<'a>,
        file: &Metadata<'a>,
        room: &'a mut [u8],
    ) -> Result<Self, Malformed> {
        let (place, version) = (Place::InstructionFile, file.version()?);
        let tampered = Err(broken("a field of the content in the instruction file", FORBIDDEN));
        if object.has_v3_content() {
            return match version {
                _ if file.has_v3_content() => tampered,
                Some(Version::V3) => Self::v3(object, file, place, room),
                Some(_) => Err(broken("an instruction file of V1 or V2 beside V3", FORBIDDEN)),
                None => Err(broken(KEY_V3, Rule::Required)),
            };
        }
        object.forbid(&[IV, CEK_ALG, WRAP_ALG, TAG_LEN, MATDESC])?;
        object.forbid(&[WRAP_ALG_V3, CONTEXT_V3, MATDESC_V3])?;
        match version {
            _ if file.has_v3_content() => tampered,
            Some(Version::V1) => Self::v1(file, place, room),
            Some(Version::V2) => Self::v2(file, place, room),
            Some(Version::V3) => Err(broken(CEK_ALG_V3, Rule::Required)),
            None => Err(broken("the wrapped data key", Rule::Required)),
        }
    }

    fn v1(fields: &Metadata<'a>, place: Place, room: &'a mut [u8]) -> Result<Self, Malformed> {
        fields.forbid(&V3_CONTENT)?;
        fields.forbid(&[WRAP_ALG_V3, CONTEXT_V3, MATDESC_V3, TAG_LEN])?;
        match fields.get(CEK_ALG).map(Suite::parse_v2).transpose()? {
            None | Some(Suite::AesCbc) => {}
            Some(_) => return Err(broken(CEK_ALG, Rule::Registered)),
        }
        let wrapped = decode(KEY, fields.require(KEY)?, room)?;
        let wrap = match fields.get(WRAP_ALG).map(Wrap::parse_v2).transpose()? {
            None => Wrap::infer_v1(wrapped.len()),
            Some(wrap @ (Wrap::AesEcb | Wrap::RsaV15)) => wrap,
            Some(_) => return Err(broken(WRAP_ALG, Rule::Registered)),
        };
        let content = Content::AesCbc { iv: array(IV, fields.require(IV)?)? };
        Ok(Self {
            version: Version::V1,
            content,
            wrap,
            wrapped: check_len(KEY, wrap, wrapped)?,
            description: fields.get(MATDESC).unwrap_or(EMPTY),
            clear_len: None,
            place,
        })
    }

    // req S3EC-FIELD-1: each field has the length and the form of its version, and none is missing
    fn v2(fields: &Metadata<'a>, place: Place, room: &'a mut [u8]) -> Result<Self, Malformed> {
        fields.forbid(&V3_CONTENT)?;
        fields.forbid(&[WRAP_ALG_V3, CONTEXT_V3, MATDESC_V3])?;
        let iv = fields.require(IV)?;
        let content = match Suite::parse_v2(fields.require(CEK_ALG)?)? {
            Suite::AesCbc => {
                fields.forbid(&[TAG_LEN])?;
                Content::AesCbc { iv: array(IV, iv)? }
            }
            _ => {
                let bits = fields.require(TAG_LEN)?;
                // Shorter tags are for forgers: SP 800-38D Appendix C.
                (bits == TAG_BITS).then_some(()).ok_or(broken(TAG_LEN, Rule::Registered))?;
                let iv = array(IV, iv)?;
                not_zero("x-amz-iv of zeros", &iv)?;
                Content::AesGcm { iv }
            }
        };
        let wrap = Wrap::parse_v2(fields.require(WRAP_ALG)?)?;
        let wrapped = decode(KEY_V2, fields.require(KEY_V2)?, room)?;
        Ok(Self {
            version: Version::V2,
            content,
            wrap,
            wrapped: check_len(KEY_V2, wrap, wrapped)?,
            description: fields.get(MATDESC).unwrap_or(EMPTY),
            clear_len: None,
            place,
        })
    }

    /// `file` is `object` where there is no instruction file.
    fn v3(
        object: &Metadata<'a>,
        file: &Metadata<'a>,
        place: Place,
        room: &'a mut [u8],
    ) -> Result<Self, Malformed> {
        for fields in [object, file] {
            fields.forbid(&[WRAP_ALG, CEK_ALG, IV, TAG_LEN, MATDESC])?;
        }
        if place == Place::InstructionFile {
            object.forbid(&[WRAP_ALG_V3, CONTEXT_V3, MATDESC_V3])?;
        }
        Suite::parse_v3(object.require(CEK_ALG_V3)?)?;
        let message_id = array(MESSAGE_ID, object.require(MESSAGE_ID)?)?;
        not_zero("x-amz-i of zeros", &message_id)?;
        let commitment = array(COMMITMENT, object.require(COMMITMENT)?)?;
        let wrap = Wrap::parse_v3(file.require(WRAP_ALG_V3)?)?;
        let wrapped = decode(KEY_V3, file.require(KEY_V3)?, room)?;
        let description = if wrap.is_kms() { CONTEXT_V3 } else { MATDESC_V3 };
        Ok(Self {
            version: Version::V3,
            content: Content::AesGcmCommit { message_id, commitment },
            wrap,
            wrapped: check_len(KEY_V3, wrap, wrapped)?,
            description: file.get(description).unwrap_or(EMPTY),
            clear_len: None,
            place,
        })
    }

    fn with_clear_len(mut self, fields: &Metadata<'a>) -> Result<Self, Malformed> {
        if let Some(text) = fields.get(CLEAR_LEN) {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then_some(()).ok_or(broken(CLEAR_LEN, Rule::Syntax))?;
            self.clear_len = Some(text.parse().map_err(|_| broken(CLEAR_LEN, Rule::Range))?);
        }
        Ok(self)
    }
}

/// Base64 of a field.
fn decode<'o>(field: &'static str, text: &str, out: &'o mut [u8]) -> Result<&'o [u8], Malformed> {
    base64::decode(text, out).map_err(|error| broken(field, error.rule))
}

/// Base64 of exactly `N` bytes.
fn array<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N], Malformed> {
    let mut bytes = [0; N];
    let len = decode(field, text, &mut bytes)?.len();
    (len == N).then_some(bytes).ok_or(broken(field, Rule::Length))
}

/// A nonce of zeros is one that somebody forgot to draw.
fn not_zero(field: &'static str, bytes: &[u8]) -> Result<(), Malformed> {
    let drawn = bytes.iter().any(|byte| *byte != 0);
    drawn.then_some(()).ok_or(broken(field, FORBIDDEN))
}

fn check_len<'w>(
    field: &'static str,
    wrap: Wrap,
    wrapped: &'w [u8],
) -> Result<&'w [u8], Malformed> {
    let possible = wrapped.len() <= MAX_WRAPPED_LEN && wrap.has_wrapped_len(wrapped.len());
    possible.then_some(wrapped).ok_or(broken(field, Rule::Length))
}

const FORBIDDEN: Rule = Rule::Forbidden;

/// The description that says nothing.
const EMPTY: &str = "{}";

/// `x-amz-tag-len`, the one that GCM has here.
pub(super) const TAG_BITS: &str = "128";
