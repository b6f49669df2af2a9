//! Compiles the client requests of valgrind, which Debian's `valgrind` has as headers.

fn main() {
    println!("cargo::rerun-if-changed=src/requests.c");
    cc::Build::new().file("src/requests.c").compile("requests");
}
