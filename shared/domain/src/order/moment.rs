//! Dates with times, as hospital systems write them.

use jiff::Timestamp;

/// Reads `2026-11-27T08:30:00+07:00` (RFC 3339) and what is equally clear: a blank for the `T`, `/` for the hyphens, a
/// one-digit hour, no seconds, no zone, `+0700`; and `20261127083000`, with or without seconds and zone (HL7 v2.5
/// 2.A.22). Without a zone it is the hospital's time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (separated(date)?, time.trim_start()),
        None => (compact(text.get(..8)?)?, text.get(8..)?),
    };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let is_compact = !text.contains(['T', 't', ' ']);
    let clock = if is_compact { compact_clock(clock)? } else { separated_clock(clock.trim_end())? };
    format!("{date}T{clock}{}", zone_of(zone)?).parse().ok()
}

fn is_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn separated(date: &str) -> Option<String> {
    let [year, month, day] = date.split(['-', '/']).collect::<Vec<_>>()[..] else { return None };
    let is_date = is_digits(year, 4..=4) && is_digits(month, 2..=2) && is_digits(day, 2..=2);
    is_date.then(|| format!("{year}-{month}-{day}"))
}

fn compact(date: &str) -> Option<String> {
    is_digits(date, 8..=8).then(|| format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]))
}

fn separated_clock(clock: &str) -> Option<String> {
    let mut parts = clock.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next().unwrap_or("00");
    let (second, fraction) = second.split_once(['.', ',']).unwrap_or((second, "0"));
    let is_clock = parts.next().is_none()
        && is_digits(hour, 1..=2)
        && is_digits(minute, 2..=2)
        && is_digits(second, 2..=2)
        && second < "60"
        && is_digits(fraction, 1..=9);
    is_clock.then(|| format!("{hour:0>2}:{minute}:{second}.{fraction}"))
}

fn compact_clock(clock: &str) -> Option<String> {
    match clock.len() {
        4 if is_digits(clock, 4..=4) => Some(format!("{}:{}:00", &clock[..2], &clock[2..])),
        6 if is_digits(clock, 6..=6) && &clock[4..] < "60" => {
            Some(format!("{}:{}:{}", &clock[..2], &clock[2..4], &clock[4..]))
        }
        _ => None,
    }
}

fn zone_of(zone: &str) -> Option<String> {
    let Some(sign) = zone.chars().next() else { return Some("+07:00".to_owned()) };
    if matches!(zone, "Z" | "z") {
        return Some("Z".to_owned());
    }
    let digits: String = zone.get(1..)?.splitn(2, ':').collect();
    let is_zone = matches!(sign, '+' | '-')
        && matches!(zone.len(), 3 | 5 | 6)
        && (zone.len() == 6) == (zone.as_bytes().get(3) == Some(&b':'))
        && (is_digits(&digits, 2..=2) || is_digits(&digits, 4..=4))
        && &digits[..2] <= "14"
        && digits.get(2..).is_none_or(|minutes| minutes < "60");
    is_zone.then(|| format!("{sign}{}:{:0<2}", &digits[..2], &digits[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_every_spelling() {
        for text in [
            "2026-11-27T08:30:00+07:00",
            "2026-11-27T01:30:00Z",
            "2026-11-27T8:30+07:00",
            "2026-11-27T8:30",
            "2026-11-27 08:30",
            "2026-11-27 08:30:00.000",
            "2026/11/27 8:30:00 +0700",
            "2026-11-27t08:30:00,0+07",
            "202611270830",
            "20261127083000+0700",
            "20261126223000-0300",
        ] {
            assert_eq!(read(text).map(|t| t.to_string()).as_deref(), Some("2026-11-27T01:30:00Z"), "{text}");
        }
    }

    #[test]
    fn what_names_no_day_or_no_time_is_none() {
        for text in [
            "",
            "2026-11-27",
            "20261127",
            "08:30",
            "27/11/2026 08:30",
            "2026-02-30T08:30",
            "2026-11-27T24:30",
            "2026-11-27T08:60",
            "2026-11-27T08:30:60",
            "2026-11-27T08",
            "2026-11-27T08:30+7",
            "2026-11-27T08:30+25:00",
            "2026-11-27T08:30:00 ICT",
            "hôm qua",
            "2026-11-27T08:30:00+07:0",
            "20261127T083000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
