//! ffmpeg and ffprobe, as child processes that do not outlive us.
//!
//! Each is started through `reelseal tether`, which has the system kill it when we die, and in a
//! process group of its own, which we kill when we are asked to stop. It gets no environment but
//! where programs and libraries are, no standard input, and reads no file but those that are
//! named to it: only formats that hold all of themselves, over the protocol `file`.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process_group};

use super::probe::Probe;
use crate::error::Error;
use crate::package::interrupt;

/// Who turns media into other media.
pub(super) trait Transcoder {
    /// What is in `file`.
    fn probe(&self, file: &Path) -> Result<Probe, Error>;

    /// Where each picture in `file` begins: bytes from its beginning, in order.
    fn pictures(&self, file: &Path) -> Result<Vec<u64>, Error>;

    /// Works in `folder` as `arguments` say; `tell` is told how far it is, in milliseconds of
    /// the output.
    fn run(&self, folder: &Path, arguments: &[String], tell: &dyn Fn(u64)) -> Result<(), Error>;
}

/// ffmpeg, and the ffprobe that belongs to it.
#[derive(Debug)]
pub struct Ffmpeg {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    tether: PathBuf,
}

impl Ffmpeg {
    /// Looks for `program`, a path, or a name to be found in `PATH`; ffprobe is beside it.
    ///
    /// # Errors
    ///
    /// One of the two is not there.
    pub fn find(program: &Path) -> Result<Self, Error> {
        let ffprobe = match program.parent() {
            Some(folder) if folder != Path::new("") => folder.join("ffprobe"),
            _ => PathBuf::from("ffprobe"),
        };
        for program in [program, &ffprobe] {
            let mut command = Command::new(program);
            command.arg("-version").stdin(Stdio::null()).stdout(Stdio::null());
            let status = command.stderr(Stdio::null()).status();
            if !status.is_ok_and(|status| status.success()) {
                let name = program.display();
                return Err(Error::system(format!("{name} is not there, or does not run"))
                    .hint("install ffmpeg (apt-get install ffmpeg), or name it: --ffmpeg FILE"));
            }
        }
        let tether = own_program()
            .map_err(|error| Error::system(format!("cannot find our own program: {error}")))?;
        Ok(Self { ffmpeg: program.to_owned(), ffprobe, tether })
    }

    /// Asks ffprobe about `file`.
    fn ask(&self, file: &Path, words: &[&str], line: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let folder = file.parent().unwrap_or(Path::new("/"));
        let before = READING.iter().chain(&["-v", "error"]).chain(words).map(OsStr::new);
        let arguments: Vec<&OsStr> = before.chain([file.as_os_str()]).collect();
        self.child(&self.ffprobe, folder, &arguments, line)
    }

