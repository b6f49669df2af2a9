//! Whole files and the programs of others: `openssl enc` for CBC and CTR, Python's `cryptography`
//! for all three modes, in both directions. A peer that is not there is a failure.
//!
//! `REELSEAL_PYTHON` names a Python that has `cryptography`; else it is `python3`.

mod home;

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use home::{Home, text};
use reelseal::base64;
use serde_json::Value;

const MODES: [&str; 3] = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];

/// Reads and writes files of the three modes: `seal|open MODE KEY IV IN OUT`, in hexadecimal.
const SCRIPT: &str = r#"
import sys
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

verb, mode, key, iv, source, target = sys.argv[1:]
key, iv = bytes.fromhex(key), bytes.fromhex(iv)
data = open(source, "rb").read()
pad, gcm = PKCS7(128), mode == "aes-gcm"
if verb == "open" and gcm:
    data, tag = data[:-16], data[-16:]
params = {
    "aes-cbc-pkcs7": lambda: modes.CBC(iv),
    "aes-ctr": lambda: modes.CTR(iv.ljust(16, b"\0")),
    "aes-gcm": lambda: modes.GCM(iv, tag if verb == "open" else None),
}[mode]()
cipher = Cipher(algorithms.AES(key), params)
if verb == "seal":
    if mode == "aes-cbc-pkcs7":
        padder = pad.padder()
        data = padder.update(data) + padder.finalize()
    worker = cipher.encryptor()
    data = worker.update(data) + worker.finalize()
    if gcm:
        data += worker.tag
else:
    worker = cipher.decryptor()
    data = worker.update(data) + worker.finalize()
    if mode == "aes-cbc-pkcs7":
        unpadder = pad.unpadder()
        data = unpadder.update(data) + unpadder.finalize()
open(target, "wb").write(data)
"#;

/// A program that encrypts and decrypts files. Keys are on its command line, as only tests may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Peer {
    OpenSsl,
    Python,
}

impl Peer {
    /// Whether it knows `mode`: `openssl enc` refuses GCM.
    fn knows(self, mode: &str) -> bool {
        self == Self::Python || mode != "aes-gcm"
    }

