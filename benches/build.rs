//! Builds the C between us and ipsec-mb, whose functions are macros.

fn main() {
    println!("cargo::rerun-if-changed=peers/ipsec_mb.c");
    #[cfg(feature = "ipsec-mb")]
    cc::Build::new().file("peers/ipsec_mb.c").opt_level(2).compile("reelseal_ipsec_mb");
}
