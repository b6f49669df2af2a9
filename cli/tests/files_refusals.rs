//! What is not done: counters used twice, keys of no AES length, outputs that would be lost.

mod home;

use std::fs;
use std::thread;

use home::{Home, text};
use reelseal::base64;

const KEY: &[u8; 16] = b"keykeykeykeykeyk";

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

fn iv(number: u128) -> String {
    base64::encode(&number.to_be_bytes()).unwrap().to_string()
}

fn names(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.keystore().parent().unwrap()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

// req GCM-7
#[test]
fn a_key_and_iv_of_a_counter_mode_serve_once() {
    let home = Home::new();
    let input = home.file("clear", &[7; 160]);
    let wrapped = home.wrap("alias/reelseal", KEY);
    let again = home.wrap("alias/aws/s3", KEY);
    let mut number = 0;
    let mut seal = |mode: &str, wrapped: &str, iv: &str| {
        number += 1;
        let out = path(&home, &format!("sealed-{number}"));
        let args =
            ["encrypt", &input, "-o", &out, "--mode", mode, "--data-key", wrapped, "--iv", iv];
        let output = home.run(&args);
        let (block, file) = (format!("{out}.encryption.json"), fs::metadata(&out).is_ok());
        assert_eq!(file, output.status.success());
        assert_eq!(file, fs::metadata(block).is_ok());
        output.status.code().unwrap()
    };
    assert_eq!(seal("aes-ctr", &wrapped, &iv(1000)), 0);
    // The same, under another wrapping, in the other mode, and where counters would meet: the
    // first text took blocks 1000 to 1009.
    assert_eq!(seal("aes-ctr", &wrapped, &iv(1000)), 4);
    assert_eq!(seal("aes-ctr", &again, &iv(1000)), 4);
    assert_eq!(seal("aes-gcm", &wrapped, &iv(1000)), 4);
    assert_eq!(seal("aes-ctr", &wrapped, &iv(1009)), 4);
    assert_eq!(seal("aes-ctr", &wrapped, &iv(991)), 4);
    assert_eq!(seal("aes-ctr", &wrapped, &iv(1010)), 0);
    assert_eq!(seal("aes-ctr", &wrapped, &iv(990)), 0);
    assert_eq!(seal("aes-gcm", &wrapped, &iv(5000)), 0);
    assert_eq!(seal("aes-gcm", &again, &iv(5000)), 4);
    // Another key, and the mode without a counter, where repetition tells much less.
    let other = home.wrap("alias/reelseal", &[1; 16]);
    assert_eq!(seal("aes-ctr", &other, &iv(1000)), 0);
    assert_eq!(seal("aes-cbc-pkcs7", &wrapped, &iv(1000)), 0);
    assert_eq!(seal("aes-cbc-pkcs7", &wrapped, &iv(1000)), 0);
}

#[test]
fn a_generated_key_is_in_the_ledger_too() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let out = path(&home, "sealed");
    let report = home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-gcm"]);
    let block = &report["encryption"];
    let (key, iv) =
        (block["Key"].as_str().unwrap(), block["InitializationVector"].as_str().unwrap());
    let out = path(&home, "sealed-again");
    let with = ["--data-key", key, "--iv", iv];
    home.fails(4, &[&["encrypt", &input, "-o", &out, "--mode", "aes-gcm"], &with[..]].concat());
    // Without an IV, a fresh one is drawn.
    home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-gcm", "--data-key", key]);
}

