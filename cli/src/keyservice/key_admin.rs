//! What an owner does with keys: the operations of AWS KMS that change them.

use super::{KeyMetadata, KmsError};

/// The keys of a service in the hands of their owner.
///
/// A `key_id` is what [`KeyService`](super::KeyService) takes for one. Every change, and every
/// refusal of one, is on record.
pub trait KeyAdmin {
    /// All keys.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    fn list(&self) -> Result<Vec<KeyMetadata>, KmsError>;

    /// One key.
    ///
    /// # Errors
    ///
    /// No such key.
    fn show(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;

    /// Makes a customer's key, with an alias if one is given.
    ///
    /// # Errors
    ///
    /// The alias is taken or is no alias, or the description is too long.
    fn create(&self, alias: Option<&str>, about: &str) -> Result<KeyMetadata, KmsError>;

    /// Makes a new version of a key's backing key. What older versions wrapped still opens.
    ///
    /// # Errors
    ///
    /// No such key, or it is not enabled.
    fn rotate(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;

    /// Enables a key.
    ///
    /// # Errors
    ///
    /// No such key, or it is pending deletion.
    fn enable(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;

    /// Disables a key.
    ///
    /// # Errors
    ///
    /// No such key, it is pending deletion, or AWS manages it.
    fn disable(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;

    /// Sets the day on which a key and all that it wrapped will be lost: 7 to 30 days from now.
    ///
    /// # Errors
    ///
    /// No such key, it is pending deletion already, AWS manages it, or `days` is out of range.
    fn schedule_deletion(&self, key_id: &str, days: u32) -> Result<KeyMetadata, KmsError>;

    /// Keeps a key that was to be deleted. It is disabled then, as in KMS.
    ///
    /// # Errors
    ///
    /// No such key, or it is not pending deletion.
    fn cancel_deletion(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;

    /// Gives a key the alias `alias`; takes it from another key only if `replace`.
    ///
    /// # Errors
    ///
    /// No such key, it is pending deletion, AWS manages it, or the alias is taken or is none.
    fn alias(&self, alias: &str, key_id: &str, replace: bool) -> Result<KeyMetadata, KmsError>;
}
