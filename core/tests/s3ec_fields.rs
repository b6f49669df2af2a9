//! The fields of objects of the Amazon S3 Encryption Client: their places and their values.

use reelseal_core::format::s3ec::{Header, MAX_WRAPPED_LEN, Metadata, Place, Version, Wrap};

type Fields = Vec<(&'static str, &'static str)>;

const KEY_40: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==";
const IV_12: &str = "AAECAwQFBgcICQoL";
const IV_16: &str = "AAECAwQFBgcICQoLDA0ODw==";
const ID_28: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ow==";

fn v1() -> Fields {
    let key = "ugiLB0ztiL6iv8rmZ3rKbsGUEB7yMWfXe2253KUi8AVw+nGxTAk3aQP9lyf6MRbm";
    vec![("x-amz-key", key), ("x-amz-iv", IV_16), ("x-amz-matdesc", "{}")]
}

fn v2() -> Fields {
    vec![
        ("x-amz-key-v2", KEY_40),
        ("x-amz-wrap-alg", "AESWrap"),
        ("x-amz-matdesc", "{}"),
        ("x-amz-cek-alg", "AES/GCM/NoPadding"),
        ("x-amz-iv", IV_12),
        ("x-amz-tag-len", "128"),
    ]
}

fn v3_content() -> Fields {
    vec![("x-amz-c", "115"), ("x-amz-d", ID_28), ("x-amz-i", ID_28)]
}

fn v3_key() -> Fields {
    vec![("x-amz-3", KEY_40), ("x-amz-w", "12"), ("x-amz-t", "{\"a\": \"b\"}")]
}

fn v3() -> Fields {
    [v3_content(), v3_key()].concat()
}

/// What is said of an object and its instruction file: version, wrap and place, or the refusal.
fn read(object: &Fields, file: Option<&Fields>) -> Result<(Version, Wrap, Place), String> {
    let mut room = [0; MAX_WRAPPED_LEN];
    let say = |error: reelseal_core::format::Malformed| error.to_string();
    let object = Metadata::new(object).map_err(say)?;
    let file = file.map(|file| Metadata::new(file)).transpose().map_err(say)?;
    let header = Header::parse(&object, file.as_ref(), &mut room).map_err(say)?;
    Ok((header.version, header.wrap, header.place))
}

// req S3EC-DETECT-1
#[test]
fn versions_are_told_by_their_fields() {
    let (meta, file) = (Place::Metadata, Place::InstructionFile);
    let user = vec![("user-key", "user value")];
    assert_eq!(read(&v1(), None), Ok((Version::V1, Wrap::AesEcb, meta)));
    let named = [v1(), vec![("x-amz-wrap-alg", "AES")]].concat();
    assert_eq!(read(&named, None), Ok((Version::V1, Wrap::AesEcb, meta)));
    assert_eq!(read(&v2(), None), Ok((Version::V2, Wrap::AesWrap, meta)));
    assert_eq!(read(&v3(), None), Ok((Version::V3, Wrap::KmsContext, meta)));
    assert_eq!(read(&user, Some(&v1())), Ok((Version::V1, Wrap::AesEcb, file)));
    assert_eq!(read(&user, Some(&v2())), Ok((Version::V2, Wrap::AesWrap, file)));
    assert_eq!(read(&v3_content(), Some(&v3_key())), Ok((Version::V3, Wrap::KmsContext, file)));
    for (fields, wants) in [(v1(), false), (v2(), false), (v3(), false), (v3_content(), true)] {
        assert_eq!(Metadata::new(&fields).unwrap().wants_instruction_file(), wants);
    }
}

// req S3EC-DETECT-1
#[test]
fn fields_of_two_versions_are_refused() {
    let with = |fields: Fields, more: Fields| [fields, more].concat();
    let both = "more than one wrapped data key is not allowed";
    for (fields, more) in [(v1(), v2()), (v2(), v3()), (v1(), v3())] {
        let key = more.into_iter().filter(|(name, _)| name.contains("key") || *name == "x-amz-3");
        assert_eq!(read(&with(fields, key.collect()), None), Err(both.into()));
    }
    for field in v3_content() {
        for fields in [v1(), v2()] {
            let expected = Err(format!("{} is not allowed", field.0));
            assert_eq!(read(&with(fields, vec![field]), None), expected);
        }
        // As an attacker would do it who cannot write the object's metadata.
        let tampered = "a field of the content in the instruction file is not allowed";
        let file = with(v3_key(), vec![field]);
        assert_eq!(read(&v3_content(), Some(&file)), Err(tampered.into()));
        assert_eq!(read(&vec![], Some(&with(v2(), vec![field]))), Err(tampered.into()));
    }
    let confused = "an instruction file of V1 or V2 beside V3 is not allowed";
    assert_eq!(read(&v3_content(), Some(&v2())), Err(confused.into()));
    assert_eq!(
        read(&vec![("x-amz-iv", IV_12)], Some(&v2())),
        Err("x-amz-iv is not allowed".into())
    );
    assert_eq!(read(&vec![], Some(&v3_key())), Err("x-amz-c is missing".into()));
    assert_eq!(read(&v2(), Some(&v2())), Err("an instruction file is not allowed".into()));
    let file = with(v2(), vec![("x-amz-crypto-instr-file", "")]);
    assert_eq!(
        read(&vec![], Some(&file)),
        Ok((Version::V2, Wrap::AesWrap, Place::InstructionFile))
    );
    let error = Err("x-amz-crypto-instr-file is not allowed".into());
    assert_eq!(read(&file, None), error, "an instruction file is no object");
}

