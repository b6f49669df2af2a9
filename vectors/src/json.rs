//! Wycheproof's JSON, and the JSON lines made for this project.

use serde_json::Value;

use crate::case::{Case, Expect, Hash, Padding, Vector, Wrap};
use crate::fields::unhex;

/// Every case of a file of Wycheproof.
pub(crate) fn wycheproof(file: &str) -> Vec<Vector> {
    let top = parse(file, &crate::text(file));
    let algorithm = string(&top, "algorithm");
    let mut vectors = vec![];
    for group in list(&top, "testGroups") {
        for test in list(group, "tests") {
            vectors.push(Vector {
                id: format!("tcId {} {}", test["tcId"], string(test, "comment")),
                expect: match string(test, "result") {
                    "valid" => Expect::Valid,
                    "invalid" => Expect::Refused,
                    "acceptable" => Expect::Acceptable,
                    other => panic!("{file}: result {other}"),
                },
                case: wycheproof_case(algorithm, test),
            });
        }
    }
    vectors
}

fn wycheproof_case(algorithm: &str, test: &Value) -> Case {
    let wrap = |wrap| Case::Wrap {
        wrap,
        kek: hex(test, "key"),
        key: hex(test, "msg"),
        wrapped: hex(test, "ct"),
    };
    let hmac = |hash| Case::Hmac {
        hash,
        key: hex(test, "key"),
        msg: hex(test, "msg"),
        tag: hex(test, "tag"),
    };
    match algorithm {
        "AES-CBC-PKCS5" => Case::Cbc {
            key: hex(test, "key"),
            iv: hex(test, "iv"),
            pt: hex(test, "msg"),
            ct: hex(test, "ct"),
            padding: Padding::Pkcs7,
        },
        "AES-GCM" => gcm(test, "msg"),
        "AES-WRAP" => wrap(Wrap::Kw),
        "AES-KWP" => wrap(Wrap::Kwp),
        "HMACSHA256" => hmac(Hash::Sha256),
        "HMACSHA512" => hmac(Hash::Sha512),
        "HKDF-SHA-256" => hkdf(test, Hash::Sha256),
        "HKDF-SHA-512" => hkdf(test, Hash::Sha512),
        other => panic!("algorithm {other}"),
    }
}

fn gcm(test: &Value, pt: &str) -> Case {
    Case::Gcm {
        key: hex(test, "key"),
        iv: hex(test, "iv"),
        aad: hex(test, "aad"),
        pt: hex(test, pt),
        ct: hex(test, "ct"),
        tag: hex(test, "tag"),
    }
}

fn hkdf(test: &Value, hash: Hash) -> Case {
    let size = test["size"].as_u64().expect("size");
    Case::Hkdf {
        hash,
        ikm: hex(test, "ikm"),
        salt: hex(test, "salt"),
        info: hex(test, "info"),
        okm_len: usize::try_from(size).expect("size"),
        okm: hex(test, "okm"),
    }
}

/// Every line of a file of `generated/`.
pub(crate) fn generated(file: &str) -> Vec<Vector> {
    let text = crate::text(file);
    let line = |(n, line): (usize, &str)| {
        let test = parse(file, line);
        Vector {
            id: format!("line {} {}", n + 1, test["comment"].as_str().unwrap_or_default()),
            expect: match test["valid"].as_bool().expect("valid") {
                true => Expect::Valid,
                false => Expect::Refused,
            },
            case: generated_case(&test),
        }
    };
    text.lines().enumerate().map(line).collect()
}

fn generated_case(test: &Value) -> Case {
    let wrap = |wrap| Case::Wrap {
        wrap,
        kek: hex(test, "key"),
        key: hex(test, "pt"),
        wrapped: hex(test, "ct"),
    };
    match string(test, "alg") {
        "aes-gcm" => gcm(test, "pt"),
        "aes-kw" => wrap(Wrap::Kw),
        "aes-kwp" => wrap(Wrap::Kwp),
        "aes-ctr" => Case::Ctr {
            key: hex(test, "key"),
            iv: hex(test, "iv"),
            pt: hex(test, "pt"),
            ct: hex(test, "ct"),
            counter_bits: 128,
        },
        other => panic!("alg {other}"),
    }
}

fn parse(file: &str, text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{file}: {e}"))
}

fn string<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn hex(value: &Value, field: &str) -> Vec<u8> {
    unhex(string(value, field))
}
