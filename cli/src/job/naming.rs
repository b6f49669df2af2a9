//! The names that the service gave to files, and where they lie under a folder.
//!
//! | pattern                     | stands for                                   |
//! |-----------------------------|----------------------------------------------|
//! | `{count}`                   | five digits or more, from `00001`            |
//! | `{resolution}`              | `640x360`                                    |
//! | `{language}`                | the language of captions                     |
//! | `{segment}`                 | five digits or more, from `00000`: our name  |
//! | `{extension}`               | the extension, which the preset says: ours   |

use crate::package::{PackagePath, Source};

/// The files of `source` that `pattern` names, sorted, relative to its folder.
///
/// A name that would lead out of the folder names nothing: old documents are not to be trusted.
pub(super) fn found(source: &Source, pattern: &str) -> Vec<String> {
    let Ok(path) = PackagePath::parse(pattern) else { return Vec::new() };
    let file = path.file_name();
    if !file.contains('{') {
        let is_file = source.regular_len(&path).is_ok();
        return if is_file { vec![pattern.to_owned()] } else { Vec::new() };
    }
    let within = path.folder();
    let names = source.names(within).unwrap_or_default().into_iter();
    names
        .filter(|name| matches(file, name))
        .map(|name| if within.is_empty() { name } else { format!("{within}/{name}") })
        .collect()
}

/// Whether `name` is one of those that `pattern` stands for.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return pattern == name };
    let (Some(name), Some((variable, rest))) = (name.strip_prefix(before), rest.split_once('}'))
    else {
        return false;
    };
    let mut ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.any(|end| {
        let (value, left) = name.split_at(end);
        stands_for(variable, value) && matches(rest, left)
    })
}

fn stands_for(variable: &str, value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match variable {
        "count" | "segment" => value.len() >= 5 && digits(value),
        "resolution" => value.split_once('x').is_some_and(|(w, h)| digits(w) && digits(h)),
        "language" => !value.contains('.'),
        "extension" => value.bytes().all(|b| b.is_ascii_alphanumeric()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{found, matches};
    use crate::package::Source;
    use std::fs;

    #[test]
    fn patterns_stand_for_the_names_of_the_service() {
        for (pattern, name) in [
            ("t-{count}.{extension}", "t-00001.png"),
            ("{count}-{resolution}.{extension}", "00012-640x360.jpg"),
            ("reel-{language}.srt", "reel-en.srt"),
            ("2000k{segment}.ts", "2000k00000.ts"),
            ("plain", "plain"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("t-{count}.{extension}", "t-0001.png"),
            ("t-{count}.{extension}", "t-00001.png.tmp"),
            ("{resolution}", "640x"),
            ("reel-{language}.srt", "reel-en.vtt"),
            ("{other}", "x"),
            ("{count", "00001"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("root");
        fs::create_dir(&inside).unwrap();
        fs::write(dir.path().join("secret"), b"").unwrap();
        fs::write(inside.join("a"), b"").unwrap();
        let inside = Source::at(inside.as_path()).unwrap();
        assert_eq!(found(&inside, "a"), ["a"]);
        for name in ["../secret", "/etc/passwd", "..", "", "a/../../secret", "../{language}"] {
            assert_eq!(found(&inside, name), [""; 0], "{name}");
        }
    }
}
