//! `reelseal hls rekey`: the same package, under other keys.

use std::num::NonZeroU64;

use clap::Args;

use super::hls::{OpeningArgs, data_key, iv, print, service, show};
use super::key_storage::{KeyStoragePolicy, storage};
use crate::args::Globals;
use crate::error::Error;
use crate::hls::plan::IvMode;
use crate::hls::rekey::Rekey;
use crate::keyservice::EncryptionContext;
use crate::objects::{Location, Sse};
use crate::package::Existing;

/// The arguments of `reelseal hls rekey`. What is not given stays as the package's record has it.
#[derive(Args, Debug)]
pub struct RekeyArgs {
    /// A playlist of the package; all that its record holds, or the playlist leads to, is rekeyed
    playlist: Location,
    /// The folder, or s3://bucket/prefix/, to write the package into
    #[arg(short, long = "output", value_name = "DIR")]
    output: Location,
    #[command(flatten)]
    opening: OpeningArgs,
    /// The key that wraps the new data keys [default: the record's, else alias/reelseal]
    #[arg(long, value_name = "KEY")]
    key_id: Option<String>,
    /// A data key to use for all, wrapped: base64 of a ciphertext blob, or @FILE
    #[arg(long, value_name = "WRAPPED", conflicts_with_all = ["key_id", "rotate_every"])]
    data_key: Option<String>,
    /// MD5 of the wrapped data key, base64, to be checked
    #[arg(long, value_name = "B64", requires = "data_key")]
    key_md5: Option<String>,
    /// What a wrapped key in a package without a record is bound to
    #[arg(long, value_name = "K=V[,K=V]", default_value_t)]
    source_encryption_context: EncryptionContext,
    /// The new IV of each segment: random (written), sequence (its number, not written), or 32
    /// hexadecimal digits for all, as Elastic Transcoder did
    #[arg(long, value_name = "random|sequence|HEX", default_value = "random", value_parser = iv)]
    iv: IvMode,
    /// Where players find the new keys [default: as before, else WithVariantPlaylists]
    #[arg(long, value_name = "POLICY")]
    key_storage_policy: Option<KeyStoragePolicy>,
    /// The URL of the new keys, written as it is; {key} in it becomes the number of the key
    #[arg(long, value_name = "URL")]
    license_acquisition_url: Option<String>,
    /// A new data key after every N segments [default: a new one for each old one]
    #[arg(long, value_name = "N")]
    rotate_every: Option<NonZeroU64>,
    #[command(flatten)]
    sse: Sse,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: RekeyArgs) -> Result<(), Error> {
    let url = args.license_acquisition_url.as_deref();
    let objects = globals.objects_with(&args.sse);
    let request = Rekey {
        storage: storage(args.key_storage_policy, url, args.rotate_every.is_some())?,
        playlist: objects.place(args.playlist),
        out: objects.output(args.output)?,
        existing: Existing::from_force(globals.force),
        record: args.opening.record.map(|record| objects.place(record)),
        key_file: args.opening.key_file.map(|key_file| objects.place(key_file)),
        source_context: args.source_encryption_context,
        key_id: args.key_id,
        data_key: data_key(args.data_key.as_deref(), args.key_md5)?,
        context: globals.given_context().cloned(),
        iv: args.iv,
        rotate_every: args.rotate_every,
        show: show(globals),
    };
    let summary = request.run(&service(globals, &request.playlist))?;
    print(globals, &summary)
}
