//! Part of a value (RFC 9110 14.2).

use std::ops::Range;

use crate::Refusal;

/// The range that a header `Range` asks for of `total` bytes; `None` for all of them: no range, several, or another unit.
///
/// # Errors
/// [`Refusal::BadRange`] for a range of which nothing is there.
pub fn byte_range(header: Option<&str>, total: u64) -> Result<Option<Range<u64>>, Refusal> {
    let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Ok(None) };
    let Some((first, last)) = range.split_once('-') else { return Ok(None) };
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = match (first.trim(), last.trim()) {
        ("", "") => return Ok(None),
        ("", last) => number(last).map(|count| total.saturating_sub(count)..total),
        (first, "") => number(first).map(|first| first..total),
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => return Ok(None),
            (Some(first), Some(last)) => Some(first..last.saturating_add(1).min(total)),
            _ => None,
        },
    };
    match range {
        Some(range) if range.is_empty() => Err(Refusal::BadRange { total }),
        range => Ok(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_given_as_far_as_it_is_there() {
        let bad = Err(Refusal::BadRange { total: 100 });
        for (header, expected) in [
            (None, Ok(None)),
            (Some("bytes=0-9"), Ok(Some(0..10))),
            (Some("bytes=90-"), Ok(Some(90..100))),
            (Some("bytes=-10"), Ok(Some(90..100))),
            (Some("bytes=-1000"), Ok(Some(0..100))),
            (Some("bytes=50-999999999999999999999999"), Ok(Some(50..100))),
            (Some("bytes=100-"), bad.clone()),
            (Some("bytes=-0"), bad),
            (Some("bytes=9-0"), Ok(None)),
            (Some("bytes=0-1,3-4"), Ok(None)),
            (Some("bytes=-"), Ok(None)),
            (Some("bytes=a-b"), Ok(None)),
            (Some("pixels=0-9"), Ok(None)),
        ] {
            assert_eq!(byte_range(header, 100), expected, "{header:?}");
        }
    }
}
