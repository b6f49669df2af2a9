//! How keys are called: UUID, ARN, alias name, alias ARN (KMS API, "Key identifiers").

use std::fmt;

use super::{ExceptionName, KmsError};

/// The id of a key: a random UUID (RFC 9562 §5.4, version 4).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct KeyId([u8; 16]);

impl KeyId {
    /// A new id from 16 random bytes.
    pub(crate) fn from_random(bytes: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(bytes) & !VERSION_AND_VARIANT.0 | VERSION_AND_VARIANT.1;
        Self(bits.to_be_bytes())
    }

    /// The id in a blob or in a row.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the id.
    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads 36 characters, as `Display` prints them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits: String = text.split('-').collect();
        let id = Self(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes());
        (id.to_string() == text).then_some(id)
    }

    /// The key's ARN.
    pub(crate) fn arn(&self) -> String {
        format!("{ARN_PREFIX}key/{self}")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = u128::from_be_bytes(self.0);
        let field = |shift: u32, bits: u32| (n >> shift) & ((1 << bits) - 1);
        write!(f, "{:08x}-{:04x}-{:04x}-", field(96, 32), field(80, 16), field(64, 16))?;
        write!(f, "{:04x}-{:012x}", field(48, 16), field(0, 48))
    }
}

/// A random UUID as text, made from 16 random bytes.
pub(crate) fn random_uuid(bytes: [u8; 16]) -> String {
    KeyId::from_random(bytes).to_string()
}

/// What a caller calls a key by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum KeyName {
    /// A key id or a key ARN.
    Id(KeyId),
    /// An alias name or an alias ARN: the name, with `alias/` in front.
    Alias(String),
}

impl KeyName {
    /// Reads any of the four forms.
    pub(crate) fn parse(text: &str) -> Result<Self, KmsError> {
        if text.is_empty() || text.len() > 2048 {
            return Err(out_of_range("keyId", "Member must have length from 1 to 2048"));
        }
        let local = text.strip_prefix(ARN_PREFIX).unwrap_or(text);
        if local.starts_with(ALIAS_PREFIX) {
            return Ok(Self::Alias(local.to_owned()));
        }
        let key = match local.strip_prefix("key/") {
            Some(id) if local.len() != text.len() => KeyId::parse(id),
            _ => KeyId::parse(text),
        };
        key.map(Self::Id).ok_or_else(|| {
            let message = if text.starts_with("arn:") {
                format!("Key '{text}' does not exist")
            } else {
                format!("Invalid keyId '{text}'")
            };
            not_found(message)
        })
    }
}

/// Checks the name of an alias to be: `alias/`, then letters, digits and `:/_-`, at most 256.
pub(crate) fn check_alias(name: &str) -> Result<(), KmsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ":/_-".contains(c);
    let invalid = |message: &str| Err(KmsError::new(ExceptionName::InvalidAliasName, message));
    match name.strip_prefix(ALIAS_PREFIX) {
        None => invalid("Alias must start with the prefix \"alias/\""),
        Some(rest) if rest.is_empty() || name.len() > 256 || !rest.chars().all(allowed) => {
            invalid("Alias must be 1 to 256 letters, digits or any of :/_-")
        }
        Some(rest) if rest.starts_with("aws/") => {
            invalid("The prefix \"alias/aws/\" is reserved for keys that AWS manages")
        }
        Some(_) => Ok(()),
    }
}

/// The refusal of a key or an alias that is not there.
pub(crate) fn not_found(message: String) -> KmsError {
    KmsError::new(ExceptionName::NotFound, message).hint("`reelseal key list` shows the keys")
}

/// KMS's refusal of a parameter that breaks its constraint.
pub(crate) fn out_of_range(parameter: &str, constraint: &str) -> KmsError {
    let message = format!(
        "1 validation error detected: Value at '{parameter}' failed to satisfy constraint: \
         {constraint}"
    );
    KmsError::new(ExceptionName::Validation, message)
}

/// What every ARN of a local keystore starts with: no region, no account.
pub(crate) const ARN_PREFIX: &str = "arn:aws:kms:local:000000000000:";

/// The account in every one of them.
pub(crate) const ACCOUNT: &str = "000000000000";

const ALIAS_PREFIX: &str = "alias/";

/// RFC 9562 §4.1 and §4.2: mask and value of the six bits that are not random.
const VERSION_AND_VARIANT: (u128, u128) = (0xF << 76 | 0x3 << 62, 0x4 << 76 | 0x2 << 62);

#[cfg(test)]
mod tests {
    use super::{KeyId, KeyName, check_alias};

    const TEXT: &str = "ffffffff-ffff-4fff-bfff-ffffffffffff";

    #[test]
    fn a_new_id_is_a_uuid_of_version_4() {
        assert_eq!(KeyId::from_random([0xFF; 16]).to_string(), TEXT);
        let zero = KeyId::from_random([0; 16]).to_string();
        assert_eq!(zero, "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn all_four_forms_are_read() {
        let id = KeyName::Id(KeyId::parse(TEXT).unwrap());
        let alias = KeyName::Alias("alias/a".to_owned());
        let arn = "arn:aws:kms:local:000000000000:";
        assert_eq!(KeyName::parse(TEXT).unwrap(), id);
        assert_eq!(KeyName::parse(&format!("{arn}key/{TEXT}")).unwrap(), id);
        assert_eq!(KeyName::parse("alias/a").unwrap(), alias);
        assert_eq!(KeyName::parse(&format!("{arn}alias/a")).unwrap(), alias);
    }

    #[test]
    fn no_other_form_is_read() {
        let elsewhere = format!("arn:aws:kms:eu-west-1:000000000000:key/{TEXT}");
        let upper = TEXT.to_uppercase();
        let key = format!("key/{TEXT}");
        let bare = TEXT.replace('-', "");
        let plus = "+fffffff-ffff-4fff-bfff-ffffffffffff";
        for text in ["", "reelseal", &elsewhere, &upper, &key, &bare, plus, &"a".repeat(2049)] {
            assert!(KeyName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn alias_names_keep_their_rules() {
        assert!(check_alias("alias/My_key-1:a/b").is_ok());
        let long = format!("alias/{}", "a".repeat(251));
        for name in ["alias/", "a", "alias/ü", "alias/a b", "alias/aws/s3", "alias/aws/x", &long] {
            assert!(check_alias(name).is_err(), "{name}");
        }
    }
}
