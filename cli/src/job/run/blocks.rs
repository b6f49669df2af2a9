//! The blocks of a job: what opens a file, and how one is encrypted.

use reelseal_core::format::transcoder::Mode;

use super::plan::{By, Cipher, Form};
use super::reading::Reading;
use crate::base64;
use crate::error::Error;
use crate::files::{DataKeySource, Document, Given};
use crate::job::node::Place;
use crate::store;

impl Reading<'_> {
    /// The block `name`, where it says how a file is to be encrypted.
    pub(super) fn cipher(
        &mut self,
        place: &Place<'_>,
        name: &str,
    ) -> Result<Option<Cipher>, Error> {
        let Some(block) = place.member(name) else { return Ok(None) };
        let Some(mode) = block.text("Mode") else { return Ok(None) };
        let path = block.path.clone();
        let by = match mode {
            "s3" => By::Store(store::Mode::S3),
            "s3-aws-kms" => By::Store(store::Mode::S3AwsKms),
            mode => {
                let mode = Mode::parse(mode)
                    .map_err(|error| Error::malformed(format!("{path}: Mode: {error}")))?;
                By::Us { mode, key: key_source(&block, self.key_id)? }
            }
        };
        Ok(Some(Cipher { path, by }))
    }

    // One block has one key and one IV. Under a counter mode they may serve one file.
    pub(super) fn one_file(&mut self, cipher: Option<&Cipher>, form: Form) {
        if let (Some(Cipher { path, by: By::Us { mode, .. } }), Form::HlsV3(_)) = (cipher, form)
            && mode.counts()
        {
            let mode = mode.as_str();
            let message = format!(
                "{mode} would encrypt every segment with one key and one IV, which gives both \
                 away: aes-cbc-pkcs7 does not, nor does the playlist's HlsContentProtection"
            );
            self.fault(path, message);
        }
    }
}

/// What opens a file: its block, as `reelseal decrypt` reads it.
pub(super) fn document(block: &Place<'_>) -> Result<Document, Error> {
    let text = |name| block.text(name);
    let json = serde_json::json!({
        "Mode": text("Mode"),
        "Key": text("Key"),
        "KeyMd5": text("KeyMd5"),
        "InitializationVector": text("InitializationVector"),
    });
    Document::parse(json.to_string().as_bytes()).map_err(|error| error.at(&block.path))
}

/// The data key of a block: given, or, where there is none, to be made.
// req ET-ENC-1: a key that the service makes has 128 bits
fn key_source(block: &Place<'_>, key_id: &str) -> Result<DataKeySource, Error> {
    let Some(given) = given(block)? else {
        return Ok(DataKeySource::Generate { key_id: key_id.to_owned(), len: 16 });
    };
    Ok(DataKeySource::Given(given))
}

/// The key that a block has.
pub(super) fn given(block: &Place<'_>) -> Result<Option<Given>, Error> {
    let owned = |name| block.text(name).map(str::to_owned);
    let Some(key) = block.text("Key") else { return Ok(None) };
    let wrapped = base64::decode(key)
        .map_err(|error| Error::malformed(error.to_string()).at(block.at("Key")))?;
    Ok(Some(Given {
        wrapped: wrapped.to_vec(),
        key_id: None,
        key_md5: owned("KeyMd5"),
        iv: owned("InitializationVector"),
    }))
}