// req GCM-7
#[test]
fn of_several_processes_one_gets_the_iv() {
    let home = Home::new();
    let input = home.file("clear", &[7; 1000]);
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY), iv(1));
    let seal = |worker: usize| {
        let out = path(&home, &format!("sealed-{worker}"));
        let with = ["--mode", "aes-gcm", "--data-key", &wrapped, "--iv", &iv];
        home.run(&[&["encrypt", &input, "-o", &out], &with[..]].concat()).status.success()
    };
    let won = thread::scope(|scope| {
        let seal = &seal;
        let workers: Vec<_> = (0..6).map(|worker| scope.spawn(move || seal(worker))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
}

#[test]
fn the_ledger_holds_neither_key_nor_anything_made_of_it_alone() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let wrapped = home.wrap("alias/reelseal", KEY);
    let out = path(&home, "sealed");
    let seal = ["encrypt", &input, "-o", &out, "--mode", "aes-gcm", "--data-key", &wrapped];
    home.ok(&seal);
    let count = home
        .database()
        .query_row("SELECT count(*) FROM counters WHERE length(key) = 32", [], |row| {
            row.get::<_, u32>(0)
        })
        .unwrap();
    assert_eq!(count, 1);
    for entry in fs::read_dir(home.keystore()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(16).any(|window| window == KEY));
    }
}

// req ET-ENC-5
#[test]
fn errors_bear_the_numbers_of_the_service() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let sealed = home.file("sealed", &[3; 32]);
    let out = path(&home, "out");
    let seal = |options: &[&str]| {
        let args = [&["encrypt", &input, "-o", &out, "--mode", "aes-ctr"], options].concat();
        let code = if options.contains(&"alias/nobody") { 6 } else { 4 };
        home.fails(code, &args)["transcoderCode"].as_u64()
    };
    assert_eq!(seal(&["--key-id", "alias/nobody"]), Some(4019));
    for len in [1, 12, 15, 17, 31, 33, 64] {
        let wrapped = home.wrap("alias/reelseal", &vec![0xA5; len]);
        assert_eq!(seal(&["--data-key", &wrapped]), Some(4017), "{len}");
        let iv = iv(1);
        let open = ["decrypt", &sealed, "-o", &out, "--mode", "aes-ctr", "--iv", &iv];
        let error = home.fails(4, &[&open[..], &["--data-key", &wrapped]].concat());
        assert_eq!(error["transcoderCode"], 4017, "{len}");
        assert!(error["message"].as_str().unwrap().contains("KeyMd5"), "{error}");
    }
    let blob = base64::decode(&home.wrap("alias/reelseal", KEY)).unwrap();
    let mut altered = blob.to_vec();
    *altered.last_mut().unwrap() ^= 1;
    let altered = base64::encode(&altered).unwrap();
    let iv = iv(1);
    let open = ["decrypt", &sealed, "-o", &out, "--iv", &iv, "--mode", "aes-ctr"];
    let error = home.fails(6, &[&open[..], &["--data-key", &altered]].concat());
    assert_eq!(
        (&error["code"], &error["transcoderCode"]),
        (&"InvalidCiphertextException".into(), &4018.into())
    );
    let wrapped = base64::encode(&blob).unwrap();
    for (len, mode) in
        [(0, "aes-cbc-pkcs7"), (15, "aes-cbc-pkcs7"), (33, "aes-cbc-pkcs7"), (15, "aes-gcm")]
    {
        let short = home.file("short", &vec![1; len]);
        let open =
            ["decrypt", &short, "-o", &out, "--mode", mode, "--iv", &iv, "--data-key", &wrapped];
        assert_eq!(home.fails(3, &open)["transcoderCode"], 4016, "{len} {mode}");
    }
    let gcm =
        ["decrypt", &sealed, "-o", &out, "--mode", "aes-gcm", "--iv", &iv, "--data-key", &wrapped];
    assert_eq!(home.fails(5, &gcm)["transcoderCode"], 4016);
    assert!(fs::metadata(&out).is_err());
}

#[test]
fn a_bad_padding_of_cbc_leaves_nothing() {
    let home = Home::new();
    let input = home.file("clear", &[0x47; 500_000]);
    let out = path(&home, "sealed");
    home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-cbc-pkcs7"]);
    let mut sealed = fs::read(&out).unwrap();
    let (mut refused, opened) = (0, path(&home, "opened"));
    for flip in [1, 2, 4, 8] {
        // The last byte of the block before the last: the last byte of the padding.
        let at = sealed.len() - 17;
        sealed[at] ^= flip;
        fs::write(&out, &sealed).unwrap();
        let before = names(&home);
        let error = home.fails(5, &["decrypt", &out, "-o", &opened]);
        assert_eq!(error["transcoderCode"], 4016);
        let to_pipe = home.run(&["decrypt", &out, "-o", "-"]);
        assert_eq!((to_pipe.status.code(), to_pipe.stdout.len()), (Some(5), 0));
        assert_eq!(names(&home), before);
        sealed[at] ^= flip;
        refused += 1;
    }
    assert_eq!(refused, 4);
}

