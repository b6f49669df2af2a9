//! What `reelseal inspect` says of any bytes. The recognisers are the tool's, so the law is not
//! among those of the core; the tool's own tests run it too.

use crate::{Sample, recognise};

/// An answer is a few lines of text without a control character, and JSON; it is the same for the
/// same bytes; and of a file of which only the ends are known, there is an answer too.
pub(crate) fn what_is_said_is_harmless(bytes: &[u8]) {
    let whole = Sample::whole(bytes);
    if let Some(found) = recognise(&whole) {
        let text = found.to_text("\x1b]0;name", whole.len);
        let harmless =
            |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202e}' | '\u{2066}'));
        assert!(text.chars().all(harmless), "{text:?}");
        assert!(text.len() <= MOST_SAID, "{} bytes of {}", text.len(), bytes.len());
        let json = found.to_json().to_string();
        assert!(json.len() <= 2 * MOST_SAID, "{} bytes of {}", json.len(), bytes.len());
        let again = recognise(&whole).expect("it was recognised before");
        assert_eq!(json, again.to_json().to_string());
    }
    for cut in [bytes.len() / 3, bytes.len() / 2] {
        let (head, rest) = bytes.split_at(cut);
        let tail = &rest[rest.len() / 2..];
        let len = u64::try_from(bytes.len()).ok();
        let ends = Sample { name: "", head, tail, len };
        let _ = recognise(&ends).map(|found| found.to_text("", len));
        let _ = recognise(&Sample { len: None, tail: &[], ..ends });
    }
}

/// A list shows 20 items of 512 characters, and 50 documents are described one by one.
const MOST_SAID: usize = 4 << 20;
