//! Objects that we write, and read again.

use std::fs;

use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey};

use crate::files::{Files, pem};
use crate::home::text;
use crate::{POLICY, UNAUTHENTICATED};

#[test]
fn what_we_write_we_read_under_every_key_in_both_places() {
    let files = Files::new();
    let key = rsa::PrivateKey::from_pkcs8_pem(&fs::read_to_string(pem()).unwrap_or_default());
    let key = key.or_else(|_| {
        rsa::pkcs1::DecodeRsaPrivateKey::from_pkcs1_pem(&fs::read_to_string(pem()).unwrap())
    });
    let public = key.unwrap().to_public_key().to_public_key_pem(Default::default()).unwrap();
    let public = files.write("public", public);
    let (aes, private, file) = (files.write("kek", [7; 24]), pem(), files.at("file"));
    let keys: [(&[&str], &[&str], &str); 4] = [
        (&["--key-id", "alias/reelseal"], &[], "kms+context"),
        (&["--wrapping-key", &aes], &["--wrapping-key", &aes], "AES/GCM"),
        (&["--wrapping-key", &public], &["--wrapping-key", &private], "RSA-OAEP-SHA1"),
        (&["--wrapping-key", &private], &["--wrapping-key", &private], "RSA-OAEP-SHA1"),
    ];
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        for (seals, opens, wrap) in keys {
            for (len, place) in [(0, &[][..]), (1, &[]), (100_000, &["--instruction-file", &file])]
            {
                let clear: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
                let report = files.encrypt(mode, &clear, &[seals, place].concat());
                assert_eq!(report["wrappingAlgorithm"], wrap);
                assert_eq!(report["bytesWritten"], len + 16);
                let read = files.decrypts(&[opens, admits, place].concat());
                assert_eq!(read, clear, "{mode} {wrap} {len}");
            }
        }
    }
}

#[test]
fn a_part_is_the_same_bytes_and_marked_as_not_authenticated() {
    let files = Files::new();
    let kek = files.write("kek", [7; 32]);
    let clear: Vec<u8> = (0..1000).map(|i| (i % 251) as u8).collect();
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        files.encrypt(mode, &clear, &["--wrapping-key", &kek]);
        let opens = [&["--wrapping-key", &kek], admits].concat();
        let ranges = [
            ("0-0", 0..1),
            ("bytes=15-16", 15..17),
            ("990-", 990..1000),
            ("500-5000", 500..1000),
            ("0-999", 0..1000),
        ];
        for (range, part) in ranges {
            files.refuses(4, &[&opens[..], &["--range", range]].concat());
            let more = [&opens[..], &["--range", range, UNAUTHENTICATED]].concat();
            assert_eq!(files.decrypts(&more), clear[part], "{mode} {range}");
            let args = files.decrypt_args();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let output = files.home.run(&[&args[..], &more].concat());
            fs::remove_file(files.at("out")).unwrap();
            let said = text(&output.stderr);
            assert!(said.contains("warning: not authenticated"), "{said}");
        }
        let opens = [&opens[..], &[UNAUTHENTICATED]].concat();
        for range in ["1000-1001", "5-4", "a-b"] {
            files.refuses(2, &[&opens[..], &["--range", range]].concat());
        }
        // The key is checked all the same: in V3 by its commitment, in both by its wrapping.
        let other = files.write("other", [8; 32]);
        let opens = ["--wrapping-key", &other, UNAUTHENTICATED, "--range", "0-0"];
        files.refuses(5, &[&opens[..], admits].concat());
    }
}

