//! Any bytes, to the recognisers of `reelseal inspect`: those that a fuzzer kept, those of
//! proptest, and every file of the vectors, cut and altered.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use reelseal::inspect::{Sample, recognise};

#[path = "../../fuzz/laws/inspect.rs"]
mod inspect_law;

use inspect_law::what_is_said_is_harmless;

#[test]
fn what_the_fuzzer_kept_is_harmless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions/inspect_raw");
    let mut replayed = 0;
    for file in fs::read_dir(folder).expect("the folder") {
        let bytes = fs::read(file.expect("an entry").path()).expect("a file");
        for len in 0..=bytes.len() {
            what_is_said_is_harmless(&bytes[..len]);
        }
        replayed += 1;
    }
    assert!(replayed > 0, "nothing was kept");
}

/// Beginnings that lead into one recogniser each.
const BEGINNINGS: [&[u8]; 22] = [
    b"",
    b"\x01\x02\x02\x00\x78",
    b"\x01\x02\x03\x00\x78",
    b"\x0a\x20",
    b"RSKM\x01",
    b"\x02\x04\x78",
    b"\x02\x05\x78",
    b"\x01\x80\x00\x14",
    b"\x01\x80\x03\x78",
    b"\x1f\x8b\x08\x00",
    b"SQLite format 3\0",
    b"age-encryption.org/v1\n",
    b"Salted__",
    b"#EXTM3U\n",
    b"#EXTM3U\n#EXT-X-KEY:",
    b"{\"FormatVersion\":1,\"DataKeys\":",
    b"{\"Records\":[{\"eventName\":",
    b"{\"x-amz-3\":\"",
    b"-----BEGIN ",
    b"\0\0\0\x18ftypisom",
    b"\0\0\0\x10moof\0\0\0\x08mfhd",
    b"47",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes_are_told_harmlessly(
        beginning in prop::sample::select(&BEGINNINGS[..]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        what_is_said_is_harmless(&[beginning, &rest].concat());
    }

    #[test]
    fn any_text_is_told_harmlessly(text in "[ -~\n]{0,200}|\\PC{0,100}") {
        what_is_said_is_harmless(text.as_bytes());
    }
}

#[test]
fn every_document_is_told_harmlessly_when_it_is_cut_or_altered() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/job");
    let mut documents: Vec<Vec<u8>> =
        fs::read_dir(data).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    let media = ["ts-iv/index.m3u8", "ts-rekey-iv/index.m3u8"];
    documents
        .extend(media.iter().map(|n| reelseal_vectors::bytes(&format!("media/hls-ffmpeg/{n}"))));
    documents.push(reelseal_vectors::bytes("media/clear/fmp4/init_0.mp4"));
    documents.push(reelseal_vectors::bytes("media/clear/ts/v0_000.ts")[..188 * 8].to_vec());
    for document in documents {
        for at in (0..document.len()).step_by(97) {
            what_is_said_is_harmless(&document[..at]);
            let mut altered = document.clone();
            altered[at] ^= 0x55;
            what_is_said_is_harmless(&altered);
        }
    }
}

/// A message of the AWS Encryption SDK, with nothing in it that is true but its lengths.
struct Message {
    version: u8,
    suite: u16,
    frame_len: u32,
    clear_len: usize,
    signature_len: usize,
    edks: usize,
}

