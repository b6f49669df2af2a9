//! The connection to S3, made when the first object is asked for.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use aws_sdk_s3::Client;
use aws_sdk_s3::config;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::{What, failed};
use super::{Location, ObjectUrl, Place, Sse};
use crate::aws::Aws;
use crate::error::{Error, Kind};

/// S3, as the user reaches it. Clones are the same connection; threads may share it.
#[derive(Clone, Debug, Default)]
pub struct Objects(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    endpoint: Option<String>,
    sse: Sse,
    connected: OnceLock<Result<(Aws, Client), Error>>,
    /// Whether S3 did not answer when a run that failed cleaned up: it is not asked again.
    lost: AtomicBool,
    /// Bytes that may wait in memory beside the first part of each upload, in MiB.
    ahead: Arc<Semaphore>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            endpoint: None,
            sse: Sse::default(),
            connected: OnceLock::new(),
            lost: AtomicBool::new(false),
            ahead: Arc::new(Semaphore::new(AHEAD_MIB)),
        }
    }
}

impl Objects {
    /// S3 at `endpoint`, else where the environment or the profile says, else in AWS.
    pub fn new(endpoint: Option<&str>, sse: &Sse) -> Self {
        let endpoint = endpoint.map(str::to_owned);
        Self(Arc::new(Shared { endpoint, sse: sse.clone(), ..Shared::default() }))
    }

    /// `location`, to be read or written through this connection.
    pub fn place(&self, location: Location) -> Place {
        Place::new(location, self.clone())
    }

    /// `location`, to be written through this connection.
    ///
    /// # Errors
    ///
    /// It is not in S3, and options of server-side encryption were given (usage).
    pub fn output(&self, location: Location) -> Result<Place, Error> {
        if self.0.sse.is_given() && !matches!(location, Location::S3(_)) {
            return Err(Error::usage("--sse: the output is not in S3")
                .hint("an object is named s3://bucket/key"));
        }
        Ok(self.place(location))
    }

    /// Removes the object `url`. One that is not there is removed.
    ///
    /// # Errors
    ///
    /// S3 says no, or cannot be reached; a signal came.
    pub fn remove(&self, url: &ObjectUrl) -> Result<(), Error> {
        let (aws, client) = self.client()?;
        let request = client.delete_object().bucket(url.bucket()).key(url.key());
        match aws.wait(request.send())? {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(What::Remove, url, &error)),
        }
    }

    pub(super) fn lost(&self) -> &AtomicBool {
        &self.0.lost
    }

    pub(super) fn sse(&self) -> &Sse {
        &self.0.sse
    }

    pub(super) fn client(&self) -> Result<(&Aws, &Client), Error> {
        match self.0.connected.get_or_init(|| self.connect()) {
            Ok((aws, client)) => Ok((aws, client)),
            Err(error) => Err(error.clone()),
        }
    }

    /// Room for `len` bytes more in memory, if there is.
    pub(super) fn ahead(&self, len: usize) -> Option<OwnedSemaphorePermit> {
        let mib = u32::try_from(len.div_ceil(1 << 20)).ok()?;
        self.0.ahead.clone().try_acquire_many_owned(mib).ok()
    }

    fn connect(&self) -> Result<(Aws, Client), Error> {
        let endpoint = self.0.endpoint.as_deref();
        let aws = Aws::connect(None, endpoint).or_else(|error| match endpoint {
            // Stores elsewhere have no regions, and take any name.
            Some(_) if error.kind() == Kind::Usage => Aws::connect(Some("us-east-1"), endpoint),
            _ => Err(error),
        })?;
        let mut builder = config::Builder::from(aws.config());
        // Other stores seldom have a host name for each bucket.
        let elsewhere = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
        if aws.config().endpoint_url().is_some()
            || elsewhere.iter().any(|name| std::env::var_os(name).is_some())
        {
            builder = builder.force_path_style(true);
        }
        let client = Client::from_conf(builder.build());
        Ok((aws, client))
    }
}

/// What all uploads together hold in memory beside one part each.
const AHEAD_MIB: usize = 48;
