//! The files of one object, and the program to run on them.

use std::fs;
use std::path::Path;

use reelseal_vectors::path;
use serde_json::Value;

use crate::home::Home;

/// The files of one object in a folder of its own.
pub(crate) struct Files {
    pub(crate) home: Home,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// A path in the folder; nothing is there.
    pub(crate) fn at(&self, name: &str) -> String {
        self.home.keystore().with_file_name(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        self.home.file(name, bytes.as_ref())
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        Path::new(&self.at(name)).exists()
    }

    /// The names in the folder, without the keystore.
    pub(crate) fn names(&self) -> Vec<String> {
        let folder = self.home.keystore();
        let entries = fs::read_dir(folder.parent().unwrap()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "keystore");
        names.sort();
        names
    }

    /// Encrypts `text` to `object`, `meta`, and perhaps `file`, under the key in `kek`.
    pub(crate) fn encrypt(&self, mode: &str, text: &[u8], more: &[&str]) -> Value {
        let input = self.write("clear", text);
        let (object, meta) = (self.at("object"), self.at("meta"));
        let args = ["encrypt", &input, "--mode", mode, "-o", &object, "--metadata", &meta];
        self.home.ok(&[&args[..], &["--force"], more].concat())
    }

    /// The arguments that decrypt `object` to `out`.
    pub(crate) fn decrypt_args(&self) -> Vec<String> {
        let args = ["decrypt", &self.at("object"), "--metadata", &self.at("meta"), "-o"];
        args.into_iter().map(str::to_owned).chain([self.at("out")]).collect()
    }

    pub(crate) fn decrypts(&self, more: &[&str]) -> Vec<u8> {
        let args = self.decrypt_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.home.ok(&[&args[..], more].concat());
        let text = fs::read(self.at("out")).unwrap();
        fs::remove_file(self.at("out")).unwrap();
        text
    }

    pub(crate) fn refuses(&self, exit: i32, more: &[&str]) -> Value {
        let args = self.decrypt_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let error = self.home.fails(exit, &[&args[..], more].concat());
        assert!(!self.exists("out"), "an output after {error}");
        error
    }
}

/// The RSA key of the objects of the real clients.
pub(crate) fn pem() -> String {
    path("s3ec/ruby_rsa.pem").to_str().unwrap().to_owned()
}