impl Message {
    fn bytes(&self) -> Vec<u8> {
        let mut out = match self.version {
            1 => vec![1, 0x80],
            _ => vec![2],
        };
        let counted =
            |text: &[u8]| [&u16::try_from(text.len()).unwrap().to_be_bytes(), text].concat();
        out.extend(self.suite.to_be_bytes());
        out.extend(vec![9; if self.version == 1 { 16 } else { 32 }]);
        let context = [[0, 1].as_slice(), &counted(b"film"), &counted(b"reel 7")].concat();
        out.extend(counted(&context));
        out.extend(u16::try_from(self.edks).unwrap().to_be_bytes());
        for _ in 0..self.edks {
            out.extend(counted(b"aws-kms"));
            out.extend(counted(b"arn:aws:kms:eu-west-1:111122223333:key/k"));
            out.extend(counted(&[5; 184]));
        }
        out.push(if self.frame_len == 0 { 1 } else { 2 });
        if self.version == 1 {
            out.extend([0, 0, 0, 0, 12]);
        }
        out.extend(self.frame_len.to_be_bytes());
        out.extend(vec![7; if self.version == 1 { 12 } else { 32 } + 16]);
        match usize::try_from(self.frame_len).unwrap() {
            0 => {
                out.extend([0; 12]);
                out.extend((self.clear_len as u64).to_be_bytes());
                out.extend(vec![3; self.clear_len + 16]);
            }
            frame => {
                let regular = self.clear_len / frame;
                for n in 1..=regular {
                    out.extend(u32::try_from(n).unwrap().to_be_bytes());
                    out.extend(vec![3; 12 + frame + 16]);
                }
                let last = self.clear_len % frame;
                out.extend([0xFF; 4]);
                out.extend(u32::try_from(regular + 1).unwrap().to_be_bytes());
                out.extend([0; 12]);
                out.extend(u32::try_from(last).unwrap().to_be_bytes());
                out.extend(vec![3; last + 16]);
            }
        }
        if self.signature_len > 0 {
            out.extend(counted(&vec![0x30; self.signature_len]));
        }
        out
    }
}

#[test]
fn every_suite_and_size_of_the_encryption_sdk_is_told_and_a_cut_one_is_said_to_be_cut() {
    let suites = [
        (1, 0x0014, 0),
        (1, 0x0046, 0),
        (1, 0x0078, 0),
        (1, 0x0114, 0),
        (1, 0x0146, 0),
        (1, 0x0178, 0),
        (1, 0x0214, 71),
        (1, 0x0346, 102),
        (1, 0x0378, 103),
        (2, 0x0478, 0),
        (2, 0x0578, 103),
    ];
    for (version, suite, signature_len) in suites {
        for (frame_len, clear_len) in
            [(4096, 0), (4096, 4096), (100, 1234), (1, 5), (0, 0), (0, 777)]
        {
            let message = Message { version, suite, frame_len, clear_len, signature_len, edks: 2 };
            let bytes = message.bytes();
            let found = recognise(&Sample::whole(&bytes)).expect("a message");
            let told = found.to_json();
            assert_eq!(told["kind"], "encryption-sdk-message");
            let name = told["facts"]["suite"].as_str().unwrap();
            assert!(name.starts_with(&format!("0x{suite:04x} AES_")), "{name}");
            assert_eq!(told["facts"]["clearBytes"], clear_len, "{name} {frame_len}: {told}");
            if frame_len > 0 {
                assert_eq!(told["facts"]["frames"], clear_len as u64 / u64::from(frame_len) + 1);
            }
            assert_eq!(told["facts"]["encryptionContext"]["film"], "reel 7");
            assert_eq!(told["facts"]["encryptedDataKeys"], 2);
            assert_eq!(told["facts"]["signed"], signature_len > 0);
            let edk = &told["inside"][0]["facts"];
            assert_eq!(edk["keyArn"], "arn:aws:kms:eu-west-1:111122223333:key/k");
            for cut in 1..bytes.len().min(700) {
                let cut = &bytes[..bytes.len() - cut];
                let Some(found) = recognise(&Sample::whole(cut)) else { continue };
                let told = found.to_json();
                if told["kind"] == "encryption-sdk-message" {
                    let notes = told["notes"].to_string();
                    assert!(notes.contains("cut"), "{name} {frame_len} {}: {told}", cut.len());
                }
            }
            let longer = [bytes.as_slice(), b"!"].concat();
            let told = recognise(&Sample::whole(&longer)).unwrap().to_json();
            assert!(told["notes"].to_string().contains("cut"), "{name}: {told}");
        }
    }
}

/// ISO/IEC 14496-12 §4.2.
fn bmff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes(), kind.as_slice(), body].concat()
}

