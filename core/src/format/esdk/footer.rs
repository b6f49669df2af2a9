//! What is behind the body of a signed message.
//!
//! ```text
//! footer = length[2] ‖ signature, an ECDSA-Sig-Value in DER
//! ```
//! It signs all that is in front of it, tags included.

use super::super::reader::Reader;
use super::{Malformed, Rule, broken};

/// Most bytes of a footer: two integers of 49 bytes, DER around them, and the length in front.
pub const MAX_LEN: usize = 2 + 2 + 2 * (2 + 49);

/// A footer, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Footer<'a> {
    /// The signature.
    pub signature: &'a [u8],
}

impl<'a> Footer<'a> {
    /// Takes the footer at the front of `bytes` apart, and returns what follows it too.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where it is cut short, or longer than any signature.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let mut reader = Reader::new(bytes);
        let len = reader.u16().map(usize::from).filter(|len| len.saturating_add(2) <= MAX_LEN);
        let signature = len.and_then(|len| reader.take(len));
        let signature = signature.ok_or(broken("signature", Rule::Length))?;
        Ok((Self { signature }, reader.rest()))
    }
}
