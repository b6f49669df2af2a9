//! The law above all: `unprotect(protect(package))` is the package, every file, byte for byte.
//!
//! Every shape of package in every mode, enumerated and counted. Of each, three parties must
//! agree: the record, a player that knows nothing of reelseal, and the playlists alone.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::player::{self, Keys, Played};
use common::shapes::{self, Shape};
use common::{Lab, Package, path};
use serde_json::Value;

const URL: &str = "https://keys.example.com/k?n={key}";

/// One way to protect.
#[derive(Clone, Copy, Debug)]
struct Mode {
    iv: &'static str,
    rotate: Option<&'static str>,
    init: &'static str,
    store: bool,
}

impl Mode {
    fn all() -> Vec<Self> {
        let mut modes = Vec::new();
        for iv in ["random", "sequence", "000102030405060708090a0b0c0d0e0f"] {
            for rotate in [None, Some("1"), Some("2")] {
                for init in ["clear", "encrypted"] {
                    for store in [true, false] {
                        modes.push(Self { iv, rotate, init, store });
                    }
                }
            }
        }
        modes
    }

    fn options(self) -> Vec<&'static str> {
        let mut options = vec!["--iv", self.iv, "--init", self.init];
        options.extend(self.rotate.into_iter().flat_map(|every| ["--rotate-every", every]));
        options.extend(match self.store {
            true => vec!["--key-storage-policy", "WithVariantPlaylists"],
            false => vec!["--license-acquisition-url", URL],
        });
        options
    }

    fn is_refused(self, shape: &Shape) -> bool {
        self.iv == "sequence" && shape.several_numbers
    }
}

// req HLS-IFRAME-1, HLS-MAP-1
#[test]
fn every_shape_comes_back_from_every_mode() {
    let (modes, shapes) = (Mode::all(), shapes::all());
    let mut names: Vec<_> = shapes.iter().map(|shape| shape.name).collect();
    names.dedup();
    assert_eq!(names.len(), shapes.len());
    let cases: Vec<_> =
        shapes.iter().flat_map(|shape| modes.iter().map(move |mode| (shape, *mode))).collect();
    let (workers, lab) = (4, Lab::new());
    let failed: usize = std::thread::scope(|scope| {
        let work = |worker| {
            let (cases, lab) = (&cases, &lab);
            let mine = cases.iter().skip(worker).step_by(workers);
            // Goes on after a failure: which cases fail together says why.
            let fails = |(shape, mode): &(&Shape, Mode)| {
                catch_unwind(AssertUnwindSafe(|| one(lab, shape, *mode))).is_err()
            };
            scope.spawn(move || mine.filter(|case| fails(case)).count())
        };
        let workers: Vec<_> = (0..workers).map(work).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(failed, 0, "of {} cases", cases.len());
    let refused = cases.iter().filter(|(shape, mode)| mode.is_refused(shape)).count();
    println!(
        "{} shapes × {} modes = {} packages: {} came back, {refused} were refused by rule",
        shapes.len(),
        modes.len(),
        cases.len(),
        cases.len() - refused
    );
    assert_eq!((modes.len(), refused), (36, 2 * 12));
}

fn one(lab: &Lab, shape: &Shape, mode: Mode) {
    let case = format!("{}: {mode:?}", shape.name);
    let clear = &shape.package;
    let dir = lab.write(clear);
    if mode.is_refused(shape) {
        let error = lab.refuses("protect", &dir.join(&clear.main), 4, &mode.options());
        error.says(&[": line ", "elsewhere", "sequence number", "--iv sequence"]);
        return fs::remove_dir_all(dir.parent().unwrap()).unwrap();
    }
    let (out, summary) = lab.protect(&dir, &clear.main, &mode.options());
    let protected = Package::read(&out, &clear.main);
    let keys = keys(lab, &protected);
    assert_eq!(summary["keyServiceCalls"]["GenerateDataKey"], keys.len(), "{case}");
    plays(clear, &protected, &keys, &summary, &case);

    let (back, summary) = lab.unprotect(&out, &clear.main, &[]);
    assert_eq!(summary["proof"], "sha256", "{case}");
    clear.expect_same(&Package::read(&back, &clear.main), &case);

    // Without the record the playlists must do: the files are the same.
    fs::remove_file(out.join("reelseal.json")).unwrap();
    if mode.store || keys.len() == 1 {
        let key_file = lab.place("key");
        fs::write(&key_file, keys.values().next().unwrap()).unwrap();
        let key_file = path(&key_file);
        let options: &[&str] = if mode.store { &[] } else { &["--key-file", &key_file] };
        let (foreign, _) = lab.unprotect(&out, &clear.main, options);
        let foreign = Package::read(&foreign, &clear.main);
        media(clear).expect_same(&media(&foreign), &case);
        assert_eq!(played(clear, &Keys::new()), played(&foreign, &Keys::new()), "{case}");
    }
    for dir in [&dir, &out, &back] {
        fs::remove_dir_all(dir.parent().unwrap()).unwrap();
    }
}

/// The data keys by their URIs, as the key service unwraps them.
fn keys(lab: &Lab, protected: &Package) -> Keys {
    let record: Value = serde_json::from_slice(&protected.files["reelseal.json"]).unwrap();
    let entries = record["DataKeys"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let uri = entry["Uri"].as_str().unwrap().to_owned();
            let bytes = match protected.files.get(&uri) {
                Some(bytes) => bytes.clone(),
                None => {
                    let clear = lab.home.unwrap(entry["Key"].as_str().unwrap());
                    reelseal::base64::decode(&clear).unwrap().to_vec()
                }
            };
            (uri, bytes.try_into().unwrap())
        })
        .collect()
}

/// A player gets the clear bytes from the protected package, but for the I-frames that the
/// program warned of.
fn plays(clear: &Package, protected: &Package, keys: &Keys, summary: &Value, case: &str) {
    let before = played(clear, &Keys::new());
    let after = played(protected, keys);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{case}");
    let mut lost = 0;
    for (name, before) in &before {
        let after = &after[name];
        assert_eq!(before.len(), after.len(), "{case}: {name}");
        for (before, after) in before.iter().zip(after) {
            assert_eq!(before.uri, after.uri, "{case}: {name}");
            if before != after {
                assert!(protected.text(name).contains("#EXT-X-I-FRAMES-ONLY"), "{case}: {name}");
                lost += 1;
            }
        }
    }
    let warned: u64 = summary["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            let (count, _) = warning.as_str().unwrap().split_once(" I-frames begin").unwrap();
            count.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
        })
        .sum();
    assert_eq!(lost, warned, "{case}: I-frames that no player shows");
}

/// What players load. The numbers of lines are left out: tags came in.
fn played(package: &Package, keys: &Keys) -> BTreeMap<String, Vec<Played>> {
    let mut all = player::play(package, keys);
    all.values_mut().flatten().for_each(|played| played.line = 0);
    all
}

/// The files that are not playlists.
fn media(package: &Package) -> Package {
    let mut media = package.clone();
    media.files.retain(|name, _| !name.ends_with(".m3u8"));
    media
}
