//! `Time` of the service's model: `HH:mm:ss.SSS`, its front parts optional, or `sssss.SSS`.

/// The seconds that `text` says.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let (last, front) = parts.split_last()?;
    let (whole, rest) = last.split_once('.').unwrap_or((last, ""));
    let digits = |text: &str, max: usize| {
        text.len() <= max && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let longest = if front.is_empty() { 5 } else { 2 };
    if whole.is_empty() || !digits(whole, longest) || !digits(rest, 3) || front.len() > 2 {
        return None;
    }
    let limits = if front.len() == 2 { &[23, 59][..] } else { &[59][..] };
    let mut minutes = 0;
    for (part, limit) in front.iter().zip(limits) {
        let number = part.parse::<u32>().ok().filter(|n| digits(part, 2) && n <= limit)?;
        minutes = minutes * 60 + number;
    }
    let seconds: f64 = last.trim_end_matches('.').parse().ok()?;
    (front.is_empty() || seconds < 60.0).then_some(f64::from(minutes) * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_time_is_seconds_or_a_clock() {
        for (text, expected) in [
            ("0", 0.0),
            ("12.5", 12.5),
            ("86399.999", 86399.999),
            ("1:02", 62.0),
            ("00:00:03.250", 3.25),
            ("23:59:59.999", 86399.999),
            ("7.", 7.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "", ".", ".5", "-1", "+1", "123456", "1.2345", "24:00:00", "0:60:00", "1:60",
            "1:2:3:4", "1:", ":1", "a", "1e3", "inf",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
