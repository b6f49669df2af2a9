//! What the server holds under: long, slow and broken requests, many at a time, signals.

use std::io::{BufReader, Read, Write};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::home::{Home, text};
use crate::refused;
use crate::served::{Reply, Served};

#[test]
fn bodies_are_bounded() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let about = "é".repeat(8192);
    let longest = json!({ "Description": about }).to_string().replace('é', "\\u00e9");
    assert_eq!(served.ask("CreateKey", &longest).status, 200);
    refused(
        &served.ask("CreateKey", &json!({ "Description": about.clone() + "é" }).to_string()),
        400,
        "ValidationException",
    );
    let too_large = "RequestEntityTooLargeException";
    refused(
        &served.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 131073\r\n\r\n"),
        413,
        too_large,
    );
    let huge = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 18446744073709551615\r\n\r\n";
    let status = served.send(huge.as_bytes()).status;
    assert!((400..500).contains(&status), "{status}");
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let chunked = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    refused(&served.send(format!("{chunked}{chunk}{chunk}1\r\na\r\n").as_bytes()), 413, too_large);
    refused(&served.send(format!("{chunked}zz\r\n").as_bytes()), 400, "SerializationException");
    let many = "a: b\r\n".repeat(100);
    assert_eq!(served.send(format!("POST / HTTP/1.1\r\n{many}\r\n").as_bytes()).status, 431);
    assert_eq!(served.ask("ListKeys", "{}").status, 200);
}

#[test]
fn garbage_ends_a_connection_and_nothing_else() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", "{}").bytes();
    let mut stream = served.connect();
    stream.write_all(&[&good[..], &good, b"\0\xFF garbage\r\n\r\n", &good].concat()).unwrap();
    let mut answers = BufReader::new(stream);
    assert_eq!(Reply::read(&mut answers).unwrap().status, 200);
    assert_eq!(Reply::read(&mut answers).unwrap().status, 200);
    assert_eq!(Reply::read(&mut answers).map(|reply| reply.status), Some(400));
    assert!(Reply::read(&mut answers).is_none(), "what follows garbage is not read");
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        let mut stream = served.connect();
        stream.write_all(garbage).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut vec![]).unwrap();
    }
    assert_eq!(served.ask("ListKeys", "{}").status, 200);
}

#[test]
fn who_sends_slowly_is_cut_off_and_keeps_nobody_waiting() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let began = Instant::now();
    let mut silent = served.connect();
    let mut header = served.connect();
    let mut body = served.connect();
    body.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{").unwrap();
    for _ in 0..4 {
        header.write_all(b"a").unwrap();
        assert_eq!(served.ask("ListKeys", "{}").status, 200);
        std::thread::sleep(Duration::from_millis(500));
    }
    refused(&Reply::read(&mut BufReader::new(body)).unwrap(), 408, "RequestTimeoutException");
    let mut rest = vec![];
    header.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", text(&rest));
    silent.read_to_end(&mut vec![]).unwrap();
    let took = began.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn nothing_is_answered_that_is_not_on_record() {
    let home = Home::new();
    let served = Served::start(&home, &["--audit", "/dev/full"]);
    let make = r#"{"KeyId":"alias/reelseal","KeySpec":"AES_128"}"#;
    for (operation, body) in [("GenerateDataKey", make), ("CreateKey", "{}"), ("ListKeys", "{}")] {
        let reply = served.ask(operation, body);
        refused(&reply, 500, "KMSInternalException");
        assert!(
            !reply.body.to_string().contains("/dev/full"),
            "a client learns no more: {reply:?}"
        );
    }
    assert_eq!(home.ok(&["key", "list"])["Keys"].as_array().unwrap().len(), 2);
}

#[test]
fn many_at_a_time_are_all_answered_and_all_on_record() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let before = home.records().len();
    let body = r#"{"KeyId":"alias/reelseal","KeySpec":"AES_256"}"#;
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(served.ask("GenerateDataKey", body).status, 200);
                }
            });
        }
    });
    assert_eq!(home.records().len(), before + 160);
    home.ok(&["audit", "verify"]);
}

#[test]
fn a_signal_ends_it_after_the_answers_that_have_begun() {
    for signal in [Signal::INT, Signal::TERM] {
        let home = Home::new();
        let mut served = Served::start(&home, &[]);
        let request = served.request("ListKeys", "{}").bytes();
        let (head, last) = request.split_at(request.len() - 1);
        let (mut begun, idle, address) =
            (served.connect(), served.connect(), served.address().to_owned());
        begun.write_all(head).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let pid = rustix::process::Pid::from_child(&served.child);
        rustix::process::kill_process(pid, signal).unwrap();
        let refuses = || std::net::TcpStream::connect(&address).is_err();
        let in_time = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            refuses()
        });
        assert!(in_time, "no new connection is taken");
        begun.write_all(last).unwrap();
        assert_eq!(Reply::read(&mut BufReader::new(begun)).unwrap().status, 200);
        drop(idle);
        assert_eq!(served.child.wait().unwrap().code(), Some(0));
    }
}