#[test]
fn common_encryption_is_told_by_scheme_key_and_system() {
    let kid = *b"0123456789abcdef";
    for (scheme, tenc) in [
        (b"cenc", [&[0, 0, 0, 0, 0, 0, 1, 8][..], &kid].concat()),
        (b"cbcs", [&[1, 0, 0, 0, 0, 0x19, 1, 0][..], &kid, &[16], &[7; 16]].concat()),
    ] {
        let schi = bmff(b"schi", &bmff(b"tenc", &tenc));
        let schm = bmff(b"schm", &[&[0; 4][..], scheme, &[0, 1, 0, 0]].concat());
        let sinf = bmff(b"sinf", &[bmff(b"frma", b"avc1"), schm, schi].concat());
        let stsd = bmff(
            b"stsd",
            &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &bmff(b"encv", &[&[0; 78][..], &sinf].concat())]
                .concat(),
        );
        let trak = [b"trak", b"mdia", b"minf", b"stbl"]
            .iter()
            .rev()
            .fold(stsd, |body, kind| bmff(kind, &body));
        let widevine = 0xEDEF_8BA9_79D6_4ACE_A3C8_27DC_D51D_21ED_u128.to_be_bytes();
        let pssh = bmff(b"pssh", &[&[0; 4][..], &widevine, &[0; 4]].concat());
        let mvhd = bmff(b"mvhd", &[0; 100]);
        let moov = bmff(b"moov", &[mvhd, trak, bmff(b"mvex", b""), pssh].concat());
        let ftyp = bmff(b"ftyp", b"iso6\0\0\0\0iso6");
        for (file, kind) in [
            ([ftyp.clone(), moov.clone()].concat(), "fmp4-init"),
            // The index behind the media, as cameras write it.
            ([ftyp.clone(), bmff(b"mdat", &[9; 5000]), moov].concat(), "fmp4-init"),
        ] {
            let told = recognise(&Sample::whole(&file)).expect("a file").to_json();
            assert_eq!(told["kind"], kind);
            let facts = &told["facts"];
            let scheme = str::from_utf8(scheme).unwrap();
            assert!(facts["schemes"][0].as_str().unwrap().starts_with(scheme), "{told}");
            assert_eq!(facts["keyIds"][0], "30313233-3435-3637-3839-616263646566");
            assert_eq!(facts["drmSystems"][0], "Widevine");
            let track = facts["tracks"][0].as_str().unwrap();
            assert!(track.starts_with(&format!("avc1 under {scheme}")), "{track}");
            assert_eq!(track.contains("pattern 1:9, constant IV"), scheme == "cbcs", "{track}");
            assert!(told["opens"].as_str().unwrap().contains("does not open Common Encryption"));
        }
    }
    let traf = bmff(b"traf", &[bmff(b"tfhd", &[0; 8]), bmff(b"senc", &[0; 8])].concat());
    let moof = bmff(b"moof", &[bmff(b"mfhd", &[0; 8]), traf].concat());
    let told =
        recognise(&Sample::whole(&[moof, bmff(b"mdat", &[1; 99])].concat())).unwrap().to_json();
    assert_eq!(told["kind"], "fmp4-segment");
    assert_eq!(told["facts"]["encryptedFragments"], 1);
}

#[test]
fn sample_aes_in_a_transport_stream_is_named() {
    let mut stream = reelseal_vectors::bytes("media/clear/ts/v0_000.ts");
    let pmt =
        stream.chunks(188).position(|packet| packet.get(5..7) == Some(&[2, 0xB0])).expect("a PMT");
    let types = &mut stream[pmt * 188 + 5..pmt * 188 + 60];
    for (clear, encrypted) in [(0x1B, 0xDB), (0x0F, 0xCF)] {
        let at = types.windows(2).position(|w| w == [clear, 0xE1]).expect("a stream");
        types[at] = encrypted;
    }
    let told = recognise(&Sample::whole(&stream)).unwrap().to_json();
    assert_eq!(told["kind"], "mpeg-ts");
    let streams = told["facts"]["streams"].to_string();
    assert!(
        streams.contains("H.264, SAMPLE-AES") && streams.contains("AAC, SAMPLE-AES"),
        "{streams}"
    );
    assert!(told["opens"].as_str().unwrap().contains("reelseal does not open it"));
}

#[test]
fn a_segment_that_was_opened_under_a_wrong_iv_is_noticed() {
    for file in ["ts/v0_000.ts", "fmp4/v0_000.m4s"] {
        let mut clear = reelseal_vectors::bytes(&format!("media/clear/{file}"));
        clear.iter_mut().take(16).for_each(|byte| *byte ^= 0x5A);
        let told = recognise(&Sample::whole(&clear)).unwrap().to_json();
        assert!(told["notes"].to_string().contains("wrong IV"), "{file}: {told}");
    }
}