#[test]
fn a_data_key_is_wrapped_anew_without_a_touch_to_the_object() {
    let files = Files::new();
    let (kek, file, pem) = (files.write("kek", [7; 32]), files.at("file"), pem());
    let (meta, new) = (files.at("meta"), files.at("new"));
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        files.encrypt(mode, b"text", &["--wrapping-key", &kek, "--instruction-file", &file]);
        let before = (fs::read(files.at("object")).unwrap(), fs::read(&meta).unwrap());
        let mut from = (file.clone(), vec!["--wrapping-key", &kek]);
        let steps: [(&[&str], Vec<&str>); 3] = [
            (&["--new-key-id", "alias/reelseal"], vec![]),
            (&["--new-key-id", "alias/aws/s3"], vec![]),
            (&["--new-wrapping-key", &pem], vec!["--wrapping-key", &pem]),
        ];
        for (nth, (to, opens)) in steps.into_iter().enumerate() {
            let out = format!("{new}-{mode}-{nth}");
            let args = ["s3ec", "re-wrap", "--metadata", &meta, "--instruction-file", &from.0];
            files.home.ok(&[&args[..], &from.1, to, &["-o", &out], admits].concat());
            assert_eq!((fs::read(files.at("object")).unwrap(), fs::read(&meta).unwrap()), before);
            from = (out, opens);
            let opens = [&["--instruction-file", &from.0], &from.1[..], admits].concat();
            assert_eq!(files.decrypts(&opens), b"text");
        }
        // Another object's instruction file: its key is not what this one commits to.
        files.encrypt(mode, b"other", &["--wrapping-key", &kek, "--instruction-file", &file]);
        let args = ["s3ec", "re-wrap", "--metadata", &meta, "--instruction-file", &from.0];
        let to = ["--wrapping-key", &pem, "--new-wrapping-key", &kek, "-o", &new];
        let args = [&args[..], &to, admits].concat();
        match mode {
            "s3ec-v3" => drop(files.home.fails(5, &args)),
            _ => drop(files.refuses(
                5,
                &["--wrapping-key", &pem, "--instruction-file", &from.0, POLICY[0], POLICY[1]],
            )),
        }
        assert!(!files.exists("new"));
    }
}

#[test]
fn pipes_carry_an_object_and_release_nothing_before_its_tag() {
    use std::io::Write;
    use std::process::Stdio;
    let files = Files::new();
    let (kek, meta) = (files.write("kek", [7; 32]), files.at("meta"));
    let pipe = |args: &[&str], input: &[u8]| {
        let mut command = files.home.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input));
            child.wait_with_output().unwrap()
        })
    };
    let clear = vec![5; 1_000_000];
    let args = ["encrypt", "-", "-o", "-", "--metadata", &meta, "--wrapping-key", &kek];
    let sealed = pipe(&[&args[..], &["--mode", "s3ec-v3"]].concat(), &clear);
    assert_eq!(sealed.stdout.len(), clear.len() + 16, "{}", text(&sealed.stderr));
    let args = ["decrypt", "-", "-o", "-", "--metadata", &meta, "--wrapping-key", &kek];
    assert_eq!(pipe(&args, &sealed.stdout).stdout, clear);
    let mut altered = sealed.stdout;
    *altered.last_mut().unwrap() ^= 1;
    let refused = pipe(&args, &altered);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(5), 0));
}

#[test]
fn nothing_is_left_behind_where_one_of_the_files_cannot_be_written() {
    let files = Files::new();
    let (kek, input) = (files.write("kek", [7; 32]), files.write("clear", b"text"));
    let object = files.at("object");
    let args = ["encrypt", &input, "--mode", "s3ec-v3", "--wrapping-key", &kek, "-o", &object];
    files.home.fails(7, &[&args[..], &["--metadata", "/nowhere/meta"]].concat());
    let (meta, nowhere) = (files.at("meta"), "/nowhere/file");
    let more = ["--metadata", &meta, "--instruction-file", nowhere];
    files.home.fails(7, &[&args[..], &more].concat());
    assert_eq!(files.names(), ["clear", "kek"]);
    files.write("meta", b"mine");
    files.home.fails(4, &[&args[..], &["--metadata", &meta]].concat());
    let more = ["--metadata", &meta, "--instruction-file", nowhere, "--force"];
    files.home.fails(7, &[&args[..], &more].concat());
    assert_eq!(fs::read(&meta).unwrap(), b"mine", "what was there is there still");
    assert_eq!(files.names(), ["clear", "kek", "meta"]);
}
