//! The embedded key service over KMS's wire protocol: JSON 1.1 in HTTP/1.1, signed by AWS
//! Signature Version 4.
//!
//! ```text
//! connection ─▶ http ─▶ sigv4 ─▶ request ─▶ operation ─▶ answer
//!  time, room    body    who      what       on record    JSON
//! ```
//! There is no TLS here: beyond this machine, something in front of it must speak it. A signed
//! request can be sent again by who could read it, for as long as its date is fresh; TLS is what
//! keeps it from being read.
//!
//! *What is not erased.* Requests and answers pass through the buffers of the HTTP library and of
//! the kernel. The copies that are made here are erased.

mod answer;
mod connection;
mod http;
mod members;
mod operation;
mod page;
mod request;
mod sigv4;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::error::{self, Error};
use crate::keyservice::Admin;
use crate::package::interrupt;

/// A key service that listens.
#[derive(Debug)]
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    service: Arc<Service>,
}

/// What every request is answered with.
#[derive(Debug)]
struct Service {
    admin: Admin,
    log: Requests,
}

/// Whether requests are told on standard error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Requests {
    /// One line for each.
    Told,
    /// None: the audit log has those that were signed.
    Untold,
}

impl Server {
    /// Listens at `address` with the keys of `admin`. Port 0 is any that is free. Asks for the
    /// passphrase of the keystore now, where it has one.
    ///
    /// # Errors
    ///
    /// The keystore cannot be opened, or the address cannot be listened at.
    pub fn bind(address: SocketAddr, admin: Admin, log: Requests) -> Result<Self, Error> {
        admin.local().unlock()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(WORKERS)
            .enable_all()
            .build()
            .map_err(|error| Error::system(format!("cannot start threads: {error}")))?;
        let listener = runtime
            .block_on(TcpListener::bind(address))
            .map_err(|error| cannot_listen(address, &error))?;
        Ok(Self { runtime, listener, service: Arc::new(Service { admin, log }) })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        let address = self.listener.local_addr();
        address.map_err(|error| Error::system(format!("the address is not known: {error}")))
    }

    /// Answers requests until SIGINT or SIGTERM; then those that have begun, for as long as
    /// they may take.
    pub fn run(self) {
        interrupt::install();
        self.runtime.block_on(connection::accept(self.listener, self.service, interrupted()));
        // What still waits for a disk after that would wait for ever.
        self.runtime.shutdown_timeout(LAST_WRITES);
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Error {
    let reason = error.to_string();
    let message = format!("cannot listen at {address}: {}", error::plain(&reason));
    Error::system(message).hint("--listen IP:PORT names another; port 0 is any that is free")
}

/// Returns when a signal came.
async fn interrupted() {
    let mut look = tokio::time::interval(LOOK);
    while interrupt::check().is_ok() {
        look.tick().await;
    }
}

/// Two: they only move bytes.
const THREADS: usize = 2;

/// The threads that work: more would only wait for each other at the keystore and the audit log.
const WORKERS: usize = 8;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// For work that was begun, and whose client is gone.
const LAST_WRITES: Duration = Duration::from_secs(5);
