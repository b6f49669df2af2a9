//! What S3 makes of metadata that is not ASCII: encoded-words of RFC 2047.
//!
//! S3 takes the UTF-8 of a value for Latin-1, encodes that as UTF-8 once more, and wraps it. Both
//! are undone here. A value that was not written so is left as it is.

use crate::base64;

/// The text of `value`.
pub(super) fn decode(value: &str) -> String {
    decode_words(value).and_then(|text| undo_latin_1(&text)).unwrap_or_else(|| value.to_owned())
}

/// `None` where there is no encoded-word, or one that is not understood.
fn decode_words(value: &str) -> Option<String> {
    let (mut bytes, mut rest, mut found) = (Vec::new(), value, false);
    while let Some((before, word)) = rest.split_once("=?") {
        let (charset, word) = word.split_once('?')?;
        let (encoding, word) = word.split_once('?')?;
        let (text, after) = word.split_once("?=")?;
        if !charset.eq_ignore_ascii_case("UTF-8") {
            return None;
        }
        // RFC 2047 §6.2: white space between encoded-words is not of the text.
        if !(found && before.bytes().all(|byte| byte.is_ascii_whitespace())) {
            bytes.extend_from_slice(before.as_bytes());
        }
        match encoding {
            "Q" | "q" => quoted(text, &mut bytes)?,
            "B" | "b" => bytes.extend_from_slice(&base64::decode(text).ok()?),
            _ => return None,
        }
        (rest, found) = (after, true);
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok().filter(|_| found)
}

/// RFC 2047 §4.2.
fn quoted(text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'_' => bytes.push(b' '),
            b'=' => {
                let (digits, after) = rest.split_at_checked(2)?;
                let digits = std::str::from_utf8(digits).ok()?;
                let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| hex)?);
                rest = after;
            }
            _ => bytes.push(byte),
        }
    }
    Some(())
}

/// UTF-8 that was taken for Latin-1.
fn undo_latin_1(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    Some(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_s3_made_of_a_text_is_undone() {
        // "ä" is C3 A4; taken for Latin-1 and encoded again, C3 83 C2 A4.
        assert_eq!(decode("=?UTF-8?Q?{\"k\":\"=C3=83=C2=A4_b\"}?="), "{\"k\":\"ä b\"}");
        assert_eq!(decode("=?UTF-8?B?eyJrIjoiw4PCpCJ9?="), "{\"k\":\"ä\"}");
        assert_eq!(decode("=?UTF-8?Q?{\"k\":?= =?UTF-8?Q?\"=C3=83=C2=A4\"}?="), "{\"k\":\"ä\"}");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "{}", "=?", "=?UTF-8?X?a?=", "=?UTF-8?Q?=C3=8?=", "a=?b", "=?latin1?Q?a?="]
        {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("=?UTF-8?Q?=E2=82=AC?="), "€", "once encoded, as other gateways do");
    }
}
