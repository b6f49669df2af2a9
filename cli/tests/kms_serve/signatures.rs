//! Who is let in: signatures, dates, access keys.

use std::io::{BufReader, Write};
use std::time::{Duration, SystemTime};

use crate::home::{Home, text};
use crate::refused;
use crate::served::{Reply, Served, Signed};

#[test]
fn what_is_not_signed_by_a_known_access_key_is_refused() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", "{}");
    assert_eq!(served.send(&good.bytes()).status, 200);
    let before = home.records().len();
    let change = |from: &str, to: &str| {
        let request = text(&good.bytes());
        assert!(request.contains(from), "{request}");
        served.send(request.replacen(from, to, 1).as_bytes())
    };
    let missing = "MissingAuthenticationTokenException";
    refused(&change("authorization: ", "x-authorization: "), 400, missing);
    let incomplete = "IncompleteSignatureException";
    refused(&change("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), 400, incomplete);
    refused(&change("AWS4-HMAC-SHA256", "Bearer"), 400, incomplete);
    refused(&change("Signature=", "Sig="), 400, incomplete);
    refused(&change("x-amz-date: ", "x-date: "), 400, incomplete);
    refused(&change(";x-amz-target", ""), 400, incomplete);
    refused(
        &change("SignedHeaders=content-type;host;", "SignedHeaders=content-type;"),
        400,
        incomplete,
    );
    refused(&change("\r\n\r\n", "\r\nx-amz-more: 1\r\n\r\n"), 400, incomplete);
    let invalid = "InvalidSignatureException";
    refused(&change("/kms/aws4_request", "/s3/aws4_request"), 400, invalid);
    refused(&change("/eu-west-1/", "/eu-west-2/"), 400, invalid);
    refused(&change("Signature=", "Signature=0"), 400, invalid);
    refused(&change("application/x-amz-json-1.1", "application/x-amz-json-1.0"), 400, invalid);
    refused(&change("TrentService.ListKeys", "TrentService.CreateKey"), 400, invalid);
    refused(&change("host: 127.0.0.1", "host: 127.0.0.2"), 400, invalid);
    refused(&change("\r\n\r\n{}", "\r\n\r\n[]"), 400, invalid);
    refused(&change(&served.id, &served.id.to_lowercase()), 400, "UnrecognizedClientException");

    let signed = |change: fn(&mut Signed)| {
        let mut request = good.clone();
        change(&mut request);
        served.send(&request.bytes())
    };
    let unknown = "UnrecognizedClientException";
    refused(&signed(|r| r.id = "AKIAIOSFODNN7EXAMPLE".into()), 400, unknown);
    refused(&signed(|r| r.secret.replace_range(..1, "?")), 400, invalid);
    let token = |r: &mut Signed| r.headers.push(("x-amz-security-token".into(), "t".into()));
    let reply = signed(token);
    refused(&reply, 400, unknown);
    assert!(reply.body["message"].as_str().unwrap().contains("token"));
    assert_eq!(home.records().len(), before, "strangers do not fill the log");

    home.ok(&["kms", "access-key", "delete", &served.id]);
    refused(&served.send(&good.bytes()), 400, unknown);
}

#[test]
fn no_flipped_bit_makes_another_request_of_a_signed_one() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", r#"{"Limit":1000}"#).bytes();
    let expected = served.send(&good).body;
    let mut refused = 0;
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        let mut stream = served.connect();
        stream.write_all(&altered).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        match Reply::read(&mut BufReader::new(stream)) {
            // What is not signed decides nothing: the letters of `content-length`, say.
            Some(reply) if reply.status == 200 => assert_eq!(reply.body, expected, "{place}"),
            reply => {
                assert!(reply.is_none_or(|reply| (400..500).contains(&reply.status)), "{place}");
                refused += 1;
            }
        }
    }
    assert!(refused > good.len() * 9 / 10, "{refused} of {}", good.len());
    assert!(home.records().iter().all(|r| r["eventName"] != "CreateKey"));
}

#[test]
fn a_request_is_fresh_for_five_minutes() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let at = |time: SystemTime| {
        let mut request = served.request("ListKeys", "{}");
        request.time = time;
        served.send(&request.bytes())
    };
    let now = SystemTime::now();
    let minutes = |n: u64| Duration::from_secs(60 * n);
    for time in [now - minutes(4), now + minutes(4)] {
        assert_eq!(at(time).status, 200);
    }
    let times = [
        (now - minutes(6), "Signature expired"),
        (now - minutes(60 * 24 * 400), "Signature expired"),
        (now + minutes(6), "Signature not yet current"),
    ];
    for (time, message) in times {
        let reply = at(time);
        refused(&reply, 400, "InvalidSignatureException");
        assert!(reply.body["message"].as_str().unwrap().starts_with(message), "{reply:?}");
    }
}
