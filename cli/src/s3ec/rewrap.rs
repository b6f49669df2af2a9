//! `reelseal s3ec re-wrap`: the data key of an object under another key. The object is not
//! touched, nor its metadata: what is written is a new instruction file.

use std::path::PathBuf;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{Step, open, step};
use reelseal_core::format::s3ec::{Header, Place as In, Wrap};
use reelseal_core::policy::{Admitted, Extent};
use serde_json::{Value, json};

use super::fields::{self, Source, description};
use super::key::{self, Keys, NewKey, Wrapped};
use super::options::admit;
use super::report::Facts;
use super::{PolicyOptions, instruction_file_beside};
use crate::error::Error;
use crate::keyservice::{Destination, EncryptionContext, LazyService, Source as WrappedSource};
use crate::objects::Place;
use crate::package::Existing;

/// A request to wrap the data key of one object anew.
#[derive(Clone, Debug)]
pub struct ReWrap {
    /// The object, in S3. `None`: its metadata is in a file.
    pub object: Option<Place>,
    /// That file.
    pub metadata: Option<Place>,
    /// Its instruction file. `None`: beside the object in S3.
    pub instruction_file: Option<Place>,
    /// The new instruction file. `None`: in place of the old one.
    pub out: Option<Place>,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// The key of the user that wrapped the data key, if it was one.
    pub wrapping_key: Option<PathBuf>,
    /// The key of the key service that must have wrapped it, if it was one.
    pub key_id: Option<String>,
    /// The encryption context that is expected, where there is one.
    pub context: Option<EncryptionContext>,
    /// What is admitted.
    pub policy: PolicyOptions,
    /// What wraps the data key from now on.
    pub new_key: NewKey,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct ReWrapReport {
    out: Place,
    facts: Facts,
}

impl ReWrap {
    /// Wraps the data key anew. Where a key service has both keys, the data key stays in it. Else
    /// it is checked against the object's commitment, where there is one, before it is wrapped.
    ///
    /// # Errors
    ///
    /// The fields are not of an object with an instruction file, the policy does not admit it, the
    /// key service refuses, or the key does not open it. Then nothing is written.
    pub fn run(&self, service: &LazyService<'_>) -> Result<ReWrapReport, Error> {
        let old = match (&self.instruction_file, &self.object) {
            (Some(place), _) => place.clone(),
            (None, Some(object)) => instruction_file_beside(object)?,
            (None, None) => return Err(Error::usage("the instruction file is not known")),
        };
        let out = self.out.as_ref().unwrap_or(&old);
        out.check_free(self.existing)?;
        let source = Source::read(self.object.as_ref(), self.metadata.as_ref(), Some(&old))?;
        source.header(|header| {
            let policy = self.policy.policy();
            let admitted = admit(&policy, header, Extent::Whole)?;
            let Wrapped { wrap, wrapped, description, arn } =
                self.wrap(&admitted, &old, service)?;
            let content = admitted.header().content;
            let file = In::InstructionFile;
            let header = Header::new(content, wrap, &wrapped, &description, file)
                .ok_or_else(|| Error::bug("a header of parts that do not fit"))?;
            let (_, text) = fields::print(&header)?;
            let text = text.ok_or_else(|| Error::bug("an instruction file without a field"))?;
            fields::write(out, In::InstructionFile, self.existing, &text)?;
            Ok(ReWrapReport { out: out.clone(), facts: Facts::of(&header, arn) })
        })
    }

    fn wrap(
        &self,
        admitted: &Admitted<'_>,
        old: &Place,
        service: &LazyService<'_>,
    ) -> Result<Wrapped, Error> {
        let (suite, wrap) = (admitted.header().content.suite(), admitted.header().wrap);
        let keys = Keys {
            wrapping_key: self.wrapping_key.as_deref(),
            key_id: self.key_id.as_deref(),
            // An object without one may get one.
            context: self.context.as_ref().filter(|_| wrap == Wrap::KmsContext),
        };
        if let (Step::Kms(ask), NewKey::Service { key_id, context }) =
            (step(admitted), &self.new_key)
        {
            let stored = description(admitted.header())?;
            let request = key::check_context(ask, &stored, &keys)?;
            let context = key::full_context(context, suite)?;
            let blob = request.ciphertext_blob();
            let from = WrappedSource { blob, key_id: keys.key_id, context: &stored };
            let answer =
                service.get()?.re_encrypt(&from, &Destination { key_id, context: &context })?;
            return Ok(key::by_kms(&context, answer.wrapped, answer.destination.key_arn));
        }
        let wrong = |_| Error::inauthentic(format!("{}: {Inauthentic}", old));
        let opened = key::unwrap(admitted, &keys, service)?.map_err(wrong)?;
        // With a commitment, another key than the object's is found out before it is passed on.
        open(admitted, &opened.key).map_err(wrong)?;
        self.new_key.wrap(suite, &opened.key, service)
    }
}

impl ReWrapReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        self.facts.to_json(json!({
            "command": "s3ec re-wrap",
            "instructionFile": self.out.name("standard output"),
        }))
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        format!("{}\n{}", self.out.name("standard output"), self.facts.to_text())
    }
}
