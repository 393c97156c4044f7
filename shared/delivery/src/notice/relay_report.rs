//! Reports from a relay of the hospital's own: one line per message, JSON or CSV, independent of any provider.
//!
//! ```text
//! {"id":"1.2.3-v1-sms.json","channel":"sms","state":"failed","time":"2026-03-01T09:00:00+07:00","why":"unreachable"}
//! 1.2.3-v1-sms.json,sms,delivered,2026-03-01T09:00:00+07:00
//! ```
//!
//! The id is the name of the message's file in the outbox. The time is checked but not kept: as with every
//! provider, what counts is when we recorded the report.

use filmless_domain::Channel;
use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;

use crate::notice::feedback::{Feedback, Verdict};

/// First line of a CSV file.
const HEADINGS: &str = "id,channel,state,time";

/// Why a line is not a report. Never repeats its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RelayReportError {
    /// Neither JSON nor CSV.
    #[error(
        "a line is not a report: neither JSON with `id`, `channel`, `state` and `time` nor CSV with these"
    )]
    Form,
    /// No id.
    #[error("`id` is empty: it is the name of the message's file in the outbox")]
    Id,
    /// Unknown channel.
    #[error("`channel` is none of {}", Channel::ALL.map(|channel| format!("`{channel}`")).join(", "))]
    Channel,
    /// Unknown state.
    #[error("`state` is neither `delivered` nor `failed`")]
    State,
    /// Not a time.
    #[error("`time` is not an RFC 3339 time such as 2026-03-01T09:00:00+07:00")]
    Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    channel: String,
    state: String,
    time: String,
    #[serde(default)]
    why: Option<String>,
}

/// Reads a line of a relay; `None` for an empty line and for the headings of a CSV file.
///
/// # Errors
/// [`RelayReportError`] names what cannot be read.
pub fn read_relay_report(text: &str) -> Result<Option<Feedback>, RelayReportError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() || text.starts_with(HEADINGS) {
        return Ok(None);
    }
    let line = match text.starts_with('{') {
        true => serde_json::from_str(text).map_err(|_| RelayReportError::Form)?,
        false => of_csv(text)?,
    };
    if line.id.is_empty() {
        return Err(RelayReportError::Id);
    }
    Channel::of_word(&line.channel).ok_or(RelayReportError::Channel)?;
    line.time.parse::<Timestamp>().map_err(|_| RelayReportError::Time)?;
    let verdict = match line.state.as_str() {
        "delivered" => Verdict::Delivered,
        "failed" => Verdict::Failed(line.why.unwrap_or_default()),
        _ => return Err(RelayReportError::State),
    };
    Ok(Some(Feedback { provider_id: line.id, verdict }))
}

/// Four or five fields; only the last may contain a comma.
fn of_csv(text: &str) -> Result<Line, RelayReportError> {
    let mut fields = text.splitn(5, ',').map(|field| field.trim().trim_matches('"').to_owned());
    let mut next = || fields.next().ok_or(RelayReportError::Form);
    Ok(Line { id: next()?, channel: next()?, state: next()?, time: next()?, why: next().ok() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_reports_in_either_form() {
        let failed = Feedback { provider_id: "m1".into(), verdict: Verdict::Failed("no, thanks".into()) };
        let arrived = Feedback { provider_id: "m1".into(), verdict: Verdict::Delivered };
        for (line, report) in [
            (
                r#"{"id":"m1","channel":"sms","state":"failed","time":"2026-03-01T09:00:00+07:00","why":"no, thanks"}"#,
                Some(&failed),
            ),
            (r#"m1,sms,failed,2026-03-01T02:00:00Z,"no, thanks""#, Some(&failed)),
            (
                r#"{"id":"m1","channel":"email","state":"delivered","time":"2026-03-01T02:00:00Z"}"#,
                Some(&arrived),
            ),
            ("m1,email,delivered,2026-03-01T02:00:00Z\r", Some(&arrived)),
            ("\u{feff}id,channel,state,time,why", None),
            ("", None),
        ] {
            assert_eq!(read_relay_report(line), Ok(report.cloned()), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (line, error) in [
            ("nothing of ours", RelayReportError::Form),
            (r#"{"id":"m1"}"#, RelayReportError::Form),
            (",sms,failed,2026-03-01T02:00:00Z", RelayReportError::Id),
            ("m1,fax,failed,2026-03-01T02:00:00Z", RelayReportError::Channel),
            ("m1,sms,lost,2026-03-01T02:00:00Z", RelayReportError::State),
            ("m1,sms,failed,yesterday", RelayReportError::Time),
        ] {
            assert_eq!(read_relay_report(line), Err(error), "{line}");
        }
    }
}
