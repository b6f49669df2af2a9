//! Known answers that need no file: the model's first breath. The vectors run in
//! `reelseal-proptests`, so that this crate depends on nothing.

use crate::segment::Iv;
use crate::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn counting<const N: usize>() -> [u8; N] {
    std::array::from_fn(|i| i as u8)
}

/// FIPS 197 Appendix C.
#[test]
fn aes_gives_the_examples_of_its_standard() {
    let plain = std::array::from_fn(|i| 0x11 * i as u8);
    for (key, cipher) in [
        (&counting::<32>()[..16], "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (&counting::<32>()[..24], "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (&counting::<32>()[..32], "8ea2b7ca516745bfeafc49904b496089"),
    ] {
        let aes = aes::Aes::new(key);
        assert_eq!(hex(&aes.encrypt(plain)), cipher);
        assert_eq!(aes.decrypt(aes.encrypt(plain)), plain);
    }
}

/// FIPS 180-4's own example, "abc".
#[test]
fn sha2_of_abc_is_known() {
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex(&sha2::sha256(b"abc")), sha256);
    assert_eq!(
        hex(&sha2::sha512(b"abc")),
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    );
}

/// SP 800-38D with an IV of 16 bytes, CTR, CBC: the example of Elastic Transcoder's tutorial,
/// computed with PyCA cryptography and OpenSSL.
#[test]
fn the_tutorial_keeps_its_ciphertexts() {
    let (key, iv) = (b"keykeykeykeykeyk", b"1234567890123456");
    let plain = b"Elastic Transcoder";
    let cbc = "060203771a4d88bcc98bab64211decbd9b7d81589cd2a378a9b42cb3671a1902";
    assert_eq!(hex(&cbc::encrypt_padded(key, *iv, plain)), cbc);
    let ctr = "2e391d3d99895d43373bd1020b7601d4e86d";
    assert_eq!(hex(&ctr::apply(key, *iv, 128, plain)), ctr);
    let (sealed, tag) = gcm::seal(key, iv, b"", plain);
    let gcm = "2fceb4b304d80aaa5634ca7aa3be8710a4e2725949843cfe21714d3a08622e804ce5";
    assert_eq!(hex(&[&sealed[..], &tag].concat()), gcm);
    let segment = "a33a813302d0625e58e29d0043ab93313208755f7b277df34a5c6fc8b58c7b24";
    assert_eq!(hex(&segment::encrypt(key, Iv::MediaSequence(7), plain)), segment);
}

/// PyCA cryptography and `@aws-crypto/kdf-ctr-mode-node` agree on it.
#[test]
fn kbkdf_derives_what_others_derive() {
    let okm = "b71a289f070b1a5acbcf2a9294c300f8ffdf5b758ab97ed694e71e05543176d3";
    let derived = kbkdf::kbkdf(&counting::<32>(), b"label", &[0; 16], 32).expect("in range");
    assert_eq!(hex(&derived), okm);
    assert_eq!(kbkdf::kbkdf(&[], b"", b"", 0), None);
}

/// RFC 3394 §4.1, RFC 5649 §6.
#[test]
fn wrapping_gives_the_examples_of_the_rfcs() {
    let key = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd];
    let key = [&key[..], &[0xee, 0xff]].concat();
    let wrapped = kw::wrap(&counting::<16>(), &key).expect("two semiblocks");
    assert_eq!(hex(&wrapped), "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    assert_eq!(kw::unwrap(&counting::<16>(), &wrapped), Some(key));
    for len in [1, 7, 8, 9, 16, 20] {
        let key = &counting::<20>()[..len];
        let wrapped = kwp::wrap(&counting::<24>(), key).expect("not empty");
        assert_eq!(kwp::unwrap(&counting::<24>(), &wrapped).as_deref(), Some(key));
    }
    assert_eq!(kw::unwrap(&counting::<16>(), &[0xa6; 8]), None);
    assert_eq!(kwp::wrap(&counting::<16>(), b""), None);
}

