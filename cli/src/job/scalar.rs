//! The strings of the service's model: their patterns, as code.
//!
//! | here         | the model's pattern or bounds                                               |
//! |--------------|-----------------------------------------------------------------------------|
//! | `Id`         | `^\d{13}-\w{6}$`                                                            |
//! | `Bucket`     | `^(\w\|\.\|-){1,255}$`                                                      |
//! | `Role`       | `^arn:aws:iam::\w{12}:role/.+$`                                             |
//! | `Topic`      | `(^$)\|(^arn:aws:sns:.*:\w{12}:.+$)`                                        |
//! | `Base64`     | `^$\|(^(?:[A-Za-z0-9\+/]{4})*(?:[A-Za-z0-9\+/]{2}==\|[A-Za-z0-9\+/]{3}=)?$)` |
//! | `Float`      | `^\d{1,5}(\.\d{0,5})?$`                                                     |
//! | `KeyGuid`    | a UUID with hyphens, or 32 hexadecimal digits                               |
//! | `Holding(p)` | `(^$)\|(^.*p.*$)`                                                           |
//! | `Image`      | 1 to 1024 characters, `.jpg`, `.jpeg` or `.png` at the end                  |
//! | `Length`     | as many characters as the bounds say                                        |

/// What a string may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scalar {
    Any,
    Length(usize, usize),
    OneOf(&'static [&'static str]),
    Id,
    Bucket,
    Role,
    Topic,
    Base64,
    Float,
    KeyGuid,
    Holding(&'static str),
    Image,
}

impl Scalar {
    /// What is wrong with `text`, if something is.
    pub(super) fn fault(self, text: &str) -> Option<String> {
        let (fits, wanted) = match self {
            Self::Any => return None,
            Self::Length(min, max) => {
                let len = text.chars().count();
                let fits = (min..=max).contains(&len);
                return (!fits)
                    .then(|| format!("has {len} characters; {min} to {max} are allowed"));
            }
            Self::OneOf(names) => {
                let fits = names.contains(&text);
                return (!fits)
                    .then(|| format!("{} is none of {}", quoted(text), names.join(", ")));
            }
            Self::Id => (is_id(text), "13 digits, a hyphen and 6 word characters"),
            Self::Bucket => {
                let fits = (1..=255).contains(&text.len()) && text.bytes().all(is_bucket);
                (fits, "1 to 255 letters, digits, hyphens, underscores and dots")
            }
            Self::Role => (is_role(text), "arn:aws:iam::ACCOUNT:role/NAME"),
            Self::Topic => (text.is_empty() || is_topic(text), "empty, or the ARN of an SNS topic"),
            Self::Base64 => (is_base64(text), "base64: standard alphabet, padded, no white space"),
            Self::Float => (is_float(text), "1 to 5 digits, and after a dot 5 at most"),
            Self::KeyGuid => (is_guid(text), "a UUID with hyphens, or 32 hexadecimal digits"),
            Self::Holding(part) => {
                let fits = text.is_empty() || (text.contains(part) && !text.contains('\n'));
                return (!fits).then(|| format!("{} has no {part}", quoted(text)));
            }
            Self::Image => (is_image(text), "the name of a .jpg, .jpeg or .png file"),
        };
        (!fits).then(|| format!("{} is not {wanted}", quoted(text)))
    }
}

/// A string for a message: short, and harmless on a terminal.
pub(super) fn quoted(text: &str) -> String {
    let head: String = text.chars().take(SHOWN).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", head.escape_debug())
}

/// `\w`
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_bucket(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'-')
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(digits, word)| {
        digits.len() == 13
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && word.len() == 6
            && word.bytes().all(is_word)
    })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(is_word)
}

fn is_role(text: &str) -> bool {
    let rest = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role/"));
    rest.is_some_and(|(account, name)| is_account(account) && !name.is_empty())
}

fn is_topic(text: &str) -> bool {
    let rest = text.strip_prefix("arn:aws:sns:").and_then(|rest| rest.split_once(':'));
    let rest = rest.and_then(|(_, rest)| rest.split_once(':'));
    rest.is_some_and(|(account, name)| is_account(account) && !name.is_empty())
}

fn is_base64(text: &str) -> bool {
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len().is_multiple_of(4) && digits.bytes().all(plain)
}

fn is_float(text: &str) -> bool {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=5).contains(&whole.len()) && rest.len() <= 5 && digits(whole) && digits(rest)
}

fn is_guid(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(lengths[..], [32] | [8, 4, 4, 4, 12]) && text.split('-').all(hex)
}

fn is_image(text: &str) -> bool {
    let kinds = [".jpg", ".jpeg", ".png"];
    (1..=1024).contains(&text.chars().count())
        && kinds.iter().any(|kind| text.len() > kind.len() && text.ends_with(kind))
}

/// Characters of a wrong string that a message shows.
const SHOWN: usize = 60;

#[cfg(test)]
mod tests {
    use super::Scalar;

    fn fits(scalar: Scalar, texts: &[&str]) {
        for text in texts {
            assert_eq!(scalar.fault(text), None, "{text:?}");
        }
    }

    fn fails(scalar: Scalar, texts: &[&str]) {
        for text in texts {
            assert!(scalar.fault(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn names_of_things_are_as_the_model_has_them() {
        fits(Scalar::Id, &["1351620000001-100070", "0000000000000-a_b_c_"]);
        fails(Scalar::Id, &["", "copy", "135162000000-100070", "1351620000001-10007", "1-2"]);
        fits(Scalar::Bucket, &["b", "my.bucket-1", "_"]);
        fails(Scalar::Bucket, &["", "a/b", "ä", &"b".repeat(256)]);
        fits(Scalar::Role, &["arn:aws:iam::123456789012:role/r"]);
        fails(Scalar::Role, &["arn:aws:iam::123456789012:role/", "arn:aws:iam::1:role/r", ""]);
        fits(Scalar::Topic, &["", "arn:aws:sns:us-east-1:123456789012:t"]);
        fails(Scalar::Topic, &["t", "arn:aws:sns:us-east-1:123456789012:"]);
    }

    #[test]
    fn base64_is_padded_and_may_be_empty() {
        fits(Scalar::Base64, &["", "AAAA", "AA==", "AAA=", "+/+/"]);
        fails(Scalar::Base64, &["A", "AA", "AAA", "A===", "AAAA\n", "-_-_", "====", "AA=A"]);
    }

    #[test]
    fn numbers_are_strings_of_digits() {
        fits(Scalar::Float, &["1", "60", "12345.12345", "9."]);
        fails(Scalar::Float, &["", ".5", "-1", "123456", "1.123456", "1,5", "1.2.3"]);
    }

    #[test]
    fn identifiers_of_keys_have_two_forms() {
        fits(Scalar::KeyGuid, &["00112233-4455-6677-8899-aabbccddeeff", &"0F".repeat(16)]);
        fails(Scalar::KeyGuid, &["", "00112233-44556677-8899-aabbccddeeff", &"0G".repeat(16)]);
    }

    #[test]
    fn patterns_hold_their_part_and_images_have_a_kind() {
        fits(Scalar::Holding("{count}"), &["", "thumb-{count}"]);
        fails(Scalar::Holding("{count}"), &["thumb", "{count"]);
        fits(Scalar::Image, &["a.png", "logo/a.jpeg"]);
        fails(Scalar::Image, &["", ".png", "a.gif", "a.PNG"]);
        assert_eq!(Scalar::Length(1, 3).fault("äöü"), None);
        fails(Scalar::Length(1, 3), &["", "abcd"]);
    }
}
