//! `reelseal selftest`: what it says, to eyes and to machines.

mod home;

use home::{Home, text};

#[test]
fn it_names_every_answer_its_origin_and_the_machine() {
    let home = Home::new();
    let report = home.ok(&["selftest"]);
    assert_eq!(report["passed"], true, "{report}");
    assert_eq!(report["failed"].as_array().unwrap().len(), 0);
    let answers = report["knownAnswers"].as_array().unwrap();
    for name in ["CBC", "CTR", "GCM", "KW", "KWP", "HMAC", "HKDF", "KBKDF", "HLS", "blob"] {
        let found = answers.iter().filter(|answer| answer["name"].as_str().unwrap().contains(name));
        assert!(found.count() > 0, "no answer of {name}");
    }
    for bits in ["128", "192", "256"] {
        for mode in ["CBC", "CTR", "GCM"] {
            let name = format!("AES-{bits}-{mode}");
            let has = |a: &serde_json::Value| a["name"].as_str().unwrap().starts_with(&name);
            assert!(answers.iter().any(has), "no answer of {name}");
        }
    }
    assert!(answers.iter().all(|answer| !answer["origin"].as_str().unwrap().is_empty()));
    let refused = report["forgeries"].as_array().unwrap();
    assert!(refused.len() >= 8 && refused.iter().all(|forgery| forgery["refused"] == true));
    assert_eq!(report["machine"]["architecture"], std::env::consts::ARCH);
    assert!(report["machine"]["aes"].is_string());
    assert!(!home.keystore().exists(), "it needs no keystore");
}

#[test]
fn people_read_a_line_for_each_check() {
    let home = Home::new();
    let output = home.run(&["selftest"]);
    assert!(output.status.success());
    let said = text(&output.stdout);
    assert!(said.lines().count() > 30 && said.contains("all is well"), "{said}");
    assert!(!said.contains("FAILED"), "{said}");
    assert_eq!(text(&home.run(&["selftest", "-q"]).stdout), "");
}

#[test]
#[cfg(target_os = "linux")]
fn the_features_are_those_that_the_kernel_tells() {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let Some(flags) = cpu.lines().find_map(|line| line.strip_prefix("flags")) else { return };
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let report = Home::new().ok(&["selftest"]);
    let found: Vec<&str> = report["machine"]["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f.as_str().unwrap())
        .collect();
    for feature in ["aes", "ssse3", "avx2", "vaes", "avx512f"] {
        assert_eq!(found.contains(&feature), flags.contains(&feature), "{feature}");
    }
}