    fn run(self, verb: &str, mode: &str, key: &[u8], iv: &[u8], from: &str, to: &str) {
        let (key_hex, iv_hex) = (hex(key), hex(iv));
        let output = match self {
            Self::OpenSsl => {
                let short = mode.strip_prefix("aes-").unwrap().split('-').next().unwrap();
                let cipher = format!("-aes-{}-{short}", key.len() * 8);
                let direction = if verb == "seal" { "-e" } else { "-d" };
                let with = ["-nosalt", "-K", &key_hex, "-iv", &iv_hex, "-in", from, "-out", to];
                Command::new("openssl").args(["enc", direction, &cipher]).args(with).output()
            }
            Self::Python => {
                let python = env::var_os("REELSEAL_PYTHON").unwrap_or_else(|| "python3".into());
                let with = [verb, mode, &key_hex, &iv_hex, from, to];
                Command::new(python).args(["-c", SCRIPT]).args(with).stdin(Stdio::null()).output()
            }
        };
        let output = output.unwrap_or_else(|error| panic!("{self:?}: {error}"));
        assert!(output.status.success(), "{self:?} {verb} {mode}: {}", text(&output.stderr));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

fn bytes(block: &Value, field: &str) -> Vec<u8> {
    base64::decode(block[field].as_str().unwrap()).unwrap().to_vec()
}

/// 50,000 bytes of text and what is left of a block.
fn clear(rest: usize) -> Vec<u8> {
    let text: String = (0..2501).map(|i| format!("{i:05} is the number\n")).collect();
    text.into_bytes()[..50_000 + rest].to_vec()
}

/// Row by row: what reelseal writes, both peers open; what they write, reelseal opens; and what
/// both write is the same.
#[test]
fn the_whole_table_passes_between_reelseal_and_its_peers() {
    let home = Home::new();
    let customer = home.key();
    let (mut rows, mut crossings) = (0, 0);
    for mode in MODES {
        for key_id in ["alias/aws/s3", &customer] {
            for bits in [128, 192, 256] {
                for given in [false, true] {
                    let clear = clear(rows % 16);
                    let input = home.file("clear", &clear);
                    let sealed = path(&home, &format!("sealed-{rows}"));
                    let bits_text = bits.to_string();
                    let wrapped = given.then(|| {
                        home.wrap(key_id, &vec![0x80 | u8::try_from(rows).unwrap(); bits / 8])
                    });
                    let options = match &wrapped {
                        Some(wrapped) => ["--data-key", wrapped],
                        None => ["--data-key-bits", &bits_text],
                    };
                    let seal = ["encrypt", &input, "-o", &sealed, "--mode", mode];
                    let report = home.ok(&[&seal[..], &options, &["--key-id", key_id]].concat());
                    let block = &report["encryption"];
                    let key = home.unwrap(block["Key"].as_str().unwrap());
                    let key = base64::decode(&key).unwrap();
                    let iv = bytes(block, "InitializationVector");
                    rows += 1;
                    for peer in [Peer::OpenSsl, Peer::Python] {
                        if !peer.knows(mode) {
                            continue;
                        }
                        let theirs = path(&home, "theirs");
                        peer.run("open", mode, &key, &iv, &sealed, &theirs);
                        assert!(fs::read(&theirs).unwrap() == clear, "{peer:?} {mode} {bits}");
                        peer.run("seal", mode, &key, &iv, &input, &theirs);
                        assert!(fs::read(&theirs).unwrap() == fs::read(&sealed).unwrap());
                        let (opened, record) =
                            (path(&home, "opened"), format!("{sealed}.encryption.json"));
                        let open = ["--force", "decrypt", &theirs, "-o", &opened];
                        home.ok(&[&open[..], &["--record", &record]].concat());
                        assert!(fs::read(&opened).unwrap() == clear, "{peer:?} {mode} {bits}");
                        crossings += 2;
                    }
                }
            }
        }
    }
    assert_eq!(rows, 3 * 2 * 3 * 2, "modes, keys, lengths, origins");
    assert_eq!(crossings, 2 * (2 * 24 + 12), "CBC and CTR by two peers, GCM by one, both ways");
}

/// Worked in parts here, in one go there.
#[test]
fn a_large_file_is_the_same_at_its_peers() {
    let home = Home::new();
    let large: Vec<u8> = (0..(9u64 << 20) / 8).flat_map(u64::to_be_bytes).chain(clear(7)).collect();
    let (sealed, theirs, opened) = (path(&home, "s"), path(&home, "t"), path(&home, "o"));
    let input = home.file("large", &large);
    for (mode, peer) in
        [("aes-cbc-pkcs7", Peer::OpenSsl), ("aes-ctr", Peer::OpenSsl), ("aes-gcm", Peer::Python)]
    {
        let seal = ["--force", "--threads", "3", "encrypt", &input, "-o", &sealed, "--mode", mode];
        let report = home.ok(&seal);
        let block = &report["encryption"];
        let key = base64::decode(&home.unwrap(block["Key"].as_str().unwrap())).unwrap();
        peer.run("seal", mode, &key, &bytes(block, "InitializationVector"), &input, &theirs);
        assert!(fs::read(&theirs).unwrap() == fs::read(&sealed).unwrap(), "{mode}");
        home.ok(&["--force", "--threads", "3", "decrypt", &sealed, "-o", &opened]);
        assert!(fs::read(&opened).unwrap() == large, "{mode}");
    }
}

#[test]
fn ivs_of_12_bytes_pass_between_reelseal_and_python() {
    let home = Home::new();
    let clear = clear(7);
    let input = home.file("clear", &clear);
    for (mode, iv) in [("aes-ctr", b"123456789012"), ("aes-gcm", b"210987654321")] {
        let wrapped = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
        let iv_text = base64::encode(iv).unwrap();
        let with = ["--mode", mode, "--data-key", &wrapped, "--iv", &iv_text];
        let context = ["--encryption-context", "service=elastictranscoder.amazonaws.com"];
        let sealed = path(&home, mode);
        let seal = ["encrypt", &input, "-o", &sealed, "--format", "mediaconvert"];
        home.ok(&[&seal[..], &with, &context].concat());
        let theirs = path(&home, "theirs");
        Peer::Python.run("open", mode, b"keykeykeykeykeyk", iv, &sealed, &theirs);
        assert!(fs::read(&theirs).unwrap() == clear, "{mode}");
        Peer::Python.run("seal", mode, b"keykeykeykeykeyk", iv, &input, &theirs);
        let opened = path(&home, "opened");
        home.ok(&[&["--force", "decrypt", &theirs, "-o", &opened], &with[..]].concat());
        assert!(fs::read(&opened).unwrap() == clear, "{mode}");
    }
}

#[test]
fn a_counter_of_ones_comes_around_as_openssls_does() {
    let home = Home::new();
    let (key, iv) = ([0x42; 32], [0xFF; 16]);
    let input = home.file("clear", &clear(3));
    let wrapped = home.wrap("alias/reelseal", &key);
    let iv_text = base64::encode(&iv).unwrap();
    let (sealed, theirs) = (path(&home, "sealed"), path(&home, "theirs"));
    let with = ["--mode", "aes-ctr", "--data-key", &wrapped, "--iv", &iv_text];
    home.ok(&[&["encrypt", &input, "-o", &sealed], &with[..]].concat());
    Peer::OpenSsl.run("seal", "aes-ctr", &key, &iv, &input, &theirs);
    assert!(fs::read(sealed).unwrap() == fs::read(theirs).unwrap());
}
