//! Where a job can have an `Encryption` block, and of which file it speaks.

use super::node::Place;

/// What a block is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum What {
    Input,
    CaptionSource,
    Watermark,
    Artwork,
    Output,
    Thumbnails,
    Captions,
}

impl What {
    /// Whether the service read the file; the others it wrote.
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Input | Self::CaptionSource | Self::Watermark | Self::Artwork)
    }

    /// The file in a word or two.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CaptionSource => "caption source",
            Self::Watermark => "watermark",
            Self::Artwork => "artwork",
            Self::Output => "output",
            Self::Thumbnails => "thumbnails",
            Self::Captions => "captions",
        }
    }
}

/// A block and whose it is.
pub(super) struct Block<'a> {
    pub(super) what: What,
    /// What names the file: an input, an output, a caption source …
    pub(super) owner: Place<'a>,
    pub(super) encryption: Place<'a>,
}

impl<'a> Block<'a> {
    /// The name of the file, or its pattern, without the prefix of the job's outputs.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.owner.text(match self.what {
            What::Input | What::CaptionSource | What::Output => "Key",
            What::Watermark | What::Artwork => "InputKey",
            What::Thumbnails => "ThumbnailPattern",
            What::Captions => "Pattern",
        })
    }
}

/// The outputs of a job. An answer has the first of them twice: `Output` and `Outputs[0]`.
pub(super) fn outputs<'a>(job: &Place<'a>, is_request: bool) -> Vec<Place<'a>> {
    let all = job.list("Outputs");
    if all.is_empty() || is_request { job.one_and_list("Output", "Outputs") } else { all }
}

/// The inputs of a job; as with outputs, an answer may have the first of them twice.
pub(super) fn inputs<'a>(job: &Place<'a>, is_request: bool) -> Vec<Place<'a>> {
    let all = job.list("Inputs");
    if all.is_empty() || is_request { job.one_and_list("Input", "Inputs") } else { all }
}

/// Every block of a job, in the order of its document.
pub(super) fn blocks<'a>(job: &Place<'a>, is_request: bool) -> Vec<Block<'a>> {
    let mut found = Vec::new();
    let mut add = |what, owner: &Place<'a>, name| {
        let block = |encryption| Block { what, owner: owner.clone(), encryption };
        found.extend(owner.member(name).map(block));
    };
    for input in inputs(job, is_request) {
        add(What::Input, &input, "Encryption");
        for source in listed(&input, "InputCaptions", "CaptionSources") {
            add(What::CaptionSource, &source, "Encryption");
        }
    }
    for output in outputs(job, is_request) {
        add(What::Output, &output, "Encryption");
        add(What::Thumbnails, &output, "ThumbnailEncryption");
        for watermark in output.list("Watermarks") {
            add(What::Watermark, &watermark, "Encryption");
        }
        for artwork in listed(&output, "AlbumArt", "Artwork") {
            add(What::Artwork, &artwork, "Encryption");
        }
        for source in listed(&output, "Captions", "CaptionSources") {
            add(What::CaptionSource, &source, "Encryption");
        }
        for format in listed(&output, "Captions", "CaptionFormats") {
            add(What::Captions, &format, "Encryption");
        }
    }
    found
}

/// The items of the member `list` of the member `of`.
fn listed<'a>(owner: &Place<'a>, of: &str, list: &str) -> Vec<Place<'a>> {
    owner.member(of).map(|inner| inner.list(list)).unwrap_or_default()
}
