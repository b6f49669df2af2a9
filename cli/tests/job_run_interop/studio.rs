//! Folders for one test: inputs, outputs, a temporary one, and a keystore.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::home::{Home, text};

pub(crate) const PIPELINE: &str = "1407191500001-pipe01";

/// Where one test works.
pub(crate) struct Studio {
    pub(crate) home: Home,
    dir: TempDir,
    arn: String,
}

impl Studio {
    pub(crate) fn new() -> Self {
        let (home, dir) = (Home::new(), TempDir::new().unwrap());
        let key = home.ok(&["key", "show", "alias/reelseal"]);
        let arn = key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        for name in ["in", "tmp"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let studio = Self { home, dir, arn };
        let pipeline = json!({ "Pipeline": {
            "Id": PIPELINE, "Name": "films", "InputBucket": "in", "OutputBucket": "out",
            "Role": "arn:aws:iam::111122223333:role/r", "AwsKmsKeyArn": studio.arn,
        }});
        studio.write("pipeline.json", pipeline.to_string().as_bytes());
        studio
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The real clip, 12 seconds of H.264 and AAC, so many times over, as MP4.
    pub(crate) fn clip(&self, name: &str, times: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let playlist = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../vectors/media/clear/ts/v2.m3u8")
            .canonicalize()
            .unwrap();
        let loops = (times - 1).to_string();
        let joined = self.path("joined.ts");
        let playlist = playlist.to_str().unwrap();
        ffmpeg(&["-i", playlist, "-c", "copy", "-f", "mpegts", joined.to_str().unwrap()]);
        let (from, to) = (joined.to_str().unwrap(), path.to_str().unwrap());
        ffmpeg(&["-stream_loop", &loops, "-i", from, "-c", "copy", "-f", "mp4", to]);
        path
    }

    /// Encrypts a file below `in` in place; returns its block.
    pub(crate) fn encrypt(&self, name: &str, mode: &str) -> Value {
        let (path, record) = (self.path(&format!("in/{name}")), self.path("record"));
        let clear = self.path("clear");
        fs::rename(&path, &clear).unwrap();
        let (from, to) = (clear.to_str().unwrap(), path.to_str().unwrap());
        let key = ["--key-id", &self.arn, "--record", record.to_str().unwrap()];
        self.home.ok(&[&["--force", "encrypt", from, "-o", to, "--mode", mode], &key[..]].concat());
        let record: Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
        let members = ["Mode", "Key", "KeyMd5", "InitializationVector"];
        members.iter().map(|name| ((*name).to_owned(), record[*name].clone())).collect()
    }

    /// A wrapped key of so many bytes, and its checksum, as a block has them.
    pub(crate) fn given(&self, mut block: Value, key: &[u8]) -> Value {
        let wrapped = self.home.wrap(&self.arn, key);
        let blob = self.home.file("blob", wrapped.as_bytes());
        let md5 = Command::new("sh")
            .args(["-c", "base64 -d \"$0\" | openssl md5 -binary | base64", &blob])
            .output()
            .unwrap();
        block["Key"] = json!(wrapped);
        block["KeyMd5"] = json!(text(&md5.stdout).trim());
        block["InitializationVector"] = json!("MTIzNDU2Nzg5MDEyMzQ1Ng==");
        block
    }

    /// The command that runs `job`, and nothing of the test's own environment but what it needs.
    pub(crate) fn command(&self, job: &Value, options: &[&str]) -> Command {
        let mut job = job.clone();
        job["PipelineId"] = json!(PIPELINE);
        let job = self.write("job.json", job.to_string().as_bytes());
        let at = |name| self.path(name).to_str().unwrap().to_owned();
        let roots = [at("pipeline.json"), at("in"), at("out")];
        let mut command = self.home.command(options);
        command.args(["job", "run", job.to_str().unwrap(), "--pipeline", &roots[0]]);
        command.args(["--input-root", &roots[1], "--output-root", &roots[2]]);
        command.env("TMPDIR", self.path("tmp")).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn try_run(&self, job: &Value, options: &[&str]) -> Output {
        self.command(job, &[&["--json"], options].concat()).output().unwrap()
    }

    /// Runs `job`, which must be done; what ReadJob would answer, without its warnings.
    pub(crate) fn run(&self, job: &Value, options: &[&str]) -> Value {
        let output = self.try_run(job, options);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["Job"]["Status"], "Complete");
        answer["Job"].clone()
    }

    /// Runs `job`, which must fail with `exit` and the service's number `code`. Nothing is left
    /// of it but, where it had begun, the answer; returned with the message.
    #[track_caller]
    pub(crate) fn fails(&self, exit: i32, code: u64, job: &Value) -> (Value, String) {
        let output = self.try_run(job, &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        let error: Value = serde_json::from_str(said.trim()).unwrap();
        assert_eq!(error["error"]["transcoderCode"], code, "{said}");
        self.nothing_is_left();
        let answer = serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default();
        (answer["Job"].clone(), error["error"]["message"].as_str().unwrap().to_owned())
    }

    /// No output, and nothing temporary.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        assert_eq!(names(&self.path("tmp")), [""; 0], "clear bytes were left");
        let out = self.path("out");
        let left = if out.exists() { names(&out) } else { Vec::new() };
        assert!(left.iter().all(|name| name == "job.response.json"), "{left:?}");
    }

    /// Opens an output by its block.
    pub(crate) fn open(&self, name: &str, block: &Value) -> PathBuf {
        let record = self.write("opening", block.to_string().as_bytes());
        let (from, to) = (self.path(&format!("out/{name}")), self.path("opened"));
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
        let record = record.to_str().unwrap();
        let opened = self.home.ok(&["--force", "decrypt", from, "-o", to, "--record", record]);
        assert_ne!(opened["proof"], "nothing", "{opened}");
        self.path("opened")
    }
}

/// Runs ffmpeg, which must be there and succeed.
pub(crate) fn ffmpeg(args: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(args)
        .output()
        .unwrap_or_else(|error| panic!("ffmpeg: {error}: run .ci/install"));
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    output.stdout
}

/// Frames that ffmpeg sees in the picture and the sound of a file or a playlist.
pub(crate) fn frames(path: &Path) -> [usize; 2] {
    let path = path.to_str().unwrap();
    let count = |map| {
        let options: &[&str] =
            if path.ends_with("m3u8") { &["-allowed_extensions", "ALL"] } else { &[] };
        let args = [options, &["-i", path, "-map", map, "-f", "framemd5", "-"]].concat();
        text(&ffmpeg(&args)).lines().filter(|line| !line.starts_with('#')).count()
    };
    [count("0:v?"), count("0:a?")]
}

/// What ffprobe says of the streams of `path`: `h264 320x180`, `aac 44100`.
pub(crate) fn streams(path: &Path) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_streams"])
        .arg(path)
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let streams = answer["streams"].as_array().cloned().unwrap_or_default();
    let said = streams.iter().map(|stream| {
        let name = stream["codec_name"].as_str().unwrap_or_default();
        match stream["codec_type"].as_str() {
            Some("video") => format!("{name} {}x{}", stream["width"], stream["height"]),
            Some("audio") => format!("{name} {}", stream["sample_rate"].as_str().unwrap()),
            _ => name.to_owned(),
        }
    });
    said.collect()
}

/// The names in a folder, hidden ones too.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file below a folder, by its name there.
pub(crate) fn tree(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        match path.is_dir() {
            true => found.extend(tree(&path).into_iter().map(|inner| format!("{name}/{inner}"))),
            false => found.push(name),
        }
    }
    found
}