#[test]
fn what_is_there_is_not_replaced_and_nothing_is_asked() {
    let home = Home::new();
    let input = home.file("clear", b"new");
    let (out, record) = (home.file("sealed", b"old"), path(&home, "sealed.encryption.json"));
    let seal = ["encrypt", &input, "-o", &out, "--mode", "aes-ctr"];
    home.fails(4, &seal);
    fs::remove_file(&out).unwrap();
    fs::write(&record, "old record").unwrap();
    home.fails(4, &seal);
    assert!(fs::metadata(home.log()).is_err(), "a key was used for nothing");
    home.ok(&[&["--force"], &seal[..]].concat());
    assert_ne!(fs::read(&record).unwrap(), b"old record");
    let opened = home.file("opened", b"old");
    home.fails(4, &["decrypt", &out, "-o", &opened]);
    home.ok(&["--force", "decrypt", &out, "-o", &opened]);
    assert_eq!(fs::read(&opened).unwrap(), b"new");
}

#[test]
fn a_failed_run_puts_the_old_record_back() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let (out, record) = (home.file("sealed", b"old"), home.file("record", b"old record"));
    let wrapped = home.wrap("alias/reelseal", KEY);
    let iv = iv(1);
    let with = ["--data-key", &wrapped, "--iv", &iv, "--record", &record, "--mode", "aes-ctr"];
    let seal = [&["--force", "encrypt", &input, "-o", &out], &with[..]].concat();
    home.ok(&seal);
    let (sealed, block) = (fs::read(&out).unwrap(), fs::read(&record).unwrap());
    home.fails(4, &seal);
    assert_eq!((fs::read(&out).unwrap(), fs::read(&record).unwrap()), (sealed, block));
    // What is no record is not replaced by one, even where that is asked for.
    let film = vec![7; 2 << 20];
    fs::write(&record, &film).unwrap();
    home.fails(4, &seal);
    assert!(fs::read(&record).unwrap() == film);
}

#[test]
fn a_request_that_would_lose_the_key_is_refused() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let seal = |options: &[&str]| {
        let output = home.run(&[&["encrypt", &input, "--mode", "aes-ctr"], options].concat());
        assert_eq!(output.stdout, b"");
        (output.status.code().unwrap(), text(&output.stderr))
    };
    assert_eq!(seal(&["-o", "-"]).0, 2);
    assert_eq!(seal(&["-o", "/dev/null"]).0, 2);
    assert_eq!(seal(&["-o", "-", "--record", "-"]).0, 2);
    let out = path(&home, "sealed");
    assert_eq!(seal(&["-o", &out, "--record", &out]).0, 2);
    let (code, error) = seal(&["-o", &out, "--iv", &iv(1)]);
    assert!(code == 2 && error.contains("--data-key"), "{error}");
    let nowhere = path(&home, "no/such/folder/record.json");
    assert_eq!(seal(&["-o", &out, "--record", &nowhere]).0, 7);
    assert!(fs::metadata(&out).is_err());
    // Twelve bytes are MediaConvert's.
    let wrapped = home.wrap("alias/reelseal", KEY);
    let short = base64::encode(&[1; 12]).unwrap();
    assert_eq!(seal(&["-o", &out, "--data-key", &wrapped, "--iv", &short]).0, 3);
    assert_eq!(seal(&["-o", &out, "--data-key", &wrapped, "--iv", "not base64"]).0, 3);
}

#[test]
fn a_file_that_is_not_there_is_named_before_its_record() {
    let home = Home::new();
    let error = home.fails(7, &["decrypt", &path(&home, "absent"), "-o", &path(&home, "out")]);
    assert!(error["message"].as_str().unwrap().starts_with("cannot read"), "{error}");
}
