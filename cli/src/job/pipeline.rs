//! The rules of pipelines, and of a job in its pipeline: whose key wraps the data keys.

use super::blocks::blocks;
use super::document::Subject;
use super::encryption::given;
use super::finding::Findings;
use super::node::Place;
use super::scalar::quoted;

/// Checks a pipeline.
pub(super) fn pipeline(place: &Place<'_>, findings: &mut Findings) {
    // req ET-PIPE-1: one bucket for everything, or one for content and one for thumbnails
    let has = |name| place.member(name).is_some();
    let split = ["ContentConfig", "ThumbnailConfig"];
    match (place.text("OutputBucket").is_some(), split.map(has)) {
        (true, [false, false]) | (false, [true, true]) => {}
        (true, _) => {
            let message = "excludes ContentConfig and ThumbnailConfig, which are there too";
            findings.fault(&place.at("OutputBucket"), "ET-PIPE-1", message);
        }
        (false, [false, false]) => {
            let message = "is missing, and so are ContentConfig and ThumbnailConfig";
            findings.fault(&place.at("OutputBucket"), "ET-PIPE-1", message);
        }
        (false, [content, _]) => {
            let [first, second] = split;
            let (missing, there) = if content { (second, first) } else { (first, second) };
            let message = format!("is missing, and {there} is there");
            findings.fault(&place.at(missing), "ET-PIPE-1", message);
        }
    }
    for config in split.iter().filter_map(|name| place.member(name)) {
        if config.text("Bucket").is_none() {
            findings.fault(&config.at("Bucket"), "ET-PIPE-1", "is missing");
        }
    }
    key(place, findings);
}

// req ET-PIPE-2: the key is in the pipeline's region
fn key(place: &Place<'_>, findings: &mut Findings) {
    let Some(arn) = place.text("AwsKmsKeyArn") else { return };
    let at = place.at("AwsKmsKeyArn");
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "kms", region, _, resource] = parts[..] else {
        findings.warn(&at, "ET-PIPE-2", format!("{} is not the ARN of a KMS key", quoted(arn)));
        return;
    };
    if !resource.starts_with("key/") && !resource.starts_with("alias/") {
        let message = format!("{} names neither a key nor an alias", quoted(arn));
        findings.warn(&at, "ET-PIPE-2", message);
    }
    let own = place.text("Arn").and_then(|arn| arn.split(':').nth(3));
    if let Some(own) = own.filter(|own| *own != region && region != "local") {
        let message = format!("is in {region}, and the pipeline in {own}");
        findings.fault(&at, "ET-PIPE-2", message);
    }
}

/// Checks a job against its pipeline.
pub(super) fn job_in(job: &Subject, pipeline: &Subject, findings: &mut Findings) {
    let (place, own) = (job.place(), pipeline.place());
    if let (Some(named), Some(id)) = (place.text("PipelineId"), own.text("Id"))
        && named != id
    {
        let message = format!("is {named}, and the pipeline that was given is {id}");
        findings.fault(&place.at("PipelineId"), "ET-PIPE-3", message);
    }
    if own.text("AwsKmsKeyArn").is_some() {
        return;
    }
    // req ET-PIPE-4: without a key of its own, a pipeline has the account's key of S3
    for playlist in place.list("Playlists") {
        for name in ["HlsContentProtection", "PlayReadyDrm"] {
            if let Some(block) = playlist.member(name) {
                let message = "needs a key of the customer's, and the pipeline has no AwsKmsKeyArn";
                findings.fault(&block.path, "ET-PIPE-4", message);
            }
        }
    }
    for block in blocks(&place, job.kind.is_request()) {
        let aes = block.encryption.text("Mode").is_some_and(|mode| mode.starts_with("aes-"));
        if aes && given(&block.encryption).contains(&"Key") {
            let message = "the pipeline has no AwsKmsKeyArn, so alias/aws/s3 must have wrapped \
                           this key, and AWS lets nobody call Encrypt on that key directly";
            findings.warn(&block.encryption.at("Key"), "ET-PIPE-4", message);
        }
    }
}
