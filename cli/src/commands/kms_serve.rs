//! `reelseal kms serve`: the keystore for every program that speaks KMS; and who may ask it.

use std::net::SocketAddr;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Globals;
use crate::error::Error;
use crate::keyservice::{self, AccessKey};
use crate::serve::{Requests, Server};
use crate::{clock, output};

/// The arguments of `reelseal kms serve`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct ServeArgs {
    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// What to do with access keys.
#[derive(Debug, Subcommand)]
pub enum AccessKeyCommand {
    /// Make an access key; its secret is printed this once
    Create {
        /// Who it is for: the audit log names them
        #[arg(long, value_name = "NAME", default_value = "reelseal")]
        user_name: String,
    },
    /// List all access keys
    List,
    /// Delete an access key: what it signs is refused from now on
    Delete {
        /// AKIA and 16 letters or digits
        access_key_id: String,
    },
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
///
/// The keystore cannot be opened, or the address cannot be listened at.
pub fn serve(globals: &Globals, args: &ServeArgs) -> Result<(), Error> {
    if !args.listen.ip().is_loopback() && !globals.allow_plain_http {
        let message = "there is no TLS here: data keys would leave this machine in the clear";
        return Err(Error::refused(message).hint(
            "listen at 127.0.0.1 behind a proxy that speaks TLS; or --allow-plain-http, if the \
             network is safe otherwise",
        ));
    }
    let admin = keyservice::local_admin(globals)?;
    if admin.access_keys()?.is_empty() {
        output::print_warning("nobody can ask yet: `reelseal kms access-key create` lets them");
    }
    let told = if globals.verbose > 0 { Requests::Told } else { Requests::Untold };
    let server = Server::bind(args.listen, admin, told)?;
    let url = format!("http://{}", server.address()?);
    match globals.json {
        true => output::print_json(&json!({ "Endpoint": url }), true)?,
        false => output::print_line(&format!("listening at {url}"))?,
    }
    server.run();
    Ok(())
}

/// Does what the arguments say.
///
/// # Errors
///
/// The keystore cannot be opened, or there is no such access key.
pub fn access_key(globals: &Globals, command: AccessKeyCommand) -> Result<(), Error> {
    let admin = keyservice::local_admin(globals)?;
    match command {
        AccessKeyCommand::Create { user_name } => {
            let (key, secret) = admin.create_access_key(&user_name)?;
            let key = Created {
                user_name: &key.user,
                access_key_id: &key.id,
                secret_access_key: &secret,
                create_date: clock::rfc3339(key.created),
            };
            output::print_json(&Answer { access_key: key }, globals.json)
        }
        AccessKeyCommand::List => list(globals, &admin.access_keys()?),
        AccessKeyCommand::Delete { access_key_id } => Ok(admin.delete_access_key(&access_key_id)?),
    }
}

fn list(globals: &Globals, keys: &[AccessKey]) -> Result<(), Error> {
    if globals.json {
        let shown = |key: &AccessKey| {
            let created = clock::rfc3339(key.created);
            json!({ "UserName": key.user, "AccessKeyId": key.id, "CreateDate": created })
        };
        let keys: Vec<Value> = keys.iter().map(shown).collect();
        return output::print_json(&json!({ "AccessKeyMetadata": keys }), true);
    }
    let head = ["ACCESS KEY ID", "CREATED", "USER"].map(str::to_owned);
    let row = |key: &AccessKey| [key.id.clone(), clock::rfc3339(key.created), key.user.clone()];
    output::print_table(&std::iter::once(head).chain(keys.iter().map(row)).collect::<Vec<_>>())
}

const EXAMPLE: &str = "\
Clients need the address, an access key, and any Region:
  export AWS_ENDPOINT_URL_KMS=http://127.0.0.1:8080 AWS_REGION=local
  export AWS_ACCESS_KEY_ID=AKIA… AWS_SECRET_ACCESS_KEY=…
  aws kms list-keys

There is no TLS. A proxy that speaks it in front must leave the Host header as it is: it is signed.
Every signed request is in the audit log; -v tells of all requests on standard error. Ctrl-C, or
SIGTERM, ends the service after the answers that have begun.";

/// What IAM answers to CreateAccessKey.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    access_key: Created<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    user_name: &'a str,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    create_date: String,
}
