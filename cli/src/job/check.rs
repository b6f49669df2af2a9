//! Every rule that concerns a job or a pipeline, and all that it breaks.

use super::blocks::{blocks, outputs};
use super::document::{Kind, Subject};
use super::encryption::encryption;
use super::finding::Findings;
use super::model::{JOB, NOTIFICATION, PIPELINE};
use super::node::Place;
use super::pipeline::{job_in, pipeline as pipeline_rules};
use super::playlist::playlists;
use crate::error::Error;

/// Checks `subject`; a job also against its pipeline, where that is known.
///
/// # Errors
///
/// None that a document can cause.
pub fn check(
    subject: &Subject,
    pipeline: Option<&Subject>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let (kind, place) = (subject.kind, subject.place());
    let shape = match kind {
        Kind::JobRequest | Kind::Job => &JOB,
        Kind::Notification => &NOTIFICATION,
        Kind::Pipeline | Kind::PipelineRequest => &PIPELINE,
    };
    shape.check(kind, place.node, &place.path, findings);
    if kind.is_pipeline() {
        pipeline_rules(&place, findings);
        return Ok(());
    }
    if kind == Kind::JobRequest {
        whole(&place, findings);
    }
    for output in outputs(&place, kind.is_request()) {
        segment_duration(&output, findings);
    }
    for block in blocks(&place, kind.is_request()) {
        encryption(&block.encryption, block.what.is_read(), kind, findings)?;
    }
    playlists(&place, kind, findings)?;
    if let Some(pipeline) = pipeline {
        job_in(subject, pipeline, findings);
    }
    Ok(())
}

/// A request has one input or several, and one output or several.
fn whole(place: &Place<'_>, findings: &mut Findings) {
    for (one, several) in [("Input", "Inputs"), ("Output", "Outputs")] {
        match (place.member(one), place.member(several)) {
            (Some(_), Some(list)) => {
                findings.fault(&list.path, RULE, format!("excludes {one}, which is there too"));
            }
            (None, None) => {
                findings.fault(&place.at(several), RULE, format!("is missing, and so is {one}"));
            }
            _ => {}
        }
    }
}

/// The guide: 1 to 60 seconds.
fn segment_duration(output: &Place<'_>, findings: &mut Findings) {
    let Some(text) = output.text("SegmentDuration") else { return };
    if text.parse::<f64>().is_ok_and(|seconds| !(1.0..=60.0).contains(&seconds)) {
        let message = format!("is {text} seconds; 1 to 60 are allowed");
        findings.fault(&output.at("SegmentDuration"), RULE, message);
    }
}

const RULE: &str = "ET-JOB-1";