// req S3EC-DETECT-1
#[test]
fn a_field_that_is_not_of_its_version_or_place_is_refused() {
    let with = |fields: Fields, name, value| [fields, vec![(name, value)]].concat();
    let user = vec![("user-key", "user value")];
    let said = |object: Fields, file: Option<Fields>| read(&object, file.as_ref()).unwrap_err();
    assert_eq!(said(v3_content(), Some(user.clone())), "x-amz-3 is missing");
    assert_eq!(said(vec![], Some(user)), "the wrapped data key is missing");
    let both = [v1(), vec![("x-amz-key-v2", KEY_40)]].concat();
    assert_eq!(said(vec![], Some(both)), "more than one wrapped data key is not allowed");
    for name in ["x-amz-w", "x-amz-m", "x-amz-t"] {
        let refused = format!("{name} is not allowed");
        assert_eq!(said(with(v1(), name, "12"), None), refused);
        assert_eq!(said(with(v2(), name, "12"), None), refused);
        assert_eq!(said(vec![(name, "12")], Some(v2())), refused);
        assert_eq!(said(with(v3_content(), name, "12"), Some(v3_key())), refused);
    }
    assert_eq!(said(with(v1(), "x-amz-tag-len", "128"), None), "x-amz-tag-len is not allowed");
    for (name, values) in [
        ("x-amz-cek-alg", ["AES/GCM/NoPadding", "115", ""]),
        ("x-amz-wrap-alg", ["AESWrap", "kms", ""]),
    ] {
        for value in values {
            let refused = format!("{name} is not a known value");
            assert_eq!(said(with(v1(), name, value), None), refused, "{value}");
        }
    }
    let cbc = v2().into_iter().map(|(name, value)| match name {
        "x-amz-cek-alg" => (name, "AES/CBC/PKCS5Padding"),
        "x-amz-iv" => (name, IV_16),
        _ => (name, value),
    });
    assert_eq!(said(cbc.collect(), None), "x-amz-tag-len is not allowed");
}

#[test]
fn a_field_that_is_missing_is_named() {
    for (fields, optional) in [(v1(), "x-amz-matdesc"), (v2(), "x-amz-matdesc"), (v3(), "x-amz-t")]
    {
        for (name, _) in &fields {
            let rest: Fields = fields.iter().filter(|(n, _)| n != name).copied().collect();
            let said = read(&rest, None).map(|_| ());
            let key = ["x-amz-key", "x-amz-key-v2", "x-amz-3"].contains(name);
            let expected = match *name {
                name if name == optional => Ok(()),
                _ if key => Err("the wrapped data key is missing".to_owned()),
                _ => Err(format!("{name} is missing")),
            };
            assert_eq!(said, expected, "{name}");
        }
    }
}

// req S3EC-FIELD-1
#[test]
fn a_value_that_is_wrong_is_named_with_its_rule() {
    let zero_12 = "AAAAAAAAAAAAAAAA";
    let zero_28 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
    let table = [
        (v1(), "x-amz-iv", IV_12, "does not have the right length"),
        (v1(), "x-amz-iv", "AAECAwQFBgcICQoLDA0ODx==", "is not written as its format demands"),
        (v1(), "x-amz-key", KEY_40, "does not have the right length"),
        (v2(), "x-amz-iv", IV_16, "does not have the right length"),
        (v2(), "x-amz-iv", zero_12, "of zeros is not allowed"),
        (v2(), "x-amz-cek-alg", "AES/CTR/NoPadding", "is not a known value"),
        (v2(), "x-amz-cek-alg", "115", "is not a known value"),
        (v2(), "x-amz-wrap-alg", "AES/ECB", "is not a known value"),
        (v2(), "x-amz-tag-len", "96", "is not a known value"),
        (v2(), "x-amz-key-v2", IV_12, "does not have the right length"),
        (v2(), "x-amz-key-v2", "", "does not have the right length"),
        (v1(), "x-amz-key", "A===", "is not written as its format demands"),
        (v2(), "x-amz-key-v2", "A===", "is not written as its format demands"),
        (v3(), "x-amz-3", "A===", "is not written as its format demands"),
        (v3(), "x-amz-c", "AES/GCM/NoPadding", "is not a known value"),
        (v3(), "x-amz-c", "114", "is not a known value"),
        (v3(), "x-amz-w", "kms+context", "is not a known value"),
        (v3(), "x-amz-w", "02", "x-amz-3 does not have the right length"),
        (v3(), "x-amz-i", zero_28, "of zeros is not allowed"),
        (v3(), "x-amz-i", IV_16, "does not have the right length"),
        (v3(), "x-amz-d", IV_16, "does not have the right length"),
    ];
    for (fields, name, value, rule) in table {
        let altered = |(n, v)| (n, if n == name { value } else { v });
        let altered: Fields = fields.into_iter().map(altered).collect();
        let said = read(&altered, None).unwrap_err();
        let expected =
            if rule.starts_with("x-amz") { rule.into() } else { format!("{name} {rule}") };
        assert_eq!(said, expected, "{value}");
    }
    for value in ["", "-1", "+1", "1 ", "0x10", "18446744073709551616"] {
        let fields = [v2(), vec![("x-amz-unencrypted-content-length", value)]].concat();
        assert!(read(&fields, None).is_err(), "{value:?}");
    }
    let twice = [v2(), vec![("x-amz-iv", IV_12)]].concat();
    assert_eq!(read(&twice, None), Err("x-amz-iv is given twice".into()));
}