    /// Runs one of the two to its end.
    fn child<S: AsRef<OsStr>>(
        &self,
        program: &Path,
        folder: &Path,
        arguments: &[S],
        line: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let mut command = Command::new(&self.tether);
        command.args(["tether", "--"]).arg(getpid().as_raw_nonzero().to_string());
        command.arg(program).args(arguments).current_dir(folder).env_clear();
        for name in ENVIRONMENT {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error: io::Error| Error::io("cannot run", program, &error);
        let mut child = Group(command.process_group(0).spawn().map_err(failed)?);
        let (out, err) = (child.0.stdout.take(), child.0.stderr.take());
        let (send, lines) = mpsc::channel();
        let (status, said) = thread::scope(|scope| {
            scope.spawn(move || {
                let out = out.map(BufReader::new).into_iter();
                // A line that is not UTF-8 is none of those that we wait for.
                for line in out.flat_map(|out| out.lines().map_while(Result::ok)) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
            let said = scope.spawn(move || err.map(tail).unwrap_or_default());
            let status = child.watch(&lines, line);
            // Before the threads are waited for: they end when their pipes do.
            if status.is_err() {
                child.kill();
            }
            status.map(|status| (status, said.join().unwrap_or_default()))
        })?;
        if status.success() { Ok(()) } else { Err(failure(program, folder, status, &said)) }
    }
}

impl Transcoder for Ffmpeg {
    fn probe(&self, file: &Path) -> Result<Probe, Error> {
        let mut json = String::new();
        let words = ["-of", "json", "-show_format", "-show_streams"];
        self.ask(file, &words, &mut |line| {
            if json.len() < MAX_JSON_LEN {
                json.push_str(line);
            }
        })?;
        Probe::parse(json.as_bytes()).ok_or_else(|| {
            Error::malformed("ffprobe does not say what is in the file").transcoder_code(BAD_INPUT)
        })
    }

    fn pictures(&self, file: &Path) -> Result<Vec<u64>, Error> {
        let mut places = Vec::new();
        let words = ["-select_streams", "v:0", "-show_entries", "packet=pos", "-of", "csv=p=0"];
        self.ask(file, &words, &mut |line| {
            places.extend(line.trim_end_matches(',').parse::<u64>());
        })?;
        Ok(places)
    }

    fn run(&self, folder: &Path, arguments: &[String], tell: &dyn Fn(u64)) -> Result<(), Error> {
        let always = ["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-y"];
        let progress = ["-progress", "pipe:1"];
        let words = always.into_iter().chain(progress).map(str::to_owned);
        let arguments: Vec<String> = words.chain(arguments.iter().cloned()).collect();
        self.child(&self.ffmpeg, folder, &arguments, &mut |line| {
            let micros = line.strip_prefix("out_time_us=").and_then(|time| time.parse().ok());
            micros.into_iter().for_each(|micros: u64| tell(micros / 1000));
        })
    }
}

/// A child and all that it may have started. Dropped, they are killed.
struct Group(Child);

impl Group {
    /// Hands on every line, until there is none and the child has ended.
    fn watch(
        &mut self,
        lines: &mpsc::Receiver<String>,
        line: &mut dyn FnMut(&str),
    ) -> Result<ExitStatus, Error> {
        let failed = |error: io::Error| Error::system(format!("cannot wait for a child: {error}"));
        let mut more = true;
        loop {
            interrupt::check()?;
            match lines.recv_timeout(LOOK) {
                Ok(text) => line(&text),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => more = false,
            }
            if !more {
                match self.0.try_wait().map_err(failed)? {
                    Some(status) => return Ok(status),
                    None => thread::sleep(LOOK),
                }
            }
        }
    }

    fn kill(&mut self) {
        // A child that was waited for is gone, and its number may be another's by now.
        if matches!(self.0.try_wait(), Ok(None))
            && let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process_group(pid, Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last bytes that come out of `err`.
fn tail(mut err: impl Read) -> String {
    let (mut kept, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(len @ 1..) = err.read(&mut piece) {
        kept.extend_from_slice(piece.get(..len).unwrap_or_default());
        let extra = kept.len().saturating_sub(piece.len());
        kept.drain(..extra);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Why a child failed, in its own last words, without the names of our temporary folders.
fn failure(program: &Path, folder: &Path, status: ExitStatus, said: &str) -> Error {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    if let Some(signal) = status.signal() {
        return Error::system(format!("{name} was ended by signal {signal}"));
    }
    let hidden = folder.ancestors().find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains(".reelseal-"))
    });
    let hidden = hidden.map(|path| path.display().to_string()).unwrap_or_default();
    let said = if hidden.is_empty() { said.to_owned() } else { said.replace(&hidden, "…") };
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("; ");
    let last = last.escape_debug();
    if said.contains("No space left on device") {
        return Error::system(format!("{name}: {last}")).hint("TMPDIR names another folder");
    }
    Error::malformed(format!("{name} cannot do it: {last}")).transcoder_code(BAD_INPUT)
}

/// Our own program: the file itself, be it replaced or removed meanwhile.
fn own_program() -> io::Result<PathBuf> {
    let own = PathBuf::from(format!("/proc/{}/exe", getpid().as_raw_nonzero()));
    if own.exists() { Ok(own) } else { std::env::current_exe() }
}

/// Before each input. A playlist, a list of files, a session description or a device would have
/// ffmpeg open other files, or the network.
pub(super) const READING: [&str; 4] = [
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,asf,mxf,ogg,mp3,aac,ac3,\
     eac3,flac,wav,w64,aiff,gif,h264,hevc,m4v,dv,png_pipe,jpeg_pipe",
];

/// The same, before a file of captions.
pub(super) const TEXTS: [&str; 4] =
    ["-protocol_whitelist", "file", "-format_whitelist", "srt,webvtt,scc"];

/// Where programs and libraries are; no secret that our own environment may hold.
const ENVIRONMENT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// Elastic Transcoder's number for an input that it cannot use.
const BAD_INPUT: u16 = 4000;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Last lines of ffmpeg that an error shows.
const LINES: usize = 3;

/// More than ffprobe says of any file that is not made to fill our memory.
const MAX_JSON_LEN: usize = 16 << 20;
