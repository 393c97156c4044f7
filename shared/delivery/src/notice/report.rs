//! A provider's report about one message, and what it makes of the message.

use filmless_store::index::{ChannelRecord, ChannelState};
use jiff::Timestamp;
use serde_json::Value;

/// Longest detail from a provider that is kept, in characters.
const DETAIL_CHARS_MAX: usize = 80;

/// How often a mark is retried because another report of the message came at the same time.
pub(super) const MARK_TRIES_MAX: u32 = 4;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The provider's id of the message.
    pub provider_id: String,
    /// What happened to it.
    pub verdict: Verdict,
}

/// What happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// It did not arrive, or its receiver does not want it: the provider's own code or word.
    Failed(String),
    /// The mailbox answered, but not with a refusal: it is full, or its owner is out of office. SES calls both
    /// transient; what it does not understand it calls undetermined.
    Unsettled(String),
}

impl Verdict {
    /// Why it did not arrive, if known.
    pub(super) fn failure(&self) -> Option<String> {
        match self {
            Self::Delivered => None,
            Self::Failed(why) | Self::Unsettled(why) => Some(without_numbers(why)),
        }
    }

    /// Restores a stored verdict; its text tells how certain it is.
    pub(super) fn of_kept(failure: Option<String>) -> Self {
        match failure {
            None => Self::Delivered,
            Some(why) if is_unsettled(&why) => Self::Unsettled(why),
            Some(why) => Self::Failed(why),
        }
    }
}

/// Whether a bounce with this text may not be one at all.
pub(super) fn is_unsettled(why: &str) -> bool {
    ["bounce Transient", "bounce Undetermined"].iter().any(|word| why.starts_with(word))
}

/// Reads a report in AWS's format: an SES event, bare or in an SNS notification, or a line of the SMS log that SNS
/// keeps. `None` for anything that is not about delivery.
#[must_use]
pub fn read_report(text: &str) -> Option<Feedback> {
    let json: Value = serde_json::from_str(text).ok()?;
    if let Some(inner) = json["Message"].as_str() {
        return read_report(inner);
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(provider_id) = text(&json["mail"]["messageId"]) {
        let kind = json["eventType"].as_str().or(json["notificationType"].as_str())?;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let verdict = match kind {
            "Delivery" => Verdict::Delivered,
            // SES retries a transient bounce for hours and reports once it gives up. It uses the same type for an
            // out-of-office note, which comes after the delivery.
            "Bounce" => {
                let bounce = &json["bounce"];
                let why =
                    format!("bounce {} {}", word(&bounce["bounceType"]), word(&bounce["bounceSubType"]));
                Verdict::of_kept(Some(why))
            }
            "Complaint" => Verdict::Failed("complaint".into()),
            "Reject" => Verdict::Failed("rejected".into()),
            _ => return None,
        };
        return Some(Feedback { provider_id, verdict });
    }
    let provider_id = text(&json["notification"]["messageId"])?;
    let verdict = match json["status"].as_str()? {
        "SUCCESS" => Verdict::Delivered,
        _ => Verdict::Failed(text(&json["delivery"]["providerResponse"]).unwrap_or_default()),
    };
    Some(Feedback { provider_id, verdict })
}

/// What a report makes of a message.
pub(super) enum Outcome {
    /// Nothing that is not known.
    Nothing,
    /// It is known already that it did not arrive.
    KnownToHaveFailed,
    /// Another state.
    New(ChannelRecord),
}

impl Verdict {
    /// What this makes of a message that is so far known like that.
    pub(super) fn outcome(&self, known: &ChannelRecord, now: Timestamp) -> Outcome {
        let (state, detail) = match (self, known.state) {
            (Self::Delivered, ChannelState::Sent) => (ChannelState::Delivered, None),
            // The two reports may come in either order.
            (Self::Delivered, ChannelState::Failed) if known.detail.as_deref().is_some_and(is_unsettled) => {
                (ChannelState::Delivered, None)
            }
            (Self::Failed(_), ChannelState::Sent | ChannelState::Delivered)
            | (Self::Unsettled(_), ChannelState::Sent) => (ChannelState::Failed, self.failure()),
            (Self::Failed(_) | Self::Unsettled(_), ChannelState::Failed) => {
                return Outcome::KnownToHaveFailed;
            }
            _ => return Outcome::Nothing,
        };
        Outcome::New(ChannelRecord { state, detail, at: Some(now), ..known.clone() })
    }
}

/// A provider's text may repeat the address: remove digits and anything that looks like an address.
fn without_numbers(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !word.contains('@'));
    let kept = words.collect::<Vec<_>>().join(" ");
    kept.chars().filter(|c| !c.is_ascii_digit() && !c.is_control()).take(DETAIL_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_as_the_providers_write_them() {
        let ses = r#"{"eventType":"Bounce","mail":{"messageId":"e1"},
            "bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"a@b.vn"}]}}"#;
        let failed = |id: &str, why: &str| {
            Some(Feedback { provider_id: id.into(), verdict: Verdict::Failed(why.into()) })
        };
        assert_eq!(read_report(ses), failed("e1", "bounce Permanent General"));
        let unsettled = |kind: &str| ses.replace("Permanent", kind);
        for kind in ["Transient", "Undetermined"] {
            let verdict = Verdict::Unsettled(format!("bounce {kind} General"));
            assert_eq!(read_report(&unsettled(kind)), Some(Feedback { provider_id: "e1".into(), verdict }));
        }
        let within = serde_json::json!({ "Type": "Notification", "Message": ses }).to_string();
        assert_eq!(read_report(&within), failed("e1", "bounce Permanent General"));
        let sms = r#"{"notification":{"messageId":"s1","timestamp":"2026-03-01 02:03:04.567"},
            "delivery":{"destination":"+84903123456","providerResponse":"Phone is currently unreachable/unavailable"},
            "status":"FAILURE"}"#;
        assert_eq!(read_report(sms), failed("s1", "Phone is currently unreachable/unavailable"));
        let delivered = sms.replace("FAILURE", "SUCCESS");
        assert_eq!(read_report(&delivered).unwrap().verdict, Verdict::Delivered);
        for nothing in
            [r#"{"eventType":"Open","mail":{"messageId":"e1"}}"#, "{}", "not json", r#"{"status":"SUCCESS"}"#]
        {
            assert_eq!(read_report(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_providers_word_is_kept_without_the_address() {
        assert_eq!(without_numbers("Phone +84903123456 is unreachable"), "Phone + is unreachable");
        assert_eq!(
            without_numbers("smtp; 550 5.1.1 <hoa@example.vn> unknown user"),
            "smtp;  .. unknown user"
        );
        assert_eq!(without_numbers(&"x".repeat(500)).len(), DETAIL_CHARS_MAX);
    }
}
