//! `MANIFEST.md`, read.

/// A file as the manifest declares it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its path below `vectors/`, with `/`.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// How many cases it declares; `None` where it holds none.
    pub cases: Option<usize>,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

/// Every file of the manifest, in its order.
///
/// # Panics
///
/// If a row of the manifest is not understood.
pub fn listed() -> Vec<Listed> {
    let rows = crate::text("MANIFEST.md");
    rows.lines().filter(|l| l.matches(" | ").count() == 3).filter_map(row).collect()
}

fn row(line: &str) -> Option<Listed> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [file, bytes, cases, sha256] = cells[..] else { panic!("manifest: {line}") };
    if file == "file" {
        return None; // the heading of a table
    }
    Some(Listed {
        file: file.to_owned(),
        bytes: bytes.parse().unwrap_or_else(|e| panic!("manifest: {file}: bytes: {e}")),
        cases: match cases {
            "" => None,
            n => Some(n.parse().unwrap_or_else(|e| panic!("manifest: {file}: cases: {e}"))),
        },
        sha256: sha256.to_owned(),
    })
}
