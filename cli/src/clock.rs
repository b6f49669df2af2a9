//! The time of day, in seconds since 1970 UTC.

use jiff::Timestamp;

/// Now.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

/// `seconds` as RFC 3339 in UTC, to the second: `2025-11-13T00:00:00Z`.
pub(crate) fn rfc3339(seconds: i64) -> String {
    // Out of jiff's range, which ends with the year 9999: the number says what there is to say.
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Now, in milliseconds since 1970 UTC.
pub(crate) fn now_millis() -> i64 {
    Timestamp::now().as_millisecond()
}
