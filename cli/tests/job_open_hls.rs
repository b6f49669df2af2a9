//! `reelseal job import -o`: the HLS packages of old jobs, under the service's own names.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Home, Package, media, path, text};
use reelseal::base64;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{Encryptor, Iv};
use reelseal_vectors::media::{expect, package};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const KEY: [u8; 16] = *b"keykeykeykeykeyk";
const IV: [u8; 16] = *b"1234567890123456";

fn encrypt(clear: &[u8], iv: Iv) -> Vec<u8> {
    let mut sealed = clear.to_vec();
    let (blocks, tail) = sealed.as_chunks_mut::<16>();
    let mut encryptor = Encryptor::new(&SegmentKey::new(KEY), iv);
    encryptor.update(blocks);
    let last = encryptor.finish(tail).unwrap();
    sealed.truncate(clear.len() / 16 * 16);
    [sealed, last.to_vec()].concat()
}

/// The clear segments of a variant.
fn segments(variant: usize) -> Vec<Vec<u8>> {
    let clear = media::clear("clear/ts");
    (0..3).map(|n| clear.files[&format!("v{variant}_00{n}.ts")].clone()).collect()
}

/// The tag of a playlist; `None` is a playlist that does not name its IV.
fn tag(uri: &str, iv: Option<[u8; 16]>) -> String {
    let iv = iv.map(|iv| format!(",IV=0x{:032x}", u128::from_be_bytes(iv))).unwrap_or_default();
    format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}\"{iv}")
}

/// A variant of HLSv3, encrypted and clear.
fn v3(name: &str, variant: usize, tag: &str, iv: impl Fn(u64) -> Iv) -> [Package; 2] {
    let base = name.rsplit('/').next().unwrap();
    let [mut sealed, mut opened] = [Package::new(name), Package::new(name)];
    let mut lines = vec!["#EXT-X-TARGETDURATION:4".to_owned()];
    for (n, clear) in (0..).zip(segments(variant)) {
        let segment = format!("{name}{n:05}.ts");
        sealed = sealed.with(&segment, encrypt(&clear, iv(n)));
        opened = opened.with(&segment, clear);
        lines.extend(["#EXTINF:4,".to_owned(), format!("{base}{n:05}.ts")]);
    }
    let (name, text) = (format!("{name}.m3u8"), lines.join("\n"));
    let opened = opened.with(&name, format!("#EXTM3U\n{text}\n"));
    [sealed.with(&name, format!("#EXTM3U\n{tag}\n{text}\n")), opened]
}

/// A variant of HLSv4: one file, ranges of it, and an I-frame playlist whose ranges lie in them.
fn v4(name: &str, variant: usize, tag: &str) -> [Package; 2] {
    let base = name.rsplit('/').next().unwrap();
    let playlist = |lens: &[usize], tag: &str| {
        let mut at = 0;
        let mut text = format!("#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n{tag}");
        for len in lens {
            text += &format!("#EXTINF:4,\n#EXT-X-BYTERANGE:{len}@{at}\n{base}.ts\n");
            at += len;
        }
        text
    };
    let clear = segments(variant);
    let sealed: Vec<Vec<u8>> = clear.iter().map(|c| encrypt(c, Iv::Attribute(IV))).collect();
    let lens = |all: &[Vec<u8>]| all.iter().map(Vec::len).collect::<Vec<_>>();
    let tag = format!("{tag}\n");
    let frames = |tag: &str, second: usize| {
        format!(
            "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n#EXT-X-I-FRAMES-ONLY\n{tag}\
             #EXTINF:4,\n#EXT-X-BYTERANGE:752@188\n{base}.ts\n\
             #EXTINF:4,\n#EXT-X-BYTERANGE:752@{second}\n{base}.ts\n"
        )
    };
    [(&sealed, tag.as_str()), (&clear, "")].map(|(files, tag)| {
        Package::new(name)
            .with(&format!("{name}.ts"), files.concat())
            .with(&format!("{name}_v4.m3u8"), playlist(&lens(files), tag))
            .with(&format!("{name}_iframe.m3u8"), frames(tag, files[0].len() + 188))
    })
}

