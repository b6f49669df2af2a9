//! A key service that is opened when it is first asked, and not before: a package whose keys lie
//! in it opens on a machine without a keystore.

use std::cell::OnceCell;

use super::KeyService;
use crate::error::Error;

/// How to open a key service.
type Open<'a> = dyn Fn() -> Result<Box<dyn KeyService>, Error> + 'a;

/// A key service, opened once at most.
pub struct LazyService<'a> {
    open: Box<Open<'a>>,
    opened: OnceCell<Box<dyn KeyService>>,
}

impl<'a> LazyService<'a> {
    /// The service that `open` opens.
    pub fn new(open: impl Fn() -> Result<Box<dyn KeyService>, Error> + 'a) -> Self {
        Self { open: Box::new(open), opened: OnceCell::new() }
    }

    /// The service, open.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn get(&self) -> Result<&dyn KeyService, Error> {
        if let Some(service) = self.opened.get() {
            return Ok(service.as_ref());
        }
        let service = (self.open)()?;
        Ok(self.opened.get_or_init(|| service).as_ref())
    }
}
