//! W and W⁻¹: SP 800-38F §6.1, as a register that shifts.

use crate::aes::Aes;

/// 8 bytes, half a block.
pub(crate) type Semiblock = [u8; 8];

/// Algorithm 1, W(S). `s` is S₁ … Sₙ, n ≥ 3: A, and R₂ … Rₙ.
pub(crate) fn w(aes: &Aes, s: &[Semiblock]) -> Vec<Semiblock> {
    let (mut a, mut r) = (s[0], s[1..].to_vec());
    for t in 1..=steps(s) {
        let (msb, lsb) = halves(aes.encrypt(join(a, r.remove(0))));
        a = xor(msb, t); //                   Aᵗ = MSB₆₄(CIPH(Aᵗ⁻¹ ‖ R₂ᵗ⁻¹)) ⊕ [t]₆₄
        r.push(lsb); //                       Rᵢᵗ = Rᵢ₊₁ᵗ⁻¹, Rₙᵗ = LSB₆₄(CIPH(Aᵗ⁻¹ ‖ R₂ᵗ⁻¹))
    }
    [vec![a], r].concat()
}

/// Algorithm 2, W⁻¹(C): the same register, backwards.
pub(crate) fn w_inverse(aes: &Aes, c: &[Semiblock]) -> Vec<Semiblock> {
    let (mut a, mut r) = (c[0], c[1..].to_vec());
    for t in (1..=steps(c)).rev() {
        let last = r.pop().expect("n ≥ 3");
        let (msb, lsb) = halves(aes.decrypt(join(xor(a, t), last)));
        a = msb; //                           Aᵗ⁻¹ = MSB₆₄(CIPH⁻¹((Aᵗ ⊕ [t]₆₄) ‖ Rₙᵗ))
        r.insert(0, lsb); //                  R₂ᵗ⁻¹ = LSB₆₄(…), Rᵢ₊₁ᵗ⁻¹ = Rᵢᵗ
    }
    [vec![a], r].concat()
}

/// s = 6(n − 1).
fn steps(s: &[Semiblock]) -> u64 {
    assert!(s.len() >= 3, "W is defined for three semiblocks and more");
    6 * (s.len() as u64 - 1)
}

/// Cuts whole semiblocks.
pub(crate) fn semiblocks(bytes: &[u8]) -> Vec<Semiblock> {
    bytes.chunks(8).map(|c| c.try_into().expect("whole semiblocks")).collect()
}

pub(crate) fn join(msb: Semiblock, lsb: Semiblock) -> [u8; 16] {
    std::array::from_fn(|i| if i < 8 { msb[i] } else { lsb[i - 8] })
}

pub(crate) fn halves(b: [u8; 16]) -> (Semiblock, Semiblock) {
    (std::array::from_fn(|i| b[i]), std::array::from_fn(|i| b[8 + i]))
}

fn xor(a: Semiblock, t: u64) -> Semiblock {
    (u64::from_be_bytes(a) ^ t).to_be_bytes()
}
