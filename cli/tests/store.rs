//! `reelseal store`: objects come back whole, or not at all; their keys change, and they do not.

mod home;

use std::fs;
use std::path::{Path, PathBuf};

use home::Home;
use serde_json::Value;
use tempfile::TempDir;

/// Bytes of a frame.
const FRAME: usize = 1 << 20;

/// A keystore with its store, and a folder for files.
struct Shop {
    home: Home,
    dir: TempDir,
}

impl Shop {
    fn new() -> Self {
        Self { home: Home::new(), dir: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn put(&self, object: &str, bytes: &[u8], options: &[&str]) -> Value {
        let file = self.home.file("in", bytes);
        self.home.ok(&[&["store", "put", file.as_str(), object], options].concat())
    }

    /// The object by both ways out.
    fn get(&self, object: &str) -> Vec<u8> {
        let out = self.file("out");
        self.home.ok(&["--force", "store", "get", object, "-o", &out]);
        let piped = self.home.run(&["store", "get", object, "-o", "-"]);
        let bytes = fs::read(&out).unwrap();
        assert!(piped.status.success() && piped.stdout == bytes, "the ways out differ");
        bytes
    }

    /// Neither way lets a byte out.
    #[track_caller]
    fn refuses(&self, exit: i32, object: &str) -> Value {
        let out = self.file("refused");
        let error = self.home.fails(exit, &["store", "get", object, "-o", &out]);
        assert!(!Path::new(&out).exists(), "left behind: {error}");
        self.home.fails(exit, &["store", "get", object, "-o", "-"])
    }

    fn paths(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.home.keystore().join("store").join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The one message or record that there is.
    fn only(&self, folder: &str) -> PathBuf {
        let [path] = &self.paths(folder)[..] else { panic!("not one in {folder}") };
        path.clone()
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

#[test]
fn objects_of_every_length_come_back() {
    let shop = Shop::new();
    for len in [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 2 * FRAME + 17] {
        let clear = bytes(len);
        let put = shop.put("movies/reel", &clear, &["--force"]);
        assert_eq!(put["Size"], len);
        assert_eq!(shop.get("movies/reel"), clear, "{len}");
        let message = fs::read(shop.only("bodies")).unwrap();
        assert_eq!(put["EncryptedSize"], message.len());
        let front = clear.first_chunk::<64>();
        let leaks = |front: &[u8; 64]| message.windows(64).any(|window| window == front);
        assert!(!front.is_some_and(leaks), "{len}: clear bytes are in the message");
    }
}

#[test]
fn the_store_is_for_its_owner_alone_and_its_objects_are_listed() {
    let shop = Shop::new();
    for object in ["movies/b", "movies/a/1", "movies/a", "music/a"] {
        shop.put(object, b"reel", &[]);
    }
    let names = |args: &[&str]| {
        let list = shop.home.ok(&[&["store", "list"], args].concat());
        let names = list.as_array().unwrap().iter().map(|object| object["Name"].to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), [r#""movies/a""#, r#""movies/a/1""#, r#""movies/b""#, r#""music/a""#]);
    assert_eq!(names(&["movies/a"]), [r#""movies/a""#, r#""movies/a/1""#]);
    #[cfg(unix)]
    assert_eq!(home::mode(&shop.home.keystore().join("store")), 0o700);
    shop.home.ok(&["store", "remove", "movies/a"]);
    assert_eq!(names(&["movies"]), [r#""movies/a/1""#, r#""movies/b""#]);
    assert_eq!(shop.paths("bodies").len(), 3);
    shop.refuses(4, "movies/a");
    shop.home.fails(4, &["store", "remove", "movies/a"]);
}

#[test]
fn re_wrap_changes_the_key_and_not_a_byte_of_the_message() {
    let shop = Shop::new();
    let (old, new) = (shop.home.key(), shop.home.key());
    let put = shop.put("movies/reel", &bytes(FRAME + 5), &["--key-id", &old]);
    let message = fs::read(shop.only("bodies")).unwrap();
    let wrapped = shop.home.ok(&["store", "re-wrap", "movies/reel", "--key-id", &new]);
    assert!(put["KmsKeyArn"].as_str().unwrap().ends_with(&old));
    assert!(wrapped["KmsKeyArn"].as_str().unwrap().ends_with(&new));
    assert_ne!(put["WrappedKey"], wrapped["WrappedKey"]);
    assert_eq!(fs::read(shop.only("bodies")).unwrap(), message);
    shop.home.ok(&["key", "disable", &old]);
    assert_eq!(shop.get("movies/reel"), bytes(FRAME + 5));

    shop.home.ok(&["key", "rotate", &new]);
    let again = shop.home.ok(&["store", "re-wrap", "movies/reel"]);
    assert_eq!(again["KmsKeyArn"], wrapped["KmsKeyArn"]);
    assert_eq!(fs::read(shop.only("bodies")).unwrap(), message);
    assert_eq!(shop.get("movies/reel"), bytes(FRAME + 5));
    shop.home.ok(&["key", "disable", &new]);
    assert_eq!(shop.refuses(6, "movies/reel")["code"], "DisabledException");
    shop.home.refuses("DisabledException", &["store", "re-wrap", "movies/reel"]);
}

#[test]
fn every_use_of_a_key_is_on_record_with_the_object() {
    let shop = Shop::new();
    shop.put("movies/reel", b"reel", &["--mode", "s3"]);
    shop.get("movies/reel");
    shop.home.ok(&["store", "re-wrap", "movies/reel"]);
    let records = shop.home.records();
    for event in ["GenerateDataKey", "Decrypt", "ReEncrypt"] {
        let record = records.iter().find(|record| record["eventName"] == event).unwrap();
        assert!(record.to_string().contains("arn:aws:s3:::movies/reel"), "{record}");
    }
}

#[test]
fn an_altered_message_is_refused_and_nothing_is_let_out() {
    let shop = Shop::new();
    shop.put("movies/reel", &bytes(2 * FRAME + 9), &[]);
    let path = shop.only("bodies");
    let message = fs::read(&path).unwrap();
    // The header's fields, a frame and its tag, the next frame, the final one, the last tag.
    let end = message.len();
    let places = [0, 2, 3, 40, 90, 200, 260, FRAME, FRAME + 300, 2 * FRAME, end - 30, end - 1];
    for place in places {
        let mut altered = message.clone();
        altered[place] ^= 1;
        fs::write(&path, altered).unwrap();
        let out = shop.home.run(&["store", "get", "movies/reel", "-o", "-"]);
        assert!(matches!(out.status.code(), Some(3 | 5)), "{place}: {:?}", out.status);
        assert_eq!(out.stdout, b"", "{place}");
        let file = shop.file("altered");
        let out = shop.home.run(&["store", "get", "movies/reel", "-o", &file]);
        assert!(!out.status.success() && !Path::new(&file).exists(), "{place}");
        shop.home.fails(3, &["store", "export", "movies/reel", "-o", &file]);
        if (3..35).contains(&place) {
            assert_eq!(out.status.code(), Some(5), "the message id, at {place}");
        }
    }
    for (altered, what) in [
        (&message[..end - 1], "cut"),
        (&message[..FRAME], "cut in a frame"),
        (&[&message[..], b"x"].concat(), "longer"),
        (&message[..10], "cut in the header"),
        (&[][..], "empty"),
    ] {
        fs::write(&path, altered).unwrap();
        let error = shop.refuses(3, "movies/reel");
        assert!(error["message"].as_str().unwrap().starts_with("movies/reel: "), "{what}: {error}");
    }
    fs::write(&path, &message).unwrap();
    assert_eq!(shop.get("movies/reel"), bytes(2 * FRAME + 9));
}

/// Whoever can write into the store cannot pass one object off as another.
#[test]
fn objects_that_changed_places_are_refused() {
    let shop = Shop::new();
    shop.put("movies/a", b"one reel", &[]);
    let (record, body) = (shop.only("objects"), shop.only("bodies"));
    let text = fs::read_to_string(&record).unwrap();
    let message = fs::read(&body).unwrap();
    shop.put("movies/b", b"another", &[]);
    let other = shop.paths("objects").into_iter().find(|path| *path != record).unwrap();
    let other_body = shop.paths("bodies").into_iter().find(|path| *path != body).unwrap();
    let other_text = fs::read_to_string(&other).unwrap();

    fs::write(&other_body, &message).unwrap();
    shop.refuses(5, "movies/b");
    fs::write(&other, &text).unwrap();
    shop.refuses(3, "movies/b");
    let renamed = text.replace(r#""Name": "movies/a""#, r#""Name": "movies/b""#);
    fs::write(&other, &renamed).unwrap();
    shop.refuses(5, "movies/b");
    fs::write(&other, renamed.replace("s3:::movies/a", "s3:::movies/b")).unwrap();
    shop.refuses(6, "movies/b");

    let name = other_body.file_name().unwrap().to_str().unwrap();
    for body in ["../../root.key", "", "00.esdk", "/etc/passwd"] {
        fs::write(&other, other_text.replace(name, body)).unwrap();
        shop.refuses(3, "movies/b");
    }
}

#[test]
fn what_is_there_is_replaced_only_when_asked() {
    let shop = Shop::new();
    shop.put("movies/reel", b"first", &[]);
    let file = shop.home.file("in", b"second");
    shop.home.fails(4, &["store", "put", &file, "movies/reel"]);
    assert_eq!((shop.get("movies/reel"), shop.paths("bodies").len()), (b"first".to_vec(), 1));
    shop.home.ok(&["--force", "store", "put", &file, "movies/reel"]);
    assert_eq!((shop.get("movies/reel"), shop.paths("bodies").len()), (b"second".to_vec(), 1));
    shop.home.fails(4, &["store", "get", "movies/reel", "-o", &file]);
    shop.home.fails(7, &["--force", "store", "put", "/nowhere/at/all", "movies/reel"]);
    assert_eq!(shop.get("movies/reel"), b"second");
}

#[test]
fn requests_that_cannot_be_are_refused() {
    let shop = Shop::new();
    let file = shop.home.file("in", b"reel");
    for name in ["reel", "../a/b", "abc/../d", "abc//d", "/abc/d", "abc/", "ab/c", "ABC/d", ""] {
        shop.home.fails(4, &["store", "put", &file, name]);
    }
    let put = ["store", "put", file.as_str(), "movies/reel"];
    shop.home.fails(2, &[&put[..], &["--mode", "s3", "--key-id", "alias/mine"]].concat());
    shop.home.fails(2, &[&put[..], &["--encryption-context", "a=b"]].concat());
    shop.home.refuses("NotFoundException", &[&put[..], &["--key-id", "alias/none"]].concat());
    assert_eq!(shop.paths("objects").len() + shop.paths("bodies").len(), 0);
}
