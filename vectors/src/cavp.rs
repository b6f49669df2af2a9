//! The text files of NIST's CAVP, and those of the same shape: Botan's and the RFCs'.

use crate::case::{Case, Direction, Expect, Hash, Padding, Vector, Wrap};
use crate::fields::{Record, records};

/// Every case of `file`.
pub(crate) fn load(file: &str) -> Vec<Vector> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let first =
        if name.starts_with("SHA") || name.starts_with("rfc-4231") { "len" } else { "count" };
    let hash = if name.contains("512") { Hash::Sha512 } else { Hash::Sha256 };
    let read = |r: Record| match name {
        _ if name.starts_with("CBCMCT") => monte_carlo(r),
        _ if name.starts_with("CBC") => cbc(r),
        _ if name.starts_with("ECB") => ecb(r),
        _ if name.starts_with("gcm") => gcm(r),
        _ if name.starts_with("KW_") => wrap(r, Wrap::Kw, ["k", "p", "c"]),
        _ if name.starts_with("KWP_") => wrap(r, Wrap::Kwp, ["k", "p", "c"]),
        _ if name.starts_with("kwp_botan") => wrap(r, Wrap::Kwp, ["key", "input", "output"]),
        _ if name.starts_with("KDFCTR") => kbkdf(r),
        _ if name.starts_with("SHA") => digest(r, hash),
        _ if name.starts_with("rfc-4231") => hmac(r, hash),
        _ if name.starts_with("rfc-5869") => hkdf(r),
        _ if name.starts_with("rfc3686") => ctr(r),
        _ => panic!("{file}: no parser"),
    };
    records(file, first).into_iter().map(read).collect()
}

/// Ends a record as a vector: what is left must be its number and, perhaps, `FAIL`.
fn vector(mut r: Record, case: Case) -> Vector {
    let expect = match r.take("fail") {
        Some(_) => Expect::Refused,
        None => Expect::Valid,
    };
    let settings: Vec<String> = r.settings.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let id = format!("[{}] {}", settings.join(" "), r.take("count").unwrap_or_default());
    r.done();
    Vector { id, expect, case }
}

fn ecb(mut r: Record) -> Vector {
    let case = Case::Ecb { key: r.hex("key"), pt: r.hex("plaintext"), ct: r.hex("ciphertext") };
    vector(r, case)
}

fn cbc(mut r: Record) -> Vector {
    let case = Case::Cbc {
        key: r.hex("key"),
        iv: r.hex("iv"),
        pt: r.hex("plaintext"),
        ct: r.hex("ciphertext"),
        padding: Padding::None,
    };
    vector(r, case)
}

fn monte_carlo(mut r: Record) -> Vector {
    let direction = match r.setting("section") {
        "ENCRYPT" => Direction::Encrypt,
        "DECRYPT" => Direction::Decrypt,
        other => panic!("section [{other}]"),
    };
    let case = Case::CbcMonteCarlo {
        key: r.hex("key"),
        iv: r.hex("iv"),
        pt: r.hex("plaintext"),
        ct: r.hex("ciphertext"),
        direction,
    };
    vector(r, case)
}

fn ctr(mut r: Record) -> Vector {
    let case = Case::Ctr {
        key: r.hex("key"),
        iv: r.hex("iv"),
        pt: r.hex("plaintext"),
        ct: r.hex("ciphertext"),
        counter_bits: 128,
    };
    vector(r, case)
}

fn gcm(mut r: Record) -> Vector {
    let case = Case::Gcm {
        key: r.hex("key"),
        iv: r.hex("iv"),
        aad: r.hex("aad"),
        pt: r.hex_or_empty("pt"),
        ct: r.hex("ct"),
        tag: r.hex("tag"),
    };
    vector(r, case)
}

fn wrap(mut r: Record, wrap: Wrap, [kek, key, wrapped]: [&str; 3]) -> Vector {
    let case =
        Case::Wrap { wrap, kek: r.hex(kek), key: r.hex_or_empty(key), wrapped: r.hex(wrapped) };
    vector(r, case)
}

fn kbkdf(mut r: Record) -> Vector {
    assert_eq!(r.setting("prf"), "HMAC_SHA256");
    let counter_bits = match r.setting("rlen") {
        "8_BITS" => 8,
        "16_BITS" => 16,
        "24_BITS" => 24,
        "32_BITS" => 32,
        other => panic!("RLEN {other}"),
    };
    let (before, after) = match r.setting("ctrlocation") {
        "BEFORE_FIXED" => (vec![], fixed(&mut r, "fixedinputdatabytelen", "fixedinputdata")),
        "AFTER_FIXED" => (fixed(&mut r, "fixedinputdatabytelen", "fixedinputdata"), vec![]),
        "MIDDLE_FIXED" => (
            fixed(&mut r, "databeforectrlen", "databeforectrdata"),
            fixed(&mut r, "dataafterctrlen", "dataafterctrdata"),
        ),
        other => panic!("CTRLOCATION {other}"),
    };
    let (okm_len, okm) = (r.number("l") / 8, r.hex("ko"));
    assert_eq!(okm.len(), okm_len, "L is in bits");
    let case = Case::Kbkdf { key: r.hex("ki"), before, after, counter_bits, okm };
    vector(r, case)
}

fn fixed(r: &mut Record, len: &str, bytes: &str) -> Vec<u8> {
    let (len, bytes) = (r.number(len), r.hex(bytes));
    assert_eq!(bytes.len(), len, "declared length");
    bytes
}

fn digest(mut r: Record, hash: Hash) -> Vector {
    let case = Case::Digest { hash, msg: message(&mut r), digest: r.hex("md") };
    vector(r, case)
}

fn hmac(mut r: Record, hash: Hash) -> Vector {
    let msg = message(&mut r);
    let case = Case::Hmac { hash, key: r.hex("key"), msg, tag: r.hex("md") };
    vector(r, case)
}

/// `Msg`, of `Len` bits: CAVS writes the empty message as `00`.
fn message(r: &mut Record) -> Vec<u8> {
    let (bits, mut msg) = (r.number("len"), r.hex("msg"));
    assert!(msg.len() == bits / 8 || bits == 0, "Len is in bits");
    msg.truncate(bits / 8);
    msg
}

fn hkdf(mut r: Record) -> Vector {
    assert_eq!(r.text("hash"), "SHA-256");
    r.hex("prk"); // an intermediate value, which no interface of ours shows
    let case = Case::Hkdf {
        hash: Hash::Sha256,
        ikm: r.hex("ikm"),
        salt: r.hex("salt"),
        info: r.hex("info"),
        okm_len: r.number("l"),
        okm: r.hex("okm"),
    };
    vector(r, case)
}
