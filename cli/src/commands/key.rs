//! `reelseal key`: the keys of the key service.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::args::Globals;
use crate::clock;
use crate::error::Error;
use crate::keyservice::{self, KeyMetadata, PassphraseSource};
use crate::output;

/// The arguments of `reelseal key`.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// What to do with keys. KEY is a key id, key ARN, alias name or alias ARN.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key
    Create {
        /// A name for the key: alias/NAME
        #[arg(long)]
        alias: Option<String>,
        /// What the key is for
        #[arg(long, default_value = "", hide_default_value = true)]
        description: String,
    },
    /// List all keys
    List,
    /// Show a key
    Show {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Make a new version of a key; what older versions wrapped still opens
    Rotate {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Enable a key
    Enable {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Disable a key
    Disable {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Set the day on which a key, and all that it wrapped, is lost for ever
    ScheduleDeletion {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
        /// Days from now: 7 to 30
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// Keep a key that was to be deleted; it is disabled then
    CancelDeletion {
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Give a key one more name; with --force, take the name from another key
    Alias {
        /// The name: alias/NAME
        alias: String,
        /// Key id, key ARN, alias name or alias ARN
        key: String,
    },
    /// Protect the keystore with a passphrase
    Passphrase {
        /// What to do.
        #[command(subcommand)]
        command: PassphraseCommand,
    },
}

/// What to do with the passphrase of the keystore.
#[derive(Debug, Subcommand)]
pub enum PassphraseCommand {
    /// Set or change the passphrase
    Set {
        /// A file whose first line is the new passphrase [default: ask at the terminal]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Remove the passphrase: the root key lies in a file of mode 0600 then
    Remove,
}

/// Does what the arguments say.
///
/// # Errors
///
/// The keystore refuses, or cannot be read or written.
pub fn run(globals: &Globals, args: KeyArgs) -> Result<(), Error> {
    let admin = || keyservice::admin(globals);
    let key = match args.command {
        KeyCommand::List => return list(globals, &admin()?.list()?),
        KeyCommand::Passphrase { command } => return passphrase(globals, command),
        KeyCommand::Create { alias, description } => {
            admin()?.create(alias.as_deref(), &description)
        }
        KeyCommand::Show { key } => admin()?.show(&key),
        KeyCommand::Rotate { key } => admin()?.rotate(&key),
        KeyCommand::Enable { key } => admin()?.enable(&key),
        KeyCommand::Disable { key } => admin()?.disable(&key),
        KeyCommand::ScheduleDeletion { key, days } => admin()?.schedule_deletion(&key, days),
        KeyCommand::CancelDeletion { key } => admin()?.cancel_deletion(&key),
        KeyCommand::Alias { alias, key } => admin()?.alias(&alias, &key, globals.force),
    }?;
    show(globals, &key)
}

fn list(globals: &Globals, keys: &[KeyMetadata]) -> Result<(), Error> {
    if globals.json {
        let keys: Vec<Value> = keys.iter().map(metadata).collect();
        return output::print_json(&json!({ "Keys": keys }), true);
    }
    let head = ["KEY ID", "STATE", "MANAGER", "VERSION", "CREATED", "ALIASES"].map(str::to_owned);
    let rows = keys.iter().map(|key| {
        [
            key.id.clone(),
            key.state.as_str().to_owned(),
            key.manager.as_str().to_owned(),
            key.current_version.map_or_else(|| "-".to_owned(), |version| version.to_string()),
            clock::rfc3339(key.created),
            key.aliases.join(" "),
        ]
    });
    output::print_table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn show(globals: &Globals, key: &KeyMetadata) -> Result<(), Error> {
    if globals.json {
        return output::print_json(&json!({ "KeyMetadata": metadata(key) }), true);
    }
    let mut rows = vec![
        ["Key id", key.id.as_str()].map(str::to_owned),
        ["ARN", key.arn.as_str()].map(str::to_owned),
        ["Aliases".to_owned(), key.aliases.join(" ")],
        ["State", key.state.as_str()].map(str::to_owned),
        ["Manager", key.manager.as_str()].map(str::to_owned),
        ["Created".to_owned(), clock::rfc3339(key.created)],
    ];
    if let Some(version) = key.current_version {
        rows.insert(5, ["Version".to_owned(), version.to_string()]);
    }
    if let Some(deletion) = key.deletion {
        rows.push(["Deletion".to_owned(), clock::rfc3339(deletion)]);
    }
    if !key.description.is_empty() {
        rows.push(["Description".to_owned(), key.description.clone()]);
    }
    output::print_table(&rows)
}

fn passphrase(globals: &Globals, command: PassphraseCommand) -> Result<(), Error> {
    let admin = keyservice::local_admin(globals)?;
    match command {
        PassphraseCommand::Set { new_passphrase_file } => {
            let new = PassphraseSource::new(new_passphrase_file.as_deref());
            admin.set_passphrase(&new)?;
        }
        PassphraseCommand::Remove => admin.remove_passphrase()?,
    }
    Ok(())
}

/// The fields of KMS's DescribeKey, and two of ours: the version, where it is known, and the
/// aliases.
fn metadata(key: &KeyMetadata) -> Value {
    let mut shown = key.to_json(|seconds| clock::rfc3339(seconds).into());
    if let Some(version) = key.current_version {
        shown.insert("CurrentKeyVersion".to_owned(), version.into());
    }
    shown.insert("Aliases".to_owned(), json!(key.aliases));
    Value::Object(shown)
}
