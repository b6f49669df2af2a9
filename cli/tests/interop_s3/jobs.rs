//! Documents and files of old jobs, where the service left them: in a bucket.

use serde_json::{Value, json};

use crate::bucket::Bucket;

const CLEAR: &[u8] = b"1\n00:00:01,000 --> 00:00:02,000\nA caption that is long enough.\n";

#[test]
fn files_of_an_old_job_are_opened_in_the_bucket() {
    let bucket = Bucket::new();
    let clear = bucket.home.file("clear", CLEAR);
    let block = |name: &str, mode: &str| {
        let object = format!("s3://reel/{name}");
        let report = bucket.ok(&["encrypt", &clear, "-o", &object, "--mode", mode]);
        report["encryption"].clone()
    };
    let outputs = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"].map(|mode| {
        let name = format!("films/{mode}.srt");
        json!({ "Key": format!("{mode}.srt"), "Encryption": block(&name, mode) })
    });
    let thumbnails = block("films/t-00001.png", "aes-ctr");
    let job = json!({ "Job": {
        "Id": "1418191500001-job001", "PipelineId": "1407191500001-pipe01",
        "OutputKeyPrefix": "films/", "Outputs": outputs,
    }});
    let mut job: Value = job;
    job["Job"]["Outputs"][0]["ThumbnailPattern"] = "t-{count}".into();
    job["Job"]["Outputs"][0]["ThumbnailEncryption"] = thumbnails;
    bucket.put("documents/job.json", job.to_string().as_bytes());
    let document = "s3://reel/documents/job.json";

    bucket.ok(&["job", "check", document]);
    let import = ["job", "import", document, "--root", "s3://reel/"];
    let found = bucket.ok(&import);
    let names = |artefact: &Value| artefact["found"].as_array().unwrap().len();
    assert_eq!(found["artefacts"].as_array().unwrap().iter().map(names).sum::<usize>(), 4);
    let opened = bucket.ok(&[&import[..], &["-o", "s3://reel/clear/"]].concat());
    assert_eq!(opened["opened"].as_array().unwrap().len(), 4, "{opened}");
    for name in ["aes-cbc-pkcs7.srt", "aes-ctr.srt", "aes-gcm.srt", "t-00001.png"] {
        assert_eq!(bucket.get(&format!("clear/films/{name}")), CLEAR, "{name}");
    }
    let local = bucket.path("local");
    bucket.ok(&[&import[..], &["-o", &local]].concat());
    assert_eq!(std::fs::read(format!("{local}/films/aes-gcm.srt")).unwrap(), CLEAR);
    bucket.fails(2, &[&import[..], &["-o", "s3://reel"]].concat());
}
