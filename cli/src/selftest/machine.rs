//! The processor: what it can do, and what of it AES uses. The system: where our memory may go.

use serde_json::{Value, json};

use crate::memory;

/// What was found.
#[derive(Debug)]
pub struct Machine {
    /// `x86_64`, `aarch64` …
    pub architecture: &'static str,
    /// Instructions that are of use here.
    pub features: Vec<&'static str>,
    /// What computes AES.
    pub aes: String,
    /// Whether long texts go through wider vectors still.
    pub wide_vectors: bool,
    /// Whether no page of ours, and so no key, can get into swap space.
    pub memory_locked: bool,
}

impl Machine {
    /// Asks the processor and the system.
    pub fn detect() -> Self {
        let features = features();
        let has = |name| features.contains(&name);
        // As aes 0.9 chooses: the widest vectors that there are, or code without any table.
        let aes = match reelseal_core::has_aes_instructions() {
            false => "in software, bitsliced, in constant time".to_owned(),
            true if has("vaes") && has("avx512f") => "AES-NI, VAES of 512 bits".to_owned(),
            true if has("vaes") => "AES-NI, VAES of 256 bits".to_owned(),
            true if cfg!(target_arch = "aarch64") => "the Cryptographic Extension".to_owned(),
            true => "AES-NI".to_owned(),
        };
        let wide_vectors = reelseal_core::has_wide_vectors();
        let memory_locked = memory::is_locked();
        Self { architecture: std::env::consts::ARCH, features, aes, wide_vectors, memory_locked }
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({
            "architecture": self.architecture,
            "features": self.features,
            "aes": self.aes,
            "wideVectors": self.wide_vectors,
            "memoryLocked": self.memory_locked,
        })
    }

    /// For eyes: three lines.
    pub fn to_text(&self) -> String {
        let features = match self.features.is_empty() {
            true => "none of use here".to_owned(),
            false => self.features.join(" "),
        };
        let long = match self.wide_vectors {
            true => "; long texts by the kernels of reelseal-accel",
            false => "",
        };
        let memory = match self.memory_locked {
            true => "locked: no key gets into swap space",
            false => "may be swapped out, keys too (to lock it: ulimit -l unlimited)",
        };
        format!(
            "CPU: {}; {features}\nAES: {}{long}\nMemory: {memory}\n",
            self.architecture, self.aes
        )
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
fn features() -> Vec<&'static str> {
    use std::arch::is_x86_feature_detected as has;
    let all = [
        ("aes", has!("aes")),
        ("pclmulqdq", has!("pclmulqdq")),
        ("ssse3", has!("ssse3")),
        ("sse4.1", has!("sse4.1")),
        ("avx2", has!("avx2")),
        ("avx512f", has!("avx512f")),
        ("vaes", has!("vaes")),
        ("vpclmulqdq", has!("vpclmulqdq")),
        ("sha", has!("sha")),
    ];
    found(&all)
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<&'static str> {
    use std::arch::is_aarch64_feature_detected as has;
    found(&[
        ("neon", has!("neon")),
        ("aes", has!("aes")),
        ("pmull", has!("pmull")),
        ("sha2", has!("sha2")),
    ])
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
fn features() -> Vec<&'static str> {
    found(&[])
}

fn found(all: &[(&'static str, bool)]) -> Vec<&'static str> {
    all.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect()
}