/// RFC 4648 §10, and what its §3.5 warns of.
#[test]
fn base64_takes_the_canonical_form_alone() {
    let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
    for (plain, text) in pairs {
        assert_eq!(base64::encode(plain.as_bytes()), text);
        assert_eq!(base64::decode(text).as_deref(), Some(plain.as_bytes()));
    }
    for text in ["Zh==", "Zg=", "Zg", "Zg==\n", " Zg==", "Zg===", "=", "Zm9=", "Zm_-", "Z===", "é"]
    {
        assert_eq!(base64::decode(text), None, "{text}");
    }
}

#[test]
fn a_context_is_sorted_counted_and_bounded() {
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    assert_eq!(context::serialize(&[]), Some(vec![]));
    let two = context::serialize(&pairs(&[("b", ""), ("a", "xy")])).expect("fits");
    assert_eq!(two, b"\x00\x02\x00\x01a\x00\x02xy\x00\x01b\x00\x00");
    assert_eq!(context::serialize(&pairs(&[("a", "1"), ("a", "2")])), None);
    assert!(context::serialize(&pairs(&[("a", &"x".repeat(8192 - 7))])).is_some());
    assert!(context::serialize(&pairs(&[("a", &"x".repeat(8192 - 6))])).is_none());
}

#[test]
fn a_blob_opens_under_its_own_context_alone() {
    let context = vec![("service".to_owned(), "elastictranscoder.amazonaws.com".to_owned())];
    let (key, nonce) = (counting::<32>(), ([7; 16], [9; 12]));
    let bytes = kms::seal(&key, [1; 16], 3, nonce, &context, b"data key").expect("in bounds");
    let blob = kms::Blob::parse(&bytes).expect("a blob");
    assert_eq!(bytes.len(), 69 + 8);
    assert_eq!(kms::open(&blob, &key, &context).as_deref(), Some(&b"data key"[..]));
    assert_eq!(kms::open(&blob, &key, &[]), None);
    assert_eq!(kms::seal(&key, [1; 16], 0, nonce, &context, b"data key"), None);
    assert_eq!(kms::seal(&key, [1; 16], 1, nonce, &context, &[0; 4097]), None);
    assert_eq!(kms::seal(&key, [1; 16], 1, nonce, &context, b""), None);
}

#[test]
fn ext_x_key_is_read_to_its_last_attribute() {
    let line = r#"METHOD=AES-128,URI="k,1.key",IV=0x000102030405060708090A0b0c0d0e0f"#;
    let Some(ext_x_key::Key::Some { uri, iv, key_format, .. }) = ext_x_key::parse(line) else {
        panic!("refused: {line}");
    };
    assert_eq!((uri.as_str(), iv), ("k,1.key", Some(counting())));
    assert_eq!(key_format, "identity");
    assert_eq!(ext_x_key::parse("METHOD=NONE"), Some(ext_x_key::Key::None));
    for line in [
        "",
        "METHOD=NONE,IV=0x00000000000000000000000000000000",
        "METHOD=AES-128",
        r#"METHOD=AES-128,URI="k",IV=0x0001020304050607080910111213141"#,
        r#"METHOD=AES-128,URI="k",URI="l""#,
        r#"METHOD=AES-128,URI="k","#,
        r#"METHOD="AES-128",URI="k""#,
        "METHOD=AES-128,URI=k",
        r#"METHOD=AES-128,URI="k"x"#,
    ] {
        assert_eq!(ext_x_key::parse(line), None, "{line}");
    }
}

/// RFC 6979 §A.2.6: the key, and the signature of "sample" with SHA-384.
#[test]
fn a_signature_is_checked_as_the_rfc_has_it() {
    let public = unhex(
        "02ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64\
         def8f0ea9055866064a254515480bc13",
    );
    let r = "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c\
             81a648152e44acf96e36dd1e80fabe46";
    let s = "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f\
             a329c145786e679e7b82c71a38628ac8";
    let der = unhex(&format!("3066023100{r}023100{s}"));
    let public: [u8; 49] = public.try_into().unwrap();
    assert!(p384::verify(&public, b"sample", &der));
    assert!(!p384::verify(&public, b"Sample", &der));
    let mut other = public;
    other[0] = 3;
    assert!(!p384::verify(&other, b"sample", &der), "the other root");
    for at in [1, 3, 5, 50, 103] {
        let mut altered = der.clone();
        altered[at] ^= 1;
        assert!(!p384::verify(&public, b"sample", &altered), "{at}");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}
