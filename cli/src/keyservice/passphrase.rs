//! Passphrases: from a file or the terminal, never from the command line.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::private;
use crate::error::Error;

/// Where the passphrase of a keystore comes from.
#[derive(Clone, Debug)]
pub enum PassphraseSource {
    /// The first line of this file.
    File(PathBuf),
    /// The terminal: whoever sits there is asked.
    Terminal,
}

impl PassphraseSource {
    /// A file where one is named, else the terminal.
    pub fn new(file: Option<&Path>) -> Self {
        file.map_or(Self::Terminal, |file| Self::File(file.to_owned()))
    }

    /// The passphrase that is in force. Asks with `prompt`.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is empty, or there is no terminal to ask at.
    pub(crate) fn read(&self, prompt: &str) -> Result<Zeroizing<String>, Error> {
        let passphrase = match self {
            Self::File(file) => first_line(file)?,
            Self::Terminal => ask(prompt)?,
        };
        if passphrase.is_empty() {
            return Err(Error::usage("the passphrase is empty"));
        }
        Ok(passphrase)
    }

    /// A passphrase to be: the terminal asks twice.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), or the two do not agree.
    pub(crate) fn read_new(&self) -> Result<Zeroizing<String>, Error> {
        let passphrase = self.read("New passphrase: ")?;
        if let Self::Terminal = self
            && *ask("Once more: ")? != *passphrase
        {
            return Err(Error::usage("the two passphrases are not the same"));
        }
        Ok(passphrase)
    }
}

fn first_line(file: &Path) -> Result<Zeroizing<String>, Error> {
    let bytes = private::read(file, 4096)?
        .ok_or_else(|| Error::system(format!("cannot read {}: no such file", file.display())))?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = str::from_utf8(line)
        .map_err(|_| Error::malformed(format!("{}: not UTF-8", file.display())))?;
    Ok(Zeroizing::new(line.to_owned()))
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, Error> {
    if !std::io::stderr().is_terminal() && !std::io::stdin().is_terminal() {
        return Err(Error::usage("the keystore has a passphrase, and no terminal is here to ask")
            .hint("give --passphrase-file FILE"));
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|error| Error::system(format!("cannot ask for the passphrase: {error}")))
}