/// A folder with a job's files, and what they are in the clear.
struct Old {
    home: Home,
    dir: TempDir,
    clear: Package,
    runs: usize,
}

impl Old {
    fn new() -> Self {
        let (home, dir) = (Home::new(), TempDir::new().unwrap());
        fs::create_dir(dir.path().join("root")).unwrap();
        Self { home, dir, clear: Package::new(""), runs: 0 }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn add(&mut self, [sealed, clear]: [Package; 2]) {
        sealed.write(&self.root());
        self.clear.files.extend(clear.files);
    }

    /// A playlist that is not encrypted.
    fn master(&mut self, name: &str, uris: &[&str]) {
        let lines = uris.iter().flat_map(|uri| ["#EXT-X-STREAM-INF:BANDWIDTH=1", uri]);
        let package = Package::new("").playlist(name, &lines.collect::<Vec<_>>());
        self.add([package.clone(), package]);
    }

    fn key(&self) -> Value {
        json!(self.home.wrap("alias/reelseal", &KEY))
    }

    /// A job with these playlists, each its name, its format, its outputs and its block.
    fn job(&self, playlists: &[(&str, &str, &[&str], Value)]) -> String {
        self.job_below("t/", playlists)
    }

    fn job_below(&self, prefix: &str, playlists: &[(&str, &str, &[&str], Value)]) -> String {
        let keys = playlists.iter().flat_map(|(_, _, keys, _)| keys.iter());
        let outputs: Vec<_> = keys.map(|k| json!({ "Key": k, "SegmentDuration": "4" })).collect();
        let playlists = playlists.iter().map(|(name, format, keys, block)| {
            json!({ "Name": name, "Format": format, "OutputKeys": keys,
                "HlsContentProtection": block })
        });
        let job = json!({ "Job": {
            "Id": "1418191500001-job001",
            "PipelineId": "1407191500001-pipe01",
            "Status": "Complete",
            "Inputs": [{ "Key": "reel.mov" }],
            "OutputKeyPrefix": prefix,
            "Outputs": outputs,
            "Playlists": playlists.collect::<Vec<_>>(),
        }});
        self.home.file("job", job.to_string().as_bytes())
    }

    fn import(&mut self, job: &str, options: &[&str]) -> (PathBuf, std::process::Output) {
        self.runs += 1;
        let out = self.dir.path().join(format!("out-{}", self.runs));
        (out.clone(), self.import_to(&out, job, options))
    }

    fn import_to(&self, out: &Path, job: &str, options: &[&str]) -> std::process::Output {
        let (root, to) = (path(&self.root()), path(out));
        let import = ["--json", "job", "import", job, "--root", &root, "-o", &to];
        self.home.run(&[&import[..], options].concat())
    }

    /// All of it opens; the answer and what was said.
    #[track_caller]
    fn opens(&mut self, job: &str) -> Vec<Value> {
        let (out, output) = self.import(job, &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        self.clear.expect_same(&Package::read(&out, ""), "what was opened");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["errors"], json!([]));
        answer["opened"].as_array().unwrap().clone()
    }

    /// It is refused with `exit`, and nothing is left behind.
    #[track_caller]
    fn fails(&mut self, exit: i32, job: &str) -> Value {
        let (out, output) = self.import(job, &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        assert_eq!(common::names(&out), [""; 0]);
        serde_json::from_str::<Value>(said.lines().last().unwrap()).unwrap()["error"].clone()
    }
}

/// The block of a job whose key the service kept to itself.
fn block(key: &Value) -> Value {
    json!({ "Method": "aes-128", "Key": key, "InitializationVector": "MTIzNDU2Nzg5MDEyMzQ1Ng==",
        "KeyStoragePolicy": "NoStore", "LicenseAcquisitionUrl": LICENCE })
}

const LICENCE: &str = "https://keys.example.com/title-7";

fn named(_: u64) -> Iv {
    Iv::Attribute(IV)
}

#[test]
fn packages_of_both_versions_open_under_their_own_names() {
    let mut old = Old::new();
    let tag = tag(LICENCE, Some(IV));
    old.add(v3("t/hls/low", 0, &tag, named));
    old.add(v3("t/hls/high", 2, &tag, named));
    old.master("t/lists/all.m3u8", &["../hls/low.m3u8", "../hls/high.m3u8"]);
    old.add(v4("t/v4/film", 1, &tag));
    let job = old.job(&[
        ("lists/all", "HLSv3", &["hls/low", "hls/high"], block(&old.key())),
        ("v4/absent", "HLSv4", &["v4/film"], block(&old.key())),
    ]);
    let opened = old.opens(&job);
    let figures: Vec<_> = opened.iter().map(|o| (&o["segments"], &o["playlists"])).collect();
    assert_eq!(figures, [(&json!(6), &json!(3)), (&json!(3), &json!(2))]);
    for report in &opened {
        assert_eq!((&report["proof"], &report["warnings"]), (&json!("container"), &json!([])));
        assert!(report["keyArn"].as_str().unwrap().starts_with("arn:"), "{report}");
    }

    let out = old.dir.path().join("out-1");
    fs::write(out.join("t/hls/other"), b"somebody's").unwrap();
    let again = old.import_to(&out, &job, &[]);
    assert_eq!(again.status.code(), Some(4), "what is there is kept");
    assert!(text(&again.stderr).contains("the output exists"));
    fs::write(out.join("t/hls/low00001.ts"), b"damaged").unwrap();
    assert!(old.import_to(&out, &job, &["--force"]).status.success());
    old.clear = old.clear.clone().with("t/hls/other", *b"somebody's");
    old.clear.expect_same(&Package::read(&out, ""), "with --force");
}

#[test]
fn two_playlists_may_share_a_variant() {
    let mut old = Old::new();
    let tag = tag(LICENCE, Some(IV));
    for (name, variant) in [("t/low", 0), ("t/mid", 1), ("t/high", 2)] {
        old.add(v3(name, variant, &tag, named));
    }
    old.master("t/phone.m3u8", &["low.m3u8", "mid.m3u8"]);
    old.master("t/tv.m3u8", &["mid.m3u8", "high.m3u8"]);
    let key = old.key();
    let job = old.job(&[
        ("phone", "HLSv3", &["low", "mid"], block(&key)),
        ("tv", "HLSv3", &["mid", "high"], block(&key)),
    ]);
    assert_eq!(old.opens(&job).len(), 2);
}

#[test]
fn a_key_beside_the_playlists_opens_them_in_every_form() {
    let wrapped = |old: &Old| old.key().as_str().unwrap().to_owned();
    type Form = fn(String) -> Vec<u8>;
    let forms: [(&str, Form); 5] = [
        ("raw", |_| KEY.to_vec()),
        ("wrapped", |wrapped| base64::decode(&wrapped).unwrap().to_vec()),
        ("wrapped, in base64", |wrapped| wrapped.into_bytes()),
        ("base64", |_| base64::encode(&KEY).unwrap().as_bytes().to_vec()),
        ("hex", |_| b"6b65796b65796b65796b65796b65796b".to_vec()),
    ];
    for policy in [json!("WithVariantPlaylists"), Value::Null] {
        for (form, stored) in forms {
            let mut old = Old::new();
            old.add(v3("t/low", 0, &tag("low.key", Some(IV)), named));
            fs::write(old.root().join("t/low.key"), stored(wrapped(&old))).unwrap();
            let block = json!({ "Method": "aes-128", "KeyStoragePolicy": policy });
            let job = old.job(&[("master", "HLSv3", &["low"], block)]);
            assert_eq!(old.opens(&job).len(), 1, "{form}");
        }
    }
}

#[test]
fn a_key_beside_the_playlists_stands_in_for_one_that_the_key_service_refuses() {
    let mut old = Old::new();
    old.add(v3("t/low", 0, &tag("low.key", Some(IV)), named));
    let gone = old.home.key();
    let key = json!(old.home.wrap(&gone, &KEY));
    let job = old.job(&[("master", "HLSv3", &["low"], block(&key))]);
    old.home.ok(&["key", "disable", &gone]);
    assert_eq!(old.fails(6, &job)["code"], "DisabledException");
    fs::write(old.root().join("t/low.key"), KEY).unwrap();
    let [report] = &old.opens(&job)[..] else { panic!("not one") };
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.contains("DisabledException") && warning.contains("beside"), "{warning}");
}

#[test]
fn an_iv_that_no_playlist_names_is_the_jobs_or_the_segments_number() {
    for sequence in [false, true] {
        let mut old = Old::new();
        let iv = |n| if sequence { Iv::MediaSequence(n) } else { Iv::Attribute(IV) };
        old.add(v3("t/low", 0, &tag(LICENCE, None), iv));
        let job = old.job(&[("master", "HLSv3", &["low"], block(&old.key()))]);
        assert_eq!(old.opens(&job)[0]["proof"], "container", "{sequence}");
    }
}

#[test]
fn what_does_not_open_is_named_and_does_not_keep_the_others_closed() {
    let mut old = Old::new();
    let tag = tag(LICENCE, Some(IV));
    let other = json!(old.home.wrap("alias/reelseal", b"another key, yes"));
    let short = json!(old.home.wrap("alias/reelseal", b"no key"));
    old.add(v3("t/low", 0, &tag, named));
    for (key, exit, code) in [
        (other, 5, Value::Null),
        (short, 4, json!(4020)),
        (json!("QUJDRA=="), 6, json!(4018)),
        (json!("@/etc/passwd"), 3, Value::Null),
    ] {
        let job = old.job(&[("master", "HLSv3", &["low"], block(&key))]);
        let error = old.fails(exit, &job);
        assert_eq!(error["transcoderCode"], code, "{key}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("$.Job.Playlists[0].HlsContentProtection"), "{message}");
    }

    old.add(v3("t/high", 2, &tag, named));
    fs::write(old.root().join("t/low00001.ts"), [0; 30]).unwrap();
    let (key, none) = (old.key(), json!({ "Method": "aes-128", "KeyStoragePolicy": "NoStore" }));
    let job = old.job(&[
        ("one", "HLSv3", &["low"], block(&key)),
        ("two", "HLSv3", &["high"], block(&key)),
        ("three", "HLSv3", &["high"], none),
    ]);
    let (out, output) = old.import(&job, &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("t/low00001.ts"), "{said}");
    assert!(said.contains("not opened: HLS playlist t/three.m3u8: the wrapped key"), "{said}");
    old.clear.files.retain(|name, _| name.starts_with("t/high"));
    old.clear.expect_same(&Package::read(&out, ""), "the others");
}

/// The key is in the job and nowhere else.
#[test]
fn a_package_of_openssl_opens_with_the_key_of_its_job() {
    for name in ["hls-openssl/byterange", "hls-openssl/implicit-seq1"] {
        let mut old = Old::new();
        let dir = package(name);
        let key = old.home.wrap("alias/reelseal", &fs::read(dir.join("k0.key")).unwrap());
        for item in fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()) {
            let kept = item.file_name().unwrap().to_str().unwrap().to_owned();
            if !kept.ends_with(".key") && !kept.ends_with(".json") {
                fs::copy(&item, old.root().join(kept)).unwrap();
            }
        }
        let block = json!({ "Method": "aes-128", "Key": key, "KeyStoragePolicy": "NoStore" });
        let job = old.job_below("", &[("index", "HLSv3", &[], block)]);
        let (out, output) = old.import(&job, &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let mut offset = 0;
        for item in expect(name) {
            let file = fs::read(out.join(&item.uri)).unwrap();
            let start = if item.range.is_some() { offset } else { 0 };
            let end = start + usize::try_from(item.clear_len).unwrap();
            assert_eq!(*Sha256::digest(&file[start..end]), item.clear_sha256, "{name}");
            offset = end;
        }
    }
}
