//! What every conversation with AWS shares: one runtime, the standard credential chain, limits on
//! time, and an end when the user asks for one.

use std::future::Future;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::error::Error;
use crate::package::interrupt;

/// Credentials, region and the threads that talk. The rest of the tool does not wait in `async`:
/// it calls [`Aws::wait`].
#[derive(Debug)]
pub struct Aws {
    runtime: Runtime,
    config: SdkConfig,
}

impl Aws {
    /// Reads the environment and the user's profile, as every client of AWS does: `AWS_REGION`,
    /// `AWS_PROFILE`, `AWS_ENDPOINT_URL` and the rest. What is given here goes first.
    ///
    /// # Errors
    ///
    /// No region is known (usage), or the system has no thread to spare.
    pub fn connect(region: Option<&str>, endpoint: Option<&str>) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .map_err(|error| Error::system(format!("cannot start threads: {error}")))?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(READ).build(),
            );
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = runtime.block_on(loader.load());
        if config.region().is_none() {
            return Err(Error::usage("no AWS region is known")
                .hint("set AWS_REGION, or name it: --kms aws:REGION"));
        }
        Ok(Self { runtime, config })
    }

    /// What a client of one service is made of.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Starts `future`, which goes on while nobody waits for it.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.runtime.spawn(future)
    }

    /// Waits for `future`, and no longer than the user wants to.
    ///
    /// # Errors
    ///
    /// A signal came; `future` is dropped.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        self.runtime.block_on(async {
            let mut look = tokio::time::interval(LOOK);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut future = std::pin::pin!(future);
            loop {
                tokio::select! {
                    biased;
                    done = &mut future => return Ok(done),
                    _ = look.tick() => interrupt::check()?,
                }
            }
        })
    }
}

/// Two: one sends while the other waits. Encryption has threads of its own.
const THREADS: usize = 2;

/// The first and four more. What is worth another try the SDK knows: throttling and lost
/// connections, with a growing pause between.
const ATTEMPTS: u32 = 5;

/// A server that is there answers sooner.
const CONNECT: Duration = Duration::from_secs(5);

/// Without a byte for so long, the connection is dead.
const READ: Duration = Duration::from_secs(60);

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(50);
