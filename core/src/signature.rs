//! ECDSA on the curve P-384 with SHA-384: FIPS 186-5 §6.4.2, verification alone.
//!
//! The only module that imports `p384`. Nothing in it is secret: text, key and signature are
//! public, and so is the verdict.

use p384::ecdsa::signature::hazmat::PrehashVerifier;
use p384::ecdsa::{Signature, VerifyingKey};

use crate::hash::Sha384;
use crate::secret::Inauthentic;

/// Length of a public key, a compressed point (SEC 1 §2.3.3), in bytes.
pub const PUBLIC_KEY_LEN: usize = 49;

/// A text whose signature comes behind it.
#[derive(Clone)]
pub(crate) struct Verifier {
    key: VerifyingKey,
    hash: Sha384,
}

impl Verifier {
    /// `None` where `point` is none of the curve.
    pub(crate) fn new(point: &[u8; PUBLIC_KEY_LEN]) -> Option<Self> {
        let key = VerifyingKey::from_sec1_bytes(point).ok()?;
        Some(Self { key, hash: Sha384::default() })
    }

    /// Takes the next piece of the text.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.hash.update(piece);
    }

    /// Whether `der`, an `ECDSA-Sig-Value` (RFC 3279 §2.2.3), is the signature of the text.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if it is not, or is no signature at all.
    pub(crate) fn finish(self, der: &[u8]) -> Result<(), Inauthentic> {
        let signature = Signature::from_der(der).map_err(|_| Inauthentic)?;
        self.key.verify_prehash(&self.hash.finish(), &signature).map_err(|_| Inauthentic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = "02ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64\
                         def8f0ea9055866064a254515480bc13";
    const DER: &str = "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c\
                       81a648152e44acf96e36dd1e80fabe46023100\
                       99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f\
                       a329c145786e679e7b82c71a38628ac8";

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
    }

    /// RFC 6979 §A.2.6: "sample" with SHA-384.
    #[test]
    fn a_signature_holds_for_its_own_text_and_key() {
        let verify = |point: &[u8; 49], pieces: &[&[u8]], der: &[u8]| {
            let mut verifier = Verifier::new(point)?;
            pieces.iter().for_each(|piece| verifier.update(piece));
            Some(verifier.finish(der))
        };
        let (point, der) = (hex(POINT), hex::<104>(DER));
        assert_eq!(verify(&point, &[b"sam", b"", b"ple"], &der), Some(Ok(())));
        assert_eq!(verify(&point, &[b"Sample"], &der), Some(Err(Inauthentic)));
        let mut other = point;
        other[0] = 3;
        assert_eq!(verify(&other, &[b"sample"], &der), Some(Err(Inauthentic)));
        other[0] = 4;
        assert_eq!(verify(&other, &[b"sample"], &der), None, "no compressed point");
        for bit in 0..8 * der.len() {
            let mut altered = der;
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(&point, &[b"sample"], &altered), Some(Err(Inauthentic)), "{bit}");
        }
        for len in [0, 1, 103] {
            assert_eq!(verify(&point, &[b"sample"], &der[..len]), Some(Err(Inauthentic)));
        }
    }
}
