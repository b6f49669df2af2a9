//! Runs each case with its secrets marked undefined, and prints what valgrind saw in it:
//! `case NAME errors N` for code of the core, `twin NAME errors N` for code that leaks on purpose.
//!
//! The doors `declassify`, `declassify_len` and base64's `agreed` are wrapped (requests.c): what
//! they return is public. Lengths, IVs, salts and ciphertexts are public from the start.

mod cases;
mod twins;
mod watch;

fn main() {
    assert!(watch::is_watched(), "run it under valgrind: proofs/constant-time does");
    cases::ALL.iter().for_each(|cases| run("case", cases));
    run("twin", twins::ALL);
    println!("doors passed {}", watch::passed());
}

fn run(kind: &str, all: &[(&str, fn())]) {
    for (name, case) in all {
        let before = watch::errors();
        case();
        println!("{kind} {name} errors {}", watch::errors() - before);
    }
}
